/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The prober: the process that talks to the real servers, whose answers are hostile. It has the
 * privileges of nobody, no files but its sockets, and can start no program. What it finds lies in
 * the gauges; an eventfd tells that there is news. It dies with the director.
 *
 * Forked, not executed: it knows the plan from memory. External programs are not its business
 * (ipvs/programs.h): their gauges stay as they are.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ipvs/gauge.h"

struct fault;
struct plan;

struct prober {
	pid_t pid;
	int process; /* pidfd: readable when it has ended */
	int news;    /* eventfd: readable when there is news */
	struct gauges *gauges;
	size_t count;
};

#define PROBER_INIT ((struct prober){.process = -1, .news = -1})

/* The user whose rights it takes; the first that there is. */
#define PROBER_USER "quorate"
#define PROBER_USER_ELSE "nobody"

/*
 * before: by the plan's order, what is known already (known: false where nothing is); those are
 * probed spread over their interval, the others at once. NULL: nothing is known. 0 or -errno with
 * the fault set.
 */
int prober_start(const struct plan *plan, const struct gauge *before, struct prober *ret_prober,
		 struct fault *fault);

/* Ends it and waits; the gauges go, too. */
void prober_end(struct prober *prober);

/* Milliseconds since its loop went round. */
long long prober_silence(const struct prober *prober);
