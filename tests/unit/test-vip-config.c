// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/fault.h"
#include "net/addr.h"
#include "ocf/agent.h"
#include "ocf/params.h"
#include "values.h"
#include "vip/config.h"

static const struct agent table = {
	.name = "vip",
	.params = vip_params,
	.config_size = sizeof(struct vip_config),
	.check = vip_check,
};

static struct vip_config *good(const char *const *values)
{
	struct fault fault = FAULT_INIT;
	void *config = NULL;

	(void)params_read(&table, values_source, values, &config, &fault);
	assert_string_equal(fault.reason, "");
	assert_non_null(config);
	return config;
}

static void refused(const char *const *values, const char *reason)
{
	struct fault fault = FAULT_INIT;
	void *config = NULL;

	assert_int_equal(params_read(&table, values_source, values, &config, &fault), -EINVAL);
	assert_null(config);
	assert_int_equal(fault.kind, FAULT_CONFIGURED);
	assert_string_equal(fault.reason, reason);
	assert_int_equal(params_read(&table, values_source, values, &config, NULL), -EINVAL);
}

static void test_defaults(void **state)
{
	struct vip_config *config = good(VALUES("ip", "192.0.2.10"));
	char name[128];

	assert_int_equal(config->ip.count, 1);
	assert_null(vip_nic(config, name));
	assert_null(vip_label(config));
	assert_int_equal(vip_prefix(config, &config->ip.items[0]), INET_NO_PREFIX);
	assert_true(vip_preferred_lft(config) == ADDR_FOREVER);
	assert_int_equal(vip_proto(config), -1);
	assert_int_equal(config->arp_count, 5);
	assert_true(config->arp_interval == PARAM_UNSET);
	assert_true(config->table == PARAM_UNSET && config->metric == PARAM_UNSET);
	assert_int_equal(config->conflict_wait, 150);
	assert_true(config->arp_bg && config->run_arping && config->check_link_status);
	assert_false(config->nodad || config->lvs_support || config->flush_routes ||
		     config->kill_connections || config->noprefixroute);
	params_release(&table, config);
}

/* Every parameter of IPaddr2, at its default, is taken. */
static void test_of_other_agents(void **state)
{
	struct vip_config *config = good(VALUES(
		"ip", "192.0.2.10", "nic", "", "cidr_netmask", "", "broadcast", "", "iflabel", "",
		"lvs_support", "false", "lvs_ipv6_addrlabel", "false", "lvs_ipv6_addrlabel_value",
		"99", "mac", "", "clusterip_hash", "sourceip-sourceport", "unique_clone_address",
		"false", "arp_interval", "200", "arp_count", "5", "arp_count_refresh", "0",
		"arp_bg", "true", "arp_sender", "", "send_arp_opts", "", "flush_routes", "false",
		"run_arping", "false", "nodad", "false", "noprefixroute", "false", "preferred_lft",
		"forever", "network_namespace", "", "check_link_status", "true"));

	assert_int_equal(config->arp_interval, 200);
	assert_false(config->run_arping);
	params_release(&table, config);
	refused(VALUES("ip", "192.0.2.10", "unique_clone_address", "true"),
		"unique_clone_address is not supported: write all addresses into ip");
}

static void test_nic_and_label(void **state)
{
	static const struct {
		const char *nic, *iflabel, *name, *label;
	} cases[] = {
		{"eth0", "", "eth0", NULL},
		{"eth0", "web", "eth0", "web"},
		{"eth0:web", "", "eth0", "web"},
		{"eth0:web", "db", "eth0", "db"},
		{"", "web", NULL, "web"},
		{"enp3s0f1np1", "abc", "enp3s0f1np1", "abc"},
		/* An alternative name counts nothing: the label goes behind the real one. */
		{"a-rather-long-alternative-name", "web", "a-rather-long-alternative-name", "web"},
	};
	char name[128];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vip_config *config = good(VALUES("ip", "192.0.2.10", "nic", cases[i].nic,
							"iflabel", cases[i].iflabel));

		assert_string_equal(vip_nic(config, name) ? name : "",
				    cases[i].name ? cases[i].name : "");
		assert_string_equal(vip_label(config) ? vip_label(config) : "",
				    cases[i].label ? cases[i].label : "");
		params_release(&table, config);
	}
}

