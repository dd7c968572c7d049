/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The kernel's table that an intent wants now, as its servers stand. Pure.
 */
#pragma once

#include "ipvs/intent.h"

/* How a server stands, by its id in the intent. */
struct standing {
	bool alive;
	bool absent; /* taken out: gone from the table, quiescent or not */
	int weight;  /* what checks or a person say; -1: as configured */
};

/*
 * quorum has an entry a service: whether it had quorum the last time, which hysteresis needs; it is
 * brought up to date. The table is the caller's. 0 or -ENOMEM.
 */
int wanted_table(const struct intent *intent, const struct standing *standings, bool *quorum,
		 struct ipvs_table *ret_table);
