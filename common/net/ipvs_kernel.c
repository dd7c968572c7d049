// SPDX-License-Identifier: BSD-3-Clause

#include "net/ipvs_kernel.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "net/ipvs_put.h"
#include "net/ipvs_read.h"

#define SYNC_PORT 8848
#define SYNC_GROUP "224.0.0.81"

static void ipvs_begin(struct ipvs *ipvs, uint8_t command)
{
	struct genlmsghdr *header =
		netlink_begin(&ipvs->netlink, (unsigned int)ipvs->family, 0, sizeof(*header));

	header->cmd = command;
	header->version = IPVS_GENL_VERSION;
}

static int ipvs_take_family(const struct nlmsghdr *message, void *data)
{
	return ipvs_read_family(message, data);
}

int ipvs_open(struct ipvs *ipvs, const struct deadline *deadline, struct fault *fault)
{
	const struct netlink_sink sink = {.take = ipvs_take_family, .data = &ipvs->family};
	struct genlmsghdr *header;
	int r;

	*ipvs = IPVS_INIT;
	r = netlink_open(&ipvs->netlink, NETLINK_GENERIC, deadline, fault);
	if (r)
		return r;
	header = netlink_begin(&ipvs->netlink, GENL_ID_CTRL, 0, sizeof(*header));
	header->cmd = CTRL_CMD_GETFAMILY;
	header->version = 1;
	mnl_attr_put_strz(netlink_message(&ipvs->netlink), CTRL_ATTR_FAMILY_NAME, IPVS_GENL_NAME);
	r = netlink_query(&ipvs->netlink, &sink, fault);
	if (r == -ENOENT)
		r = fault_set(fault, FAULT_INSTALLED, r,
			      "this kernel has no IPVS: the module ip_vs is not there");
	else if (r)
		fault_prefix(fault, "IPVS: ");
	if (r)
		ipvs_close(ipvs);
	return r;
}

void ipvs_close(struct ipvs *ipvs)
{
	netlink_close(&ipvs->netlink);
}

static int ipvs_take_service(const struct nlmsghdr *message, void *data)
{
	struct ipvs_service service;
	int r = ipvs_read_service(message, &service);

	if (!r && !ipvs_table_add(data, &service))
		r = -ENOMEM;
	return r;
}

static void ipvs_clear_table(void *data)
{
	ipvs_table_release(data);
}

static int ipvs_take_server(const struct nlmsghdr *message, void *data)
{
	struct ipvs_service *service = data;
	struct ipvs_server server;
	int r = ipvs_read_server(message, service->key.family, &server);

	if (!r && !ipvs_service_add(service, &server))
		r = -ENOMEM;
	return r;
}

static void ipvs_clear_service(void *data)
{
	struct ipvs_service *service = data;

	service->count = 0;
}

static int ipvs_dump_servers(struct ipvs *ipvs, struct ipvs_service *service, struct fault *fault)
{
	const struct netlink_sink sink = {
		.take = ipvs_take_server, .clear = ipvs_clear_service, .data = service};
	char text[IPVS_KEY_TEXT_MAX];
	int r;

	ipvs_begin(ipvs, IPVS_CMD_GET_DEST);
	ipvs_put_key(netlink_message(&ipvs->netlink), &service->key);
	r = netlink_dump(&ipvs->netlink, &sink, fault);
	if (r)
		fault_prefix(fault, "servers of %s: ", ipvs_key_text(&service->key, text));
	return r;
}

int ipvs_dump(struct ipvs *ipvs, struct fault *fault, struct ipvs_table *ret_table)
{
	const struct netlink_sink sink = {
		.take = ipvs_take_service, .clear = ipvs_clear_table, .data = ret_table};
	int r;

	*ret_table = IPVS_TABLE_INIT;
	ipvs_begin(ipvs, IPVS_CMD_GET_SERVICE);
	r = netlink_dump(&ipvs->netlink, &sink, fault);
	if (r)
		fault_prefix(fault, "IPVS services: ");
	/* A service that leaves meanwhile has no servers: the kernel's answer is empty. */
	for (size_t i = 0; !r && i < ret_table->count; i++)
		r = ipvs_dump_servers(ipvs, &ret_table->services[i], fault);
	return r;
}

int ipvs_flush(struct ipvs *ipvs, struct fault *fault)
{
	int r;

	ipvs_begin(ipvs, IPVS_CMD_FLUSH);
	r = netlink_request(&ipvs->netlink, fault);
	if (r)
		fault_prefix(fault, "flushing IPVS: ");
	return r;
}

struct sync_taken {
	struct ipvs_sync *syncs;
	size_t count;
};

static int ipvs_take_sync(const struct nlmsghdr *message, void *data)
{
	struct sync_taken *taken = data;

	return taken->count < 2 ? ipvs_read_sync(message, &taken->syncs[taken->count++]) : -EBADMSG;
}

