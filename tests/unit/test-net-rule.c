// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/fib_rules.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/rule.h"
#include "netlink-bytes.h"

#define RULES_MAX 16

static struct inet inet_of(const char *text)
{
	struct inet inet;

	assert_int_equal(inet_parse(text, &inet), 0);
	return inet;
}

static int read_rule(const struct nlmsghdr *message)
{
	struct rule rule;

	return rule_read(message, &rule);
}

static size_t recorded(struct rule rules[RULES_MAX])
{
	struct netlink_bytes bytes;
	const struct nlmsghdr *message = &bytes.message;
	size_t count = 0;
	int left;

	bytes_recorded(&bytes, "rules-4");
	for (left = (int)bytes.length; mnl_nlmsg_ok(message, left) && count < RULES_MAX;
	     message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_type != RTM_NEWRULE)
			continue;
		assert_int_equal(rule_read(message, &rules[count++]), 0);
		bytes_shorten(message, read_rule);
	}
	return count;
}

static void test_recorded(void **state)
{
	struct rule items[RULES_MAX];
	const struct rule_list list = {.items = items, .count = recorded(items)};
	struct rule wanted = {
		.family = AF_INET,
		.from = inet_of("192.0.2.0/24"),
		.to = inet_of("198.51.100.0/24"),
		.table = 77,
	};

	assert_int_equal(list.count, 5);
	assert_true(rule_list_has(&list, &wanted));
	wanted.priority = 1000;
	assert_true(rule_list_has(&list, &wanted));
	wanted.priority = 1001;
	assert_false(rule_list_has(&list, &wanted));
	wanted.priority = 0;
	wanted.table = 78;
	assert_false(rule_list_has(&list, &wanted));
	wanted.table = 77;
	wanted.to.prefix = 25;
	assert_false(rule_list_has(&list, &wanted));
	wanted.to.family = 0;
	assert_false(rule_list_has(&list, &wanted));
	wanted.protocol = RTPROT_STATIC;
	assert_false(rule_list_has(&list, &wanted));
}

/* The rule with the mark looks up table 78, but not for everybody. */
static void test_other_selectors(void **state)
{
	struct rule items[RULES_MAX];
	const struct rule_list list = {.items = items, .count = recorded(items)};
	const struct rule wanted = {.family = AF_INET, .table = 78};

	assert_false(rule_list_has(&list, &wanted));
	for (size_t i = 0; i < list.count; i++)
		assert_int_equal(items[i].plain, items[i].table != 78);
}

static void test_main_is_the_default(void **state)
{
	struct rule items[RULES_MAX];
	const struct rule_list list = {.items = items, .count = recorded(items)};
	const struct rule wanted = {.family = AF_INET};

	assert_true(rule_list_has(&list, &wanted));
}

static void test_host_prefix(void **state)
{
	struct rule item = {
		.family = AF_INET, .from = inet_of("192.0.2.1/32"), .table = 77, .plain = true};
	const struct rule_list list = {.items = &item, .count = 1};
	const struct rule wanted = {.family = AF_INET, .from = inet_of("192.0.2.1"), .table = 77};

	assert_true(rule_list_has(&list, &wanted));
}

static void test_hostile(void **state)
{
	struct fib_rule_hdr header = {.family = AF_INET, .src_len = 24, .action = FR_ACT_TO_TBL};
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWRULE, &header, sizeof(header));

	/* A prefix length without its address. */
	assert_int_equal(read_rule(message), -EBADMSG);
	mnl_attr_put(message, FRA_SRC, 3, "abc");
	assert_int_equal(read_rule(message), -EBADMSG);
	mnl_attr_put(message, FRA_SRC, 4, "\300\0\2");
	assert_int_equal(read_rule(message), 0);
	mnl_attr_put(message, FRA_TABLE, 2, "a");
	assert_int_equal(read_rule(message), -EBADMSG);
	header.src_len = 33;
	message = bytes_begin(&bytes, RTM_NEWRULE, &header, sizeof(header));
	mnl_attr_put(message, FRA_SRC, 4, "\300\0\2");
	assert_int_equal(read_rule(message), -EBADMSG);
	header.family = AF_UNIX;
	message = bytes_begin(&bytes, RTM_NEWRULE, &header, sizeof(header));
	assert_int_equal(read_rule(message), -EBADMSG);
	message = bytes_begin(&bytes, RTM_DELRULE, &header, sizeof(header));
	assert_int_equal(read_rule(message), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_other_selectors),
		cmocka_unit_test(test_main_is_the_default),
		cmocka_unit_test(test_host_prefix),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
