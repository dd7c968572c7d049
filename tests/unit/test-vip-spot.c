// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "net/route.h"
#include "vip-given.h"
#include "vip/seen.h"
#include "vip/spot.h"

/* Links 1 lo, 2 eth0, 3 eth1 and connected routes; the netlink socket stays closed. */
struct scene {
	struct link link_items[3];
	struct route route_items[8];
	struct addr addr_items[2];
	struct seen seen;
};

static struct route *scene_route(struct scene *scene, const char *net, int index, uint32_t metric)
{
	struct inet to;
	struct route_list *list;

	assert_int_equal(inet_parse(net, &to), 0);
	list = to.family == AF_INET ? &scene->seen.v4 : &scene->seen.v6;
	list->items[list->count] = (struct route){
		.to = to,
		.index = index,
		.metric = metric,
		.table = RT_TABLE_MAIN,
		.protocol = RTPROT_KERNEL,
		.scope = to.family == AF_INET ? RT_SCOPE_LINK : RT_SCOPE_UNIVERSE,
		.type = RTN_UNICAST,
	};
	return &list->items[list->count++];
}

static void scene_make(struct scene *scene)
{
	*scene = (struct scene){
		.link_items = {vip_link(1, "lo"), vip_link(2, "eth0"), vip_link(3, "eth1")},
		.seen = SEEN_INIT,
	};
	scene->seen.links = (struct link_list){scene->link_items, 3, 3};
	scene->seen.addrs = (struct addr_list){scene->addr_items, 0, 2};
	scene->seen.v4.items = scene->route_items;
	scene->seen.v6.items = scene->route_items + 4;
	(void)scene_route(scene, "192.0.2.0/24", 2, 0);
	(void)scene_route(scene, "198.51.100.0/25", 3, 0);
	(void)scene_route(scene, "2001:db8::/64", 2, 256);
	(void)scene_route(scene, "fe80::/64", 3, 256);
}

static struct addr choose(struct scene *scene, const struct vip_config *config)
{
	AUTO_SPOT_LIST struct spot_list list = SPOT_LIST_INIT;
	struct fault fault = FAULT_INIT;

	(void)spot_choose(config, &scene->seen, &fault, &list);
	assert_string_equal(fault.reason, "");
	assert_int_equal(list.count, config->ip.count);
	return list.items[0];
}

static void refuse(struct scene *scene, const struct vip_config *config, const char *reason)
{
	AUTO_SPOT_LIST struct spot_list list = SPOT_LIST_INIT;
	struct fault fault = FAULT_INIT;

	assert_int_equal(spot_choose(config, &scene->seen, &fault, &list), -EINVAL);
	assert_int_equal(fault.kind, FAULT_ARGS);
	assert_string_equal(fault.reason, reason);
	assert_int_equal(list.count, 0);
	assert_int_equal(spot_choose(config, &scene->seen, NULL, &list), -EINVAL);
}

static void expect_broadcast(const struct addr *spot, const char *wanted)
{
	char text[INET_TEXT_MAX] = "";

	if (spot->broadcast.family)
		(void)inet_text(&spot->broadcast, text);
	assert_string_equal(text, wanted);
}

static void test_by_route(void **state)
{
	AUTO_VIP struct vip_config *four = vip_given(VALUES("ip", "192.0.2.10"));
	AUTO_VIP struct vip_config *six = vip_given(VALUES("ip", "2001:db8::10"));
	AUTO_VIP struct vip_config *none = vip_given(VALUES("ip", "203.0.113.1"));
	struct scene scene;
	struct addr spot;

	scene_make(&scene);
	spot = choose(&scene, four);
	assert_int_equal(spot.index, 2);
	assert_int_equal(spot.inet.prefix, 24);
	assert_string_equal(spot.label, "eth0");
	assert_int_equal(spot.flags, 0);
	assert_int_equal(spot.scope, RT_SCOPE_UNIVERSE);
	assert_true(spot.valid == ADDR_FOREVER && spot.preferred == ADDR_FOREVER);
	expect_broadcast(&spot, "192.0.2.255");
	spot = choose(&scene, six);
	assert_int_equal(spot.index, 2);
	assert_int_equal(spot.inet.prefix, 64);
	assert_string_equal(spot.label, "");
	assert_int_equal(spot.flags, IFA_F_NODAD);
	expect_broadcast(&spot, "");
	refuse(&scene, none, "nic must be given: no connected route contains 203.0.113.1");
}

