// SPDX-License-Identifier: BSD-3-Clause

#include "net/ipvs_read.h"

#include <arpa/inet.h>
#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <string.h>

#include "net/ipvs_kernel.h"
#include "net/netlink.h"

static const unsigned short read_top[IPVS_CMD_ATTR_MAX + 1] = {
	[IPVS_CMD_ATTR_TIMEOUT_TCP] = 4,
	[IPVS_CMD_ATTR_TIMEOUT_TCP_FIN] = 4,
	[IPVS_CMD_ATTR_TIMEOUT_UDP] = 4,
};

static const unsigned short read_service[IPVS_SVC_ATTR_MAX + 1] = {
	[IPVS_SVC_ATTR_AF] = 2,	     [IPVS_SVC_ATTR_PROTOCOL] = 2, [IPVS_SVC_ATTR_ADDR] = 4,
	[IPVS_SVC_ATTR_PORT] = 2,    [IPVS_SVC_ATTR_FWMARK] = 4,   [IPVS_SVC_ATTR_FLAGS] = 8,
	[IPVS_SVC_ATTR_TIMEOUT] = 4, [IPVS_SVC_ATTR_NETMASK] = 4,
};

static const unsigned short read_server[IPVS_DEST_ATTR_MAX + 1] = {
	[IPVS_DEST_ATTR_ADDR] = 4,	    [IPVS_DEST_ATTR_PORT] = 2,
	[IPVS_DEST_ATTR_FWD_METHOD] = 4,    [IPVS_DEST_ATTR_WEIGHT] = 4,
	[IPVS_DEST_ATTR_U_THRESH] = 4,	    [IPVS_DEST_ATTR_L_THRESH] = 4,
	[IPVS_DEST_ATTR_ACTIVE_CONNS] = 4,  [IPVS_DEST_ATTR_INACT_CONNS] = 4,
	[IPVS_DEST_ATTR_PERSIST_CONNS] = 4, [IPVS_DEST_ATTR_ADDR_FAMILY] = 2,
	[IPVS_DEST_ATTR_TUN_TYPE] = 1,	    [IPVS_DEST_ATTR_TUN_PORT] = 2,
	[IPVS_DEST_ATTR_TUN_FLAGS] = 2,
};

static const unsigned short read_daemon[IPVS_DAEMON_ATTR_MAX + 1] = {
	[IPVS_DAEMON_ATTR_STATE] = 4,	    [IPVS_DAEMON_ATTR_MCAST_IFN] = 1,
	[IPVS_DAEMON_ATTR_SYNC_ID] = 4,	    [IPVS_DAEMON_ATTR_SYNC_MAXLEN] = 2,
	[IPVS_DAEMON_ATTR_MCAST_GROUP] = 4, [IPVS_DAEMON_ATTR_MCAST_GROUP6] = 16,
	[IPVS_DAEMON_ATTR_MCAST_PORT] = 2,  [IPVS_DAEMON_ATTR_MCAST_TTL] = 1,
};

static const unsigned short read_stats[IPVS_STATS_ATTR_MAX + 1] = {
	[IPVS_STATS_ATTR_CONNS] = 8,	[IPVS_STATS_ATTR_INPKTS] = 8,
	[IPVS_STATS_ATTR_OUTPKTS] = 8,	[IPVS_STATS_ATTR_INBYTES] = 8,
	[IPVS_STATS_ATTR_OUTBYTES] = 8, [IPVS_STATS_ATTR_CPS] = 8,
	[IPVS_STATS_ATTR_INPPS] = 8,	[IPVS_STATS_ATTR_OUTPPS] = 8,
	[IPVS_STATS_ATTR_INBPS] = 8,	[IPVS_STATS_ATTR_OUTBPS] = 8,
};

/* The attributes within one of the top: -EBADMSG without it. */
static int read_nested(const struct nlmsghdr *message, unsigned int which,
		       const unsigned short *minimums, unsigned int max,
		       const struct nlattr **ret_table)
{
	const struct nlattr *top[IPVS_CMD_ATTR_MAX + 1];
	int r;

	r = netlink_attributes(message, sizeof(struct genlmsghdr), read_top, IPVS_CMD_ATTR_MAX,
			       top);
	if (r)
		return r;
	return top[which] ? netlink_nested(top[which], minimums, max, ret_table) : -EBADMSG;
}

static uint16_t read_u16(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u16(attr) : 0;
}

static int read_inet(const struct nlattr *attr, int family, struct inet *ret_inet)
{
	if ((family != AF_INET && family != AF_INET6) || !attr ||
	    mnl_attr_get_payload_len(attr) < inet_size(family))
		return -EBADMSG;
	*ret_inet = inet_from_bytes(family, mnl_attr_get_payload(attr));
	return 0;
}

static uint64_t read_u64(const struct nlattr *attr)
{
	return attr ? mnl_attr_get_u64(attr) : 0;
}