static void test_wrong_nic_and_label(void **state)
{
	static const char nic[] = "nic must be the name of a network interface, not '",
			  label[] = "iflabel must be a word without blank, colon and slash, not '";
	static const struct {
		const char *nic, *iflabel, *start, *rest;
	} cases[] = {
		{"eth 0", "", nic, "eth 0'"},
		{"../eth0", "", nic, "../eth0'"},
		{"eth0\t", "", nic, "eth0 '"},
		{":web", "", nic, ":web'"},
		{"eth0:", "", label, "'"},
		{"eth0:a:b", "", label, "a:b'"},
		{"eth0", "a b", label, "a b'"},
		{"eth0", "a/b", label, "a/b'"},
		{"eth0", "abcdefghijk", "iflabel: ",
		 "'eth0:abcdefghijk' is longer than 15 "
		 "characters"},
		{"enp3s0f1np1:abcd", "", "iflabel: ",
		 "'enp3s0f1np1:abcd' is longer than 15 "
		 "characters"},
	};
	char reason[256];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		(void)snprintf(reason, sizeof(reason), "%s%s", cases[i].start, cases[i].rest);
		refused(VALUES("ip", "192.0.2.10", "nic", cases[i].nic, "iflabel",
			       cases[i].iflabel),
			reason);
	}
}

static void test_prefix(void **state)
{
	struct vip_config *config =
		good(VALUES("ip", "192.0.2.10 192.0.2.11/25", "cidr_netmask", "255.255.255.0"));

	assert_int_equal(vip_prefix(config, &config->ip.items[0]), 24);
	assert_int_equal(vip_prefix(config, &config->ip.items[1]), 25);
	params_release(&table, config);
	config = good(VALUES("ip", "2001:db8::1 192.0.2.11/25", "netmask", "64"));
	assert_int_equal(vip_prefix(config, &config->ip.items[0]), 64);
	params_release(&table, config);
	refused(VALUES("ip", "192.0.2.10 2001:db8::1", "cidr_netmask", "24"),
		"cidr_netmask can't serve IPv4 and IPv6: write /prefix behind each address of ip");
	refused(VALUES("ip", "192.0.2.10", "cidr_netmask", "33"),
		"cidr_netmask must be 0 to 32 or a netmask, not '33'");
	refused(VALUES("ip", "192.0.2.10", "cidr_netmask", "255.0.255.0"),
		"cidr_netmask must be 0 to 32 or a netmask, not '255.0.255.0'");
	refused(VALUES("ip", "2001:db8::1", "cidr_netmask", "255.255.255.0"),
		"cidr_netmask must be 0 to 128, not '255.255.255.0'");
}

static void test_addresses(void **state)
{
	struct vip_config *config = good(VALUES("ip", "fe80::1", "nic", "eth0"));

	params_release(&table, config);
	refused(VALUES("ip", "fe80::1"), "nic must be given: fe80::1 is link-local");
	refused(VALUES("ip", " , "), "ip names no address");
	refused(VALUES("nic", "eth0"), "ip must be given: the addresses to hold");
	refused(VALUES("ip", "192.0.2.10,192.0.2.10/24"), "ip names 192.0.2.10 twice");
	refused(VALUES("ip", "192.0.2.300"),
		"ip: '192.0.2.300' is no IPv4 or IPv6 address with optional /prefix");
}

static void test_broadcast(void **state)
{
	static const char *const taken[] = {"+", "-", "192.0.2.255"};
	static const char *const wrong[] = {"all", "192.0.2.255/24", "2001:db8::ff", "++"};
	char reason[128];

	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		params_release(&table, good(VALUES("ip", "192.0.2.10", "broadcast", taken[i])));
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		(void)snprintf(reason, sizeof(reason),
			       "broadcast must be an IPv4 address, + or -, not '%s'", wrong[i]);
		refused(VALUES("ip", "192.0.2.10", "broadcast", wrong[i]), reason);
	}
}

