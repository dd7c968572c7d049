/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Points in time that lie in their owners' structs, and the earliest of them: a binary heap.
 */
#pragma once

#include <stddef.h>

struct alarm_at {
	long long at; /* nanoseconds of CLOCK_MONOTONIC */
	size_t place; /* in the heap, counted from 1; 0: not set */
};

struct alarms {
	struct alarm_at **heap; /* owned; the alarms are not */
	size_t count, room;
};

/* Sets it, or sets it anew. 0 or -ENOMEM; an alarm that was set before never fails. */
int alarms_set(struct alarms *alarms, struct alarm_at *alarm, long long at);
void alarms_clear(struct alarms *alarms, struct alarm_at *alarm);

/* The earliest, borrowed; NULL when none is set. */
struct alarm_at *alarms_first(const struct alarms *alarms);

void alarms_release(struct alarms *alarms);
