// SPDX-License-Identifier: BSD-3-Clause
/*
 * Requests and dumps against a kernel that is played here: sendto() and recvfrom() of this program
 * stand before the C library's.
 */

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "net/addr.h"
#include "net/netlink.h"

/* One thing that the played kernel does when it is asked for a datagram. */
struct move {
	int error;		/* recvfrom() fails with it; 0: the rest counts */
	uint32_t from;		/* port of the sender; 0 is the kernel */
	unsigned int addresses; /* messages in the datagram, 192.0.2.1 and so on */
	unsigned int flags;	/* of each of them */
	bool done;		/* NLMSG_DONE behind them */
	bool stale;		/* with the sequence number of an earlier request */
	size_t claimed;		/* the datagram's length, where it does not fit */
};

struct play {
	const struct move *moves;
	size_t next, count;
	uint32_t sequence; /* of the request seen last */
	int requests;
};

static struct play play;

ssize_t sendto(int fd, const void *bytes, size_t length, int flags, const struct sockaddr *to,
	       socklen_t to_length)
{
	struct nlmsghdr message;

	assert_true(length >= sizeof(message));
	memcpy(&message, bytes, sizeof(message));
	assert_int_equal(message.nlmsg_type, RTM_GETADDR);
	assert_int_equal(message.nlmsg_flags, NLM_F_REQUEST | NLM_F_DUMP);
	assert_int_not_equal(message.nlmsg_seq, play.sequence);
	play.sequence = message.nlmsg_seq;
	play.requests++;
	return (ssize_t)length;
}

static size_t play_address(unsigned char *bytes, const struct move *move, unsigned int number)
{
	const unsigned char address[] = {192, 0, 2, (unsigned char)number};
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);
	struct ifaddrmsg *header = mnl_nlmsg_put_extra_header(message, sizeof(*header));

	message->nlmsg_type = RTM_NEWADDR;
	message->nlmsg_flags = (uint16_t)(NLM_F_MULTI | move->flags);
	message->nlmsg_seq = move->stale ? play.sequence - 1 : play.sequence;
	header->ifa_family = AF_INET;
	header->ifa_prefixlen = 24;
	header->ifa_index = 2;
	mnl_attr_put(message, IFA_LOCAL, sizeof(address), address);
	return message->nlmsg_len;
}

static size_t play_done(unsigned char *bytes)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(bytes);

	message->nlmsg_type = NLMSG_DONE;
	message->nlmsg_flags = NLM_F_MULTI;
	message->nlmsg_seq = play.sequence;
	(void)mnl_nlmsg_put_extra_header(message, sizeof(int));
	return message->nlmsg_len;
}

ssize_t recvfrom(int fd, void *bytes, size_t length, int flags, struct sockaddr *from,
		 socklen_t *from_length)
{
	const struct move *move = &play.moves[play.next++ % play.count];
	struct sockaddr_nl sender = {.nl_family = AF_NETLINK, .nl_pid = move->from};
	size_t used = 0;

	if (move->error) {
		errno = move->error;
		return -1;
	}
	assert_true(*from_length >= sizeof(sender));
	memcpy(from, &sender, sizeof(sender));
	*from_length = sizeof(sender);
	for (unsigned int i = 1; i <= move->addresses; i++)
		used += play_address((unsigned char *)bytes + used, move, i);
	if (move->done)
		used += play_done((unsigned char *)bytes + used);
	return (ssize_t)(move->claimed ? move->claimed : used);
}

/* Lists the addresses of the played kernel: what addr_list() returned, and how many. */
static int list(const struct move *moves, size_t count, long long milliseconds, struct fault *fault,
		size_t *ret_count)
{
	const struct deadline deadline = deadline_in(milliseconds);
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	AUTO_ADDR_LIST struct addr_list addrs = ADDR_LIST_INIT;
	int r;

	play = (struct play){.moves = moves, .count = count};
	assert_int_equal(netlink_open(&netlink, NETLINK_ROUTE, &deadline, fault), 0);
	r = addr_list(&netlink, AF_UNSPEC, fault, &addrs);
	*ret_count = addrs.count;
	return r;
}

static void test_two_datagrams(void **state)
{
	static const struct move moves[] = {{.addresses = 3}, {.addresses = 2}, {.done = true}};
	size_t count;

	assert_int_equal(list(moves, 3, 1000, NULL, &count), 0);
	assert_int_equal(count, 5);
	assert_int_equal(play.requests, 1);
}

/* What came before it was clear that the tables had changed is forgotten. */
static void test_asked_for_again(void **state)
{
	static const struct move moves[] = {
		{.addresses = 3},
		{.addresses = 2, .flags = NLM_F_DUMP_INTR},
		{.done = true},
		{.addresses = 4, .done = true},
	};
	size_t count;

	assert_int_equal(list(moves, 4, 1000, NULL, &count), 0);
	assert_int_equal(count, 4);
	assert_int_equal(play.requests, 2);
}

static void test_never_consistent(void **state)
{
	static const struct move moves[] = {
		{.addresses = 1, .flags = NLM_F_DUMP_INTR, .done = true},
	};
	struct fault fault = FAULT_INIT;
	size_t count;

	assert_int_equal(list(moves, 1, 20, &fault, &count), -ETIMEDOUT);
	assert_int_equal(count, 0);
	assert_true(play.requests > 1);
	assert_int_equal(fault.kind, FAULT_TIMEOUT);
	assert_string_equal(fault.reason,
			    "cannot list the addresses: the kernel's tables kept changing");
}

static void test_other_senders_and_requests(void **state)
{
	static const struct move moves[] = {
		{.error = EINTR},
		{.from = 4711, .addresses = 9, .done = true},
		{.addresses = 5, .stale = true},
		{.addresses = 2, .done = true},
	};
	size_t count;

	assert_int_equal(list(moves, 4, 1000, NULL, &count), 0);
	assert_int_equal(count, 2);
}

static void test_a_datagram_that_does_not_fit(void **state)
{
	static const struct move moves[] = {{.addresses = 1, .claimed = NETLINK_BUFFER_SIZE + 1}};
	size_t count;

	assert_int_equal(list(moves, 1, 1000, NULL, &count), -EMSGSIZE);
	assert_int_equal(count, 0);
}

static void test_a_socket_that_fails(void **state)
{
	static const struct move moves[] = {{.error = ENOBUFS}};
	struct fault fault = FAULT_INIT;
	size_t count;

	assert_int_equal(list(moves, 1, 1000, &fault, &count), -ENOBUFS);
	assert_string_equal(fault.reason, "cannot list the addresses: No buffer space available");
}

static void test_silence(void **state)
{
	static const struct move moves[] = {{.error = EAGAIN}};
	struct fault fault = FAULT_INIT;
	size_t count;

	assert_int_equal(list(moves, 1, 20, &fault, &count), -ETIMEDOUT);
	assert_int_equal(fault.kind, FAULT_TIMEOUT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_two_datagrams),
		cmocka_unit_test(test_asked_for_again),
		cmocka_unit_test(test_never_consistent),
		cmocka_unit_test(test_other_senders_and_requests),
		cmocka_unit_test(test_a_datagram_that_does_not_fit),
		cmocka_unit_test(test_a_socket_that_fails),
		cmocka_unit_test(test_silence),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
