// SPDX-License-Identifier: BSD-3-Clause

#include "net/route.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <string.h>

#include "base/fault.h"
#include "net/link.h"
#include "net/netlink.h"

static const unsigned short route_minimums[RTA_VIA + 1] = {
	[RTA_OIF] = 4,
	[RTA_PRIORITY] = 4,
	[RTA_TABLE] = 4,
};

static int route_read_inet(const struct nlattr *attr, int family, struct inet *ret_inet)
{
	if (!attr)
		return 0;
	if (mnl_attr_get_payload_len(attr) != inet_size(family))
		return -EBADMSG;
	*ret_inet = inet_from_bytes(family, mnl_attr_get_payload(attr));
	return 0;
}

static int route_read_via(const struct nlattr *attr, struct inet *ret_inet)
{
	const struct rtvia *via;

	if (!attr)
		return 0;
	via = mnl_attr_get_payload(attr);
	if (mnl_attr_get_payload_len(attr) < sizeof(*via))
		return -EBADMSG;
	if (via->rtvia_family != AF_INET && via->rtvia_family != AF_INET6)
		return 0;
	if (mnl_attr_get_payload_len(attr) < sizeof(*via) + inet_size(via->rtvia_family))
		return -EBADMSG;
	*ret_inet = inet_from_bytes(via->rtvia_family, via->rtvia_addr);
	return 0;
}

static int route_read_hop(const struct nlattr *attr, int family, struct route *route)
{
	size_t size = mnl_attr_get_payload_len(attr);
	const struct rtnexthop *hop = mnl_attr_get_payload(attr);
	struct netlink_walk walk;
	const struct nlattr *inner;

	if (size < sizeof(*hop) || hop->rtnh_len < sizeof(*hop) || hop->rtnh_len > size)
		return -EBADMSG;
	route->index = hop->rtnh_ifindex;
	walk = (struct netlink_walk){hop + 1, hop->rtnh_len - sizeof(*hop)};
	while ((inner = netlink_next(&walk))) {
		int error = 0;

		if (mnl_attr_get_type(inner) == RTA_GATEWAY)
			error = route_read_inet(inner, family, &route->gateway);
		else if (mnl_attr_get_type(inner) == RTA_VIA)
			error = route_read_via(inner, &route->gateway);
		if (error)
			return error;
	}
	return 0;
}

int route_read(const struct nlmsghdr *message, struct route *ret_route)
{
	const struct nlattr *table[RTA_VIA + 1];
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	struct route route = {.index = 0};
	int error;

	if (message->nlmsg_type != RTM_NEWROUTE)
		return -EBADMSG;
	error = netlink_attributes(message, sizeof(*header), route_minimums, RTA_VIA, table);
	if (error)
		return error;
	if ((header->rtm_family != AF_INET && header->rtm_family != AF_INET6) ||
	    header->rtm_dst_len > inet_bits(header->rtm_family))
		return -EBADMSG;
	route.to.family = header->rtm_family;
	if (route_read_inet(table[RTA_DST], header->rtm_family, &route.to) ||
	    route_read_inet(table[RTA_PREFSRC], header->rtm_family, &route.source) ||
	    route_read_inet(table[RTA_GATEWAY], header->rtm_family, &route.gateway) ||
	    route_read_via(table[RTA_VIA], &route.gateway))
		return -EBADMSG;
	route.to.prefix = header->rtm_dst_len;
	route.index = (int)netlink_u32(table[RTA_OIF], 0);
	route.metric = netlink_u32(table[RTA_PRIORITY], 0);
	route.table = netlink_u32(table[RTA_TABLE], header->rtm_table);
	route.protocol = header->rtm_protocol;
	route.scope = header->rtm_scope;
	route.type = header->rtm_type;
	if (table[RTA_MULTIPATH]) {
		error = route_read_hop(table[RTA_MULTIPATH], header->rtm_family, &route);
		if (error)
			return error;
	}
	*ret_route = route;
	return 0;
}

static int route_list_take(const struct nlmsghdr *message, void *data)
{
	const struct rtmsg *header = mnl_nlmsg_get_payload(message);
	struct route_list *list = data;
	struct route *route;
	int error;

	/* Multicast routing has families of its own, and a cached route is no route of a table. */
	if (mnl_nlmsg_get_payload_len(message) >= sizeof(*header) &&
	    ((header->rtm_family != AF_INET && header->rtm_family != AF_INET6) ||
	     (header->rtm_flags & RTM_F_CLONED)))
		return 0;
	error = netlink_grow(&list->items, list->count, sizeof(*list->items), &list->room);
	if (error)
		return error;
	route = &list->items[list->count];
	error = route_read(message, route);
	if (!error && (!list->table || route->table == list->table))
		list->count++;
	return error;
}

static void route_list_clear(void *data)
{
	((struct route_list *)data)->count = 0;
}

int route_list(struct netlink *netlink, int family, uint32_t table, struct fault *fault,
	       struct route_list *ret_list)
{
	AUTO_ROUTE_LIST struct route_list list = {.table = table};
	const struct netlink_sink sink = {route_list_take, route_list_clear, &list};
	struct fault said = FAULT_INIT;
	struct rtmsg *header;
	int error;

	if (table)
		netlink_filter_dumps(netlink);
	header = netlink_begin(netlink, RTM_GETROUTE, 0, sizeof(*header));
	header->rtm_family = (unsigned char)family;
	if (table)
		mnl_attr_put_u32(netlink_message(netlink), RTA_TABLE, table);
	error = netlink_dump(netlink, &sink, &said);
	/* -ENOENT: nothing was ever written to this table. */
	if (error && (error != -ENOENT || !table)) {
		fault_prefix(&said, "cannot list the routes: ");
		if (fault)
			*fault = said;
		return error;
	}
	*ret_list = list;
	list = ROUTE_LIST_INIT;
	return 0;
}

