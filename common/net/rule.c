// SPDX-License-Identifier: BSD-3-Clause

#include "net/rule.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/fault.h"
#include "net/netlink.h"

static const unsigned short rule_minimums[FRA_MAX + 1] = {
	[FRA_PRIORITY] = 4,
	[FRA_TABLE] = 4,
	[FRA_PROTOCOL] = 1,
};

static int rule_read_inet(const struct nlattr *attr, int family, int bits, struct inet *ret_inet)
{
	/* A prefix of length 0 comes without an address, and stands for no selector. */
	if (!attr)
		return bits ? -EBADMSG : 0;
	if (mnl_attr_get_payload_len(attr) != inet_size(family) || bits > inet_bits(family))
		return -EBADMSG;
	*ret_inet = inet_from_bytes(family, mnl_attr_get_payload(attr));
	ret_inet->prefix = bits;
	return 0;
}

static bool rule_is_plain(const struct nlattr *const *table, const struct fib_rule_hdr *header)
{
	static const unsigned char selectors[] = {
		FRA_IIFNAME, FRA_OIFNAME,  FRA_FWMARK,	    FRA_TUN_ID,	     FRA_L3MDEV,
		FRA_GOTO,    FRA_IP_PROTO, FRA_SPORT_RANGE, FRA_DPORT_RANGE, FRA_UID_RANGE,
	};
	size_t i;

	for (i = 0; i < ARRAY_SIZE(selectors); i++)
		if (table[selectors[i]])
			return false;
	return header->action == FR_ACT_TO_TBL && !header->tos &&
	       !(header->flags & FIB_RULE_INVERT);
}

int rule_read(const struct nlmsghdr *message, struct rule *ret_rule)
{
	const struct nlattr *table[FRA_MAX + 1];
	const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(message);
	struct rule rule = {.priority = 0};
	int error;

	if (message->nlmsg_type != RTM_NEWRULE)
		return -EBADMSG;
	error = netlink_attributes(message, sizeof(*header), rule_minimums, FRA_MAX, table);
	if (error)
		return error;
	if ((header->family != AF_INET && header->family != AF_INET6) ||
	    rule_read_inet(table[FRA_SRC], header->family, header->src_len, &rule.from) ||
	    rule_read_inet(table[FRA_DST], header->family, header->dst_len, &rule.to))
		return -EBADMSG;
	rule.family = header->family;
	rule.table = netlink_u32(table[FRA_TABLE], header->table);
	rule.priority = netlink_u32(table[FRA_PRIORITY], 0);
	if (table[FRA_PROTOCOL])
		rule.protocol = mnl_attr_get_u8(table[FRA_PROTOCOL]);
	rule.plain = rule_is_plain(table, header);
	*ret_rule = rule;
	return 0;
}

static int rule_list_take(const struct nlmsghdr *message, void *data)
{
	const struct fib_rule_hdr *header = mnl_nlmsg_get_payload(message);
	struct rule_list *list = data;
	int error;

	/* A family without rules of its own is answered with those of others. */
	if (mnl_nlmsg_get_payload_len(message) >= sizeof(*header) && header->family != AF_INET &&
	    header->family != AF_INET6)
		return 0;
	error = netlink_grow(&list->items, list->count, sizeof(*list->items), &list->room);
	if (error)
		return error;
	error = rule_read(message, &list->items[list->count]);
	if (!error)
		list->count++;
	return error;
}

static void rule_list_clear(void *data)
{
	((struct rule_list *)data)->count = 0;
}

int rule_list(struct netlink *netlink, int family, struct fault *fault, struct rule_list *ret_list)
{
	AUTO_RULE_LIST struct rule_list list = RULE_LIST_INIT;
	const struct netlink_sink sink = {rule_list_take, rule_list_clear, &list};
	struct fib_rule_hdr *header = netlink_begin(netlink, RTM_GETRULE, 0, sizeof(*header));
	int error;

	header->family = (unsigned char)family;
	error = netlink_dump(netlink, &sink, fault);
	if (error) {
		fault_prefix(fault, "cannot list the routing rules: ");
		return error;
	}
	*ret_list = list;
	list = RULE_LIST_INIT;
	return 0;
}

