/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the prober has found, in memory that it shares with the director: one gauge a check, by the
 * plan's order. The prober alone writes; the director reads what hostile bytes may have made of it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipvs/outcome.h"

struct watch;

struct gauge {
	bool known, alive;
	bool percent;
	int weight;		/* of the last success, as in struct outcome */
	enum outcome_code code; /* of the last probe */
	long long since;	/* of alive or dead: nanoseconds of CLOCK_MONOTONIC */
	long long heard;	/* the last outcome */
	long long took;		/* the last probe: nanoseconds */
	uint64_t probes, failures;
	char reason[OUTCOME_REASON_MAX];
};

struct gauge_cell {
	uint32_t turn; /* odd while it is written */
	uint32_t news; /* counts changes of known, alive and weight */
	struct gauge gauge;
};

struct gauges {
	long long beat;		   /* when the prober's loop went round last */
	struct gauge_cell cells[]; /* how many is not told here: the prober could change it */
};

/* Shared memory, zeroed; NULL when there is none. */
struct gauges *gauges_new(size_t count);
void gauges_free(struct gauges *gauges, size_t count);

void gauge_write(struct gauge_cell *cell, const struct gauge *gauge);

/*
 * Reads it as far as it can be believed: numbers within their range, a clean line of text. False
 * while it is written, or was damaged.
 */
bool gauge_read(const struct gauge_cell *cell, struct gauge *ret_gauge);

/* Makes what another process wrote safe to be used: the second half of gauge_read(). Pure. */
void gauge_tame(struct gauge *gauge);
