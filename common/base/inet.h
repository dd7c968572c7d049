/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An IPv4 or IPv6 address, with or without a prefix length, and lists of them.
 *
 * bytes are in network order; the first inet_size() of them count, the others are 0, so that two
 * addresses can be compared whole. Text is what inet_pton(3) takes (no leading zeros in IPv4) and
 * inet_ntop(3) writes (RFC 5952).
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

#define INET_NO_PREFIX (-1)
#define INET_TEXT_MAX (INET6_ADDRSTRLEN + 4)

struct inet {
	int family; /* AF_INET or AF_INET6 */
	unsigned char bytes[16];
	int prefix; /* bits, or INET_NO_PREFIX */
};

struct inet_list {
	struct inet *items; /* owned */
	size_t count;
};

#define INET_LIST_INIT ((struct inet_list){.items = NULL})

/* "192.0.2.1", "192.0.2.1/24", "2001:db8::1/64"; -EINVAL for anything else. */
int inet_parse(const char *text, struct inet *ret_inet);

/*
 * Addresses separated by blanks or commas. On -EINVAL *ret_at and *ret_length mark the piece that
 * is no address; -ENOMEM; an empty text gives an empty list.
 */
int inet_list_parse(const char *text, struct inet_list *ret_list, const char **ret_at,
		    size_t *ret_length);
void inet_list_release(struct inet_list *list);

/* From raw network bytes (4 or 16 of them, by family), without prefix. */
struct inet inet_from_bytes(int family, const void *bytes);

size_t inet_size(int family); /* bytes: 4 or 16 */
int inet_bits(int family);    /* 32 or 128 */

/* The same address, whatever the prefixes say. */
bool inet_same(const struct inet *a, const struct inet *b);

/* Whether the first bits of both addresses agree; false across families. */
bool inet_in_net(const struct inet *address, const struct inet *net, int bits);

/* The IPv4 directed broadcast address of the net; the inet must be IPv4 with a prefix. */
struct inet inet_broadcast(const struct inet *inet);

bool inet_is_link_local(const struct inet *inet);

/* Text in the caller's buffer of INET_TEXT_MAX bytes, which is returned; with "/prefix" if any. */
const char *inet_text(const struct inet *inet, char text[INET_TEXT_MAX]);

/* The same without the prefix. */
const char *inet_host_text(const struct inet *inet, char text[INET_TEXT_MAX]);

/* "255.255.255.0" or "24" to bits; -EINVAL for a mask with holes or a number out of range. */
int inet_prefix_parse(const char *text, int family, int *ret_bits);

#define AUTO_INET_LIST CLEANUP(inet_list_release)
