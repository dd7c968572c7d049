/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a server is worth now: from what its checks say, what people said, how long it has been
 * back, and what traffic it has. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ipvs/gauge.h"
#include "ipvs/manual.h"

struct plan_server;

/* One server, kept while the director lives; zeroed at first. */
struct weighed {
	bool known, alive;
	long long since;	/* of alive or dead, nanoseconds of CLOCK_MONOTONIC */
	long long risen;	/* when it returned from death; 0: it was never seen dead */
	enum outcome_code code; /* of the check that decides: the first that failed, or the last */
	char reason[OUTCOME_REASON_MAX];
	enum manual_mode manual;
	bool gone;   /* drained, or in maintenance: it is not in the table */
	int weight;  /* to be set; -1: as configured */
	int steered; /* by traffic; 0: not */
	const char *
		missing; /* set before: the name of its cluster node, which is no member; or NULL */
	bool growing;	 /* slow start is under way */
};

enum weigh_news {
	WEIGH_SAME = 0,
	WEIGH_WEIGHT = 1 << 0, /* the weight, or whether it is in the table */
	WEIGH_STATE = 1 << 1,  /* alive or dead; or known now */
};

/* Takes over what the checks say of a server that is in the state that it was. */
void weigh_why(const struct plan_server *server, const struct gauge *gauges,
	       struct weighed *weighed);

/*
 * gauges: of the plan's checks, in its order. said: what people said of it, or NULL; drained: it has
 * no connections any more, or the limit has passed. A set of news.
 */
unsigned int weigh(const struct plan_server *server, const struct gauge *gauges,
		   const struct manual *said, bool drained, long long now, struct weighed *weighed);
