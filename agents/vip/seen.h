/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What there is: the addresses and links of the network namespace at one moment.
 *
 * seen_take() asks for as little as a monitor needs (one request for the named interface, one
 * dump of addresses); what else a start may need is asked for when it does.
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
	struct addr_list addrs;	  /* of all links, of the families of the configuration */
	struct link_list links;	  /* those that were asked for */
	struct route_list v4, v6; /* of the deciding table; seen_routes() only */
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

/* The deciding table besides; all links, and the pointers of seen_link() are void; the addresses
   of both families again. */
int seen_routes(struct seen *seen, struct call *call, const struct vip_config *config);
int seen_all_links(struct seen *seen, struct call *call);
int seen_addresses_again(struct seen *seen, struct call *call);

/*
 * Hands over from check_host to the look and the activation of the same start, where nothing has
 * changed meanwhile: the call owns it then. seen_kept() lends it, NULL: ask; seen_recall() takes it
 * back, false: ask.
 */
void seen_keep(struct seen *seen, struct call *call);
bool seen_recall(struct seen *seen, struct call *call);
struct seen *seen_kept(const struct call *call);

/* The link of that index, asked for now if it was not yet; NULL when it is gone. */
const struct link *seen_link(struct seen *seen, int index);

void seen_release(struct seen *seen);

#define AUTO_SEEN CLEANUP(seen_release)
