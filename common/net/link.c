// SPDX-License-Identifier: BSD-3-Clause

#include "net/link.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <net/if.h>
#include <linux/if.h>
#include <linux/if_link.h>
#include <linux/ipv6.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "net/netlink.h"

static const unsigned short link_minimums[IFLA_LINK_NETNSID + 1] = {
	[IFLA_MTU] = 4,
	[IFLA_LINK] = 4,
	[IFLA_MASTER] = 4,
	[IFLA_OPERSTATE] = 1,
};

/* Among the settings of the address families: those of IPv6 are an array (linux/ipv6.h). */
static int link_read_routes6(const struct nlattr *families, bool *ret_routes6)
{
	static const unsigned short minimums[AF_INET6 + 1] = {0};
	static const unsigned short least[IFLA_INET6_CONF + 1] = {
		[IFLA_INET6_CONF] = (DEVCONF_FORWARDING + 1) * sizeof(int),
	};
	const struct nlattr *family[AF_INET6 + 1], *of[IFLA_INET6_CONF + 1];
	int error = netlink_nested(families, minimums, AF_INET6, family);

	if (error || !family[AF_INET6])
		return error;
	error = netlink_nested(family[AF_INET6], least, IFLA_INET6_CONF, of);
	if (error || !of[IFLA_INET6_CONF])
		return error;
	*ret_routes6 = ((const int *)mnl_attr_get_payload(of[IFLA_INET6_CONF]))[DEVCONF_FORWARDING];
	return 0;
}

static int link_read_addresses(const struct nlattr *const *table, struct link *link)
{
	const struct nlattr *address = table[IFLA_ADDRESS], *broadcast = table[IFLA_BROADCAST];
	size_t length = address ? mnl_attr_get_payload_len(address) : 0;

	if (length > LINK_ADDRESS_MAX)
		return -EBADMSG;
	link->address_length = length;
	if (length)
		memcpy(link->address, mnl_attr_get_payload(address), length);
	if (broadcast && mnl_attr_get_payload_len(broadcast) == length)
		memcpy(link->broadcast, mnl_attr_get_payload(broadcast), length);
	return 0;
}

int link_read(const struct nlmsghdr *message, struct link *ret_link)
{
	const struct nlattr *table[IFLA_LINK_NETNSID + 1];
	const struct ifinfomsg *header = mnl_nlmsg_get_payload(message);
	struct link link = {.index = 0};
	int error;

	if (message->nlmsg_type != RTM_NEWLINK)
		return -EBADMSG;
	error = netlink_attributes(message, sizeof(*header), link_minimums, IFLA_LINK_NETNSID,
				   table);
	if (error)
		return error;
	if (header->ifi_index <= 0)
		return -EBADMSG;
	link.index = header->ifi_index;
	link.flags = header->ifi_flags;
	link.type = header->ifi_type;
	netlink_string(table[IFLA_IFNAME], sizeof(link.name), link.name);
	if (table[IFLA_OPERSTATE])
		link.operstate = mnl_attr_get_u8(table[IFLA_OPERSTATE]);
	link.mtu = netlink_u32(table[IFLA_MTU], 0);
	link.master = (int)netlink_u32(table[IFLA_MASTER], 0);
	link.lower_elsewhere = table[IFLA_LINK_NETNSID];
	if (!link.lower_elsewhere)
		link.lower = (int)netlink_u32(table[IFLA_LINK], 0);
	error = link_read_addresses(table, &link);
	if (!error && table[IFLA_AF_SPEC])
		error = link_read_routes6(table[IFLA_AF_SPEC], &link.routes6);
	if (error)
		return error;
	*ret_link = link;
	return 0;
}

bool link_is_up(const struct link *link)
{
	return link->flags & IFF_UP;
}

bool link_has_carrier(const struct link *link)
{
	return link->flags & IFF_LOWER_UP;
}

static void link_begin(struct netlink *netlink, int index)
{
	struct ifinfomsg *header = netlink_begin(netlink, RTM_GETLINK, 0, sizeof(*header));

	header->ifi_index = index;
	mnl_attr_put_u32(netlink_message(netlink), IFLA_EXT_MASK, RTEXT_FILTER_SKIP_STATS);
}

