/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One check of one server over time: the funnel that every kind's outcomes go through (rise, fall,
 * weight), and when the next probe begins. Pure; times are nanoseconds of CLOCK_MONOTONIC.
 *
 * When probes begin:
 *  - While nothing changes, interval after the beginning of the one before.
 *  - What contradicts the state is confirmed soon: after a quarter of retry_interval, half a second
 *    at the most. A refusal or an answer is news of this moment, waiting makes it no truer.
 *  - Silence is confirmed while it lasts: a living server's probe that has taken a quarter of its
 *    time, and four times as long as usual, gets company, up to as many as make a failure. Each has
 *    its own full time, so that the confirmations are as many as without.
 *  - A success speaks for all that are under way.
 *  - A dead server is probed once an interval, never twice at a time.
 */
#pragma once

#include <stdbool.h>

#include "ipvs/outcome.h"

struct intent_check;

#define WATCH_HURRY_MOST_MS 500 /* until what contradicts the state is asked again */
#define WATCH_NEVER ((long long)(~0ULL >> 1))

struct watch {
	const struct intent_check *check;
	bool known; /* else the first outcome decides, or with alpha the first failure or rise successes */
	bool alive;
	int streak; /* outcomes in a row that contradict alive */
	int under_way;
	long long begun, heard; /* the last beginning, the last outcome */
	long long typical;	/* what a success takes, smoothed */
	struct outcome last;
	int weight; /* of the last success, as in struct outcome */
	bool percent;
};

enum watch_news {
	WATCH_SAME,
	WATCH_WEIGHT,  /* alive, with another weight */
	WATCH_CHANGED, /* alive or dead, or known now */
};

void watch_init(struct watch *watch, const struct intent_check *check);

/* A probe has begun. */
void watch_began(struct watch *watch, long long now);

/* One has ended. After a success the caller cancels the others that are under way. */
enum watch_news watch_hear(struct watch *watch, long long now, long long duration,
			   const struct outcome *outcome);

/* When the next probe is to begin, perhaps in the past; WATCH_NEVER: not before the next outcome. */
long long watch_next(const struct watch *watch);

/* The milliseconds by which the index-th check of a first round waits, a second at the most. */
long long watch_pace(unsigned int index);

/*
 * How long after the start the first probe of a check whose state is known begins: the place of
 * the index-th of all, spread over warmup (or the interval) so that they never fire together.
 */
long long watch_spread(const struct intent_check *check, unsigned int index);
