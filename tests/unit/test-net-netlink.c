// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "net/netlink.h"
#include "netlink-bytes.h"

struct tally {
	int taken;
	int answer; /* what take returns */
};

static int take(const struct nlmsghdr *message, void *data)
{
	struct tally *tally = data;

	tally->taken++;
	return tally->answer;
}

static int read_all(const struct netlink_bytes *bytes, uint32_t sequence, struct tally *tally,
		    bool *interrupted, struct fault *fault)
{
	const struct netlink_sink sink = {.take = take, .data = tally};
	/* In a block of just its size, so that a sanitizer sees a step beyond. */
	unsigned char *copy = malloc(bytes->length);
	int r;

	assert_non_null(copy);
	memcpy(copy, bytes->bytes, bytes->length);
	r = netlink_read(copy, bytes->length, sequence, tally ? &sink : NULL, interrupted, fault);
	free(copy);
	return r;
}

static void put_message(struct netlink_bytes *bytes, unsigned int type, unsigned int flags,
			uint32_t sequence, const void *payload, size_t size)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes->bytes + bytes->length);

	message->nlmsg_type = (uint16_t)type;
	message->nlmsg_flags = (uint16_t)flags;
	message->nlmsg_seq = sequence;
	memcpy(mnl_nlmsg_put_extra_header(message, size), payload, size);
	bytes->length += message->nlmsg_len;
}

static void test_ack(void **state)
{
	struct netlink_bytes bytes;
	bool interrupted = false;

	bytes_recorded(&bytes, "ack");
	assert_int_equal(read_all(&bytes, 1, NULL, &interrupted, NULL), NETLINK_DONE);
	assert_int_equal(read_all(&bytes, 2, NULL, &interrupted, NULL), NETLINK_MORE);
}

static void test_error(void **state)
{
	struct fault fault = FAULT_INIT;
	struct netlink_bytes bytes;
	bool interrupted = false;

	bytes_recorded(&bytes, "link-error");
	assert_int_equal(read_all(&bytes, 1, NULL, &interrupted, &fault), -ENODEV);
	assert_string_equal(fault.reason, "No such device");
	assert_int_equal(fault.kind, FAULT_GENERIC);
	assert_int_equal(read_all(&bytes, 1, NULL, &interrupted, NULL), -ENODEV);
}

static void test_explained_error(void **state)
{
	struct fault fault = FAULT_INIT;
	struct netlink_bytes bytes;
	bool interrupted = false;

	bytes_recorded(&bytes, "explained-error");
	assert_int_equal(read_all(&bytes, 1, NULL, &interrupted, &fault), -EINVAL);
	assert_string_equal(fault.reason, "ipv4: Invalid prefix length (Invalid argument)");
}

/* A quoted request that claims to be longer than the answer, or shorter than its own header. */
static void test_explained_error_with_a_wrong_quotation(void **state)
{
	static const uint32_t wrong[] = {0, 15, 4000, 0x7fffffff, 0xffffffff};
	struct netlink_bytes bytes;
	bool interrupted = false;

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		struct fault fault = FAULT_INIT;

		bytes_recorded(&bytes, "explained-error");
		memcpy(bytes.bytes + 20, &wrong[i], sizeof(wrong[i]));
		assert_int_equal(read_all(&bytes, 1, NULL, &interrupted, &fault), -EINVAL);
		assert_string_equal(fault.reason, "Invalid argument");
	}
}

static void test_permission(void **state)
{
	const struct nlmsgerr payload = {.error = -EPERM};
	struct fault fault = FAULT_INIT;
	struct netlink_bytes bytes = {.length = 0};
	bool interrupted = false;

	put_message(&bytes, NLMSG_ERROR, 0, 1, &payload, sizeof(payload));
	assert_int_equal(read_all(&bytes, 1, NULL, &interrupted, &fault), -EPERM);
	assert_int_equal(fault.kind, FAULT_PERM);
}

static void test_an_error_that_is_no_errno(void **state)
{
	const struct nlmsgerr payload = {.error = -100000};
	struct netlink_bytes bytes = {.length = 0};
	bool interrupted = false;

	put_message(&bytes, NLMSG_ERROR, 0, 1, &payload, sizeof(payload));
	assert_int_equal(read_all(&bytes, 1, NULL, &interrupted, NULL), -EBADMSG);
}