static int link_take(const struct nlmsghdr *message, void *data)
{
	return link_read(message, data);
}

static int link_query(struct netlink *netlink, struct fault *fault, struct link *ret_link)
{
	struct link link = {.index = 0};
	const struct netlink_sink sink = {.take = link_take, .data = &link};
	int error = netlink_query(netlink, &sink, fault);

	if (!error && !link.index)
		error = -ENODEV;
	if (error == -ENODEV)
		return fault_set(fault, FAULT_ARGS, error, "there is no such link");
	if (!error)
		*ret_link = link;
	return error;
}

int link_by_name(struct netlink *netlink, const char *name, struct fault *fault,
		 struct link *ret_link)
{
	size_t length = strlen(name);
	int error;

	if (!length || length >= ALTIFNAMSIZ)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "\"%.40s\" is no name of a link: it must have 1 to %d characters",
				 name, ALTIFNAMSIZ - 1);
	link_begin(netlink, 0);
	/* The kernel looks for either among both kinds; before 5.5 there was only the first. */
	mnl_attr_put_strz(netlink_message(netlink),
			  length < LINK_NAME_MAX ? IFLA_IFNAME : IFLA_ALT_IFNAME, name);
	error = link_query(netlink, fault, ret_link);
	if (error)
		fault_prefix(fault, "%s: ", name);
	return error;
}

int link_by_index(struct netlink *netlink, int index, struct fault *fault, struct link *ret_link)
{
	int error;

	link_begin(netlink, index);
	error = link_query(netlink, fault, ret_link);
	if (error)
		fault_prefix(fault, "link %d: ", index);
	return error;
}

static int link_list_take(const struct nlmsghdr *message, void *data)
{
	struct link_list *list = data;
	int error = netlink_grow(&list->items, list->count, sizeof(*list->items), &list->room);

	if (error)
		return error;
	error = link_read(message, &list->items[list->count]);
	if (!error)
		list->count++;
	return error;
}

static void link_list_clear(void *data)
{
	((struct link_list *)data)->count = 0;
}

int link_list(struct netlink *netlink, struct fault *fault, struct link_list *ret_list)
{
	AUTO_LINK_LIST struct link_list list = LINK_LIST_INIT;
	const struct netlink_sink sink = {link_list_take, link_list_clear, &list};
	int error;

	link_begin(netlink, 0);
	error = netlink_dump(netlink, &sink, fault);
	if (error) {
		fault_prefix(fault, "cannot list the links: ");
		return error;
	}
	*ret_list = list;
	list = LINK_LIST_INIT;
	return 0;
}

const struct link *link_list_find(const struct link_list *list, int index)
{
	size_t i;

	for (i = 0; i < list->count; i++)
		if (list->items[i].index == index)
			return &list->items[i];
	return NULL;
}

void link_list_release(struct link_list *list)
{
	free(list->items);
	*list = LINK_LIST_INIT;
}

int link_set_up(struct netlink *netlink, const struct link *link, struct fault *fault)
{
	struct ifinfomsg *header = netlink_begin(netlink, RTM_NEWLINK, 0, sizeof(*header));
	int error;

	header->ifi_index = link->index;
	header->ifi_flags = IFF_UP;
	header->ifi_change = IFF_UP;
	error = netlink_request(netlink, fault);
	if (error)
		fault_prefix(fault, "%s: the kernel refused to set the link up: ", link->name);
	return error;
}

const char *link_index_text(int index, char text[LINK_NAME_MAX + 8])
{
	if (index <= 0 || !if_indextoname((unsigned int)index, text))
		(void)snprintf(text, LINK_NAME_MAX + 8, "link %d", index);
	return text;
}

const char *link_address_text(const unsigned char *address, size_t length,
			      char text[LINK_ADDRESS_TEXT_MAX])
{
	size_t i;

	text[0] = '\0';
	for (i = 0; i < length && i < LINK_ADDRESS_MAX; i++)
		(void)snprintf(text + 3 * i - !!i, 4, i ? ":%02x" : "%02x", address[i]);
	return text;
}
