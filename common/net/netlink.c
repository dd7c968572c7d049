// SPDX-License-Identifier: BSD-3-Clause

#include "net/netlink.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/fault.h"

static const char *netlink_words(int error)
{
	if (error == -ETIMEDOUT)
		return "no answer in time";
	if (error == -EBADMSG)
		return "the answer is damaged";
	return strerror(-error);
}

int netlink_fault(struct fault *fault, int error)
{
	enum fault_kind kind = FAULT_GENERIC;

	if (error == -EPERM || error == -EACCES)
		kind = FAULT_PERM;
	else if (error == -ETIMEDOUT)
		kind = FAULT_TIMEOUT;
	else if (error == -EPROTONOSUPPORT || error == -EAFNOSUPPORT)
		kind = FAULT_INSTALLED;
	return fault_set(fault, kind, error, "%s", netlink_words(error));
}

int netlink_open(struct netlink *netlink, int protocol, const struct deadline *deadline,
		 struct fault *fault)
{
	int error;

	*netlink = NETLINK_INIT;
	netlink->deadline = deadline;
	netlink->buffer = malloc(NETLINK_BUFFER_SIZE);
	if (!netlink->buffer)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "%s", strerror(ENOMEM));
	/* No bind(2): the kernel gives the socket its port when it first sends. */
	netlink->fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, protocol);
	if (netlink->fd < 0) {
		error = -errno;
		netlink_close(netlink);
		(void)netlink_fault(fault, error);
		fault_prefix(fault, "netlink socket: ");
		return error;
	}
	return 0;
}

void netlink_close(struct netlink *netlink)
{
	attr_close(&netlink->fd);
	free(netlink->buffer);
	*netlink = NETLINK_INIT;
}

void *netlink_begin(struct netlink *netlink, unsigned int type, unsigned int flags,
		    size_t header_size)
{
	struct nlmsghdr *message = mnl_nlmsg_put_header(netlink->buffer);

	message->nlmsg_type = (uint16_t)type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = ++netlink->sequence;
	return mnl_nlmsg_put_extra_header(message, header_size);
}

struct nlmsghdr *netlink_message(const struct netlink *netlink)
{
	return (struct nlmsghdr *)netlink->buffer;
}

