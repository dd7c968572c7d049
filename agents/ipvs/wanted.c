// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/wanted.h"

#include <errno.h>

static int wanted_weight(const struct intent_server *server, const struct standing *standing)
{
	return standing->weight < 0 ? server->server.weight : standing->weight;
}

/* Summed weight of a service's servers that serve. */
static long wanted_strength(const struct intent_service *service, const struct standing *standings)
{
	long sum = 0;

	for (size_t i = 0; i < service->server_count; i++) {
		const struct intent_server *server = &service->servers[i];
		const struct standing *standing = &standings[server->id];

		/* Steered and growing weights are no reason to lose quorum. */
		if (standing->alive && !standing->absent && standing->weight)
			sum += server->server.weight;
	}
	return sum;
}

bool wanted_quorum(const struct intent_service *service, const struct standing *standings, bool had)
{
	const long strength = wanted_strength(service, standings);
	long lost = (long)service->quorum - service->hysteresis;

	if (lost < 1)
		lost = 1;
	return had ? strength >= lost : strength >= (long)service->quorum + service->hysteresis;
}

bool wanted_server(const struct intent_server *server, const struct standing *standing,
		   struct ipvs_server *ret_server)
{
	const bool serves = standing->alive && !standing->absent;

	if (server->nameless || (!serves && (standing->absent || !server->quiescent)))
		return false;
	*ret_server = server->server;
	ret_server->weight = serves ? wanted_weight(server, standing) : 0;
	return true;
}

static int wanted_add(struct ipvs_service *to, const struct intent_server *server,
		      const struct standing *standing)
{
	struct ipvs_server added;

	if (!wanted_server(server, standing, &added))
		return 0;
	return ipvs_service_add(to, &added) ? 0 : -ENOMEM;
}

static int wanted_service(const struct intent_service *service, const struct standing *standings,
			  bool *quorum, struct ipvs_table *table)
{
	bool fallback = false;
	struct ipvs_service *to;
	int r = 0;

	*quorum = wanted_quorum(service, standings, *quorum);
	for (size_t i = 0; !*quorum && i < service->fallback_count; i++)
		fallback |= standings[service->fallbacks[i].id].alive;
	if (!*quorum && !fallback && service->withdraw)
		return 0;
	to = ipvs_table_add(table, &service->service);
	if (!to)
		return -ENOMEM;
	for (size_t i = 0; !r && i < service->server_count; i++) {
		const struct intent_server *server = &service->servers[i];
		struct standing standing = standings[server->id];

		/* The fallback serves alone: what is left would be overrun. */
		standing.alive &= !fallback;
		r = wanted_add(to, server, &standing);
	}
	for (size_t i = 0; !r && fallback && i < service->fallback_count; i++)
		if (!ipvs_service_find(to, &service->fallbacks[i].server.address,
				       service->fallbacks[i].server.port))
			r = wanted_add(to, &service->fallbacks[i],
				       &standings[service->fallbacks[i].id]);
	return r;
}

int wanted_table(const struct intent *intent, const struct standing *standings, bool *quorum,
		 struct ipvs_table *ret_table)
{
	int r = 0;

	*ret_table = IPVS_TABLE_INIT;
	for (size_t i = 0; !r && i < intent->service_count; i++)
		r = wanted_service(&intent->services[i], standings, &quorum[i], ret_table);
	return r;
}
