/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A point in time until which an action may wait.
 *
 * Made once, passed by pointer to everything that waits. CLOCK_MONOTONIC, which neither stands
 * still in a stopped process nor jumps with the wall clock (clock_gettime(2)).
 */
#pragma once

#include <stdbool.h>

struct deadline {
	long long at; /* nanoseconds of CLOCK_MONOTONIC */
};

long long deadline_now(void);

/* A deadline so many milliseconds from now; never, when they are too many to count. */
struct deadline deadline_in(long long milliseconds);

/* The earlier of the deadline and one so many milliseconds from now. */
struct deadline deadline_within(const struct deadline *deadline, long long milliseconds);

bool deadline_passed(const struct deadline *deadline);

/* Milliseconds left, rounded up, 0 once it has passed, INT_MAX at the most: poll(2)'s argument. */
int deadline_left(const struct deadline *deadline);
