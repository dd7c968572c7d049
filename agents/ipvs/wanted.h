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
 * Whether a service has quorum; had: it had the last time, which hysteresis needs. standings: of
 * all servers of the intent.
 */
bool wanted_quorum(const struct intent_service *service, const struct standing *standings,
		   bool had);

/* The server's entry of the table, or false when it has none, in a service with quorum. */
bool wanted_server(const struct intent_server *server, const struct standing *standing,
		   struct ipvs_server *ret_server);

/*
 * quorum has an entry a service: whether it had quorum the last time; it is brought up to date. The table is the caller's. 0 or -ENOMEM.
 */
int wanted_table(const struct intent *intent, const struct standing *standings, bool *quorum,
		 struct ipvs_table *ret_table);
