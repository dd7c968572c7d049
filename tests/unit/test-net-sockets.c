// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/sockets.h"
#include "netlink-bytes.h"

static int read_socket(const struct nlmsghdr *message)
{
	struct socket_found found;

	return sockets_read(message, &found);
}

static void test_recorded(void **state)
{
	struct netlink_bytes bytes;
	const struct nlmsghdr *message = &bytes.message;
	struct socket_found found;
	struct inet local;
	int left, connected = 0;

	assert_int_equal(inet_parse("192.0.2.1", &local), 0);
	bytes_recorded(&bytes, "sockets");
	for (left = (int)bytes.length; mnl_nlmsg_ok(message, left);
	     message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_type != SOCK_DIAG_BY_FAMILY)
			continue;
		assert_int_equal(sockets_read(message, &found), 0);
		assert_int_equal(found.family, AF_INET);
		assert_true(inet_same(&found.local, &local));
		connected += found.state == TCP_ESTABLISHED;
	}
	assert_true(connected > 0);
	bytes_shorten(&bytes.message, read_socket);
}

static void test_hostile(void **state)
{
	struct inet_diag_msg header = {.idiag_family = AF_UNIX};
	struct netlink_bytes bytes;
	struct nlmsghdr *message =
		bytes_begin(&bytes, SOCK_DIAG_BY_FAMILY, &header, sizeof(header));

	assert_int_equal(read_socket(message), -EBADMSG);
	header.idiag_family = AF_INET6;
	message = bytes_begin(&bytes, SOCK_DIAG_BY_FAMILY, &header, sizeof(header));
	assert_int_equal(read_socket(message), 0);
	message->nlmsg_type = SOCK_DESTROY;
	assert_int_equal(read_socket(message), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded),
		cmocka_unit_test(test_hostile),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