static void test_ambiguous(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10"));
	AUTO_VIP struct vip_config *named = vip_given(VALUES("ip", "192.0.2.10", "nic", "eth1"));
	AUTO_VIP struct vip_config *metric = vip_given(VALUES("ip", "192.0.2.10", "metric", "100"));
	AUTO_VIP struct vip_config *proto =
		vip_given(VALUES("ip", "192.0.2.10", "proto", "static"));
	struct fault fault = FAULT_INIT;
	struct spot_list list;
	struct route *other;
	struct scene scene;

	scene_make(&scene);
	other = scene_route(&scene, "192.0.2.0/24", 3, 0);
	assert_int_equal(spot_choose(config, &scene.seen, &fault, &list), -EINVAL);
	assert_int_equal(fault.kind, FAULT_ARGS);
	assert_memory_equal(fault.reason, "nic must be given: the routes to 192.0.2.10 over ", 49);
	other->metric = 100;
	assert_int_equal(choose(&scene, config).index, 2);
	assert_int_equal(choose(&scene, metric).index, 3);
	other->protocol = RTPROT_STATIC;
	assert_int_equal(choose(&scene, proto).index, 3);
	other->metric = 0;
	other->to.prefix = 28;
	assert_int_equal(choose(&scene, config).index, 3);
	assert_int_equal(choose(&scene, config).inet.prefix, 28);
	scene.seen.nic = 3;
	assert_int_equal(choose(&scene, named).inet.prefix, 28);
}

static void test_by_name(void **state)
{
	AUTO_VIP struct vip_config *config =
		vip_given(VALUES("ip", "203.0.113.1/29", "nic", "eth1"));
	AUTO_VIP struct vip_config *bare = vip_given(VALUES("ip", "203.0.113.1", "nic", "eth1"));
	AUTO_VIP struct vip_config *mask = vip_given(
		VALUES("ip", "203.0.113.1", "nic", "eth1", "cidr_netmask", "255.255.255.0"));
	struct scene scene;
	struct addr spot;

	scene_make(&scene);
	scene.seen.nic = 3;
	spot = choose(&scene, config);
	assert_int_equal(spot.index, 3);
	assert_int_equal(spot.inet.prefix, 29);
	expect_broadcast(&spot, "203.0.113.7");
	assert_int_equal(choose(&scene, mask).inet.prefix, 24);
	/* While a link is down it has no routes, but the addresses that make them. */
	scene.addr_items[scene.seen.addrs.count++] = vip_addr(3, "203.0.113.200/24", "eth1");
	assert_int_equal(choose(&scene, bare).inet.prefix, 24);
	scene.addr_items[0].index = 2;
	assert_int_equal(spot_choose(bare, &scene.seen, NULL, &(struct spot_list){NULL, 0}),
			 -EINVAL);
	scene.seen.nic = -1;
	refuse(&scene, config, "nic: there is no network interface 'eth1' here");
}

static void test_form(void **state)
{
	static const struct {
		const char *ip, *broadcast, *wanted;
	} cases[] = {
		{"192.0.2.10/24", "+", "192.0.2.255"},
		{"192.0.2.10/24", "-", ""},
		{"192.0.2.10/24", "192.0.2.63", "192.0.2.63"},
		{"192.0.2.10/30", "", "192.0.2.11"},
		{"192.0.2.10/31", "", ""},
		{"192.0.2.10/32", "", ""},
		{"192.0.2.10/32", "192.0.2.255", "192.0.2.255"},
	};
	struct scene scene;
	struct addr spot;

	scene_make(&scene);
	scene.seen.nic = 2;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_VIP struct vip_config *config =
			vip_given(VALUES("ip", cases[i].ip, "nic", "eth0", "broadcast",
					 cases[i].broadcast, "noprefixroute", "true"));

		spot = choose(&scene, config);
		expect_broadcast(&spot, cases[i].wanted);
		assert_int_equal(spot.flags, IFA_F_NOPREFIXROUTE);
	}
}

