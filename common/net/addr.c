// SPDX-License-Identifier: BSD-3-Clause

#include "net/addr.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/fault.h"
#include "net/link.h"
#include "net/netlink.h"

static const unsigned short addr_minimums[IFA_PROTO + 1] = {
	[IFA_CACHEINFO] = sizeof(struct ifa_cacheinfo),
	[IFA_FLAGS] = 4,
	[IFA_RT_PRIORITY] = 4,
	[IFA_PROTO] = 1,
};

/* The address in an attribute, without prefix; family 0 for NULL. */
static int addr_read_inet(const struct nlattr *attr, int family, struct inet *ret_inet)
{
	*ret_inet = (struct inet){.family = AF_UNSPEC};
	if (!attr)
		return 0;
	if (mnl_attr_get_payload_len(attr) != inet_size(family))
		return -EBADMSG;
	*ret_inet = inet_from_bytes(family, mnl_attr_get_payload(attr));
	return 0;
}

/* IFA_LOCAL is the address; without it, or beside an equal one, IFA_ADDRESS is not the peer's. */
static int addr_read_inets(const struct nlattr *const *table, const struct ifaddrmsg *header,
			   struct addr *addr)
{
	int family = header->ifa_family;
	struct inet near, far;

	if (header->ifa_prefixlen > inet_bits(family) ||
	    addr_read_inet(table[IFA_LOCAL], family, &near) ||
	    addr_read_inet(table[IFA_ADDRESS], family, &far) ||
	    addr_read_inet(table[IFA_BROADCAST], family, &addr->broadcast))
		return -EBADMSG;
	if (!near.family && !far.family)
		return -EBADMSG;
	addr->inet = near.family ? near : far;
	addr->inet.prefix = header->ifa_prefixlen;
	if (near.family && far.family && !inet_same(&near, &far)) {
		addr->peer = far;
		addr->peer.prefix = header->ifa_prefixlen;
	}
	return 0;
}

int addr_read(const struct nlmsghdr *message, struct addr *ret_addr)
{
	const struct nlattr *table[IFA_PROTO + 1];
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	struct addr addr = ADDR_INIT;
	int error;

	if (message->nlmsg_type != RTM_NEWADDR && message->nlmsg_type != RTM_DELADDR)
		return -EBADMSG;
	error = netlink_attributes(message, sizeof(*header), addr_minimums, IFA_PROTO, table);
	if (error)
		return error;
	if (header->ifa_family != AF_INET && header->ifa_family != AF_INET6)
		return -EBADMSG;
	error = addr_read_inets(table, header, &addr);
	if (error)
		return error;
	addr.index = (int)header->ifa_index;
	addr.scope = header->ifa_scope;
	addr.flags = netlink_u32(table[IFA_FLAGS], header->ifa_flags);
	addr.metric = netlink_u32(table[IFA_RT_PRIORITY], ADDR_METRIC_UNSET);
	if (table[IFA_PROTO])
		addr.protocol = mnl_attr_get_u8(table[IFA_PROTO]);
	netlink_string(table[IFA_LABEL], sizeof(addr.label), addr.label);
	if (table[IFA_CACHEINFO]) {
		const struct ifa_cacheinfo *life = mnl_attr_get_payload(table[IFA_CACHEINFO]);

		addr.preferred = life->ifa_prefered;
		addr.valid = life->ifa_valid;
	}
	*ret_addr = addr;
	return 0;
}

static int addr_list_take(const struct nlmsghdr *message, void *data)
{
	const struct ifaddrmsg *header = mnl_nlmsg_get_payload(message);
	struct addr_list *list = data;
	int error;

	/* A dump of all families also has those of other protocols (MCTP). */
	if (mnl_nlmsg_get_payload_len(message) >= sizeof(*header) &&
	    header->ifa_family != AF_INET && header->ifa_family != AF_INET6)
		return 0;
	error = netlink_grow(&list->items, list->count, sizeof(*list->items), &list->room);
	if (error)
		return error;
	error = addr_read(message, &list->items[list->count]);
	if (!error)
		list->count++;
	return error;
}

static void addr_list_clear(void *data)
{
	((struct addr_list *)data)->count = 0;
}