static void test_dump(void **state)
{
	struct netlink_bytes bytes;
	struct tally tally = {.taken = 0};
	bool interrupted = false;

	bytes_recorded(&bytes, "addresses");
	assert_int_equal(read_all(&bytes, 1, &tally, &interrupted, NULL), NETLINK_MORE);
	assert_int_equal(tally.taken, 7);
	bytes_recorded(&bytes, "addresses-1");
	assert_int_equal(read_all(&bytes, 1, &tally, &interrupted, NULL), NETLINK_DONE);
	assert_int_equal(tally.taken, 7);
	assert_false(interrupted);
}

static void test_the_error_at_the_end_of_a_dump(void **state)
{
	const int error = -ENOENT;
	struct netlink_bytes bytes = {.length = 0};
	struct tally tally = {.taken = 0};
	bool interrupted = false;

	put_message(&bytes, NLMSG_DONE, NLM_F_MULTI, 1, &error, sizeof(error));
	assert_int_equal(read_all(&bytes, 1, &tally, &interrupted, NULL), -ENOENT);
}

static void test_an_interrupted_dump(void **state)
{
	const int none = 0;
	struct netlink_bytes bytes = {.length = 0};
	struct tally tally = {.taken = 0};
	bool interrupted = false;

	put_message(&bytes, RTM_NEWADDR, NLM_F_MULTI | NLM_F_DUMP_INTR, 1, &none, sizeof(none));
	assert_int_equal(read_all(&bytes, 1, &tally, &interrupted, NULL), NETLINK_MORE);
	assert_true(interrupted);
	bytes.length = 0;
	/* The flag was on an earlier datagram of the same dump. */
	put_message(&bytes, NLMSG_DONE, NLM_F_MULTI, 1, &none, sizeof(none));
	assert_int_equal(read_all(&bytes, 1, &tally, &interrupted, NULL), NETLINK_INTERRUPTED);
}

static void test_what_the_sink_returns(void **state)
{
	struct netlink_bytes bytes;
	struct tally tally = {.answer = -ENOMEM};
	bool interrupted = false;

	bytes_recorded(&bytes, "addresses");
	assert_int_equal(read_all(&bytes, 1, &tally, &interrupted, NULL), -ENOMEM);
	assert_int_equal(tally.taken, 1);
}

static void test_messages_of_another_request(void **state)
{
	struct netlink_bytes bytes;
	struct tally tally = {.taken = 0};
	bool interrupted = false;

	bytes_recorded(&bytes, "addresses");
	assert_int_equal(read_all(&bytes, 2, &tally, &interrupted, NULL), NETLINK_MORE);
	assert_int_equal(tally.taken, 0);
}

static void test_every_truncation(void **state)
{
	static const char *const names[] = {"link", "addresses", "routes-4", "explained-error"};
	struct netlink_bytes bytes;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		bytes_recorded(&bytes, names[i]);
		for (; bytes.length; bytes.length--) {
			struct tally tally = {.taken = 0};
			bool interrupted = false;
			int r = read_all(&bytes, 1, &tally, &interrupted, NULL);

			assert_true(r == NETLINK_MORE || r == NETLINK_DONE || r == -EBADMSG ||
				    r == -EINVAL);
		}
	}
}

static void test_hostile_lengths(void **state)
{
	static const uint32_t hostile[] = {0,	 1,	     15,	 17,	     1000,
					   4097, 0x7fffffff, 0x80000000, 0x80000010, 0xffffffff};
	struct netlink_bytes bytes;

	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		struct tally tally = {.taken = 0};
		bool interrupted = false;
		int r;

		bytes_recorded(&bytes, "link-error");
		bytes.message.nlmsg_len = hostile[i];
		r = read_all(&bytes, 1, &tally, &interrupted, NULL);
		assert_int_equal(r, -EBADMSG);
		assert_int_equal(tally.taken, 0);
	}
}

static void test_attributes(void **state)
{
	static const unsigned short minimums[4] = {[2] = 4};
	const struct nlattr *table[4];
	struct netlink_bytes bytes;
	const int header = 7;
	struct nlmsghdr *message = bytes_begin(&bytes, 99, &header, sizeof(header));

	mnl_attr_put_u32(message, 2, 1);
	mnl_attr_put_u32(message, 2, 5);
	mnl_attr_put_u32(message, 1000, 6);
	mnl_attr_put_strz(message, 3, "name");
	assert_int_equal(netlink_attributes(message, sizeof(header), minimums, 3, table), 0);
	assert_null(table[1]);
	assert_int_equal(netlink_u32(table[2], 0), 5);
	assert_int_equal(netlink_u32(table[1], 9), 9);
	mnl_attr_put_u8(message, 2, 1);
	assert_int_equal(netlink_attributes(message, sizeof(header), minimums, 3, table), -EBADMSG);
	assert_int_equal(netlink_attributes(message, 4000, minimums, 3, table), -EBADMSG);
}

