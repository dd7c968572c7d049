// SPDX-License-Identifier: BSD-3-Clause

#include "net/ipvs.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/netlink.h"

struct ipvs_service *ipvs_table_add(struct ipvs_table *table, const struct ipvs_service *service)
{
	struct ipvs_service *added;

	if (netlink_grow(&table->services, table->count, sizeof(*added), &table->room))
		return NULL;
	added = &table->services[table->count++];
	*added = *service;
	added->servers = NULL;
	added->count = 0;
	added->room = 0;
	return added;
}

struct ipvs_server *ipvs_service_add(struct ipvs_service *service, const struct ipvs_server *server)
{
	if (netlink_grow(&service->servers, service->count, sizeof(*server), &service->room))
		return NULL;
	service->servers[service->count] = *server;
	return &service->servers[service->count++];
}

void ipvs_service_remove(struct ipvs_service *service, struct ipvs_server *server)
{
	const size_t behind = (size_t)(service->servers + service->count - server) - 1;

	memmove(server, server + 1, behind * sizeof(*server));
	service->count--;
}

struct ipvs_service *ipvs_table_find(const struct ipvs_table *table, const struct ipvs_key *key)
{
	for (size_t i = 0; i < table->count; i++)
		if (ipvs_key_same(&table->services[i].key, key))
			return &table->services[i];
	return NULL;
}

struct ipvs_server *ipvs_service_find(const struct ipvs_service *service,
				      const struct inet *address, uint16_t port)
{
	for (size_t i = 0; i < service->count; i++)
		if (service->servers[i].port == port &&
		    inet_same(&service->servers[i].address, address))
			return &service->servers[i];
	return NULL;
}

void ipvs_table_release(struct ipvs_table *table)
{
	for (size_t i = 0; i < table->count; i++)
		free(table->services[i].servers);
	free(table->services);
	*table = IPVS_TABLE_INIT;
}

bool ipvs_key_same(const struct ipvs_key *a, const struct ipvs_key *b)
{
	if (a->family != b->family || a->fwmark != b->fwmark)
		return false;
	return a->fwmark || (a->protocol == b->protocol && a->port == b->port &&
			     inet_same(&a->address, &b->address));
}

static const char *ipvs_protocol_text(int protocol)
{
	if (protocol == IPPROTO_TCP)
		return "tcp";
	if (protocol == IPPROTO_UDP)
		return "udp";
	return protocol == IPPROTO_SCTP ? "sctp" : "?";
}

const char *ipvs_key_text(const struct ipvs_key *key, char text[IPVS_KEY_TEXT_MAX])
{
	char address[INET_TEXT_MAX];
	bool six = key->family == AF_INET6;

	if (key->fwmark)
		(void)snprintf(text, IPVS_KEY_TEXT_MAX, "fwmark %u%s", key->fwmark,
			       six ? " (IPv6)" : "");
	else
		(void)snprintf(text, IPVS_KEY_TEXT_MAX, "%s %s%s%s:%u",
			       ipvs_protocol_text(key->protocol), six ? "[" : "",
			       inet_host_text(&key->address, address), six ? "]" : "", key->port);
	return text;
}

const char *ipvs_server_text(const struct ipvs_server *server, char text[IPVS_KEY_TEXT_MAX])
{
	char address[INET_TEXT_MAX];
	bool six = server->address.family == AF_INET6;

	(void)snprintf(text, IPVS_KEY_TEXT_MAX, "%s%s%s:%u", six ? "[" : "",
		       inet_host_text(&server->address, address), six ? "]" : "", server->port);
	return text;
}