void route_list_release(struct route_list *list)
{
	free(list->items);
	*list = ROUTE_LIST_INIT;
}

static void route_put_inet(struct nlmsghdr *message, uint16_t type, const struct inet *inet)
{
	if (inet->family)
		mnl_attr_put(message, type, inet_size(inet->family), inet->bytes);
}

static void route_put_gateway(struct nlmsghdr *message, const struct route *route)
{
	unsigned char bytes[sizeof(struct rtvia) + 16];
	const struct rtvia via = {.rtvia_family = (unsigned short)route->gateway.family};
	size_t size = inet_size(route->gateway.family);

	if (!route->gateway.family || route->gateway.family == route->to.family) {
		route_put_inet(message, RTA_GATEWAY, &route->gateway);
		return;
	}
	memcpy(bytes, &via, sizeof(via));
	memcpy(bytes + sizeof(via), route->gateway.bytes, size);
	mnl_attr_put(message, RTA_VIA, sizeof(via) + size, bytes);
}

static struct rtmsg *route_begin(struct netlink *netlink, unsigned int type, unsigned int flags,
				 const struct route *route)
{
	struct rtmsg *header = netlink_begin(netlink, type, flags, sizeof(*header));
	struct nlmsghdr *message = netlink_message(netlink);

	header->rtm_family = (unsigned char)route->to.family;
	header->rtm_dst_len = (unsigned char)(route->to.prefix == INET_NO_PREFIX ?
						      inet_bits(route->to.family) :
						      route->to.prefix);
	header->rtm_protocol = route->protocol;
	header->rtm_scope = route->scope;
	header->rtm_type = route->type;
	mnl_attr_put_u32(message, RTA_TABLE, route->table ? route->table : RT_TABLE_MAIN);
	if (header->rtm_dst_len)
		route_put_inet(message, RTA_DST, &route->to);
	route_put_inet(message, RTA_PREFSRC, &route->source);
	route_put_gateway(message, route);
	if (route->index)
		mnl_attr_put_u32(message, RTA_OIF, (uint32_t)route->index);
	if (route->metric)
		mnl_attr_put_u32(message, RTA_PRIORITY, route->metric);
	return header;
}

static int route_refused(struct fault *fault, const struct route *route, const char *doing,
			 int error)
{
	char link[LINK_NAME_MAX + 8], text[INET_TEXT_MAX];

	fault_prefix(fault, "%s%sthe kernel refused to %s the route to %s: ",
		     route->index ? link_index_text(route->index, link) : "",
		     route->index ? ": " : "", doing, inet_text(&route->to, text));
	return error;
}

int route_add(struct netlink *netlink, const struct route *route, struct fault *fault)
{
	static const int exists[] = {EEXIST, 0};
	int error;

	(void)route_begin(netlink, RTM_NEWROUTE, NLM_F_CREATE | NLM_F_EXCL, route);
	error = netlink_attempt(netlink, exists, fault);
	if (error == NETLINK_DONE_ALREADY)
		return ROUTE_EXISTS;
	return error ? route_refused(fault, route, "add", error) : 0;
}

int route_delete(struct netlink *netlink, const struct route *route, struct fault *fault)
{
	static const int absent[] = {ESRCH, ENODEV, 0};
	struct rtmsg *header = route_begin(netlink, RTM_DELROUTE, 0, route);
	int error;

	if (!header->rtm_scope)
		header->rtm_scope = RT_SCOPE_NOWHERE;
	error = netlink_attempt(netlink, absent, fault);
	if (error == NETLINK_DONE_ALREADY)
		return ROUTE_ABSENT;
	return error ? route_refused(fault, route, "delete", error) : 0;
}

static bool route_is_connected(const struct route *route)
{
	if (route->type != RTN_UNICAST || !route->index || route->gateway.family)
		return false;
	if (route->to.prefix <= 0)
		return false;
	if (route->to.family == AF_INET)
		return route->scope == RT_SCOPE_LINK;
	return route->to.prefix < 128 || route->protocol != RTPROT_KERNEL;
}

static bool route_passes(const struct route *route, const struct route_filter *filter)
{
	return (!filter->index || route->index == filter->index) &&
	       (filter->protocol == ROUTE_PROTOCOL_ANY || route->protocol == filter->protocol) &&
	       (filter->metric == ROUTE_METRIC_ANY || route->metric == filter->metric) &&
	       (!filter->table || route->table == filter->table);
}

int route_choose(const struct route_list *list, const struct inet *address,
		 const struct route_filter *filter, struct route_choice *ret_choice)
{
	struct route_choice best = {.bits = -1};
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct route *route = &list->items[i];
		int bits = route->to.prefix;

		if (!route_is_connected(route) || !route_passes(route, filter) ||
		    !inet_in_net(address, &route->to, bits))
			continue;
		if (bits > best.bits || (bits == best.bits && route->metric < best.metric)) {
			best = (struct route_choice){
				.index = route->index, .bits = bits, .metric = route->metric};
			continue;
		}
		if (bits == best.bits && route->metric == best.metric &&
		    route->index != best.index && !best.other)
			best.other = route->index;
	}
	if (best.bits < 0)
		return ROUTE_NONE;
	*ret_choice = best;
	return best.other ? ROUTE_AMBIGUOUS : 0;
}
