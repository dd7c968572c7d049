/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the cluster as a whole knows: the ledger in the CIB, and quorum; by Pacemaker's own tools.
 *
 * The ledger is the cluster option "RESOURCE-quorate-ledger". Each call costs a child (12 ms of CPU),
 * so only actions that change roles ask, never a monitor in which nothing has changed.
 */
#pragma once

#include <stdbool.h>

#include "host/spawn.h"
#include "mysql/ledger.h"

struct deadline;
struct fault;

/*
 * The ledger; that of the first start over the configured nodes when the CIB has none. instance is
 * OCF_RESOURCE_INSTANCE. 0, or -errno with the fault set (-EINVAL: what is there is no ledger).
 */
int board_read(const char *instance, const struct ledger_nodes *configured,
	       const struct deadline *deadline, struct fault *fault, struct ledger *ret_ledger);

/*
 * The same, and -EPERM with the fault set when this partition has no quorum; quorate: that is known,
 * and Pacemaker is not asked. In two steps, between which the caller has something else to do: what
 * has begun (0) must be ended.
 */
struct board_question {
	bool begun;
	bool quorate;
	struct spawn quorum, ledger;
};

int board_begin_consult(const char *instance, bool quorate, struct board_question *ret_question,
			struct fault *fault);
int board_end_consult(struct board_question *question, const struct ledger_nodes *configured,
		      const struct deadline *deadline, struct fault *fault,
		      struct ledger *ret_ledger);

/* Returns when the CIB has it: the nodes of the partition's majority have then. 0 or -errno. */
int board_write(const char *instance, const struct ledger *ledger, const struct deadline *deadline,
		struct fault *fault);

/*
 * The ledger as this node's copy of the CIB on disk has it, which may be an old one: for who writes with
 * a pen that asks for it. False when there is none.
 */
bool board_guess(const char *instance, struct ledger *ret_ledger);

/*
 * A write that is prepared while there is something else to do: a program that waits for what it shall
 * write costs half of the time when it is known.
 */
struct board_pen {
	bool ready, writing;
	bool over; /* it writes over one ledger and no other */
	struct spawn program;
};

/* over: NULL, or the ledger that must be there. Without a pen, a write begins with the start of a program. */
void board_take_pen(struct board_pen *pen, const char *instance, const struct ledger *over);
void board_drop_pen(struct board_pen *pen);

/*
 * In two steps; a write must be ended. -ESTALE, with the fault set: nothing was written, since the
 * ledger is another one than that which must be there.
 */
void board_begin_write(struct board_pen *pen, const char *instance, const struct ledger *ledger);
int board_end_write(struct board_pen *pen, const char *instance, const struct ledger *ledger,
		    const struct deadline *deadline, struct fault *fault);

/* A transient attribute of this node, for location rules. 0 or -errno: a warning to the caller. */
int board_tell(const char *attribute, const char *value, const struct deadline *deadline,
	       struct fault *fault);
