// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "net/route.h"
#include "netlink-bytes.h"

#define ROUTES_MAX 32

static struct inet inet_of(const char *text)
{
	struct inet inet;

	assert_int_equal(inet_parse(text, &inet), 0);
	return inet;
}

/* Choice ---------------------------------------------------------------------------------------*/

struct row {
	const char *to;
	int index;
	uint32_t metric;
	const char *gateway;
	unsigned char type, protocol, scope;
	uint32_t table;
};

struct choice_case {
	const char *name, *address;
	struct row rows[6]; /* a NULL destination ends them */
	struct route_filter filter;
	struct {
		int result, index, other, bits;
		uint32_t metric;
	} want;
};

#define ANY .filter = {.protocol = ROUTE_PROTOCOL_ANY, .metric = ROUTE_METRIC_ANY}

#define ROUTE(destination, link, ...)                                                              \
	{                                                                                          \
		.to = (destination), .index = (link), ##__VA_ARGS__                                \
	}

#define CHOSEN(link, prefix, number) .want = {0, (link), 0, (prefix), (number)}
#define EITHER(link, another, prefix, number)                                                      \
	.want = {ROUTE_AMBIGUOUS, (link), (another), (prefix), (number)}
#define NOTHING .want = {ROUTE_NONE, 0, 0, 0, 0}

