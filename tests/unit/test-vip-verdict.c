// SPDX-License-Identifier: BSD-3-Clause

#include <linux/if.h>
#include <linux/if_addr.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "vip-given.h"
#include "vip/homes.h"
#include "vip/verdict.h"

/* Links 1 lo, 2 eth0, 3 eth1, 4 eth0.7 on eth0; up to four addresses. */
struct scene {
	struct link link_items[4];
	struct addr addr_items[4];
	struct link_list links;
	struct addr_list addrs;
	struct home homes[4];
	struct verdict_view view;
};

static void scene_make(struct scene *scene)
{
	*scene = (struct scene){
		.link_items = {vip_link(1, "lo"), vip_link(2, "eth0"), vip_link(3, "eth1"),
			       vip_link(4, "eth0.7")},
		.links = {scene->link_items, 4, 4},
		.addrs = {scene->addr_items, 0, 4},
		.view = {.addrs = &scene->addrs, .links = &scene->links},
	};
	scene->link_items[3].lower = 2;
}

static struct addr *scene_add(struct scene *scene, struct addr addr)
{
	scene->addr_items[scene->addrs.count] = addr;
	return &scene->addr_items[scene->addrs.count++];
}

static void expect(struct scene *scene, const struct vip_config *config, enum role_state state,
		   const char *reason)
{
	struct fault fault = FAULT_INIT;

	assert_int_equal(verdict_reach(config, &scene->view, &fault), state);
	assert_string_equal(fault.reason, reason);
	assert_int_equal(fault.kind, *reason ? FAULT_GENERIC : FAULT_NONE);
}

static void test_one_address(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10"));
	struct scene scene;

	scene_make(&scene);
	expect(&scene, config, ROLE_ABSENT, "192.0.2.10 is not here");
	scene_add(&scene, vip_addr(2, "192.0.2.11/24", "eth0"));
	expect(&scene, config, ROLE_ABSENT, "192.0.2.10 is not here");
	scene_add(&scene, vip_addr(2, "192.0.2.10/24", "eth0"));
	expect(&scene, config, ROLE_ACTIVE, "");
}

static void test_several_addresses(void **state)
{
	AUTO_VIP struct vip_config *config =
		vip_given(VALUES("ip", "192.0.2.10 2001:db8::10 192.0.2.11"));
	struct scene scene;

	scene_make(&scene);
	expect(&scene, config, ROLE_ABSENT, "3 of 3 addresses are not here: 192.0.2.10 ...");
	scene_add(&scene, vip_addr(2, "192.0.2.10/24", "eth0"));
	expect(&scene, config, ROLE_BROKEN, "2 of 3 addresses are not here: 2001:db8::10 ...");
	scene_add(&scene, vip_addr(3, "2001:db8::10/64", ""));
	expect(&scene, config, ROLE_BROKEN, "1 of 3 addresses are not here: 192.0.2.11");
	scene_add(&scene, vip_addr(2, "192.0.2.11/24", "eth0"));
	expect(&scene, config, ROLE_ACTIVE, "");
}

static void test_link(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10", "nic", "eth0"));
	struct scene scene;

	scene_make(&scene);
	scene_add(&scene, vip_addr(3, "192.0.2.10/24", "eth1"));
	scene.view.nic = 2;
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 is on eth1, not on eth0");
	scene.view.nic = -1;
	expect(&scene, config, ROLE_BROKEN,
	       "192.0.2.10 is on eth1, and not on the interface where it belongs");
	scene_add(&scene, vip_addr(2, "192.0.2.10/24", "eth0"));
	scene.view.nic = 2;
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 is also on eth1");
	scene.addr_items[0] = vip_addr(9, "192.0.2.10/24", "gone");
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 is also on link 9");
	scene.addr_items[0] = vip_addr(2, "192.0.2.10/32", "eth0");
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 is there twice, as /24 and as /32");
	scene.addr_items[0] = vip_addr(1, "192.0.2.10/32", "lo");
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 is also on lo");
}