static void test_lifetime(void **state)
{
	static const struct {
		const char *text;
		uint32_t seconds;
	} cases[] = {
		{"forever", ADDR_FOREVER}, {"0", 0}, {"3600", 3600}, {"4294967294", 4294967294U}};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vip_config *config =
			good(VALUES("ip", "2001:db8::1", "preferred_lft", cases[i].text));

		assert_true(vip_preferred_lft(config) == cases[i].seconds);
		params_release(&table, config);
	}
	refused(VALUES("ip", "2001:db8::1", "preferred_lft", "4294967295"),
		"preferred_lft must be seconds or forever, not '4294967295'");
	refused(VALUES("ip", "2001:db8::1", "preferred_lft", "10s"),
		"preferred_lft must be seconds or forever, not '10s'");
}

static void test_proto(void **state)
{
	static const struct {
		const char *text;
		int number;
	} cases[] = {
		{"kernel", RTPROT_KERNEL},
		{"boot", RTPROT_BOOT},
		{"static", RTPROT_STATIC},
		{"dhcp", RTPROT_DHCP},
		{"ra", RTPROT_RA},
		{"186", 186},
		{"0", 0},
		{"255", 255},
		{"", -1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct vip_config *config =
			good(VALUES("ip", "192.0.2.10", "proto", cases[i].text));

		assert_int_equal(vip_proto(config), cases[i].number);
		params_release(&table, config);
	}
	refused(VALUES("ip", "192.0.2.10", "proto", "bgp"),
		"proto must be kernel, boot, static, dhcp, ra or 0 to 255, not 'bgp'");
	refused(VALUES("ip", "192.0.2.10", "proto", "256"),
		"proto must be kernel, boot, static, dhcp, ra or 0 to 255, not '256'");
}

/* What is written is read, or told: a piece never just falls out. */
static void test_routing(void **state)
{
	static const char *const taken[][2] = {
		{"routes", "198.51.100.0/24 via 192.0.2.1 table 100, default via 192.0.2.1"},
		{"routes", " ,, default via 192.0.2.1 , ,\n10.0.0.0/8 dev eth1,"},
		{"rules", "from 192.0.2.10 table 100 priority 1000, to 2001:db8::/32 table main"},
		{"src", "default"},
		{"src", "default,198.51.100.0/24 10.0.0.0/8"},
	};
	static const char *const wrong[][3] = {
		{"routes", "default via 192.0.2.1, nonsense",
		 "routes: 'nonsense' is not of the form NET [via IP] [dev NIC] [table N] [metric N] "
		 "[src IP]"},
		{"routes", "default via 192.0.2.1, ,nonsense",
		 "routes: 'nonsense' is not of the form NET [via IP] [dev NIC] [table N] [metric N] "
		 "[src IP]"},
		{"routes", " ,nonsense",
		 "routes: 'nonsense' is not of the form NET [via IP] [dev NIC] [table N] [metric N] "
		 "[src IP]"},
		{"rules", "table 100",
		 "rules: 'table 100' is not of the form from NET|to NET table N [priority N]"},
		{"src", "2001:db8::/32",
		 "src: '2001:db8::/32' is not of the form default or NET, of the family of an "
		 "address of ip"},
		{"src", "default nowhere",
		 "src: 'default nowhere' is not of the form default or NET, of the family of an "
		 "address of ip"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(taken); i++)
		params_release(&table, good(VALUES("ip", "192.0.2.10", taken[i][0], taken[i][1])));
	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++)
		refused(VALUES("ip", "192.0.2.10", wrong[i][0], wrong[i][1]), wrong[i][2]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_defaults),      cmocka_unit_test(test_of_other_agents),
		cmocka_unit_test(test_nic_and_label), cmocka_unit_test(test_wrong_nic_and_label),
		cmocka_unit_test(test_prefix),	      cmocka_unit_test(test_addresses),
		cmocka_unit_test(test_broadcast),     cmocka_unit_test(test_lifetime),
		cmocka_unit_test(test_proto),	      cmocka_unit_test(test_routing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