static const struct choice_case cases[] = {
	{"no route at all", "192.0.2.10", {{.to = NULL}}, ANY, NOTHING},
	{"the only route", "192.0.2.10", {ROUTE("192.0.2.0/24", 2)}, ANY, CHOSEN(2, 24, 0)},
	{"another net", "192.0.3.10", {ROUTE("192.0.2.0/24", 2)}, ANY, NOTHING},
	{"the longest prefix",
	 "192.0.2.10",
	 {ROUTE("192.0.0.0/16", 2), ROUTE("192.0.2.0/28", 3), ROUTE("192.0.2.0/24", 4)},
	 ANY,
	 CHOSEN(3, 28, 0)},
	{"the longest prefix, whatever the metric",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2, .metric = 1), ROUTE("192.0.2.0/28", 3, .metric = 900)},
	 ANY,
	 CHOSEN(3, 28, 900)},
	{"the lowest metric",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2, .metric = 200), ROUTE("192.0.2.0/24", 3, .metric = 100),
	  ROUTE("192.0.2.0/24", 4, .metric = 300)},
	 ANY,
	 CHOSEN(3, 24, 100)},
	{"two links alike",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2, .metric = 100), ROUTE("192.0.2.0/24", 3, .metric = 100)},
	 ANY,
	 EITHER(2, 3, 24, 100)},
	{"two links alike, but a better one",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2, .metric = 100), ROUTE("192.0.2.0/24", 3, .metric = 100),
	  ROUTE("192.0.2.0/24", 4, .metric = 50)},
	 ANY,
	 CHOSEN(4, 24, 50)},
	{"the same link twice",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2, .metric = 100), ROUTE("192.0.2.0/24", 2, .metric = 100)},
	 ANY,
	 CHOSEN(2, 24, 100)},
	{"default routes do not count",
	 "192.0.2.10",
	 {ROUTE("0.0.0.0/0", 2), ROUTE("0.0.0.0/0", 3, .gateway = "192.0.2.1")},
	 ANY,
	 NOTHING},
	{"routes with a gateway do not count",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2, .gateway = "198.51.100.1"), ROUTE("192.0.0.0/16", 3)},
	 ANY,
	 CHOSEN(3, 16, 0)},
	{"neither do other types",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/25", 2, .type = RTN_UNREACHABLE),
	  ROUTE("192.0.2.0/26", 2, .type = RTN_BLACKHOLE),
	  ROUTE("192.0.2.0/27", 2, .type = RTN_PROHIBIT),
	  ROUTE("192.0.2.0/28", 2, .type = RTN_THROW),
	  ROUTE("192.0.2.10/32", 2, .type = RTN_LOCAL)},
	 ANY,
	 NOTHING},
	{"nor a route without a link", "192.0.2.10", {ROUTE("192.0.2.0/24", 0)}, ANY, NOTHING},
	{"IPv4 wants scope link",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2, .scope = RT_SCOPE_HOST)},
	 ANY,
	 NOTHING},
	{"a host route by hand",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2), ROUTE("192.0.2.10/32", 3, .protocol = RTPROT_STATIC)},
	 ANY,
	 CHOSEN(3, 32, 0)},
	{"by link",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2), ROUTE("192.0.2.0/28", 3)},
	 .filter = {2, ROUTE_PROTOCOL_ANY, ROUTE_METRIC_ANY, 0},
	 CHOSEN(2, 24, 0)},
	{"by protocol",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2, .protocol = RTPROT_KERNEL),
	  ROUTE("192.0.2.0/28", 3, .protocol = RTPROT_STATIC)},
	 .filter = {0, RTPROT_KERNEL, ROUTE_METRIC_ANY, 0},
	 CHOSEN(2, 24, 0)},
	{"by metric",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/24", 2, .metric = 100), ROUTE("192.0.2.0/24", 3, .metric = 200)},
	 .filter = {0, ROUTE_PROTOCOL_ANY, 200, 0},
	 CHOSEN(3, 24, 200)},
	{"by metric 0",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/28", 2, .metric = 100), ROUTE("192.0.2.0/24", 3)},
	 .filter = {0, ROUTE_PROTOCOL_ANY, 0, 0},
	 CHOSEN(3, 24, 0)},
	{"by table",
	 "192.0.2.10",
	 {ROUTE("192.0.2.0/28", 2, .table = 77), ROUTE("192.0.2.0/24", 3, .table = 254)},
	 .filter = {0, ROUTE_PROTOCOL_ANY, ROUTE_METRIC_ANY, 254},
	 CHOSEN(3, 24, 0)},
	{"IPv6",
	 "2001:db8::10",
	 {ROUTE("2001:db8::/64", 2, .metric = 256)},
	 ANY,
	 CHOSEN(2, 64, 256)},
	{"IPv6 default", "2001:db8::10", {ROUTE("::/0", 2, .metric = 1024)}, ANY, NOTHING},
	{"IPv6 link-local on two links",
	 "fe80::10",
	 {ROUTE("fe80::/64", 2, .metric = 256), ROUTE("fe80::/64", 3, .metric = 256)},
	 ANY,
	 EITHER(2, 3, 64, 256)},
	{"the kernel's route of the IPv6 address itself",
	 "2001:db8::10",
	 {ROUTE("2001:db8::10/128", 2, .metric = 256, .protocol = RTPROT_KERNEL),
	  ROUTE("2001:db8::/64", 2, .metric = 256)},
	 ANY,
	 CHOSEN(2, 64, 256)},
	{"a host route by hand, IPv6",
	 "2001:db8::10",
	 {ROUTE("2001:db8::10/128", 3, .metric = 1024, .protocol = RTPROT_STATIC),
	  ROUTE("2001:db8::/64", 2, .metric = 256)},
	 ANY,
	 CHOSEN(3, 128, 1024)},
	{"the other family", "2001:db8::10", {ROUTE("192.0.2.0/24", 2)}, ANY, NOTHING},
};

static struct route route_of(const struct row *row)
{
	struct route route = ROUTE_INIT;

	route.to = inet_of(row->to);
	if (row->gateway)
		route.gateway = inet_of(row->gateway);
	route.index = row->index;
	route.metric = row->metric;
	route.table = row->table;
	if (row->type)
		route.type = row->type;
	if (row->protocol)
		route.protocol = row->protocol;
	route.scope = row->scope;
	if (!row->scope && route.to.family == AF_INET && !row->gateway)
		route.scope = RT_SCOPE_LINK;
	return route;
}

