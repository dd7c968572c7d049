/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What an rsync came to, and when to try again. Pure. Source: rsync(1), "EXIT VALUES".
 */
#pragma once

#include <stdbool.h>

enum outcome {
	OUTCOME_DONE,
	OUTCOME_PARTIAL, /* 23, 24, or 0 with a deletion that failed: the rest stays pending */
	OUTCOME_NETWORK, /* 10, 12, 30, 35: the source is not there; try again */
	OUTCOME_AUTH,	 /* 5: the module refuses us; a person must look at the secrets */
	OUTCOME_LIMIT,	 /* 25: a limit of deletions that we never set */
	OUTCOME_STOPPED, /* we ended it */
	OUTCOME_SPACE,	 /* the disk is full */
	OUTCOME_BROKEN,	 /* anything else: it crashed, was killed by others, or is misconfigured */
};

/*
 * Of a status as of wait(2). stopped: we ended it; hidden: its output said what its exit code did
 * not ("cannot delete"); full: it said "No space left on device".
 */
enum outcome outcome_of(int status, bool stopped, bool hidden, bool full);

/* A phrase for a person: "the source does not answer". */
const char *outcome_text(enum outcome outcome);

/* Milliseconds before the next try after so many failures in a row: 1 s, 2, 4 ... 30 s. */
long long outcome_delay(unsigned failures);
