/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The loop of a daemon: descriptors, timers and signals, one thread, libqb's qb_loop underneath.
 *
 *	struct loop *loop;
 *	loop_new(&loop, &fault);
 *	loop_on_signal(loop, SIGTERM, on_term, daemon);
 *	loop_run(loop);			returns after loop_stop()
 *	loop_free(&loop);
 *
 * Functions called back may add and remove anything, also themselves. Descriptors belong to the
 * caller, are watched once, and are unwatched before they are closed. A daemon has one loop; with
 * it SIGPIPE is ignored.
 *
 * A gap is time in which this process did not run although it should have: SIGSTOP, a paused
 * machine, a callback that blocked. It is told before anything else that is waiting is handled, so
 * that nobody acts on old knowledge. Measured in CLOCK_BOOTTIME, which counts suspension too.
 */
#pragma once

#include <stdbool.h>

#include "base/attr.h"

struct fault;
struct loop;

/* 0, or -ENOMEM or -errno with the fault set. */
int loop_new(struct loop **ret_loop, struct fault *fault);
void loop_free(struct loop **loop);

void loop_run(struct loop *loop);
void loop_stop(struct loop *loop);

/* Events as in poll(2). The function gets those that came; POLLERR and POLLHUP come unasked. */
int loop_watch(struct loop *loop, int fd, short events, void (*ready)(int, short, void *),
	       void *data);
int loop_rewatch(struct loop *loop, int fd, short events);
void loop_unwatch(struct loop *loop, int fd);

/* The signal is handled on the loop from now on, and no longer by its default. */
int loop_on_signal(struct loop *loop, int number, void (*came)(int, void *), void *data);

/*
 * Calls back when the process has not run for that many milliseconds, with how many it was. Costs
 * two wakeups in that time. One listener a call; at most LOOP_LISTENERS.
 */
#define LOOP_LISTENERS 8
int loop_on_gap(struct loop *loop, long long milliseconds, void (*gap)(long long, void *),
		void *data);
void loop_off_gap(struct loop *loop, void *data);

/*
 * A timer lives in its owner's struct, fires once for each loop_timer_set(), and is cleared before
 * that struct ends. Set again before it fired, it forgets the earlier time.
 */
struct loop_timer {
	struct loop *loop;
	void (*fire)(void *data);
	void *data;
	struct loop_timer *next; /* of those that are set, by their time */
	long long due;		 /* nanoseconds of deadline_now() */
	bool set;
};

void loop_timer_init(struct loop_timer *timer, struct loop *loop, void (*fire)(void *), void *data);
int loop_timer_set(struct loop_timer *timer, long long milliseconds); /* from now; 0: soon */
void loop_timer_clear(struct loop_timer *timer);

#define AUTO_LOOP CLEANUP(loop_free)