/* Without the parameter nic, the place where start put each address. */
static void test_homes(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10 192.0.2.11"));
	struct scene scene;

	scene_make(&scene);
	scene_add(&scene, vip_addr(2, "192.0.2.10/24", "eth0"));
	scene_add(&scene, vip_addr(3, "192.0.2.11/24", "eth1"));
	expect(&scene, config, ROLE_ACTIVE, "");
	scene.view.homes = scene.homes;
	expect(&scene, config, ROLE_ACTIVE, "");
	scene.homes[0] = (struct home){"eth0", 24};
	scene.homes[1] = (struct home){"eth1", 24};
	expect(&scene, config, ROLE_ACTIVE, "");
	scene.homes[1] = (struct home){"eth0", 24};
	expect(&scene, config, ROLE_BROKEN, "192.0.2.11 is on eth1, not on eth0");
	scene.homes[1] = (struct home){"eth9", 24};
	expect(&scene, config, ROLE_BROKEN,
	       "192.0.2.11 is on eth1, and not on the interface where it belongs");
	scene.view.nic = 3;
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 is on eth0, not on eth1");
}

/* Without a prefix in the parameters, the one that start has chosen. */
static void test_home_prefix(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10"));
	AUTO_VIP struct vip_config *given = vip_given(VALUES("ip", "192.0.2.10/32"));
	struct scene scene;

	scene_make(&scene);
	scene_add(&scene, vip_addr(2, "192.0.2.10/32", "eth0"));
	scene.homes[0] = (struct home){"eth0", 24};
	scene.view.homes = scene.homes;
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 is there as /32, not as /24");
	expect(&scene, given, ROLE_ACTIVE, "");
}

/* The kernel takes IPv6 addresses away with the link: the link is named first. */
static void test_missing_with_its_link(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10 2001:db8::10"));
	struct scene scene;

	scene_make(&scene);
	scene_add(&scene, vip_addr(2, "192.0.2.10/24", "eth0"));
	scene.view.nic = 2;
	scene.link_items[1].flags = 0;
	expect(&scene, config, ROLE_BROKEN,
	       "eth0 is down, and 1 of 2 addresses are not here: 2001:db8::10");
}

/* What a promotable instance has left on lo is no standby of its own any more, and not nothing. */
static void test_left_on_loopback(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10"));
	struct scene scene;

	scene_make(&scene);
	scene_add(&scene, vip_addr(1, "192.0.2.10/32", "lo"));
	scene.view.loopback_standby = true;
	expect(&scene, config, ROLE_ABSENT, "192.0.2.10 is not here");
	scene.view.promotable = true;
	expect(&scene, config, ROLE_STANDBY, "");
}

static void test_form(void **state)
{
	AUTO_VIP struct vip_config *config =
		vip_given(VALUES("ip", "192.0.2.10/24", "iflabel", "web"));
	AUTO_VIP struct vip_config *six = vip_given(VALUES("ip", "2001:db8::10", "iflabel", "web"));
	struct scene scene;
	struct addr *addr;

	scene_make(&scene);
	addr = scene_add(&scene, vip_addr(2, "192.0.2.10/25", "eth0:web"));
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 is there as /25, not as /24");
	addr->inet.prefix = 24;
	expect(&scene, config, ROLE_ACTIVE, "");
	*addr = vip_addr(2, "192.0.2.10/24", "eth0");
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 lacks the label eth0:web");
	*addr = vip_addr(2, "2001:db8::10/64", "");
	expect(&scene, six, ROLE_ACTIVE, "");
	addr->flags = IFA_F_TENTATIVE | IFA_F_OPTIMISTIC;
	expect(&scene, six, ROLE_ACTIVE, "");
	addr->flags = IFA_F_TENTATIVE;
	expect(&scene, six, ROLE_BROKEN, "2001:db8::10 is tentative: it can't be used yet");
	addr->flags |= IFA_F_DADFAILED;
	expect(&scene, six, ROLE_BROKEN,
	       "2001:db8::10 failed duplicate address detection: another host has it");
}

static void test_deprecated(void **state)
{
	AUTO_VIP struct vip_config *asked =
		vip_given(VALUES("ip", "2001:db8::10", "preferred_lft", "0"));
	AUTO_VIP struct vip_config *not =
		vip_given(VALUES("ip", "2001:db8::10", "preferred_lft", "60"));
	static const char reason[] = "2001:db8::10 is deprecated: its preferred lifetime is over";
	struct scene scene;

	scene_make(&scene);
	scene_add(&scene, vip_addr(2, "2001:db8::10/64", ""))->flags = IFA_F_DEPRECATED;
	expect(&scene, asked, ROLE_ACTIVE, "");
	expect(&scene, not, ROLE_DEGRADED, reason);
	/* What is worse is told instead. */
	scene.link_items[1].flags &= ~(unsigned int)IFF_UP;
	expect(&scene, not, ROLE_BROKEN, "eth0 is down");
}

