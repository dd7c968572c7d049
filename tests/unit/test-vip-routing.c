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
#include "base/buf.h"
#include "vip/routing.h"

static int read_route(const char *text, int family, struct routing_route *route)
{
	return routing_read_route(text, strlen(text), family, route);
}

static void test_route(void **state)
{
	struct routing_route r;
	char text[INET_TEXT_MAX];

	assert_int_equal(read_route(" 198.51.100.0/24\tvia 192.0.2.1  table 100 metric 7 "
				    "src 192.0.2.10 dev eth0 ",
				    AF_INET6, &r),
			 0);
	assert_string_equal(inet_text(&r.route.to, text), "198.51.100.0/24");
	assert_string_equal(inet_text(&r.route.gateway, text), "192.0.2.1");
	assert_string_equal(inet_text(&r.route.source, text), "192.0.2.10");
	assert_string_equal(r.device, "eth0");
	assert_int_equal(r.route.table, 100);
	assert_int_equal(r.route.metric, 7);
	assert_int_equal(r.route.scope, RT_SCOPE_UNIVERSE);
	assert_int_equal(r.route.type, RTN_UNICAST);
	assert_int_equal(r.route.protocol, RTPROT_STATIC);
	assert_int_equal(r.route.index, 0);
}

static void test_bare_route(void **state)
{
	struct routing_route r;

	assert_int_equal(read_route("198.51.100.7", AF_INET, &r), 0);
	assert_int_equal(r.route.to.prefix, 32);
	assert_int_equal(r.route.scope, RT_SCOPE_LINK);
	assert_string_equal(r.device, "");
	assert_int_equal(read_route("2001:db8::7", AF_INET, &r), 0);
	assert_int_equal(r.route.to.prefix, 128);
	assert_int_equal(r.route.scope, RT_SCOPE_UNIVERSE);
}

static void test_default_route(void **state)
{
	struct routing_route r;

	assert_int_equal(read_route("default", AF_INET, &r), 0);
	assert_int_equal(r.route.to.family, AF_INET);
	assert_int_equal(r.route.to.prefix, 0);
	assert_int_equal(read_route("default dev eth0", AF_INET6, &r), 0);
	assert_int_equal(r.route.to.family, AF_INET6);
	assert_int_equal(read_route("default via fe80::1 dev eth0", AF_INET, &r), 0);
	assert_int_equal(r.route.to.family, AF_INET6);
	assert_int_equal(read_route("0.0.0.0/0 via fe80::1", AF_INET6, &r), 0);
	assert_int_equal(r.route.to.family, AF_INET);
	assert_int_equal(r.route.gateway.family, AF_INET6);
}

static void test_table(void **state)
{
	static const struct {
		const char *text;
		uint32_t table;
	} cases[] = {
		{"default table main", RT_TABLE_MAIN},
		{"default table local", RT_TABLE_LOCAL},
		{"default table default", RT_TABLE_DEFAULT},
		{"default table 4294967295", 4294967295U},
		{"default table 0", 0},
	};
	struct routing_route r;

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		assert_int_equal(read_route(cases[i].text, AF_INET, &r), 0);
		assert_true(r.route.table == cases[i].table);
	}
}

static void test_refused_routes(void **state)
{
	static const char *const cases[] = {
		"",
		" ",
		"everywhere",
		"198.51.100.0/33",
		"via 192.0.2.1",
		"default via",
		"default via 192.0.2.1/24",
		"default via nowhere",
		"2001:db8::/32 via 192.0.2.1",
		"default table",
		"default table -1",
		"default table 4294967296",
		"default table elsewhere",
		"default metric x",
		"default src 192.0.2.1/24",
		"default proto 256",
		"default proto kernel",
		"default color blue",
		"default default",
		"default via 192.0.2.1 192.0.2.2",
	};
	struct routing_route r = {.device = "untouched"};
	char text[700];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(read_route(cases[i], AF_INET, &r), -EINVAL);
	(void)snprintf(text, sizeof(text), "default dev %0128d", 0);
	assert_int_equal(read_route(text, AF_INET, &r), -EINVAL);
	(void)snprintf(text, sizeof(text), "default dev eth0%600s", "");
	assert_int_equal(read_route(text, AF_INET, &r), -EINVAL);
	assert_int_equal(routing_read_route("default\0dev eth0", 16, AF_INET, &r), -EINVAL);
	assert_string_equal(r.device, "untouched");
	/* Only so many bytes are read. */
	assert_int_equal(routing_read_route("default, nonsense", 7, AF_INET, &r), 0);
}

