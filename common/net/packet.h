/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A packet for the neighbours on a link: ARP (RFC 826) or neighbour discovery (RFC 4861), built
 * byte by byte and sent through an AF_PACKET socket of type SOCK_DGRAM, so that the kernel writes
 * the link header (packet(7)), also for the 20-byte addresses of IP over InfiniBand (RFC 4391).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "net/link.h"

struct deadline;
struct fault;
struct inet;

#define PACKET_BYTES_MAX 104 /* an advertisement with an address of LINK_ADDRESS_MAX bytes */

struct packet {
	unsigned short protocol; /* ETH_P_ARP or ETH_P_IPV6 */
	size_t length;		 /* bytes, without link header */
	unsigned char bytes[PACKET_BYTES_MAX];
	unsigned char to[LINK_ADDRESS_MAX]; /* hardware address; the length is the link's */
};

/* The link has neighbours that are found by ARP and ND. */
bool packet_link_speaks(const struct link *link);

struct packet_arp {
	unsigned short operation;  /* ARPOP_REQUEST, ARPOP_REPLY */
	const struct inet *sender; /* NULL: 0.0.0.0 */
	const struct inet *target;
	bool target_is_us; /* the target hardware address is ours, else zero */
};

/* An ARP packet to everyone on the link, with the link's hardware address as sender. */
void packet_build_arp(const struct link *link, const struct packet_arp *arp,
		      struct packet *ret_packet);

struct packet_neighbour {
	unsigned char type;	   /* ND_NEIGHBOR_SOLICIT, ND_NEIGHBOR_ADVERT of netinet/icmp6.h */
	uint32_t flags;		   /* ND_NA_FLAG_*, network order */
	const struct inet *source; /* NULL: :: */
	const struct inet *to;	   /* a multicast address */
	const struct inet *target;
	unsigned char option; /* ND_OPT_*_LINKADDR, with the link's address; 0: none */
};

/* An ICMPv6 neighbour discovery packet with hop limit 255. */
void packet_build_neighbour(const struct link *link, const struct packet_neighbour *neighbour,
			    struct packet *ret_packet);

/* ff02::1, and the solicited-node group ff02::1:ffXX:XXXX of the address (RFC 4291). */
struct inet packet_all_nodes(void);
struct inet packet_solicited_node(const struct inet *address);

/* The hardware address of an IPv6 multicast group on this link (RFC 2464, RFC 4391). */
void packet_group_address(const struct link *link, const struct inet *group,
			  unsigned char ret_address[LINK_ADDRESS_MAX]);

/* The ICMPv6 checksum of an IPv6 packet without extension headers; 0 when it holds already. */
uint16_t packet_checksum(const unsigned char *packet, size_t length);

/*
 * Sends the packets out of the link, a batch a system call; waits while the socket or the link's
 * queue is full. 0, -ETIMEDOUT, or -errno; *ret_sent counts those that the kernel took.
 */
int packet_send(int fd, const struct link *link, const struct packet *packets, size_t count,
		const struct deadline *deadline, size_t *ret_sent);