static void test_strings(void **state)
{
	struct netlink_bytes bytes;
	const struct nlattr *attr;
	const int header = 7;
	struct nlmsghdr *message = bytes_begin(&bytes, 99, &header, sizeof(header));
	char text[5];

	mnl_attr_put(message, 1, 8, "abcdefgh");
	attr = mnl_nlmsg_get_payload_offset(message, sizeof(header));
	netlink_string(attr, sizeof(text), text);
	assert_string_equal(text, "abcd");
	netlink_string(NULL, sizeof(text), text);
	assert_string_equal(text, "");
	message = bytes_begin(&bytes, 99, &header, sizeof(header));
	/* Without NUL, and as long as the room without it. */
	mnl_attr_put(message, 1, 2, "ab");
	netlink_string(attr, sizeof(text), text);
	assert_string_equal(text, "ab");
	message = bytes_begin(&bytes, 99, &header, sizeof(header));
	mnl_attr_put(message, 1, 0, "");
	netlink_string(attr, sizeof(text), text);
	assert_string_equal(text, "");
}

static void test_grow(void **state)
{
	AUTO_FREE int *items = NULL;
	size_t room = 0;

	for (size_t i = 0; i < 1000; i++) {
		assert_int_equal(netlink_grow(&items, i, sizeof(*items), &room), 0);
		items[i] = (int)i;
	}
	assert_int_equal(items[999], 999);
	assert_true(room >= 1000);
}

/* The kernel takes a NOOP and says nothing. */
static void test_deadline(void **state)
{
	const struct deadline deadline = deadline_in(30);
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	struct fault fault = FAULT_INIT;

	assert_int_equal(netlink_open(&netlink, NETLINK_ROUTE, &deadline, &fault), 0);
	(void)netlink_begin(&netlink, NLMSG_NOOP, 0, 0);
	assert_int_equal(netlink_query(&netlink, NULL, &fault), -ETIMEDOUT);
	assert_true(deadline_passed(&deadline));
	assert_int_equal(fault.kind, FAULT_TIMEOUT);
	assert_string_equal(fault.reason, "no answer in time");
}

/* An answer that is there already is read, however late it is. */
static void test_a_deadline_long_passed(void **state)
{
	const struct deadline deadline = {.at = 1};
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	static const int done[] = {EOPNOTSUPP, 0};
	struct fault fault = FAULT_INIT;
	const struct rtgenmsg *header;

	assert_int_equal(netlink_open(&netlink, NETLINK_ROUTE, &deadline, &fault), 0);
	/* No such request: refused before any privilege is asked for. */
	header = netlink_begin(&netlink, RTM_MAX + 100, 0, sizeof(*header));
	assert_int_equal(header->rtgen_family, 0);
	assert_int_equal(netlink_attempt(&netlink, done, &fault), NETLINK_DONE_ALREADY);
	assert_int_equal(fault.kind, FAULT_NONE);
	(void)netlink_begin(&netlink, RTM_MAX + 100, 0, sizeof(*header));
	assert_int_equal(netlink_request(&netlink, &fault), -EOPNOTSUPP);
	assert_int_equal(fault.kind, FAULT_GENERIC);
}

static void test_a_protocol_that_there_is_not(void **state)
{
	const struct deadline deadline = deadline_in(30);
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	struct fault fault = FAULT_INIT;

	assert_int_equal(netlink_open(&netlink, 31, &deadline, &fault), -EPROTONOSUPPORT);
	assert_int_equal(fault.kind, FAULT_INSTALLED);
	assert_int_equal(netlink.fd, -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_ack),
		cmocka_unit_test(test_error),
		cmocka_unit_test(test_explained_error),
		cmocka_unit_test(test_explained_error_with_a_wrong_quotation),
		cmocka_unit_test(test_permission),
		cmocka_unit_test(test_an_error_that_is_no_errno),
		cmocka_unit_test(test_dump),
		cmocka_unit_test(test_the_error_at_the_end_of_a_dump),
		cmocka_unit_test(test_an_interrupted_dump),
		cmocka_unit_test(test_what_the_sink_returns),
		cmocka_unit_test(test_messages_of_another_request),
		cmocka_unit_test(test_every_truncation),
		cmocka_unit_test(test_hostile_lengths),
		cmocka_unit_test(test_attributes),
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_grow),
		cmocka_unit_test(test_deadline),
		cmocka_unit_test(test_a_deadline_long_passed),
		cmocka_unit_test(test_a_protocol_that_there_is_not),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
