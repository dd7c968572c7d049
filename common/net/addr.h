/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An IP address on a link, as RTM_NEWADDR describes it (rtnetlink(7), linux/if_addr.h).
 *
 * An address can be there several times: on several links, and as IPv4 on one link with several
 * prefix lengths. Each instance is a struct addr of its own and is deleted on its own.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "base/inet.h"

struct fault;
struct netlink;
struct nlmsghdr;

#define ADDR_LABEL_MAX 16	 /* bytes with NUL: IFNAMSIZ */
#define ADDR_FOREVER 0xffffffffU /* a lifetime that does not end */
#define ADDR_METRIC_UNSET 0	 /* the kernel chooses the metric of the prefix route */

struct addr {
	int index;		    /* of the link */
	struct inet inet;	    /* the local address, with its prefix */
	struct inet peer;	    /* the other end of a point-to-point address; family 0: none */
	unsigned char scope;	    /* RT_SCOPE_UNIVERSE, RT_SCOPE_LINK, RT_SCOPE_HOST */
	uint32_t flags;		    /* IFA_F_TENTATIVE, IFA_F_DADFAILED, IFA_F_NODAD ... */
	char label[ADDR_LABEL_MAX]; /* IPv4; the link's name where none was given; "": none */
	struct inet broadcast;	    /* IPv4; family 0: none */
	uint32_t preferred;	    /* seconds, or ADDR_FOREVER; 0: deprecated */
	uint32_t valid;		    /* seconds, or ADDR_FOREVER; 0 in a request means forever */
	uint32_t metric;	    /* of the prefix route, or ADDR_METRIC_UNSET */
	unsigned char protocol;	    /* who added it: IFA_PROTO, Linux 5.18; 0: unsaid */
};

/* What an addr_add() begins with: forever valid and preferred. */
#define ADDR_INIT ((struct addr){.preferred = ADDR_FOREVER, .valid = ADDR_FOREVER})

struct addr_list {
	struct addr *items; /* owned */
	size_t count, room;
};

#define ADDR_LIST_INIT ((struct addr_list){.items = NULL})

enum addr_outcome {
	ADDR_EXISTS = 1, /* added: it was there already, with whatever attributes */
	ADDR_ABSENT = 2, /* deleted: it was not there */
};

/* All addresses of all links; family AF_INET, AF_INET6, or AF_UNSPEC for both. */
int addr_list(struct netlink *netlink, int family, struct fault *fault, struct addr_list *ret_list);
void addr_list_release(struct addr_list *list);

/*
 * The next instance of the address (prefixes do not matter) after previous, NULL to begin with;
 * on the link of that index, or on any with 0. NULL when there is no more.
 */
const struct addr *addr_list_next(const struct addr_list *list, const struct inet *inet, int index,
				  const struct addr *previous);

/*
 * Adds the address: index, inet with prefix, scope, flags, label, broadcast, lifetimes, metric,
 * protocol as given. 0, ADDR_EXISTS, or -errno with the kernel's reason.
 */
int addr_add(struct netlink *netlink, const struct addr *addr, struct fault *fault);

/*
 * Deletes this instance: index, inet with prefix, peer and label must match. 0, ADDR_ABSENT
 * (the address or its link is gone), or -errno.
 */
int addr_delete(struct netlink *netlink, const struct addr *addr, struct fault *fault);

/* Reads one RTM_NEWADDR or RTM_DELADDR message: 0, or -EBADMSG. Pure. */
int addr_read(const struct nlmsghdr *message, struct addr *ret_addr);

#define AUTO_ADDR_LIST CLEANUP(addr_list_release)
