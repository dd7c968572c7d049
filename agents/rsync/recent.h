/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How many paths were deleted within the last minute: what one max_delete allows, in however many
 * passes it is done.
 */
#pragma once

#include <stddef.h>

#define RECENT_S 60

struct recent {
	size_t count[RECENT_S]; /* by second, in turn */
	long long last;		/* the newest second that has a count */
};

#define RECENT_INIT ((struct recent){.last = 0})

/* Times are in seconds of a clock that does not go back. */
void recent_add(struct recent *recent, long long now, size_t count);
size_t recent_sum(const struct recent *recent, long long now);
