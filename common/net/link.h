/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A link: a network interface of this network namespace, as RTM_NEWLINK describes it
 * (rtnetlink(7), linux/if_link.h; operational states: RFC 2863).
 *
 * A struct link is a snapshot and owns no memory.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct fault;
struct netlink;
struct nlmsghdr;

#define LINK_NAME_MAX 16	 /* bytes with NUL: IFNAMSIZ */
#define LINK_ADDRESS_MAX 32	 /* bytes: MAX_ADDR_LEN; Ethernet has 6, IP over InfiniBand 20 */
#define LINK_ADDRESS_TEXT_MAX 96 /* "00:00:5e:00:53:01", LINK_ADDRESS_MAX times three */

struct link {
	int index;
	char name[LINK_NAME_MAX]; /* the real name, also when it was found by another */
	unsigned int flags;	  /* IFF_UP, IFF_LOWER_UP (carrier), IFF_LOOPBACK, IFF_NOARP ... */
	unsigned char operstate;  /* IF_OPER_UP, IF_OPER_LOWERLAYERDOWN ... of linux/if.h */
	unsigned short type;	  /* ARPHRD_ETHER, ARPHRD_INFINIBAND ... of linux/if_arp.h */
	int lower;		  /* index of the link that it runs on or is paired with, or 0 */
	bool lower_elsewhere;	  /* that link is in another network namespace: lower is 0 */
	int master;		  /* index of the bridge, bond or VRF that it belongs to, or 0 */
	bool routes6;		  /* a router of IPv6: its packets are forwarded */
	unsigned int mtu;
	size_t address_length; /* bytes of the two below; 0: the link has no hardware address */
	unsigned char address[LINK_ADDRESS_MAX];
	unsigned char broadcast[LINK_ADDRESS_MAX];
};

struct link_list {
	struct link *items; /* owned */
	size_t count, room;
};

#define LINK_LIST_INIT ((struct link_list){.items = NULL})

/* Admin-up and with carrier. */
bool link_is_up(const struct link *link);
bool link_has_carrier(const struct link *link);

/*
 * By its name or one of its alternative names, in one request. 0; -ENODEV (FAULT_ARGS) when there
 * is none; -errno.
 */
int link_by_name(struct netlink *netlink, const char *name, struct fault *fault,
		 struct link *ret_link);
int link_by_index(struct netlink *netlink, int index, struct fault *fault, struct link *ret_link);

/* All links of this namespace. */
int link_list(struct netlink *netlink, struct fault *fault, struct link_list *ret_list);
const struct link *link_list_find(const struct link_list *list, int index);
void link_list_release(struct link_list *list);

/* Sets it admin-up; no harm if it is already. */
int link_set_up(struct netlink *netlink, const struct link *link, struct fault *fault);

/* Reads one RTM_NEWLINK message: 0, or -EBADMSG. Pure. */
int link_read(const struct nlmsghdr *message, struct link *ret_link);

/* The name of a link by its index, for a sentence; "link 7" if it is gone. Costs system calls. */
const char *link_index_text(int index, char text[LINK_NAME_MAX + 8]);

/* A hardware address as hexadecimal pairs with colons. */
const char *link_address_text(const unsigned char *address, size_t length,
			      char text[LINK_ADDRESS_TEXT_MAX]);

#define AUTO_LINK_LIST CLEANUP(link_list_release)
