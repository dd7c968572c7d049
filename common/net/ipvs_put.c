// SPDX-License-Identifier: BSD-3-Clause

#include "net/ipvs_put.h"

#include <arpa/inet.h>
#include <libmnl/libmnl.h>
#include <linux/ip_vs.h>

#include "net/ipvs_kernel.h"

/* The kernel takes addresses in a field that is as long as an IPv6 address. */
static void put_inet(struct nlmsghdr *message, uint16_t type, const struct inet *inet)
{
	mnl_attr_put(message, type, sizeof(inet->bytes), inet->bytes);
}

static void put_key(struct nlmsghdr *message, const struct ipvs_key *key)
{
	mnl_attr_put_u16(message, IPVS_SVC_ATTR_AF, (uint16_t)key->family);
	if (key->fwmark) {
		mnl_attr_put_u32(message, IPVS_SVC_ATTR_FWMARK, key->fwmark);
		return;
	}
	mnl_attr_put_u16(message, IPVS_SVC_ATTR_PROTOCOL, (uint16_t)key->protocol);
	put_inet(message, IPVS_SVC_ATTR_ADDR, &key->address);
	mnl_attr_put_u16(message, IPVS_SVC_ATTR_PORT, htons(key->port));
}

void ipvs_put_key(struct nlmsghdr *message, const struct ipvs_key *key)
{
	struct nlattr *nest = mnl_attr_nest_start(message, IPVS_CMD_ATTR_SERVICE);

	put_key(message, key);
	mnl_attr_nest_end(message, nest);
}

static uint32_t put_netmask(const struct ipvs_service *service)
{
	if (service->key.family == AF_INET6)
		return (uint32_t)service->netmask;
	return service->netmask ? htonl(UINT32_MAX << (32 - service->netmask)) : 0;
}

void ipvs_put_service(struct nlmsghdr *message, const struct ipvs_service *service)
{
	struct nlattr *nest = mnl_attr_nest_start(message, IPVS_CMD_ATTR_SERVICE);
	const struct ip_vs_flags flags = {.flags = service->flags, .mask = IPVS_SERVICE_FLAGS};

	put_key(message, &service->key);
	mnl_attr_put_strz(message, IPVS_SVC_ATTR_SCHED_NAME, service->scheduler);
	if (service->engine[0])
		mnl_attr_put_strz(message, IPVS_SVC_ATTR_PE_NAME, service->engine);
	mnl_attr_put(message, IPVS_SVC_ATTR_FLAGS, sizeof(flags), &flags);
	mnl_attr_put_u32(message, IPVS_SVC_ATTR_TIMEOUT, service->persistence);
	mnl_attr_put_u32(message, IPVS_SVC_ATTR_NETMASK, put_netmask(service));
	mnl_attr_nest_end(message, nest);
}

void ipvs_put_server(struct nlmsghdr *message, const struct ipvs_server *server, bool whole)
{
	struct nlattr *nest = mnl_attr_nest_start(message, IPVS_CMD_ATTR_DEST);

	put_inet(message, IPVS_DEST_ATTR_ADDR, &server->address);
	mnl_attr_put_u16(message, IPVS_DEST_ATTR_PORT, htons(server->port));
	mnl_attr_put_u16(message, IPVS_DEST_ATTR_ADDR_FAMILY, (uint16_t)server->address.family);
	if (whole) {
		mnl_attr_put_u32(message, IPVS_DEST_ATTR_FWD_METHOD, server->forward);
		mnl_attr_put_u32(message, IPVS_DEST_ATTR_WEIGHT, (uint32_t)server->weight);
		mnl_attr_put_u32(message, IPVS_DEST_ATTR_U_THRESH, server->upper);
		mnl_attr_put_u32(message, IPVS_DEST_ATTR_L_THRESH, server->lower);
	}
	/* What is not given is zero to the kernel. */
	if (whole && server->forward == IPVS_TUNNEL) {
		mnl_attr_put_u8(message, IPVS_DEST_ATTR_TUN_TYPE, server->tunnel_type);
		mnl_attr_put_u16(message, IPVS_DEST_ATTR_TUN_PORT, htons(server->tunnel_port));
		mnl_attr_put_u16(message, IPVS_DEST_ATTR_TUN_FLAGS, server->tunnel_flags);
	}
	mnl_attr_nest_end(message, nest);
}

void ipvs_put_sync(struct nlmsghdr *message, const struct ipvs_sync *sync)
{
	struct nlattr *nest = mnl_attr_nest_start(message, IPVS_CMD_ATTR_DAEMON);

	mnl_attr_put_u32(message, IPVS_DAEMON_ATTR_STATE, sync->role);
	mnl_attr_put_strz(message, IPVS_DAEMON_ATTR_MCAST_IFN, sync->link);
	mnl_attr_put_u32(message, IPVS_DAEMON_ATTR_SYNC_ID, sync->id);
	if (sync->maximum)
		mnl_attr_put_u16(message, IPVS_DAEMON_ATTR_SYNC_MAXLEN, sync->maximum);
	if (sync->group.family == AF_INET)
		mnl_attr_put(message, IPVS_DAEMON_ATTR_MCAST_GROUP, 4, sync->group.bytes);
	else if (sync->group.family == AF_INET6)
		mnl_attr_put(message, IPVS_DAEMON_ATTR_MCAST_GROUP6, 16, sync->group.bytes);
	if (sync->port)
		mnl_attr_put_u16(message, IPVS_DAEMON_ATTR_MCAST_PORT, sync->port);
	if (sync->ttl)
		mnl_attr_put_u8(message, IPVS_DAEMON_ATTR_MCAST_TTL, sync->ttl);
	mnl_attr_nest_end(message, nest);
}
