// SPDX-License-Identifier: BSD-3-Clause

#include "net/label.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addrlabel.h>
#include <linux/rtnetlink.h>

#include "base/fault.h"
#include "net/netlink.h"

static const unsigned short label_minimums[IFAL_LABEL + 1] = {
	[IFAL_ADDRESS] = 16,
	[IFAL_LABEL] = 4,
};

int label_read(const struct nlmsghdr *message, struct label *ret_label)
{
	const struct nlattr *table[IFAL_LABEL + 1];
	const struct ifaddrlblmsg *header = mnl_nlmsg_get_payload(message);
	struct label label = {.index = 0};
	int error;

	if (message->nlmsg_type != RTM_NEWADDRLABEL)
		return -EBADMSG;
	error = netlink_attributes(message, sizeof(*header), label_minimums, IFAL_LABEL, table);
	if (error)
		return error;
	if (header->ifal_family != AF_INET6 || header->ifal_prefixlen > inet_bits(AF_INET6) ||
	    !table[IFAL_ADDRESS] || !table[IFAL_LABEL])
		return -EBADMSG;
	label.net = inet_from_bytes(AF_INET6, mnl_attr_get_payload(table[IFAL_ADDRESS]));
	label.net.prefix = header->ifal_prefixlen;
	label.index = (int)header->ifal_index;
	label.value = mnl_attr_get_u32(table[IFAL_LABEL]);
	*ret_label = label;
	return 0;
}

static int label_list_take(const struct nlmsghdr *message, void *data)
{
	struct label_list *list = data;
	int error = netlink_grow(&list->items, list->count, sizeof(*list->items), &list->room);

	if (error)
		return error;
	error = label_read(message, &list->items[list->count]);
	if (!error)
		list->count++;
	return error;
}

static void label_list_clear(void *data)
{
	((struct label_list *)data)->count = 0;
}

int label_list(struct netlink *netlink, struct fault *fault, struct label_list *ret_list)
{
	AUTO_LABEL_LIST struct label_list list = LABEL_LIST_INIT;
	const struct netlink_sink sink = {label_list_take, label_list_clear, &list};
	struct ifaddrlblmsg *header = netlink_begin(netlink, RTM_GETADDRLABEL, 0, sizeof(*header));
	int error;

	header->ifal_family = AF_INET6;
	error = netlink_dump(netlink, &sink, fault);
	if (error) {
		fault_prefix(fault, "cannot list the IPv6 address labels: ");
		return error;
	}
	*ret_list = list;
	list = LABEL_LIST_INIT;
	return 0;
}

void label_list_release(struct label_list *list)
{
	free(list->items);
	*list = LABEL_LIST_INIT;
}

static void label_begin(struct netlink *netlink, unsigned int type, unsigned int flags,
			const struct label *label)
{
	struct ifaddrlblmsg *header = netlink_begin(netlink, type, flags, sizeof(*header));
	struct nlmsghdr *message = netlink_message(netlink);

	header->ifal_family = AF_INET6;
	header->ifal_prefixlen = (unsigned char)(label->net.prefix == INET_NO_PREFIX ?
							 inet_bits(AF_INET6) :
							 label->net.prefix);
	header->ifal_index = (unsigned int)label->index;
	mnl_attr_put(message, IFAL_ADDRESS, 16, label->net.bytes);
	mnl_attr_put_u32(message, IFAL_LABEL, label->value);
}

static int label_refused(struct fault *fault, const struct label *label, const char *doing,
			 int error)
{
	char text[INET_TEXT_MAX];

	fault_prefix(fault, "the kernel refused to %s the address label %u of %s: ", doing,
		     label->value, inet_text(&label->net, text));
	return error;
}

int label_add(struct netlink *netlink, const struct label *label, struct fault *fault)
{
	static const int exists[] = {EEXIST, 0};
	int error;

	label_begin(netlink, RTM_NEWADDRLABEL, NLM_F_CREATE | NLM_F_EXCL, label);
	error = netlink_attempt(netlink, exists, fault);
	if (error == NETLINK_DONE_ALREADY)
		return LABEL_EXISTS;
	return error ? label_refused(fault, label, "add", error) : 0;
}

int label_delete(struct netlink *netlink, const struct label *label, struct fault *fault)
{
	static const int absent[] = {ESRCH, ENOENT, 0};
	int error;

	label_begin(netlink, RTM_DELADDRLABEL, 0, label);
	error = netlink_attempt(netlink, absent, fault);
	if (error == NETLINK_DONE_ALREADY)
		return LABEL_ABSENT;
	return error ? label_refused(fault, label, "delete", error) : 0;
}