int addr_list(struct netlink *netlink, int family, struct fault *fault, struct addr_list *ret_list)
{
	AUTO_ADDR_LIST struct addr_list list = ADDR_LIST_INIT;
	const struct netlink_sink sink = {addr_list_take, addr_list_clear, &list};
	struct ifaddrmsg *header = netlink_begin(netlink, RTM_GETADDR, 0, sizeof(*header));
	int error;

	header->ifa_family = (unsigned char)family;
	error = netlink_dump(netlink, &sink, fault);
	if (error) {
		fault_prefix(fault, "cannot list the addresses: ");
		return error;
	}
	*ret_list = list;
	list = ADDR_LIST_INIT;
	return 0;
}

void addr_list_release(struct addr_list *list)
{
	free(list->items);
	*list = ADDR_LIST_INIT;
}

const struct addr *addr_list_next(const struct addr_list *list, const struct inet *inet, int index,
				  const struct addr *previous)
{
	size_t i;

	for (i = previous ? (size_t)(previous - list->items) + 1 : 0; i < list->count; i++) {
		const struct addr *addr = &list->items[i];

		if (inet_same(&addr->inet, inet) && (!index || addr->index == index))
			return addr;
	}
	return NULL;
}

static void addr_begin(struct netlink *netlink, unsigned int type, unsigned int flags,
		       const struct addr *addr)
{
	struct ifaddrmsg *header = netlink_begin(netlink, type, flags, sizeof(*header));
	struct nlmsghdr *message = netlink_message(netlink);
	const struct inet *far = addr->peer.family ? &addr->peer : &addr->inet;
	size_t size = inet_size(addr->inet.family);

	header->ifa_family = (unsigned char)addr->inet.family;
	header->ifa_prefixlen = (unsigned char)(addr->inet.prefix == INET_NO_PREFIX ?
							inet_bits(addr->inet.family) :
							addr->inet.prefix);
	header->ifa_scope = addr->scope;
	header->ifa_index = (unsigned int)addr->index;
	mnl_attr_put(message, IFA_LOCAL, size, addr->inet.bytes);
	mnl_attr_put(message, IFA_ADDRESS, size, far->bytes);
	if (addr->label[0])
		mnl_attr_put_strz(message, IFA_LABEL, addr->label);
}

static int addr_refused(struct fault *fault, const struct addr *addr, const char *doing, int error)
{
	char link[LINK_NAME_MAX + 8], text[INET_TEXT_MAX];

	fault_prefix(fault, "%s: the kernel refused to %s %s: ", link_index_text(addr->index, link),
		     doing, inet_text(&addr->inet, text));
	return error;
}

int addr_add(struct netlink *netlink, const struct addr *addr, struct fault *fault)
{
	const struct ifa_cacheinfo life = {
		.ifa_prefered = addr->preferred,
		.ifa_valid = addr->valid ? addr->valid : ADDR_FOREVER,
	};
	static const int exists[] = {EEXIST, 0};
	struct nlmsghdr *message;
	int error;

	addr_begin(netlink, RTM_NEWADDR, NLM_F_CREATE | NLM_F_EXCL, addr);
	message = netlink_message(netlink);
	if (addr->broadcast.family)
		mnl_attr_put(message, IFA_BROADCAST, inet_size(addr->broadcast.family),
			     addr->broadcast.bytes);
	if (addr->flags)
		mnl_attr_put_u32(message, IFA_FLAGS, addr->flags);
	if (life.ifa_prefered != ADDR_FOREVER || life.ifa_valid != ADDR_FOREVER)
		mnl_attr_put(message, IFA_CACHEINFO, sizeof(life), &life);
	if (addr->metric != ADDR_METRIC_UNSET)
		mnl_attr_put_u32(message, IFA_RT_PRIORITY, addr->metric);
	if (addr->protocol)
		mnl_attr_put_u8(message, IFA_PROTO, addr->protocol);
	error = netlink_attempt(netlink, exists, fault);
	if (error == NETLINK_DONE_ALREADY)
		return ADDR_EXISTS;
	return error ? addr_refused(fault, addr, "add", error) : 0;
}

int addr_delete(struct netlink *netlink, const struct addr *addr, struct fault *fault)
{
	static const int absent[] = {EADDRNOTAVAIL, ENODEV, ENXIO, 0};
	int error;

	addr_begin(netlink, RTM_DELADDR, 0, addr);
	error = netlink_attempt(netlink, absent, fault);
	if (error == NETLINK_DONE_ALREADY)
		return ADDR_ABSENT;
	return error ? addr_refused(fault, addr, "delete", error) : 0;
}
