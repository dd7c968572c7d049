// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <linux/ip_vs.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "net/ipvs_change.h"
#include "net/netlink.h"

static void difference_add(struct ipvs_changes *changes, int command,
			   const struct ipvs_service *service, const struct ipvs_server *server)
{
	if (netlink_grow(&changes->items, changes->count, sizeof(changes->items[0]),
			 &changes->room)) {
		changes->cut = true;
		return;
	}
	changes->items[changes->count++] =
		(struct ipvs_change){.command = command, .service = service, .server = server};
}

static bool difference_same_service(const struct ipvs_service *a, const struct ipvs_service *b)
{
	bool persistent = b->flags & IP_VS_SVC_F_PERSISTENT;

	/* HASHED is the kernel's own, and a netmask means nothing without persistence. */
	return !strcmp(a->scheduler, b->scheduler) && !strcmp(a->engine, b->engine) &&
	       !((a->flags ^ b->flags) & IPVS_SERVICE_FLAGS) &&
	       (!persistent || (a->persistence == b->persistence && a->netmask == b->netmask));
}

static bool difference_same_server(const struct ipvs_server *have, const struct ipvs_server *want)
{
	/* The kernel turns the forwarding of a server that is this host into its own kind. */
	bool forward = have->forward == want->forward || have->forward == IPVS_LOCAL;
	bool tunnel = want->forward != IPVS_TUNNEL || (have->tunnel_type == want->tunnel_type &&
						       have->tunnel_port == want->tunnel_port &&
						       have->tunnel_flags == want->tunnel_flags);

	return forward && tunnel && have->weight == want->weight && have->upper == want->upper &&
	       have->lower == want->lower;
}

static bool difference_is(const struct ipvs_service *service, size_t n,
			  const struct ipvs_server *server)
{
	return n < service->count && service->servers[n].port == server->port &&
	       inet_same(&service->servers[n].address, &server->address);
}

/*
 * ipvs_service_find() for a walk over another service: both have the same order mostly, or, out of the
 * kernel, the opposite one. *at is where the last one was found.
 */
static const struct ipvs_server *difference_find(const struct ipvs_service *service,
						 const struct ipvs_server *server, size_t *at)
{
	const size_t near[] = {*at + 1, *at - 1, *at};
	const struct ipvs_server *found;

	for (size_t i = 0; i < ARRAY_SIZE(near); i++)
		if (difference_is(service, near[i], server)) {
			*at = near[i];
			return &service->servers[near[i]];
		}
	found = ipvs_service_find(service, &server->address, server->port);
	if (found)
		*at = (size_t)(found - service->servers);
	return found;
}

static void difference_servers(const struct ipvs_service *have, const struct ipvs_service *want,
			       struct ipvs_changes *changes)
{
	size_t at = 0;

	for (size_t i = 0; i < want->count; i++) {
		const struct ipvs_server *server = &want->servers[i];
		const struct ipvs_server *old = have ? difference_find(have, server, &at) : NULL;

		if (!old)
			difference_add(changes, IPVS_CMD_NEW_DEST, want, server);
		else if (!difference_same_server(old, server))
			difference_add(changes, IPVS_CMD_SET_DEST, want, server);
	}
	at = 0;
	for (size_t i = 0; have && i < have->count; i++)
		if (!difference_find(want, &have->servers[i], &at))
			difference_add(changes, IPVS_CMD_DEL_DEST, have, &have->servers[i]);
}

int ipvs_difference(const struct ipvs_table *have, const struct ipvs_table *want,
		    const struct ipvs_table *owned, struct ipvs_changes *ret_changes)
{
	*ret_changes = IPVS_CHANGES_INIT;
	for (size_t i = 0; i < want->count; i++) {
		const struct ipvs_service *service = &want->services[i];
		const struct ipvs_service *old = ipvs_table_find(have, &service->key);

		if (!old)
			difference_add(ret_changes, IPVS_CMD_NEW_SERVICE, service, NULL);
		else if (!difference_same_service(old, service))
			difference_add(ret_changes, IPVS_CMD_SET_SERVICE, service, NULL);
		difference_servers(old, service, ret_changes);
	}
	for (size_t i = 0; owned && i < have->count; i++) {
		const struct ipvs_service *old = &have->services[i];

		if (!ipvs_table_find(want, &old->key) && ipvs_table_find(owned, &old->key))
			difference_add(ret_changes, IPVS_CMD_DEL_SERVICE, old, NULL);
	}
	return ret_changes->cut ? -ENOMEM : 0;
}

void ipvs_changes_release(struct ipvs_changes *changes)
{
	free(changes->items);
	*changes = IPVS_CHANGES_INIT;
}

const char *ipvs_change_text(const struct ipvs_change *change, char text[IPVS_CHANGE_TEXT_MAX])
{
	char service[IPVS_KEY_TEXT_MAX], server[IPVS_KEY_TEXT_MAX];
	const char *what = "is not as configured";

	if (change->command == IPVS_CMD_NEW_SERVICE || change->command == IPVS_CMD_NEW_DEST)
		what = "is missing";
	else if (change->command == IPVS_CMD_DEL_SERVICE || change->command == IPVS_CMD_DEL_DEST)
		what = "should not be there";
	(void)ipvs_key_text(&change->service->key, service);
	if (change->server)
		(void)snprintf(text, IPVS_CHANGE_TEXT_MAX, "%s: server %s %s", service,
			       ipvs_server_text(change->server, server), what);
	else
		(void)snprintf(text, IPVS_CHANGE_TEXT_MAX, "%s %s", service, what);
	return text;
}