static int read_statistics(const struct nlattr *attr, struct ipvs_stats *ret_stats)
{
	const struct nlattr *table[IPVS_STATS_ATTR_MAX + 1];
	int r;

	if (!attr)
		return 0;
	r = netlink_nested(attr, read_stats, IPVS_STATS_ATTR_MAX, table);
	if (r)
		return r;
	*ret_stats = (struct ipvs_stats){
		.connections = read_u64(table[IPVS_STATS_ATTR_CONNS]),
		.packets_in = read_u64(table[IPVS_STATS_ATTR_INPKTS]),
		.packets_out = read_u64(table[IPVS_STATS_ATTR_OUTPKTS]),
		.bytes_in = read_u64(table[IPVS_STATS_ATTR_INBYTES]),
		.bytes_out = read_u64(table[IPVS_STATS_ATTR_OUTBYTES]),
		.connections_rate = read_u64(table[IPVS_STATS_ATTR_CPS]),
		.packets_in_rate = read_u64(table[IPVS_STATS_ATTR_INPPS]),
		.packets_out_rate = read_u64(table[IPVS_STATS_ATTR_OUTPPS]),
		.bytes_in_rate = read_u64(table[IPVS_STATS_ATTR_INBPS]),
		.bytes_out_rate = read_u64(table[IPVS_STATS_ATTR_OUTBPS]),
	};
	return 0;
}

static int read_key(const struct nlattr *const *table, struct ipvs_key *ret_key)
{
	struct ipvs_key key = {
		.family = read_u16(table[IPVS_SVC_ATTR_AF]),
		.fwmark = netlink_u32(table[IPVS_SVC_ATTR_FWMARK], 0),
		.protocol = read_u16(table[IPVS_SVC_ATTR_PROTOCOL]),
		.port = ntohs(read_u16(table[IPVS_SVC_ATTR_PORT])),
	};

	if (key.family != AF_INET && key.family != AF_INET6)
		return -EBADMSG;
	if (!key.fwmark && (read_inet(table[IPVS_SVC_ATTR_ADDR], key.family, &key.address) ||
			    !table[IPVS_SVC_ATTR_PROTOCOL] || !table[IPVS_SVC_ATTR_PORT]))
		return -EBADMSG;
	*ret_key = key;
	return 0;
}

/* The kernel keeps a mask for IPv4, and for IPv6 the number of bits in the same place. */
static int read_netmask(const struct nlattr *attr, int family)
{
	uint32_t value = netlink_u32(attr, family == AF_INET ? UINT32_MAX : 128);

	if (family == AF_INET6)
		return value <= 128 ? (int)value : -EBADMSG;
	return __builtin_popcount(value);
}

int ipvs_read_service(const struct nlmsghdr *message, struct ipvs_service *ret_service)
{
	const struct nlattr *table[IPVS_SVC_ATTR_MAX + 1];
	struct ipvs_service service = {.servers = NULL};
	int r;

	r = read_nested(message, IPVS_CMD_ATTR_SERVICE, read_service, IPVS_SVC_ATTR_MAX, table);
	if (r)
		return r;
	r = read_key(table, &service.key);
	if (r)
		return r;
	netlink_string(table[IPVS_SVC_ATTR_SCHED_NAME], sizeof(service.scheduler),
		       service.scheduler);
	netlink_string(table[IPVS_SVC_ATTR_PE_NAME], sizeof(service.engine), service.engine);
	if (table[IPVS_SVC_ATTR_FLAGS])
		service.flags = mnl_attr_get_u32(table[IPVS_SVC_ATTR_FLAGS]) & IPVS_SERVICE_FLAGS;
	service.persistence = netlink_u32(table[IPVS_SVC_ATTR_TIMEOUT], 0);
	service.netmask = read_netmask(table[IPVS_SVC_ATTR_NETMASK], service.key.family);
	if (service.netmask < 0)
		return -EBADMSG;
	r = read_statistics(table[IPVS_SVC_ATTR_STATS64], &service.stats);
	if (!r)
		*ret_service = service;
	return r;
}