static int netlink_send(struct netlink *netlink, unsigned int flags)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct nlmsghdr *message = netlink_message(netlink);

	message->nlmsg_flags |= (uint16_t)flags;
	while (sendto(netlink->fd, message, message->nlmsg_len, 0, (struct sockaddr *)&kernel,
		      sizeof(kernel)) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

static int netlink_wait(const struct netlink *netlink)
{
	struct pollfd event = {.fd = netlink->fd, .events = POLLIN};
	int ready;

	if (deadline_passed(netlink->deadline))
		return -ETIMEDOUT;
	ready = poll(&event, 1, deadline_left(netlink->deadline));
	return ready < 0 && errno != EINTR ? -errno : 0;
}

int netlink_receive(struct netlink *netlink, size_t *ret_length)
{
	for (;;) {
		struct sockaddr_nl from = {.nl_family = AF_NETLINK};
		socklen_t from_size = sizeof(from);
		ssize_t length;
		int error;

		/* The answer is there when sendto(2) returns, mostly: so ask before waiting. */
		length = recvfrom(netlink->fd, netlink->buffer, NETLINK_BUFFER_SIZE,
				  MSG_DONTWAIT | MSG_TRUNC, (struct sockaddr *)&from, &from_size);
		if (length > NETLINK_BUFFER_SIZE)
			return -EMSGSIZE;
		if (length >= 0) {
			/* Others may send to our port, too. */
			if (from.nl_pid != 0)
				continue;
			*ret_length = (size_t)length;
			return 0;
		}
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return -errno;
		error = netlink_wait(netlink);
		if (error)
			return error;
	}
}

/* The kernel's sentence behind an NLMSG_ERROR or NLMSG_DONE, or NULL; not NUL-terminated. */
static const char *netlink_explanation(const struct nlmsghdr *message, int *ret_length)
{
	size_t skip = sizeof(struct nlmsgerr);
	size_t size = mnl_nlmsg_get_payload_len(message);
	struct netlink_walk walk;
	const struct nlattr *attr;

	if (!(message->nlmsg_flags & NLM_F_ACK_TLVS))
		return NULL;
	if (message->nlmsg_type == NLMSG_DONE) {
		skip = sizeof(int);
	} else if (!(message->nlmsg_flags & NLM_F_CAPPED)) {
		const struct nlmsgerr *answer = mnl_nlmsg_get_payload(message);

		/* The request that failed is quoted in between. */
		if (answer->msg.nlmsg_len < sizeof(answer->msg) || answer->msg.nlmsg_len > size)
			return NULL;
		skip += answer->msg.nlmsg_len - sizeof(answer->msg);
	}
	skip = MNL_ALIGN(skip);
	if (skip > size)
		return NULL;
	walk = (struct netlink_walk){mnl_nlmsg_get_payload_offset(message, skip), size - skip};
	while ((attr = netlink_next(&walk))) {
		if (mnl_attr_get_type(attr) != NLMSGERR_ATTR_MSG)
			continue;
		*ret_length =
			(int)strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
		return *ret_length ? mnl_attr_get_payload(attr) : NULL;
	}
	return NULL;
}

/* NLMSG_ERROR (an ACK when its number is 0) and NLMSG_DONE both begin with an errno. */
static int netlink_read_end(const struct nlmsghdr *message, struct fault *fault)
{
	size_t least = message->nlmsg_type == NLMSG_ERROR ? sizeof(struct nlmsgerr) : sizeof(int);
	const char *text;
	int error, length;

	if (mnl_nlmsg_get_payload_len(message) < least)
		return message->nlmsg_type == NLMSG_DONE ? 0 : netlink_fault(fault, -EBADMSG);
	memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
	if (error >= 0)
		return 0;
	if (error < -4095)
		return netlink_fault(fault, -EBADMSG);
	(void)netlink_fault(fault, error);
	text = netlink_explanation(message, &length);
	if (text && fault)
		(void)fault_set(fault, fault->kind, error, "%.*s (%s)", length, text,
				strerror(-error));
	return error;
}

int netlink_read(const void *bytes, size_t length, uint32_t sequence,
		 const struct netlink_sink *sink, bool *interrupted, struct fault *fault)
{
	const struct nlmsghdr *message = bytes;
	int left = (int)length;
	int error;

	if (length > NETLINK_BUFFER_SIZE)
		return netlink_fault(fault, -EBADMSG);
	/* mnl_nlmsg_ok() takes a length of 2^31 and more for a negative one, and lets it pass. */
	for (; mnl_nlmsg_ok(message, left) && message->nlmsg_len <= (uint32_t)left;
	     message = mnl_nlmsg_next(message, &left)) {
		if (message->nlmsg_seq != sequence)
			continue;
		if (message->nlmsg_flags & NLM_F_DUMP_INTR)
			*interrupted = true;
		switch (message->nlmsg_type) {
		case NLMSG_ERROR:
		case NLMSG_DONE:
			error = netlink_read_end(message, fault);
			if (error)
				return error;
			return *interrupted ? NETLINK_INTERRUPTED : NETLINK_DONE;
		case NLMSG_NOOP:
		case NLMSG_OVERRUN:
			break;
		default:
			error = sink ? sink->take(message, sink->data) : 0;
			if (error)
				return netlink_fault(fault, error);
			if (sink && !(message->nlmsg_flags & NLM_F_MULTI))
				return NETLINK_DONE;
		}
	}
	return left > 0 ? netlink_fault(fault, -EBADMSG) : NETLINK_MORE;
}

/* Reads datagrams until the answer ends: NETLINK_DONE, NETLINK_INTERRUPTED or -errno. */
static int netlink_answer(struct netlink *netlink, const struct netlink_sink *sink,
			  struct fault *fault)
{
	uint32_t sequence = netlink->sequence;
	bool interrupted = false;
	size_t length = 0;
	int result;

	do {
		result = netlink_receive(netlink, &length);
		if (result)
			return netlink_fault(fault, result);
		result = netlink_read(netlink->buffer, length, sequence, sink, &interrupted, fault);
	} while (result == NETLINK_MORE);
	return result;
}

static void netlink_set(const struct netlink *netlink, int option)
{
	int on = 1;

	(void)setsockopt(netlink->fd, SOL_NETLINK, option, &on, sizeof(on));
}

int netlink_request(struct netlink *netlink, struct fault *fault)
{
	int result;

	if (!netlink->explains) {
		netlink_set(netlink, NETLINK_EXT_ACK);
		netlink->explains = true;
	}
	result = netlink_send(netlink, NLM_F_ACK);
	if (result)
		return netlink_fault(fault, result);
	result = netlink_answer(netlink, NULL, fault);
	return result < 0 ? result : 0;
}

int netlink_attempt(struct netlink *netlink, const int *done, struct fault *fault)
{
	struct fault said = FAULT_INIT;
	int error = netlink_request(netlink, &said);

	for (; error && *done; done++)
		if (error == -*done)
			return NETLINK_DONE_ALREADY;
	if (error && fault)
		*fault = said;
	return error;
}

int netlink_query(struct netlink *netlink, const struct netlink_sink *sink, struct fault *fault)
{
	int result = netlink_send(netlink, 0);

	if (result)
		return netlink_fault(fault, result);
	result = netlink_answer(netlink, sink, fault);
	return result < 0 ? result : 0;
}

int netlink_dump(struct netlink *netlink, const struct netlink_sink *sink, struct fault *fault)
{
	struct nlmsghdr *message = netlink_message(netlink);
	unsigned char request[256];
	size_t size = message->nlmsg_len;
	int result;

	/* The buffer will hold the answer when the dump must be asked for again. */
	if (size > sizeof(request))
		return netlink_fault(fault, -EMSGSIZE);
	memcpy(request, message, size);
	for (;;) {
		result = netlink_send(netlink, NLM_F_DUMP);
		if (result)
			return netlink_fault(fault, result);
		result = netlink_answer(netlink, sink, fault);
		if (result != NETLINK_INTERRUPTED)
			return result < 0 ? result : 0;
		if (deadline_passed(netlink->deadline))
			return fault_set(fault, FAULT_TIMEOUT, -ETIMEDOUT,
					 "the kernel's tables kept changing");
		memcpy(message, request, size);
		message->nlmsg_seq = ++netlink->sequence;
		if (sink->clear)
			sink->clear(sink->data);
	}
}

void netlink_filter_dumps(struct netlink *netlink)
{
	if (netlink->strict)
		return;
	netlink_set(netlink, NETLINK_GET_STRICT_CHK);
	netlink->strict = true;
}

const struct nlattr *netlink_next(struct netlink_walk *walk)
{
	const struct nlattr *attr = walk->at;
	size_t step;

	if (!mnl_attr_ok(attr, (int)walk->left))
		return NULL;
	step = MNL_ALIGN(mnl_attr_get_len(attr));
	if (step > walk->left)
		step = walk->left;
	walk->at = (const unsigned char *)walk->at + step;
	walk->left -= step;
	return attr;
}

static int netlink_collect(struct netlink_walk walk, const unsigned short *minimums,
			   unsigned int max, const struct nlattr **ret_table)
{
	const struct nlattr *attr;

	memset(ret_table, 0, (max + 1) * sizeof(ret_table[0]));
	while ((attr = netlink_next(&walk))) {
		unsigned int type = mnl_attr_get_type(attr);

		if (type > max)
			continue;
		if (mnl_attr_get_payload_len(attr) < minimums[type])
			return -EBADMSG;
		ret_table[type] = attr;
	}
	return 0;
}

int netlink_attributes(const struct nlmsghdr *message, size_t header_size,
		       const unsigned short *minimums, unsigned int max,
		       const struct nlattr **ret_table)
{
	size_t size = mnl_nlmsg_get_payload_len(message);
	size_t skip = MNL_ALIGN(header_size);

	if (size < skip)
		return -EBADMSG;
	/* Not mnl_attr_for_each(), which goes by the message's length rounded up. */
	return netlink_collect((struct netlink_walk){mnl_nlmsg_get_payload_offset(message, skip),
						     size - skip},
			       minimums, max, ret_table);
}

int netlink_nested(const struct nlattr *attr, const unsigned short *minimums, unsigned int max,
		   const struct nlattr **ret_table)
{
	return netlink_collect((struct netlink_walk){mnl_attr_get_payload(attr),
						     mnl_attr_get_payload_len(attr)},
			       minimums, max, ret_table);
}

void netlink_string(const struct nlattr *attr, size_t size, char *ret_text)
{
	size_t length = 0;

	if (attr)
		length = strnlen(mnl_attr_get_payload(attr), mnl_attr_get_payload_len(attr));
	if (length >= size)
		length = size - 1;
	if (length)
		memcpy(ret_text, mnl_attr_get_payload(attr), length);
	ret_text[length] = '\0';
}

uint32_t netlink_u32(const struct nlattr *attr, uint32_t fallback)
{
	return attr ? mnl_attr_get_u32(attr) : fallback;
}

int netlink_grow(void *items, size_t count, size_t size, size_t *room)
{
	size_t wanted = *room ? 2 * *room : 16;
	void *old, *grown;

	if (count < *room)
		return 0;
	memcpy(&old, items, sizeof(old));
	grown = reallocarray(old, wanted, size);
	if (!grown)
		return -ENOMEM;
	memcpy(items, &grown, sizeof(grown));
	*room = wanted;
	return 0;
}
