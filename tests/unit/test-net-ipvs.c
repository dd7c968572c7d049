// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/genetlink.h>
#include <linux/ip_vs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "net/ipvs_kernel.h"
#include "net/ipvs_put.h"
#include "net/ipvs_read.h"
#include "net/ipvs_text.h"
#include "net/netlink.h"
#include "net/netlink_batch.h"
#include "netlink-bytes.h"

static int read_service(const struct nlmsghdr *message)
{
	struct ipvs_service service;

	return ipvs_read_service(message, &service);
}

static int read_server(const struct nlmsghdr *message)
{
	struct ipvs_server server;

	return ipvs_read_server(message, AF_INET, &server);
}

static int read_sync(const struct nlmsghdr *message)
{
	struct ipvs_sync sync;

	return ipvs_read_sync(message, &sync);
}

/* Calls the reader for each message of a recording, and with each shortened. */
static size_t recorded(const char *name, int (*read)(const struct nlmsghdr *message),
		       int (*take)(const struct nlmsghdr *message, void *data), void *data)
{
	struct netlink_bytes bytes;
	const struct nlmsghdr *message = &bytes.message;
	size_t count = 0;
	int left;

	bytes_recorded(&bytes, name);
	for (left = (int)bytes.length; mnl_nlmsg_ok(message, left);
	     message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_type < NLMSG_MIN_TYPE)
			continue;
		assert_int_equal(take(message, data), 0);
		bytes_shorten(message, read);
		count++;
	}
	return count;
}

static int take_service(const struct nlmsghdr *message, void *data)
{
	struct ipvs_service service;

	assert_int_equal(ipvs_read_service(message, &service), 0);
	assert_non_null(ipvs_table_add(data, &service));
	return 0;
}

static int take_server(const struct nlmsghdr *message, void *data)
{
	struct ipvs_table *table = data;
	struct ipvs_server server;

	assert_int_equal(ipvs_read_server(message, AF_INET, &server), 0);
	assert_non_null(ipvs_service_add(&table->services[0], &server));
	return 0;
}

static void test_recorded_table(void **state)
{
	AUTO_IPVS_TABLE struct ipvs_table table = IPVS_TABLE_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	assert_int_equal(recorded("ipvs-services", read_service, take_service, &table), 3);
	assert_int_equal(recorded("ipvs-servers", read_server, take_server, &table), 3);
	ipvs_print(&table, &text);
	assert_non_null(strstr(text.data, "service 4 0 6 192.0.2.1 80 wrr - 1 300 24\n"));
	assert_non_null(strstr(text.data, "service 6 0 6 2001:db8::1 80 sh sip 11 600 64\n"));
	assert_non_null(strstr(text.data, "service 4 7 0 - 0 nq - 0 0 32\n"));
	assert_non_null(strstr(text.data, "server 10.0.0.1 8080 0 2 100 50 0 0 0\n"));
	assert_non_null(strstr(text.data, "server 10.0.0.3 443 2 1 0 0 1 5555 1\n"));
	assert_non_null(strstr(text.data, "server 2001:db8::9 443 2 1 0 0 2 0 1\n"));
}

static int take_sync(const struct nlmsghdr *message, void *data)
{
	struct ipvs_sync *syncs = data;

	assert_int_equal(ipvs_read_sync(message, &syncs[syncs[0].role ? 1 : 0]), 0);
	return 0;
}

static void test_recorded_sync(void **state)
{
	struct ipvs_sync syncs[2] = {{.id = 0}};

	assert_int_equal(recorded("ipvs-syncs", read_sync, take_sync, syncs), 2);
	assert_int_equal(syncs[0].role, IPVS_SYNC_MASTER);
	assert_int_equal(syncs[0].id, 7);
	assert_string_equal(syncs[0].link, "d0");
	assert_int_equal(syncs[1].role, IPVS_SYNC_BACKUP);
	assert_int_equal(syncs[1].group.family, AF_INET6);
}

static void test_sync_fits(void **state)
{
	const struct ipvs_sync wanted = {.role = IPVS_SYNC_MASTER, .link = "d0", .id = 7};
	struct ipvs_sync runs = wanted;

	runs.maximum = 1472;
	runs.port = 8848;
	runs.ttl = 1;
	assert_int_equal(inet_parse("224.0.0.81", &runs.group), 0);
	assert_true(ipvs_sync_fits(&runs, &wanted));
	runs.id = 8;
	assert_false(ipvs_sync_fits(&runs, &wanted));
	runs.id = 7;
	runs.ttl = 2;
	assert_false(ipvs_sync_fits(&runs, &wanted));
}

static int take_family(const struct nlmsghdr *message, void *data)
{
	return ipvs_read_family(message, data);
}

static int read_family(const struct nlmsghdr *message)
{
	int family;

	return ipvs_read_family(message, &family);
}