void rule_list_release(struct rule_list *list)
{
	free(list->items);
	*list = RULE_LIST_INIT;
}

static unsigned char rule_put_inet(struct nlmsghdr *message, uint16_t type, const struct inet *inet)
{
	if (!inet->family)
		return 0;
	mnl_attr_put(message, type, inet_size(inet->family), inet->bytes);
	return (unsigned char)(inet->prefix == INET_NO_PREFIX ? inet_bits(inet->family) :
								inet->prefix);
}

static void rule_begin(struct netlink *netlink, unsigned int type, unsigned int flags,
		       const struct rule *rule)
{
	struct fib_rule_hdr *header = netlink_begin(netlink, type, flags, sizeof(*header));
	struct nlmsghdr *message = netlink_message(netlink);

	header->family = (unsigned char)rule->family;
	header->action = FR_ACT_TO_TBL;
	header->src_len = rule_put_inet(message, FRA_SRC, &rule->from);
	header->dst_len = rule_put_inet(message, FRA_DST, &rule->to);
	mnl_attr_put_u32(message, FRA_TABLE, rule->table ? rule->table : RT_TABLE_MAIN);
	if (rule->priority)
		mnl_attr_put_u32(message, FRA_PRIORITY, rule->priority);
	if (rule->protocol)
		mnl_attr_put_u8(message, FRA_PROTOCOL, rule->protocol);
}

static int rule_refused(struct fault *fault, const struct rule *rule, const char *doing, int error)
{
	char from[INET_TEXT_MAX], to[INET_TEXT_MAX];

	fault_prefix(fault, "the kernel refused to %s the rule from %s to %s table %u: ", doing,
		     rule->from.family ? inet_text(&rule->from, from) : "all",
		     rule->to.family ? inet_text(&rule->to, to) : "all", rule->table);
	return error;
}

int rule_add(struct netlink *netlink, const struct rule *rule, struct fault *fault)
{
	static const int exists[] = {EEXIST, 0};
	int error;

	rule_begin(netlink, RTM_NEWRULE, NLM_F_CREATE | NLM_F_EXCL, rule);
	error = netlink_attempt(netlink, exists, fault);
	if (error == NETLINK_DONE_ALREADY)
		return RULE_EXISTS;
	return error ? rule_refused(fault, rule, "add", error) : 0;
}

int rule_delete(struct netlink *netlink, const struct rule *rule, struct fault *fault)
{
	static const int absent[] = {ENOENT, 0};
	int error;

	rule_begin(netlink, RTM_DELRULE, 0, rule);
	error = netlink_attempt(netlink, absent, fault);
	if (error == NETLINK_DONE_ALREADY)
		return RULE_ABSENT;
	return error ? rule_refused(fault, rule, "delete", error) : 0;
}

static int rule_bits(const struct inet *inet)
{
	if (!inet->family)
		return 0;
	return inet->prefix == INET_NO_PREFIX ? inet_bits(inet->family) : inet->prefix;
}

static bool rule_same_net(const struct inet *a, const struct inet *b)
{
	if (rule_bits(a) != rule_bits(b))
		return false;
	return !rule_bits(a) || inet_same(a, b);
}

bool rule_list_has(const struct rule_list *list, const struct rule *rule)
{
	uint32_t table = rule->table ? rule->table : RT_TABLE_MAIN;
	size_t i;

	for (i = 0; i < list->count; i++) {
		const struct rule *item = &list->items[i];

		if (item->plain && item->family == rule->family && item->table == table &&
		    rule_same_net(&item->from, &rule->from) &&
		    rule_same_net(&item->to, &rule->to) &&
		    (!rule->priority || item->priority == rule->priority) &&
		    (!rule->protocol || item->protocol == rule->protocol))
			return true;
	}
	return false;
}
