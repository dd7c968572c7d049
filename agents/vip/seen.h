/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What there is: the addresses and links of the network namespace at one moment.
 *
 * seen_take() asks for as little as a monitor needs (one request for the named interface, one
 * dump of addresses); seen_take_all() for what start and stop need besides.
 */
#pragma once

#include "net/addr.h"
#include "net/link.h"
#include "net/netlink.h"
#include "net/route.h"

struct call;
struct vip_config;

#define SEEN_LOOPBACK 1 /* index of lo in every network namespace (LOOPBACK_IFINDEX) */

struct seen {
	struct netlink netlink;	  /* open as long as this lives */
	struct addr_list addrs;	  /* of all links */
	struct link_list links;	  /* those that were asked for */
	struct route_list v4, v6; /* of the deciding table; seen_take_all() only */
	int nic;		  /* index of the parameter nic; 0: not given; -1: no such link */
};

#define SEEN_INIT                                                                                  \
	((struct seen){.netlink = NETLINK_INIT,                                                    \
		       .addrs = ADDR_LIST_INIT,                                                    \
		       .links = LINK_LIST_INIT,                                                    \
		       .v4 = ROUTE_LIST_INIT,                                                      \
		       .v6 = ROUTE_LIST_INIT})

/* 0 or -errno with the call's fault set. A nic that is not there is no error. */
int seen_take(struct seen *seen, struct call *call, const struct vip_config *config);
int seen_take_all(struct seen *seen, struct call *call, const struct vip_config *config);

/* The addresses again, over the same socket. */
int seen_addresses_again(struct seen *seen, struct call *call);

/* The link of that index, asked for now if it was not yet; NULL when it is gone. */
const struct link *seen_link(struct seen *seen, int index);

void seen_release(struct seen *seen);

#define AUTO_SEEN CLEANUP(seen_release)
