// SPDX-License-Identifier: BSD-3-Clause

#include "net/netlink_batch.h"

#include <errno.h>
#include <libmnl/libmnl.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/fault.h"

struct nlmsghdr *netlink_batch_begin(struct netlink_batch *batch, unsigned int type,
				     unsigned int flags, size_t header_size, size_t attributes)
{
	size_t space = MNL_ALIGN(sizeof(struct nlmsghdr)) + MNL_ALIGN(header_size) + attributes;
	size_t begin = 0;
	struct nlmsghdr *message;

	if (batch->count == NETLINK_BATCH_MAX)
		return NULL;
	if (batch->count) {
		message = (struct nlmsghdr *)(batch->bytes + batch->last);
		begin = batch->last + MNL_ALIGN(message->nlmsg_len);
	}
	if (begin + space > batch->room) {
		size_t room = 2 * (begin + space);
		unsigned char *grown = realloc(batch->bytes, room);

		if (!grown)
			return NULL;
		batch->bytes = grown;
		batch->room = room;
	}
	message = mnl_nlmsg_put_header(batch->bytes + begin);
	message->nlmsg_type = (uint16_t)type;
	message->nlmsg_flags = (uint16_t)(NLM_F_REQUEST | flags);
	message->nlmsg_seq = ++batch->netlink->sequence;
	(void)mnl_nlmsg_put_extra_header(message, header_size);
	if (!batch->count++)
		batch->first = message->nlmsg_seq;
	batch->last = begin;
	return message;
}

static int batch_transmit(struct netlink_batch *batch)
{
	struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
	struct nlmsghdr *message = (struct nlmsghdr *)(batch->bytes + batch->last);

	message->nlmsg_flags |= NLM_F_ACK;
	while (sendto(batch->netlink->fd, batch->bytes, batch->last + message->nlmsg_len, 0,
		      (struct sockaddr *)&kernel, sizeof(kernel)) < 0)
		if (errno != EINTR)
			return -errno;
	return 0;
}

int netlink_batch_read(const void *bytes, size_t length, uint32_t first, unsigned int count,
		       int *errors)
{
	const struct nlmsghdr *message = bytes;
	int left = (int)length;
	int done = 0;

	if (length > NETLINK_BUFFER_SIZE)
		return -EBADMSG;
	for (; mnl_nlmsg_ok(message, left) && message->nlmsg_len <= (uint32_t)left;
	     message = mnl_nlmsg_next(message, &left)) {
		uint32_t which = message->nlmsg_seq - first;
		int error;

		if (message->nlmsg_type != NLMSG_ERROR || which >= count)
			continue;
		if (mnl_nlmsg_get_payload_len(message) < sizeof(struct nlmsgerr))
			return -EBADMSG;
		memcpy(&error, mnl_nlmsg_get_payload(message), sizeof(error));
		if (error > 0 || error < -4095)
			return -EBADMSG;
		errors[which] = error;
		if (which == count - 1)
			done = 1;
	}
	return left > 0 ? -EBADMSG : done;
}

int netlink_batch_send(struct netlink_batch *batch, struct fault *fault, int *ret_errors)
{
	struct netlink *netlink = batch->netlink;
	unsigned int count = batch->count;
	size_t length;
	int r;

	memset(ret_errors, 0, count * sizeof(ret_errors[0]));
	r = batch_transmit(batch);
	while (!r) {
		r = netlink_receive(netlink, &length);
		if (!r)
			r = netlink_batch_read(netlink->buffer, length, batch->first, count,
					       ret_errors);
	}
	batch->count = 0;
	batch->last = 0;
	return r < 0 ? netlink_fault(fault, r) : 0;
}

void netlink_batch_release(struct netlink_batch *batch)
{
	free(batch->bytes);
	*batch = NETLINK_BATCH_INIT(NULL);
}
