/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Netlink messages for tests: made up, or recorded from a kernel (the fuzz corpus).
 */
#pragma once

#include <linux/netlink.h>
#include <stddef.h>

#define BYTES_MAX 4096

struct netlink_bytes {
	union {
		struct nlmsghdr message; /* the first */
		unsigned char bytes[BYTES_MAX];
	};
	size_t length;
};

/* Begins a message of that type with a copy of its protocol header; add with mnl_attr_put(). */
struct nlmsghdr *bytes_begin(struct netlink_bytes *bytes, unsigned int type, const void *header,
			     size_t header_size);

/* A recorded datagram by its name in tests/fuzz/corpus/netlink; fails the test if there is none. */
void bytes_recorded(struct netlink_bytes *bytes, const char *name);

/*
 * Calls the reader with the message and every shorter one, each in a block of just its size, so
 * that a sanitizer sees a step beyond. Fails the test when the whole message is not read, or when
 * one without its last attribute's end makes the reader return anything but 0 and -EBADMSG.
 */
void bytes_shorten(const struct nlmsghdr *message, int (*read)(const struct nlmsghdr *message));
