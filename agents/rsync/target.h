/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The target's side on the loop: hears the rings of the one source that the daemon follows, and pulls
 * what they name, one pass at a time; compares the whole tree at first and once in an interval.
 *
 * A gap in the sequence, a ring that is full, or three failures in a row make the next pass a full
 * one. What a pass could not bring stays pending and is tried again after 1 s, 2, 4 ... 30 s. In step
 * means: nothing is pending, and a full pass of this generation has ended well.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/inet.h"

struct doorbell;
struct fault;
struct pass_result;
struct setting;
struct target;

struct target_source {
	uint64_t generation;
	uint64_t sequence; /* of its last ring, as its state says */
	struct inet address;
	int port;
};

struct target_facts {
	bool busy;  /* a pass runs */
	bool whole; /* a full pass of the generation has ended well */
	bool in_step;
	bool held, sick;	/* deletions wait for a person; the guard refuses the tree */
	bool failing;		/* the last pass failed, and not of what vanishes by itself */
	uint64_t sequence;	/* the last ring of which all is here */
	size_t pending;		/* paths; a full pass that is due counts as one */
	long long lag;		/* seconds since it was last in step; 0: it is */
	uint64_t files;		/* in the source's tree, of the last full pass */
	size_t named, expected; /* of the running pass: how far it is */
	char error[256];	/* what is wrong now, "" when nothing is */
};

struct target_ops {
	/*
	 * A pass has ended and the facts are other ones: the time to write the ledger, and after a
	 * full pass that ended well (full) the token.
	 */
	void (*passed)(const struct target_facts *facts, bool full, void *data);

	/* A pass has changed what hooks wait for: the time to run them. */
	void (*hooks)(void *data);
};

/* 0 or -errno with the fault set. Pulls nothing until it follows a source. */
int target_start(const struct setting *setting, const struct target_ops *ops, void *data,
		 struct target **ret_target, struct fault *fault);
void target_stop(struct target **target); /* a pass that runs is killed */

/*
 * From now on this source counts, or none (NULL: no quorum, or none is promoted): a pass that runs
 * is ended. known: the generation of the ledger, for the guard; whole: the tree is a whole copy of
 * this generation up to the sequence, so that only what came since is due; conflicts: the next full
 * pass keeps what it overwrites.
 */
struct target_basis {
	uint64_t known, sequence;
	bool whole, conflicts;
	long long in_step; /* when the copy was last in step: seconds of the wall clock, 0: never */
};
void target_follow(struct target *target, const struct target_source *source,
		   const struct target_basis *basis);

/* A ring of the followed source; of others the daemon does not tell. */
void target_hear(struct target *target, const struct doorbell *ring);

/* The source's state says this sequence: a ring was missed when it is beyond ours. */
void target_hear_sequence(struct target *target, uint64_t sequence);

/*
 * A full pass now; done() when it has ended (0, or -errno with the fault: -EAGAIN follows nobody,
 * -EDQUOT held, -EIO). let_through: whatever it deletes. -EBUSY when another such request waits.
 */
int target_sync(struct target *target, bool let_through,
		void (*done)(int result, const struct fault *fault, void *data), void *data,
		struct fault *fault);

/* The settings were read anew: timers follow. */
void target_reload(struct target *target);
void target_tell(const struct target *target, struct target_facts *ret_facts);