static void check_case(const struct choice_case *wanted)
{
	struct route items[ARRAY_SIZE(wanted->rows)];
	struct route_list list = {.items = items};
	struct route_choice choice = {.index = 0};
	const struct inet address = inet_of(wanted->address);
	int r;

	for (; list.count < ARRAY_SIZE(items) && wanted->rows[list.count].to; list.count++)
		items[list.count] = route_of(&wanted->rows[list.count]);
	r = route_choose(&list, &address, &wanted->filter, &choice);
	if (r != wanted->want.result || choice.index != wanted->want.index ||
	    choice.other != wanted->want.other || choice.bits != wanted->want.bits ||
	    choice.metric != wanted->want.metric)
		fail_msg("%s: %d, link %d or %d, %d bits, metric %u", wanted->name, r, choice.index,
			 choice.other, choice.bits, choice.metric);
}

static void test_choose(void **state)
{
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		check_case(&cases[i]);
}

/* Reading --------------------------------------------------------------------------------------*/

static int read_route(const struct nlmsghdr *message)
{
	struct route route;

	return route_read(message, &route);
}

static size_t recorded(const char *name, struct route routes[ROUTES_MAX])
{
	struct netlink_bytes bytes;
	const struct nlmsghdr *message = &bytes.message;
	size_t count = 0;
	int left;

	bytes_recorded(&bytes, name);
	for (left = (int)bytes.length; mnl_nlmsg_ok(message, left) && count < ROUTES_MAX;
	     message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_type != RTM_NEWROUTE)
			continue;
		assert_int_equal(route_read(message, &routes[count++]), 0);
		bytes_shorten(message, read_route);
	}
	return count;
}

static const struct route *find(const struct route *routes, size_t count, const char *to)
{
	const struct inet inet = inet_of(to);

	for (size_t i = 0; i < count; i++)
		if (inet_same(&routes[i].to, &inet) && routes[i].to.prefix == inet.prefix &&
		    routes[i].type != RTN_LOCAL && routes[i].type != RTN_BROADCAST)
			return &routes[i];
	fail_msg("no route to %s", to);
	return NULL;
}

static void test_recorded(void **state)
{
	struct route routes[ROUTES_MAX];
	size_t count = recorded("routes-4", routes);
	const struct inet gateway = inet_of("192.0.2.9"), six = inet_of("2001:db8::9");
	const struct route *route = find(routes, count, "192.0.2.0/24");
	int eth0 = route->index;

	assert_true(eth0 > 0);
	assert_int_equal(route->gateway.family, 0);
	assert_int_equal(route->protocol, RTPROT_KERNEL);
	assert_int_equal(route->scope, RT_SCOPE_LINK);
	assert_int_equal(route->table, RT_TABLE_MAIN);
	assert_int_equal(route->source.family, AF_INET);
	route = find(routes, count, "0.0.0.0/0");
	assert_true(inet_same(&route->gateway, &gateway));
	route = find(routes, count, "203.0.113.0/24");
	assert_int_equal(route->type, RTN_BLACKHOLE);
	route = find(routes, count, "10.0.0.0/8");
	assert_int_equal(route->type, RTN_UNREACHABLE);
	assert_int_equal(route->metric, 7);
	/* The first of two next hops. */
	route = find(routes, count, "198.51.101.0/24");
	assert_int_equal(route->index, eth0);
	assert_true(inet_same(&route->gateway, &gateway));
	/* A gateway of the other family, in a table beyond the header's. */
	route = find(routes, count, "198.51.102.0/24");
	assert_true(inet_same(&route->gateway, &six));
	assert_int_equal(route->table, 77);
}

static void test_recorded_six(void **state)
{
	struct route routes[ROUTES_MAX];
	size_t count = recorded("routes-6", routes);
	const struct inet gateway = inet_of("2001:db8::9");
	const struct route *route = find(routes, count, "2001:db8::/64");

	assert_int_equal(route->metric, 256);
	assert_int_equal(route->gateway.family, 0);
	route = find(routes, count, "2001:db8:1::/64");
	assert_int_equal(route->metric, 1024);
	assert_true(inet_same(&route->gateway, &gateway));
}

