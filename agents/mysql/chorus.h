/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The chorus: what the watchers of all nodes said last, ours among them.
 */
#pragma once

#include <stdbool.h>

#include "mysql/vote.h"

struct chorus_voice {
	uint32_t node, pid; /* of its watcher, as corosync has them */
	long long heard;    /* nanoseconds of deadline_now() */
	struct vote_report report;
};

struct chorus {
	struct chorus_voice voices[LEDGER_NODES_MAX]; /* their positions are owned */
	size_t count;
};

/*
 * Takes the report over, in place of what that watcher, or another one of its node, said before. What
 * was an answer stays one: a later report that answers nothing says the same, and newer.
 * -ENOSPC, and the report is released, when there are too many.
 */
int chorus_hear(struct chorus *chorus, uint32_t node, uint32_t pid, long long now,
		struct vote_report *report);

/* That watcher is gone. */
void chorus_drop(struct chorus *chorus, uint32_t node, uint32_t pid);
void chorus_release(struct chorus *chorus);

/* NULL when it was not heard. */
const struct chorus_voice *chorus_find(const struct chorus *chorus, const char *name);

/* The one that accepts writes, of the latest epoch; NULL when there is none. */
const struct chorus_voice *chorus_writer(const struct chorus *chorus);

/* The latest epoch that somebody knows of. */
long long chorus_epoch(const struct chorus *chorus);