static void test_carrier(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10"));
	AUTO_VIP struct vip_config *any =
		vip_given(VALUES("ip", "192.0.2.10", "check_link_status", "false"));
	struct scene scene;

	scene_make(&scene);
	scene_add(&scene, vip_addr(4, "192.0.2.10/24", "eth0.7"));
	scene.link_items[1].flags &= ~(unsigned int)(IFF_LOWER_UP | IFF_RUNNING);
	expect(&scene, config, ROLE_BROKEN,
	       "eth0.7 has no carrier: eth0, which it runs on, has none");
	scene.link_items[1].flags &= ~(unsigned int)IFF_UP;
	expect(&scene, config, ROLE_BROKEN,
	       "eth0.7 has no carrier: eth0, which it runs on, is down");
	expect(&scene, any, ROLE_ACTIVE, "");
	scene.link_items[1] = vip_link(2, "eth0");
	scene.link_items[3].flags &= ~(unsigned int)(IFF_LOWER_UP | IFF_RUNNING);
	expect(&scene, config, ROLE_BROKEN, "eth0.7 has no carrier");
	expect(&scene, any, ROLE_ACTIVE, "");
	scene.link_items[3].flags &= ~(unsigned int)IFF_UP;
	expect(&scene, config, ROLE_BROKEN, "eth0.7 is down");
	expect(&scene, any, ROLE_BROKEN, "eth0.7 is down");
	scene.link_items[3].lower = 77;
	scene.link_items[3].flags |= IFF_UP | IFF_LOWER_UP | IFF_RUNNING;
	expect(&scene, config, ROLE_ACTIVE, "");
	/* Of a link that is gone since nothing can be said. */
	scene.links.count = 3;
	expect(&scene, config, ROLE_ACTIVE, "");
}

static void test_loopback_never_has_carrier(void **state)
{
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10", "nic", "lo"));
	struct scene scene;

	scene_make(&scene);
	scene_add(&scene, vip_addr(1, "192.0.2.10/32", "lo"));
	scene.view.nic = 1;
	scene.view.loopback_standby = true;
	scene.link_items[0].flags = IFF_UP | IFF_LOOPBACK;
	expect(&scene, config, ROLE_ACTIVE, "");
}

/* A real server's address on the loopback is no place where it serves. */
static void test_standby(void **state)
{
	AUTO_VIP struct vip_config *config =
		vip_given(VALUES("ip", "192.0.2.10 192.0.2.11", "lvs_support", "true"));
	struct scene scene;

	scene_make(&scene);
	scene.view.loopback_standby = true;
	scene_add(&scene, vip_addr(1, "192.0.2.10/32", "lo"));
	expect(&scene, config, ROLE_ABSENT, "2 of 2 addresses are not here: 192.0.2.10 ...");
	scene.view.standby = true;
	expect(&scene, config, ROLE_BROKEN,
	       "192.0.2.11 is not on lo, where an unpromoted real server holds it");
	scene_add(&scene, vip_addr(1, "192.0.2.11/32", "lo"));
	expect(&scene, config, ROLE_STANDBY, "");
	scene_add(&scene, vip_addr(2, "192.0.2.10/24", "eth0"));
	expect(&scene, config, ROLE_BROKEN, "1 of 2 addresses are not here: 192.0.2.11");
	scene_add(&scene, vip_addr(2, "192.0.2.11/24", "eth0"));
	expect(&scene, config, ROLE_ACTIVE, "");
	scene.view.loopback_standby = false;
	expect(&scene, config, ROLE_BROKEN, "192.0.2.10 is also on eth0");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_one_address),
		cmocka_unit_test(test_several_addresses),
		cmocka_unit_test(test_link),
		cmocka_unit_test(test_homes),
		cmocka_unit_test(test_form),
		cmocka_unit_test(test_deprecated),
		cmocka_unit_test(test_carrier),
		cmocka_unit_test(test_loopback_never_has_carrier),
		cmocka_unit_test(test_standby),
		cmocka_unit_test(test_home_prefix),
		cmocka_unit_test(test_missing_with_its_link),
		cmocka_unit_test(test_left_on_loopback),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