static const struct rtmsg header = {
	.rtm_family = AF_INET,
	.rtm_dst_len = 24,
	.rtm_table = RT_TABLE_MAIN,
	.rtm_type = RTN_UNICAST,
};

static int read_with(unsigned int type, const void *payload, size_t size)
{
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWROUTE, &header, sizeof(header));

	mnl_attr_put(message, (uint16_t)type, size, payload);
	bytes_shorten(message, read_route);
	return 0;
}

static int refuse_with(unsigned int type, const void *payload, size_t size)
{
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWROUTE, &header, sizeof(header));

	mnl_attr_put(message, (uint16_t)type, size, payload);
	return read_route(message);
}

static void test_hostile(void **state)
{
	struct rtmsg odd = header;
	struct netlink_bytes bytes;
	struct nlmsghdr *message;

	assert_int_equal(read_with(RTA_DST, "\300\0\2", 4), 0);
	assert_int_equal(refuse_with(RTA_DST, "\300\0\2", 3), -EBADMSG);
	assert_int_equal(refuse_with(RTA_DST, "0123456789abcdef", 16), -EBADMSG);
	assert_int_equal(refuse_with(RTA_GATEWAY, "", 0), -EBADMSG);
	assert_int_equal(refuse_with(RTA_OIF, "\1", 1), -EBADMSG);
	/* A family in 2 bytes, then too little of an address. */
	assert_int_equal(refuse_with(RTA_VIA, "\12\0abcd", 6), -EBADMSG);
	assert_int_equal(refuse_with(RTA_VIA, "\12", 1), -EBADMSG);
	/* A family that is unknown here. */
	assert_int_equal(refuse_with(RTA_VIA, "\34\0abcd", 6), 0);
	odd.rtm_dst_len = 33;
	message = bytes_begin(&bytes, RTM_NEWROUTE, &odd, sizeof(odd));
	assert_int_equal(read_route(message), -EBADMSG);
	odd = header;
	odd.rtm_family = AF_UNIX;
	message = bytes_begin(&bytes, RTM_NEWROUTE, &odd, sizeof(odd));
	assert_int_equal(read_route(message), -EBADMSG);
	message = bytes_begin(&bytes, RTM_DELROUTE, &header, sizeof(header));
	assert_int_equal(read_route(message), -EBADMSG);
}

static void test_hostile_hops(void **state)
{
	struct {
		struct rtnexthop hop;
		struct nlattr attr;
		unsigned char gateway[4];
	} hops = {
		.hop = {.rtnh_len = sizeof(hops), .rtnh_ifindex = 5},
		.attr = {.nla_len = 8, .nla_type = RTA_GATEWAY},
		.gateway = {192, 0, 2, 1},
	};

	assert_int_equal(refuse_with(RTA_MULTIPATH, &hops, sizeof(hops)), 0);
	assert_int_equal(read_with(RTA_MULTIPATH, &hops, sizeof(hops)), 0);
	assert_int_equal(refuse_with(RTA_MULTIPATH, &hops, 3), -EBADMSG);
	assert_int_equal(refuse_with(RTA_MULTIPATH, &hops, sizeof(hops) - 1), -EBADMSG);
	hops.hop.rtnh_len = 7;
	assert_int_equal(refuse_with(RTA_MULTIPATH, &hops, sizeof(hops)), -EBADMSG);
	hops.hop.rtnh_len = sizeof(hops) + 1;
	assert_int_equal(refuse_with(RTA_MULTIPATH, &hops, sizeof(hops)), -EBADMSG);
	hops.hop.rtnh_len = sizeof(hops);
	/* An attribute that reaches beyond the hop is none. */
	hops.attr.nla_len = 9;
	assert_int_equal(refuse_with(RTA_MULTIPATH, &hops, sizeof(hops)), 0);
	hops.attr.nla_len = 7;
	assert_int_equal(refuse_with(RTA_MULTIPATH, &hops, sizeof(hops)), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_choose),	     cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_recorded_six), cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_hostile_hops),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
