// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/addr.h"
#include "netlink-bytes.h"

#define ADDRS_MAX 16

static int read_addr(const struct nlmsghdr *message)
{
	struct addr addr;

	return addr_read(message, &addr);
}

static struct inet inet_of(const char *text)
{
	struct inet inet;

	assert_int_equal(inet_parse(text, &inet), 0);
	return inet;
}

/* The recorded dump: how many there are. */
static size_t recorded(struct addr addrs[ADDRS_MAX])
{
	struct netlink_bytes bytes;
	const struct nlmsghdr *message = &bytes.message;
	size_t count = 0;
	int left;

	bytes_recorded(&bytes, "addresses");
	for (left = (int)bytes.length; mnl_nlmsg_ok(message, left) && count < ADDRS_MAX;
	     message = mnl_nlmsg_next(message, &left)) {
		assert_int_equal(addr_read(message, &addrs[count++]), 0);
		bytes_shorten(message, read_addr);
	}
	return count;
}

static void test_recorded(void **state)
{
	struct addr items[ADDRS_MAX];
	const struct addr_list list = {.items = items, .count = recorded(items)};
	const struct inet wanted = inet_of("192.0.2.1"), peered = inet_of("192.0.2.3"),
			  six = inet_of("2001:db8::1"), absent = inet_of("192.0.2.99"),
			  broadcast = inet_of("192.0.2.255"), peer = inet_of("192.0.2.4");
	const struct addr *addr = addr_list_next(&list, &wanted, 0, NULL);

	assert_non_null(addr);
	assert_int_equal(addr->inet.prefix, 24);
	assert_string_equal(addr->label, "eth0:web");
	assert_true(inet_same(&addr->broadcast, &broadcast));
	assert_int_equal(addr->peer.family, 0);
	assert_int_equal(addr->preferred, ADDR_FOREVER);
	assert_null(addr_list_next(&list, &wanted, 0, addr));
	assert_null(addr_list_next(&list, &wanted, addr->index + 77, NULL));
	assert_ptr_equal(addr_list_next(&list, &wanted, addr->index, NULL), addr);

	addr = addr_list_next(&list, &peered, 0, NULL);
	assert_non_null(addr);
	assert_true(inet_same(&addr->peer, &peer));
	assert_int_equal(addr->inet.prefix, 32);

	addr = addr_list_next(&list, &six, 0, NULL);
	assert_non_null(addr);
	assert_int_equal(addr->inet.prefix, 64);
	assert_true(addr->flags & IFA_F_NODAD);
	assert_string_equal(addr->label, "");
	assert_null(addr_list_next(&list, &absent, 0, NULL));
}

static void test_every_instance(void **state)
{
	struct addr items[] = {
		{.index = 2, .inet = inet_of("192.0.2.1/24")},
		{.index = 3, .inet = inet_of("192.0.2.1/32")},
		{.index = 2, .inet = inet_of("192.0.2.1/32")},
	};
	const struct addr_list list = {.items = items, .count = 3};
	const struct inet wanted = inet_of("192.0.2.1/24");
	const struct addr *addr = NULL;
	int seen = 0, seen_on_2 = 0;

	while ((addr = addr_list_next(&list, &wanted, 0, addr)))
		seen++;
	while ((addr = addr_list_next(&list, &wanted, 2, addr)))
		seen_on_2++;
	assert_int_equal(seen, 3);
	assert_int_equal(seen_on_2, 2);
}

static const struct ifaddrmsg header = {
	.ifa_family = AF_INET,
	.ifa_prefixlen = 24,
	.ifa_flags = IFA_F_PERMANENT,
	.ifa_index = 2,
};

static void test_flags_and_lifetimes(void **state)
{
	const struct ifa_cacheinfo life = {.ifa_prefered = 0, .ifa_valid = 50};
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWADDR, &header, sizeof(header));
	struct addr addr;

	mnl_attr_put(message, IFA_LOCAL, 4, "\300\0\2\1");
	assert_int_equal(addr_read(message, &addr), 0);
	assert_int_equal(addr.flags, IFA_F_PERMANENT);
	assert_int_equal(addr.valid, ADDR_FOREVER);
	/* The 8 bits of the header are not all of them. */
	mnl_attr_put_u32(message, IFA_FLAGS, IFA_F_NOPREFIXROUTE);
	mnl_attr_put(message, IFA_CACHEINFO, sizeof(life), &life);
	mnl_attr_put_u32(message, IFA_RT_PRIORITY, 77);
	mnl_attr_put_u8(message, IFA_PROTO, 9);
	message->nlmsg_type = RTM_DELADDR;
	assert_int_equal(addr_read(message, &addr), 0);
	assert_int_equal(addr.flags, IFA_F_NOPREFIXROUTE);
	assert_int_equal(addr.preferred, 0);
	assert_int_equal(addr.valid, 50);
	assert_int_equal(addr.metric, 77);
	assert_int_equal(addr.protocol, 9);
}

static void test_hostile(void **state)
{
	struct ifaddrmsg odd = header;
	struct addr addr = {.index = 99};
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWADDR, &header, sizeof(header));

	/* Neither address. */
	assert_int_equal(addr_read(message, &addr), -EBADMSG);
	/* An IPv6 address in an IPv4 message. */
	mnl_attr_put(message, IFA_LOCAL, 16, "0123456789abcdef");
	assert_int_equal(addr_read(message, &addr), -EBADMSG);
	message = bytes_begin(&bytes, RTM_NEWADDR, &header, sizeof(header));
	mnl_attr_put(message, IFA_LOCAL, 3, "\300\0\2");
	assert_int_equal(addr_read(message, &addr), -EBADMSG);
	message = bytes_begin(&bytes, RTM_NEWADDR, &header, sizeof(header));
	mnl_attr_put(message, IFA_LOCAL, 4, "\300\0\2\1");
	mnl_attr_put(message, IFA_CACHEINFO, 8, "\0\0\0\0\0\0\0");
	assert_int_equal(addr_read(message, &addr), -EBADMSG);
	odd.ifa_prefixlen = 33;
	message = bytes_begin(&bytes, RTM_NEWADDR, &odd, sizeof(odd));
	mnl_attr_put(message, IFA_LOCAL, 4, "\300\0\2\1");
	assert_int_equal(addr_read(message, &addr), -EBADMSG);
	odd = header;
	odd.ifa_family = AF_UNIX;
	message = bytes_begin(&bytes, RTM_NEWADDR, &odd, sizeof(odd));
	mnl_attr_put(message, IFA_LOCAL, 4, "\300\0\2\1");
	assert_int_equal(addr_read(message, &addr), -EBADMSG);
	message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	mnl_attr_put(message, IFA_LOCAL, 4, "\300\0\2\1");
	assert_int_equal(addr_read(message, &addr), -EBADMSG);
	assert_int_equal(addr.index, 99);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_every_instance),
		cmocka_unit_test(test_flags_and_lifetimes),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