static void ipvs_clear_syncs(void *data)
{
	struct sync_taken *taken = data;

	taken->count = 0;
}

int ipvs_sync_list(struct ipvs *ipvs, struct fault *fault, struct ipvs_sync ret_syncs[2],
		   size_t *ret_count)
{
	struct sync_taken taken = {.syncs = ret_syncs};
	const struct netlink_sink sink = {
		.take = ipvs_take_sync, .clear = ipvs_clear_syncs, .data = &taken};
	int r;

	ipvs_begin(ipvs, IPVS_CMD_GET_DAEMON);
	r = netlink_dump(&ipvs->netlink, &sink, fault);
	if (r)
		fault_prefix(fault, "IPVS sync daemons: ");
	*ret_count = taken.count;
	return r;
}

bool ipvs_sync_fits(const struct ipvs_sync *runs, const struct ipvs_sync *wanted)
{
	struct inet group = wanted->group;

	if (!group.family)
		(void)inet_parse(SYNC_GROUP, &group);
	return runs->role == wanted->role && !strcmp(runs->link, wanted->link) &&
	       runs->id == wanted->id && (!wanted->maximum || runs->maximum == wanted->maximum) &&
	       runs->port == (wanted->port ? wanted->port : SYNC_PORT) &&
	       runs->ttl == (wanted->ttl ? wanted->ttl : 1) && inet_same(&runs->group, &group);
}

static const char *ipvs_role_text(enum ipvs_sync_role role)
{
	return role == IPVS_SYNC_MASTER ? "master" : "backup";
}

int ipvs_sync_start(struct ipvs *ipvs, const struct ipvs_sync *sync, struct fault *fault)
{
	struct ipvs_sync runs[2];
	size_t count;
	int r;

	r = ipvs_sync_list(ipvs, fault, runs, &count);
	for (size_t i = 0; !r && i < count; i++) {
		if (runs[i].role != sync->role)
			continue;
		if (ipvs_sync_fits(&runs[i], sync))
			return 0;
		r = ipvs_sync_stop(ipvs, sync->role, fault);
	}
	if (r)
		return r;
	ipvs_begin(ipvs, IPVS_CMD_NEW_DAEMON);
	ipvs_put_sync(netlink_message(&ipvs->netlink), sync);
	r = netlink_request(&ipvs->netlink, fault);
	if (r == -ENODEV)
		r = fault_set(fault, FAULT_ARGS, r, "there is no interface %s", sync->link);
	if (r == -EINVAL)
		r = fault_set(
			fault, FAULT_GENERIC, r,
			"refused; it cannot serve IPv4 services with IPv6 servers or the reverse");
	if (r)
		fault_prefix(fault, "IPVS sync %s on %s: ", ipvs_role_text(sync->role), sync->link);
	return r;
}

int ipvs_sync_stop(struct ipvs *ipvs, enum ipvs_sync_role role, struct fault *fault)
{
	static const int done[] = {ESRCH, 0};
	const struct ipvs_sync sync = {.role = role};
	int r;

	ipvs_begin(ipvs, IPVS_CMD_DEL_DAEMON);
	ipvs_put_sync(netlink_message(&ipvs->netlink), &sync);
	r = netlink_attempt(&ipvs->netlink, done, fault);
	if (r < 0)
		fault_prefix(fault, "stopping the IPVS sync %s: ", ipvs_role_text(role));
	return r < 0 ? r : 0;
}

static int ipvs_take_timeouts(const struct nlmsghdr *message, void *data)
{
	return ipvs_read_timeouts(message, data);
}

int ipvs_timeouts(struct ipvs *ipvs, struct fault *fault, struct ipvs_timeouts *ret_timeouts)
{
	const struct netlink_sink sink = {.take = ipvs_take_timeouts, .data = ret_timeouts};
	int r;

	ipvs_begin(ipvs, IPVS_CMD_GET_CONFIG);
	r = netlink_query(&ipvs->netlink, &sink, fault);
	if (r)
		fault_prefix(fault, "IPVS timeouts: ");
	return r;
}

int ipvs_set_timeouts(struct ipvs *ipvs, const struct ipvs_timeouts *timeouts, struct fault *fault)
{
	struct nlmsghdr *message;
	int r;

	ipvs_begin(ipvs, IPVS_CMD_SET_CONFIG);
	message = netlink_message(&ipvs->netlink);
	mnl_attr_put_u32(message, IPVS_CMD_ATTR_TIMEOUT_TCP, timeouts->tcp);
	mnl_attr_put_u32(message, IPVS_CMD_ATTR_TIMEOUT_TCP_FIN, timeouts->fin);
	mnl_attr_put_u32(message, IPVS_CMD_ATTR_TIMEOUT_UDP, timeouts->udp);
	r = netlink_request(&ipvs->netlink, fault);
	if (r)
		fault_prefix(fault, "setting IPVS timeouts: ");
	return r;
}
