/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A shift: everything that belongs to one intent while it is in force: its plan, the prober and the
 * external programs that carry it out, and what its servers are worth. A reload prepares the next
 * shift beside the one at work, which is relieved only when the next one knows all its servers.
 *
 * What a prober has found outlives it: when it dies, the next one goes on from there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "daemon/loop.h"
#include "ipvs/balance.h"
#include "ipvs/intent.h"
#include "ipvs/plan.h"
#include "ipvs/prober.h"
#include "ipvs/wanted.h"
#include "ipvs/weigh.h"

struct fault;
struct programs;

struct shift_ops {
	void (*news)(void *data);		   /* a check has changed its mind */
	void (*lost)(const char *why, void *data); /* the prober was replaced */
};

/* Whom it works for. */
struct shift_owner {
	struct loop *loop;
	const struct shift_ops *ops;
	void *data;
};

struct shift {
	struct shift_owner owner;
	struct intent intent; /* owned */
	struct plan plan;
	struct prober prober;
	struct programs *programs;
	struct gauge *gauges;	 /* by plan.checks */
	uint32_t *heard;	 /* the same: how much news of the prober's was read */
	struct weighed *weighed; /* by server id, as the four below */
	struct standing *standings;
	struct balance *balances;
	bool *drained;
	bool *quorum;		 /* by service */
	struct loop_timer again; /* a prober that could not be replaced */
};

/* Takes the intent. before may be NULL. Probing begins at once. 0 or -errno with the fault set. */
int shift_new(const struct shift_owner *owner, struct intent *intent, const struct shift *before,
	      struct shift **ret_shift, struct fault *fault);
void shift_free(struct shift **shift);

/* Reads the gauges. True when every check knows its server. */
bool shift_refresh(struct shift *shift);

/* Reads those that have news. True when they are of one server alone, whose id is *ret_server. */
bool shift_hear(struct shift *shift, size_t *ret_server);

/* How long the first round can take at the most: milliseconds. */
long long shift_first_round(const struct shift *shift);

/* A prober that has not gone round for long is replaced. Call it about once a second. */
void shift_guard(struct shift *shift);

#define SHIFT_SILENCE_MS 5000
#define AUTO_SHIFT CLEANUP(shift_free)
