/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Roles: one set of four functions makes an agent that runs as a plain primitive (start = active)
 * and as a promotable clone (start = standby, promote = active).
 *
 * The role_* actions own the order of things: the instance's lock, which configuration counts
 * (now, or at start), the record, the look after a stop, rollback of a failed start, the exit
 * codes 0/7/8/9/190/191 and the promotion score. The agent's functions only look and act.
 */
#pragma once

#include <stdbool.h>

struct call;

enum role_state {
	ROLE_ABSENT,   /* nothing of it is here */
	ROLE_STANDBY,  /* ready to be promoted, holding what an unpromoted instance holds */
	ROLE_ACTIVE,   /* here, whole, serving */
	ROLE_DEGRADED, /* serving, but the fault says what a person should look at */
	ROLE_BROKEN,   /* something of it is here and it does not serve; the fault says why */
	ROLE_LAGGING,  /* standby, but the fault says what a person should look at */
};

struct role_ops {
	/*
	 * What is here? Changes nothing. Sets the fault for LAGGING, DEGRADED and BROKEN, and may set it
	 * for ABSENT. Must not report STANDBY for an agent whose standby leaves no trace: the core
	 * reads that from the record, unless the standby is traced. 0 or -errno with the fault set.
	 */
	int (*look)(struct call *call, const void *config, enum role_state *ret_state);

	/* From anything to ACTIVE, whole or not at all. */
	int (*activate)(struct call *call, const void *config);

	/* From anything to STANDBY. */
	int (*stand_by)(struct call *call, const void *config);

	/* From anything to ABSENT; the core looks afterwards. */
	int (*halt)(struct call *call, const void *config);

	/*
	 * Takes over reloadable parameters of an instance in that state: neither ABSENT nor BROKEN.
	 * May be NULL: nothing to do.
	 */
	int (*reload)(struct call *call, const void *config, enum role_state state);

	/* A standby is something to be seen (a process): where look() finds nothing, nothing is. */
	bool traced;

	/* Promotion score of an instance in any state but ABSENT. May be NULL: 5, active 10. */
	int (*score)(struct call *call, const void *config, enum role_state state);

	/* Promote leaves the telling of it to the monitor that follows: clients wait for the one only. */
	bool scores_later;
};

int role_start(struct call *call);
int role_stop(struct call *call);
int role_monitor(struct call *call);
int role_promote(struct call *call);
int role_demote(struct call *call);
int role_reload(struct call *call);