static void test_on_loopback(void **state)
{
	AUTO_VIP struct vip_config *config =
		vip_given(VALUES("ip", "192.0.2.10/32", "nic", "lo", "broadcast", "192.0.2.255"));
	struct scene scene;
	struct addr spot;

	scene_make(&scene);
	scene.seen.nic = 1;
	spot = choose(&scene, config);
	assert_int_equal(spot.scope, RT_SCOPE_HOST);
	expect_broadcast(&spot, "");
}

static void test_label(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(
		VALUES("ip", "192.0.2.10/24", "nic", "alternative-name-of-it", "iflabel", "web"));
	AUTO_VIP struct vip_config *six =
		vip_given(VALUES("ip", "2001:db8::10", "iflabel", "web", "preferred_lft", "0"));
	AUTO_VIP struct vip_config *too_long =
		vip_given(VALUES("ip", "192.0.2.10", "iflabel", "abcdefghijk"));
	struct scene scene;
	struct addr spot;

	scene_make(&scene);
	refuse(&scene, too_long, "iflabel: 'eth0:abcdefghijk' is longer than 15 characters");
	spot = choose(&scene, six);
	assert_string_equal(spot.label, "");
	assert_int_equal(spot.preferred, 0);
	scene.seen.nic = 2;
	assert_string_equal(choose(&scene, config).label, "eth0:web");
}

static void test_is(void **state)
{
	const struct addr spot = vip_addr(2, "192.0.2.10/24", "eth0:web");
	struct addr there = spot;

	assert_true(spot_is(&spot, &there));
	there.index = 3;
	assert_false(spot_is(&spot, &there));
	there = vip_addr(2, "192.0.2.10/25", "eth0:web");
	assert_false(spot_is(&spot, &there));
	there = vip_addr(2, "192.0.2.10/24", "eth0");
	assert_false(spot_is(&spot, &there));
	there = vip_addr(2, "192.0.2.11/24", "eth0:web");
	assert_false(spot_is(&spot, &there));
	there = spot;
	there.flags |= IFA_F_TENTATIVE;
	assert_false(spot_is(&spot, &there));
	there.flags = IFA_F_DADFAILED;
	assert_false(spot_is(&spot, &there));
}

static void test_several(void **state)
{
	AUTO_VIP struct vip_config *config =
		vip_given(VALUES("ip", "192.0.2.10 198.51.100.7 2001:db8::1"));
	AUTO_VIP struct vip_config *half = vip_given(VALUES("ip", "192.0.2.10 203.0.113.1"));
	AUTO_SPOT_LIST struct spot_list list = SPOT_LIST_INIT;
	struct scene scene;

	scene_make(&scene);
	assert_int_equal(spot_choose(config, &scene.seen, NULL, &list), 0);
	assert_int_equal(list.count, 3);
	assert_int_equal(list.items[0].index, 2);
	assert_int_equal(list.items[1].index, 3);
	assert_int_equal(list.items[1].inet.prefix, 25);
	assert_int_equal(list.items[2].index, 2);
	refuse(&scene, half, "nic must be given: no connected route contains 203.0.113.1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_route),    cmocka_unit_test(test_ambiguous),
		cmocka_unit_test(test_by_name),	    cmocka_unit_test(test_form),
		cmocka_unit_test(test_on_loopback), cmocka_unit_test(test_label),
		cmocka_unit_test(test_is),	    cmocka_unit_test(test_several),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
