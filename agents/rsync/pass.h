/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pass: what brings a target into step, as a sequence of pulls. One at a time.
 *
 *	batch	the paths of doorbells: PULL_PATHS for what is there, then PULL_GONE for what is gone
 *	full	PULL_LOOK; nothing differs: done. Otherwise PULL_ALL (or PULL_PATHS for a few), then
 *		PULL_GONE of just what the look named. By option a slice of PULL_COMPARE before.
 *
 * Before anything is deleted the deletions are counted against max_delete and max_delete_percent;
 * over the limit the pass is held: nothing is deleted, what is there is brought nevertheless. The
 * target's tree is judged first (rsync/guard.h). In mode snapshot the pass works on a hard-linked
 * copy, which is flipped into place when it is whole.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/inet.h"
#include "rsync/changes.h"
#include "rsync/outcome.h"

struct fault;
struct pass;
struct setting;
struct spare;

struct pass_order {
	bool full;
	bool let_through; /* a person has allowed deletions over the limit, this once */
	bool withhold;	/* a batch: deletions wait for a person already, and more wait with them */
	size_t gone;	/* paths that passes have deleted within the last minute */
	bool conflicts; /* what is overwritten or deleted goes to the conflict directory */
	uint64_t generation; /* of the source: names the conflicts and the snapshot */
	uint64_t known;	     /* generation of the ledger, for the guard */
	uint64_t files;	     /* paths in the tree as the last full pass had it, 0: not known */
	struct inet source;
	int port;
	const struct changes *paths; /* of a batch; those of a full pass are compared by content */
	long long since; /* a full pass compares by content what was changed here since; 0: none */
	struct spare *spare; /* may be used; NULL: none */
	unsigned slice;	     /* which slice of the checksums is due; counts up */
};

struct pass_result {
	enum outcome outcome; /* of the first pull that was not done */
	bool held;	      /* deletions are over the limit: for a person */
	size_t brought, deleted;
	size_t withheld; /* deletions that were not done */
	uint64_t files;	 /* in the source's tree; 0: not learnt */
	bool differed;	 /* a full pass found something to do */
	size_t rotten;	 /* files that a checksum slice has found */
	long long milliseconds;
	char reason[256]; /* "" when done */
};

/* 0, or -errno with the fault set (the guard refuses: -ESTALE, -ENOENT); done() is not called then. */
int pass_start(const struct setting *setting, const struct pass_order *order,
	       void (*done)(const struct pass_result *result, void *data), void *data,
	       struct pass **ret_pass, struct fault *fault);

/* Has a spare ready for the next batch from this source. */
void pass_keep_spare(const struct setting *setting, const struct pass_order *order);

void pass_end(struct pass *pass);   /* soon; done() still comes, with OUTCOME_STOPPED */
void pass_kill(struct pass **pass); /* at once and without a word */

/* How far it is: paths named so far, and of how many (0: not known). */
void pass_progress(const struct pass *pass, size_t *ret_named, size_t *ret_expected);
