/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The probes that are under way: thousands at once in one thread, none of which waits for another.
 *
 * Each has one deadline for everything: connecting, TLS, and an answer that drips. A server that
 * sends without end gets a bounded turn like all others.
 *
 * When this process itself did not run (stopped, or the machine was overloaded), answers that lie
 * in the sockets are read first and deadlines move by the time lost: nobody is found dead for that.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "ipvs/alarms.h"
#include "ipvs/outcome.h"

struct engine;
struct probe;
struct target;

/* Something that the engine calls back at a time; lies in its owner's struct, zeroed at first. */
struct engine_timer {
	struct alarm_at alarm; /* first */
	void (*ring)(struct engine_timer *timer, long long now);
};

/* 0 or -errno. */
int engine_new(struct engine **ret_engine);
void engine_free(struct engine **engine);

/* 0 or -ENOMEM. */
int engine_timer_set(struct engine *engine, struct engine_timer *timer, long long at);
void engine_timer_clear(struct engine *engine, struct engine_timer *timer);

/*
 * Begins a probe; done() is called once, never before this returns, with how long it took in
 * nanoseconds. The probe is gone then. 0 or -ENOMEM.
 */
int engine_probe(struct engine *engine, const struct target *target,
		 void (*done)(struct probe *probe, const struct outcome *outcome, long long took,
			      void *data),
		 void *data, struct probe **ret_probe);

/* Ends it without done(). */
void engine_cancel(struct engine *engine, struct probe *probe);

/*
 * Now, as the engine knows it: read once when something woke it. What a step does takes so little that
 * asking anew costs more than it tells.
 */
long long engine_now(const struct engine *engine);

/* How many are under way. */
size_t engine_count(const struct engine *engine);

/*
 * Waits until something is due, milliseconds at the most (-1: for ever), and does it. 0, or -errno
 * when it can't wait any more.
 */
int engine_step(struct engine *engine, int milliseconds);

#define AUTO_ENGINE CLEANUP(engine_free)
