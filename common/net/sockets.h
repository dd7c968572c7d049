/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connections of this host that are bound to an address: found by socket diagnostics and ended by
 * SOCK_DESTROY (sock_diag(7), linux/inet_diag.h).
 *
 * Their owners get ECONNABORTED; a TCP connection's other end is sent a reset. Meant are TCP
 * sockets in every state but LISTEN and TIME-WAIT, and connected UDP sockets; for an IPv4 address
 * also IPv6 sockets with the mapped address.
 */
#pragma once

#include <linux/inet_diag.h>
#include <stddef.h>

#include "base/inet.h"

struct fault;
struct netlink;
struct nlmsghdr;

enum sockets_outcome {
	SOCKETS_UNSUPPORTED = 1, /* the kernel lacks CONFIG_INET_DIAG_DESTROY or INET_DIAG */
};

/*
 * The netlink must be open for NETLINK_SOCK_DIAG. 0 with the number ended, SOCKETS_UNSUPPORTED
 * (perhaps some were ended), or -errno.
 */
int sockets_destroy(struct netlink *netlink, const struct inet *local, struct fault *fault,
		    size_t *ret_count);

struct socket_found {
	unsigned char family;
	unsigned char state; /* TCP_ESTABLISHED ... of netinet/tcp.h */
	struct inet local;
	struct inet_diag_sockid id; /* the kernel's, with its cookie */
};

/* Reads one answer of the diagnostics: 0, or -EBADMSG. Pure. */
int sockets_read(const struct nlmsghdr *message, struct socket_found *ret_found);