static void test_print_route(void **state)
{
	static const char *const cases[][2] = {
		{"default via 192.0.2.1", "default via 192.0.2.1 proto 4"},
		{"default via fe80::1 dev eth0", "default via fe80::1 dev eth0 proto 4"},
		{"default dev eth0", "0.0.0.0/0 dev eth0 proto 4"},
		{"::/0 dev eth0", "::/0 dev eth0 proto 4"},
		{"0.0.0.0/0 via fe80::1", "0.0.0.0/0 via fe80::1 proto 4"},
		{"198.51.100.0/24 src 192.0.2.10 metric 7 table 100 dev eth0 via 192.0.2.1 proto 2",
		 "198.51.100.0/24 via 192.0.2.1 dev eth0 table 100 metric 7 src 192.0.2.10 "
		 "proto 2"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_BUF struct buf text = BUF_INIT;
		struct routing_route r, again;

		assert_int_equal(read_route(cases[i][0], AF_INET, &r), 0);
		routing_print_route(&r, &text);
		assert_string_equal(text.data, cases[i][1]);
		/* Whatever family the reader would have guessed. */
		assert_int_equal(read_route(text.data, AF_INET6, &again), 0);
		assert_int_equal(again.route.to.family, r.route.to.family);
		assert_int_equal(again.route.scope, r.route.scope);
		buf_clear(&text);
		routing_print_route(&again, &text);
		assert_string_equal(text.data, cases[i][1]);
	}
}

static int read_rule(const char *text, struct rule *rule)
{
	return routing_read_rule(text, strlen(text), rule);
}

static void test_rule(void **state)
{
	struct rule rule;
	char text[INET_TEXT_MAX];

	assert_int_equal(read_rule("from 192.0.2.10 table 100 priority 1000", &rule), 0);
	assert_int_equal(rule.family, AF_INET);
	assert_string_equal(inet_text(&rule.from, text), "192.0.2.10/32");
	assert_int_equal(rule.to.family, 0);
	assert_int_equal(rule.table, 100);
	assert_int_equal(rule.priority, 1000);
	assert_int_equal(rule.protocol, RTPROT_STATIC);
	assert_true(rule.plain);
	assert_int_equal(read_rule(" to 2001:db8::/32\nlookup main pref 7 from ::/0", &rule), 0);
	assert_int_equal(rule.family, AF_INET6);
	assert_string_equal(inet_text(&rule.to, text), "2001:db8::/32");
	assert_int_equal(rule.table, RT_TABLE_MAIN);
	assert_int_equal(rule.priority, 7);
}

static void test_refused_rules(void **state)
{
	static const char *const cases[] = {
		"",
		"table 100",
		"from 192.0.2.10",
		"from 192.0.2.10 table",
		"from table 100",
		"from 192.0.2.10 table 0",
		"from 192.0.2.10 table x",
		"from all table 100",
		"from 192.0.2.10 to 2001:db8::/32 table 100",
		"from 192.0.2.10/33 table 100",
		"from 192.0.2.10 table 100 priority -1",
		"from 192.0.2.10 table 100 iif lo",
		"from 192.0.2.10 table 100 nonsense",
	};
	struct rule rule = {.table = 4711};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++)
		assert_int_equal(read_rule(cases[i], &rule), -EINVAL);
	assert_int_equal(rule.table, 4711);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_route),	       cmocka_unit_test(test_bare_route),
		cmocka_unit_test(test_default_route),  cmocka_unit_test(test_table),
		cmocka_unit_test(test_refused_routes), cmocka_unit_test(test_print_route),
		cmocka_unit_test(test_rule),	       cmocka_unit_test(test_refused_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
