/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A route of the kernel's routing tables (rtnetlink(7), linux/rtnetlink.h), and the choice of a
 * link for an address by the connected routes.
 */
#pragma once

#include <linux/rtnetlink.h>
#include <stddef.h>
#include <stdint.h>

#include "base/inet.h"

struct fault;
struct netlink;
struct nlmsghdr;

#define ROUTE_METRIC_ANY (-1LL)
#define ROUTE_PROTOCOL_ANY (-1)

struct route {
	struct inet to;	     /* destination with prefix; 0 bits: the default route */
	struct inet gateway; /* family 0: none, what is there is on the link. May be of another
				family than to (RFC 5549) */
	struct inet source;  /* preferred source address; family 0: unsaid */
	int index;	     /* of the outgoing link, or 0; of several next hops the first one's */
	uint32_t metric;     /* 0: unsaid; IPv6 in the kernel: 1024 */
	uint32_t table;	     /* RT_TABLE_MAIN ... ; 0 in a request: main */
	unsigned char protocol; /* RTPROT_KERNEL, RTPROT_STATIC ... */
	unsigned char scope;	/* RT_SCOPE_UNIVERSE, RT_SCOPE_LINK ... */
	unsigned char type;	/* RTN_UNICAST, RTN_LOCAL, RTN_UNREACHABLE ... */
};

#define ROUTE_INIT ((struct route){.type = RTN_UNICAST, .protocol = RTPROT_STATIC})

struct route_list {
	struct route *items; /* owned */
	size_t count, room;
	uint32_t table; /* the filter of the dump, 0: all */
};

#define ROUTE_LIST_INIT ((struct route_list){.items = NULL})

/* Routes of AF_INET or AF_INET6, of one table or, with 0, of all; without cached ones. */
int route_list(struct netlink *netlink, int family, uint32_t table, struct fault *fault,
	       struct route_list *ret_list);
void route_list_release(struct route_list *list);

enum route_outcome {
	ROUTE_EXISTS = 1,    /* added: it was there already */
	ROUTE_ABSENT = 2,    /* deleted: it was not there */
	ROUTE_NONE = 3,	     /* chosen: no connected route contains the address */
	ROUTE_AMBIGUOUS = 4, /* chosen: two links have routes of the same prefix and metric */
};

/* 0, ROUTE_EXISTS, or -errno with the kernel's reason. */
int route_add(struct netlink *netlink, const struct route *route, struct fault *fault);

/* 0, ROUTE_ABSENT, or -errno. Fields that are 0 or unsaid match anything. */
int route_delete(struct netlink *netlink, const struct route *route, struct fault *fault);

struct route_filter {
	int index;	  /* of the link, or 0 */
	int protocol;	  /* or ROUTE_PROTOCOL_ANY */
	long long metric; /* or ROUTE_METRIC_ANY */
	uint32_t table;	  /* or 0 for any */
};

#define ROUTE_FILTER_INIT                                                                          \
	((struct route_filter){.protocol = ROUTE_PROTOCOL_ANY, .metric = ROUTE_METRIC_ANY})

struct route_choice {
	int index; /* of the link */
	int other; /* ROUTE_AMBIGUOUS: the other link, else 0 */
	int bits;  /* prefix length of the route */
	uint32_t metric;
};

/*
 * The link on whose connected network the address lies: of the unicast routes without gateway
 * (IPv4: also of scope link) that contain it, the longest prefix wins, then the lowest metric.
 * Default, local, unreachable, blackhole, prohibit, throw and multicast routes do not count, and
 * neither does the /128 route that the kernel makes for an IPv6 address which is there already.
 * 0, ROUTE_NONE, or ROUTE_AMBIGUOUS (with the choice filled in). Pure.
 */
int route_choose(const struct route_list *list, const struct inet *address,
		 const struct route_filter *filter, struct route_choice *ret_choice);

/* Reads one RTM_NEWROUTE message: 0, or -EBADMSG. Pure. */
int route_read(const struct nlmsghdr *message, struct route *ret_route);

#define AUTO_ROUTE_LIST CLEANUP(route_list_release)
