// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if.h>
#include <linux/if_arp.h>
#include <linux/if_link.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "net/link.h"
#include "netlink-bytes.h"

static int read_link(const struct nlmsghdr *message)
{
	struct link link;

	return link_read(message, &link);
}

static const struct ifinfomsg header = {
	.ifi_index = 3,
	.ifi_type = ARPHRD_ETHER,
	.ifi_flags = IFF_UP | IFF_LOWER_UP,
};

static void test_recorded(void **state)
{
	static const unsigned char everyone[] = {255, 255, 255, 255, 255, 255};
	struct netlink_bytes bytes;
	struct link link;

	bytes_recorded(&bytes, "link");
	assert_int_equal(link_read(&bytes.message, &link), 0);
	assert_string_equal(link.name, "eth0");
	assert_int_equal(link.type, ARPHRD_ETHER);
	assert_int_equal(link.mtu, 1500);
	assert_int_equal(link.address_length, 6);
	assert_memory_equal(link.broadcast, everyone, 6);
	assert_true(link_is_up(&link));
	assert_true(link_has_carrier(&link));
	/* Its peer, in the same namespace. */
	assert_true(link.lower > 0);
	assert_false(link.lower_elsewhere);
	assert_int_equal(link.master, 0);
	bytes_shorten(&bytes.message, read_link);
}

static void test_lower(void **state)
{
	struct netlink_bytes bytes;
	struct link eth0, macvlan;

	bytes_recorded(&bytes, "link");
	assert_int_equal(link_read(&bytes.message, &eth0), 0);
	bytes_recorded(&bytes, "link-macvlan");
	assert_int_equal(link_read(&bytes.message, &macvlan), 0);
	assert_string_equal(macvlan.name, "eth0.5");
	assert_int_equal(macvlan.lower, eth0.index);
	assert_false(link_is_up(&macvlan));
	assert_false(link_has_carrier(&macvlan));
}

static void test_lower_elsewhere(void **state)
{
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	struct link link;

	mnl_attr_put_u32(message, IFLA_LINK, 7);
	mnl_attr_put_u32(message, IFLA_LINK_NETNSID, 0);
	assert_int_equal(link_read(message, &link), 0);
	assert_true(link.lower_elsewhere);
	assert_int_equal(link.lower, 0);
}

static void test_infiniband(void **state)
{
	unsigned char address[20] = {0x80, [19] = 1}, broadcast[20] = {0x00, 0xff, [19] = 0xff};
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	struct link link;

	mnl_attr_put(message, IFLA_ADDRESS, 20, address);
	mnl_attr_put(message, IFLA_BROADCAST, 20, broadcast);
	assert_int_equal(link_read(message, &link), 0);
	assert_int_equal(link.address_length, 20);
	assert_memory_equal(link.address, address, 20);
	assert_memory_equal(link.broadcast, broadcast, 20);
}

static void put_forwarding(struct nlmsghdr *message, const int *settings, size_t length)
{
	struct nlattr *families = mnl_attr_nest_start(message, IFLA_AF_SPEC);
	struct nlattr *family = mnl_attr_nest_start(message, AF_INET6);

	mnl_attr_put(message, IFLA_INET6_CONF, length, settings);
	mnl_attr_nest_end(message, family);
	mnl_attr_nest_end(message, families);
}

static void test_routes6(void **state)
{
	const int router[] = {1, 64}, host[] = {0, 64};
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	struct link link;

	put_forwarding(message, router, sizeof(router));
	assert_int_equal(link_read(message, &link), 0);
	assert_true(link.routes6);
	bytes_shorten(message, read_link);
	message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	put_forwarding(message, host, sizeof(host));
	assert_int_equal(link_read(message, &link), 0);
	assert_false(link.routes6);
	message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	put_forwarding(message, router, 2);
	assert_int_equal(link_read(message, &link), -EBADMSG);
	message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	mnl_attr_put(message, IFLA_AF_SPEC, 0, NULL);
	assert_int_equal(link_read(message, &link), 0);
	assert_false(link.routes6);
}

static void test_hostile(void **state)
{
	unsigned char address[LINK_ADDRESS_MAX + 1] = {0};
	struct ifinfomsg nowhere = header;
	struct netlink_bytes bytes;
	struct nlmsghdr *message;
	struct link link = {.index = 99};

	message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	mnl_attr_put(message, IFLA_ADDRESS, sizeof(address), address);
	assert_int_equal(link_read(message, &link), -EBADMSG);
	message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	mnl_attr_put_u8(message, IFLA_MTU, 1);
	assert_int_equal(link_read(message, &link), -EBADMSG);
	message = bytes_begin(&bytes, RTM_DELLINK, &header, sizeof(header));
	assert_int_equal(link_read(message, &link), -EBADMSG);
	nowhere.ifi_index = -1;
	message = bytes_begin(&bytes, RTM_NEWLINK, &nowhere, sizeof(nowhere));
	assert_int_equal(link_read(message, &link), -EBADMSG);
	assert_int_equal(link.index, 99);
}

/* A name without NUL and longer than any, a broadcast address of another length. */
static void test_odd_attributes(void **state)
{
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, RTM_NEWLINK, &header, sizeof(header));
	struct link link;

	mnl_attr_put(message, IFLA_IFNAME, 20, "0123456789abcdefghij");
	mnl_attr_put(message, IFLA_ADDRESS, 6, "\2\0\0\0\0\1");
	mnl_attr_put(message, IFLA_BROADCAST, 4, "\377\377\377\377");
	assert_int_equal(link_read(message, &link), 0);
	assert_string_equal(link.name, "0123456789abcde");
	assert_int_equal(link.broadcast[0], 0);
}

static void test_list(void **state)
{
	struct link items[] = {{.index = 1}, {.index = 5}};
	const struct link_list list = {.items = items, .count = 2};

	assert_ptr_equal(link_list_find(&list, 5), &items[1]);
	assert_null(link_list_find(&list, 2));
	assert_null(link_list_find(&LINK_LIST_INIT, 1));
}

static void test_address_text(void **state)
{
	unsigned char address[LINK_ADDRESS_MAX];
	char text[LINK_ADDRESS_TEXT_MAX];

	memset(address, 0xab, sizeof(address));
	address[0] = 0x02;
	assert_string_equal(link_address_text(address, 0, text), "");
	assert_string_equal(link_address_text(address, 1, text), "02");
	assert_string_equal(link_address_text(address, 3, text), "02:ab:ab");
	assert_int_equal(strlen(link_address_text(address, LINK_ADDRESS_MAX, text)),
			 LINK_ADDRESS_TEXT_MAX - 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),	cmocka_unit_test(test_lower),
		cmocka_unit_test(test_lower_elsewhere), cmocka_unit_test(test_infiniband),
		cmocka_unit_test(test_routes6),		cmocka_unit_test(test_hostile),
		cmocka_unit_test(test_odd_attributes),	cmocka_unit_test(test_list),
		cmocka_unit_test(test_address_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
