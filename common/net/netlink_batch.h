/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Many netlink requests in one sendmsg(2).
 *
 * The kernel works them off in their order, and one that fails keeps none of the others from being
 * done: a batch is no transaction. Only the last asks for an ACK; a failure is told in any case.
 */
#pragma once

#include "net/netlink.h"

#define NETLINK_BATCH_MAX 128 /* requests; their failures fit into a socket's buffer together */

struct netlink_batch {
	struct netlink *netlink; /* borrowed; its own buffer gets the answers */
	unsigned char *bytes;	 /* owned */
	size_t room;
	size_t last; /* where the request begun last is */
	unsigned int count;
	uint32_t first; /* sequence number of the first request */
};

#define NETLINK_BATCH_INIT(of) ((struct netlink_batch){.netlink = (of)})

/*
 * Begins another request with a zeroed header of so many bytes, and room for so many bytes of
 * attributes behind it. The message, until the next is begun; NULL when the batch is full or there
 * is no memory. NLM_F_REQUEST is added to the flags.
 */
struct nlmsghdr *netlink_batch_begin(struct netlink_batch *batch, unsigned int type,
				     unsigned int flags, size_t header_size, size_t attributes);

/*
 * Sends the requests, of which there is one at least, and empties the batch. ret_errors has room for
 * an errno a request: 0 or negative. 0; -errno with the fault set when the conversation failed.
 */
int netlink_batch_send(struct netlink_batch *batch, struct fault *fault, int *ret_errors);
void netlink_batch_release(struct netlink_batch *batch);

/*
 * Reads one datagram of the answer: pure. Returns 1 when it held the ACK of the last of count
 * requests whose numbers begin with first, 0 when not, or -EBADMSG.
 */
int netlink_batch_read(const void *bytes, size_t length, uint32_t first, unsigned int count,
		       int *errors);

#define AUTO_NETLINK_BATCH CLEANUP(netlink_batch_release)