int ipvs_read_server(const struct nlmsghdr *message, int family, struct ipvs_server *ret_server)
{
	const struct nlattr *table[IPVS_DEST_ATTR_MAX + 1];
	struct ipvs_server server = {.port = 0};
	int r;

	r = read_nested(message, IPVS_CMD_ATTR_DEST, read_server, IPVS_DEST_ATTR_MAX, table);
	if (r)
		return r;
	if (table[IPVS_DEST_ATTR_ADDR_FAMILY])
		family = read_u16(table[IPVS_DEST_ATTR_ADDR_FAMILY]);
	if (read_inet(table[IPVS_DEST_ATTR_ADDR], family, &server.address) ||
	    !table[IPVS_DEST_ATTR_PORT])
		return -EBADMSG;
	server.port = ntohs(read_u16(table[IPVS_DEST_ATTR_PORT]));
	server.forward = netlink_u32(table[IPVS_DEST_ATTR_FWD_METHOD], 0) & IP_VS_CONN_F_FWD_MASK;
	server.weight = (int)netlink_u32(table[IPVS_DEST_ATTR_WEIGHT], 0);
	server.upper = netlink_u32(table[IPVS_DEST_ATTR_U_THRESH], 0);
	server.lower = netlink_u32(table[IPVS_DEST_ATTR_L_THRESH], 0);
	server.active = netlink_u32(table[IPVS_DEST_ATTR_ACTIVE_CONNS], 0);
	server.inactive = netlink_u32(table[IPVS_DEST_ATTR_INACT_CONNS], 0);
	server.persistent = netlink_u32(table[IPVS_DEST_ATTR_PERSIST_CONNS], 0);
	if (table[IPVS_DEST_ATTR_TUN_TYPE])
		server.tunnel_type = mnl_attr_get_u8(table[IPVS_DEST_ATTR_TUN_TYPE]);
	server.tunnel_port = ntohs(read_u16(table[IPVS_DEST_ATTR_TUN_PORT]));
	server.tunnel_flags = read_u16(table[IPVS_DEST_ATTR_TUN_FLAGS]);
	r = read_statistics(table[IPVS_DEST_ATTR_STATS64], &server.stats);
	if (!r)
		*ret_server = server;
	return r;
}

int ipvs_read_sync(const struct nlmsghdr *message, struct ipvs_sync *ret_sync)
{
	const struct nlattr *table[IPVS_DAEMON_ATTR_MAX + 1];
	struct ipvs_sync sync = {.id = 0};
	int r;

	r = read_nested(message, IPVS_CMD_ATTR_DAEMON, read_daemon, IPVS_DAEMON_ATTR_MAX, table);
	if (r)
		return r;
	sync.role = (enum ipvs_sync_role)netlink_u32(table[IPVS_DAEMON_ATTR_STATE], 0);
	if (sync.role != IPVS_SYNC_MASTER && sync.role != IPVS_SYNC_BACKUP)
		return -EBADMSG;
	netlink_string(table[IPVS_DAEMON_ATTR_MCAST_IFN], sizeof(sync.link), sync.link);
	sync.id = netlink_u32(table[IPVS_DAEMON_ATTR_SYNC_ID], 0);
	sync.maximum = read_u16(table[IPVS_DAEMON_ATTR_SYNC_MAXLEN]);
	sync.port = read_u16(table[IPVS_DAEMON_ATTR_MCAST_PORT]);
	if (table[IPVS_DAEMON_ATTR_MCAST_TTL])
		sync.ttl = mnl_attr_get_u8(table[IPVS_DAEMON_ATTR_MCAST_TTL]);
	if (table[IPVS_DAEMON_ATTR_MCAST_GROUP])
		r = read_inet(table[IPVS_DAEMON_ATTR_MCAST_GROUP], AF_INET, &sync.group);
	else if (table[IPVS_DAEMON_ATTR_MCAST_GROUP6])
		r = read_inet(table[IPVS_DAEMON_ATTR_MCAST_GROUP6], AF_INET6, &sync.group);
	if (!r)
		*ret_sync = sync;
	return r;
}

int ipvs_read_timeouts(const struct nlmsghdr *message, struct ipvs_timeouts *ret_timeouts)
{
	const struct nlattr *top[IPVS_CMD_ATTR_MAX + 1];
	int r;

	r = netlink_attributes(message, sizeof(struct genlmsghdr), read_top, IPVS_CMD_ATTR_MAX,
			       top);
	if (r)
		return r;
	ret_timeouts->tcp = netlink_u32(top[IPVS_CMD_ATTR_TIMEOUT_TCP], 0);
	ret_timeouts->fin = netlink_u32(top[IPVS_CMD_ATTR_TIMEOUT_TCP_FIN], 0);
	ret_timeouts->udp = netlink_u32(top[IPVS_CMD_ATTR_TIMEOUT_UDP], 0);
	return 0;
}

int ipvs_read_family(const struct nlmsghdr *message, int *ret_family)
{
	static const unsigned short minimums[CTRL_ATTR_FAMILY_ID + 1] = {[CTRL_ATTR_FAMILY_ID] = 2};
	const struct nlattr *table[CTRL_ATTR_FAMILY_ID + 1];
	int r;

	r = netlink_attributes(message, sizeof(struct genlmsghdr), minimums, CTRL_ATTR_FAMILY_ID,
			       table);
	if (r)
		return r;
	if (!table[CTRL_ATTR_FAMILY_ID])
		return -EBADMSG;
	*ret_family = mnl_attr_get_u16(table[CTRL_ATTR_FAMILY_ID]);
	return *ret_family < NLMSG_MIN_TYPE ? -EBADMSG : 0;
}