static int take_timeouts(const struct nlmsghdr *message, void *data)
{
	return ipvs_read_timeouts(message, data);
}

static int read_timeouts(const struct nlmsghdr *message)
{
	struct ipvs_timeouts timeouts;

	return ipvs_read_timeouts(message, &timeouts);
}

static void test_recorded_others(void **state)
{
	struct ipvs_timeouts timeouts = {.tcp = 0};
	int family = 0;

	assert_int_equal(recorded("ipvs-family", read_family, take_family, &family), 1);
	assert_int_equal(family, 0x20);
	assert_int_equal(recorded("ipvs-timeouts", read_timeouts, take_timeouts, &timeouts), 1);
	assert_int_equal(timeouts.tcp, 900);
	assert_int_equal(timeouts.fin, 120);
	assert_int_equal(timeouts.udp, 300);
}

static void test_hostile(void **state)
{
	const struct genlmsghdr header = {.cmd = IPVS_CMD_NEW_SERVICE};
	struct ipvs_service service = {
		.key = {.family = AF_INET, .protocol = IPPROTO_TCP, .port = 80}, .netmask = 32};
	struct netlink_bytes bytes;
	struct nlmsghdr *message = bytes_begin(&bytes, 0x20, &header, sizeof(header));

	assert_int_equal(read_service(message), -EBADMSG);
	service.key.address = inet_from_bytes(AF_INET, "\300\0\2\1");
	ipvs_put_service(message, &service);
	assert_int_equal(read_service(message), 0);
	service.key.family = AF_UNIX;
	message = bytes_begin(&bytes, 0x20, &header, sizeof(header));
	ipvs_put_service(message, &service);
	assert_int_equal(read_service(message), -EBADMSG);
	service.key.family = AF_INET6;
	service.netmask = 129;
	message = bytes_begin(&bytes, 0x20, &header, sizeof(header));
	ipvs_put_service(message, &service);
	assert_int_equal(read_service(message), -EBADMSG);
	/* An unknown attribute among the known ones. */
	service.netmask = 64;
	message = bytes_begin(&bytes, 0x20, &header, sizeof(header));
	mnl_attr_put_u32(message, 99, 1);
	ipvs_put_service(message, &service);
	mnl_attr_put_u32(message, 98, 1);
	assert_int_equal(read_service(message), 0);
}

static void test_batch_answers(void **state)
{
	struct netlink_bytes bytes;
	int errors[2] = {7, 7};
	struct nlmsghdr *message = &bytes.message;

	bytes_recorded(&bytes, "ipvs-exists");
	assert_int_equal(netlink_batch_read(message, bytes.length, message->nlmsg_seq, 2, errors),
			 0);
	assert_int_equal(errors[0], -EEXIST);
	assert_int_equal(errors[1], 7);
	assert_int_equal(
		netlink_batch_read(message, bytes.length, message->nlmsg_seq - 1, 2, errors), 1);
	assert_int_equal(errors[1], -EEXIST);
	/* Of another conversation. */
	assert_int_equal(
		netlink_batch_read(message, bytes.length, message->nlmsg_seq - 2, 2, errors), 0);
	assert_int_equal(
		netlink_batch_read(message, bytes.length, message->nlmsg_seq + 1, 2, errors), 0);
	for (size_t cut = 1; cut < bytes.length; cut++)
		assert_int_equal(netlink_batch_read(message, bytes.length - cut, message->nlmsg_seq,
						    1, errors),
				 -EBADMSG);
	bytes_recorded(&bytes, "ipvs-set");
	assert_int_equal(netlink_batch_read(message, bytes.length, message->nlmsg_seq, 1, errors),
			 1);
	assert_int_equal(errors[0], 0);
}

static void test_text(void **state)
{
	static const char *const wrong[] = {
		"server 10.0.0.1 80 0 1 0 0 0 0 0\n", /* of no service */
		"service 4 0 6 192.0.2.1 80 wrr - 1 300 33\n",
		"service 4 0 6 2001:db8::1 80 wrr - 1 300 32\n",
		"service 5 0 6 192.0.2.1 80 wrr - 1 300 32\n",
		"service 4 0 6 192.0.2.1 80 wrr - 1 300 32", /* cut */
		"service 4 0 6 192.0.2.1 80 wrr - 1 300 32 1\n",
		"nonsense\n",
		"\n",
	};
	struct ipvs_table table;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		assert_int_equal(ipvs_parse(wrong[i], &table), -EINVAL);
		ipvs_table_release(&table);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_recorded_table), cmocka_unit_test(test_recorded_sync),
		cmocka_unit_test(test_sync_fits),      cmocka_unit_test(test_recorded_others),
		cmocka_unit_test(test_hostile),	       cmocka_unit_test(test_batch_answers),
		cmocka_unit_test(test_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
