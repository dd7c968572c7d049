/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How far something is that takes its time, as a person reads it: "1.2 of 3.4 GB (35 %), 118.0 MB/s".
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

enum progress_unit {
	PROGRESS_BYTES,
	PROGRESS_TRANSACTIONS,
};

struct progress {
	enum progress_unit unit;
	long long begun;       /* nanoseconds of deadline_now() */
	long long done, total; /* total: 0 while it is not known */
	long long told;	       /* when progress_is_due() has said so last */
	int told_percent;
};

struct progress progress_begin(enum progress_unit unit, long long total);

/* Appends it, as of that moment. */
void progress_print(const struct progress *progress, long long now, struct buf *text);

/* Whether it is worth another line of a log: every ten percent, and every ten seconds. */
bool progress_is_due(struct progress *progress, long long now);
