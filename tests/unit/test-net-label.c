// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addrlabel.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/label.h"
#include "netlink-bytes.h"

static int read_label(const struct nlmsghdr *message)
{
	struct label label;

	return label_read(message, &label);
}

static void test_recorded(void **state)
{
	struct netlink_bytes bytes;
	struct inet loopback;
	struct label label;

	bytes_recorded(&bytes, "labels");
	assert_int_equal(label_read(&bytes.message, &label), 0);
	/* RFC 6724: ::1/128 has a label of its own. */
	assert_int_equal(inet_parse("::1", &loopback), 0);
	assert_true(inet_same(&label.net, &loopback));
	assert_int_equal(label.net.prefix, 128);
	assert_int_equal(label.value, 0);
	bytes_shorten(&bytes.message, read_label);
}

static void test_hostile(void **state)
{
	struct ifaddrlblmsg header = {.ifal_family = AF_INET6, .ifal_prefixlen = 64};
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWADDRLABEL, &header, sizeof(header));

	assert_int_equal(read_label(message), -EBADMSG);
	mnl_attr_put(message, IFAL_ADDRESS, 16, "0123456789abcdef");
	assert_int_equal(read_label(message), -EBADMSG);
	mnl_attr_put_u32(message, IFAL_LABEL, 7);
	assert_int_equal(read_label(message), 0);
	mnl_attr_put(message, IFAL_ADDRESS, 4, "abcd");
	assert_int_equal(read_label(message), -EBADMSG);
	header.ifal_prefixlen = 129;
	message = bytes_begin(&bytes, RTM_NEWADDRLABEL, &header, sizeof(header));
	mnl_attr_put(message, IFAL_ADDRESS, 16, "0123456789abcdef");
	mnl_attr_put_u32(message, IFAL_LABEL, 7);
	assert_int_equal(read_label(message), -EBADMSG);
	message->nlmsg_type = RTM_DELADDRLABEL;
	assert_int_equal(read_label(message), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
