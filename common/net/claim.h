/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A claim: what a packet on the link says about who has an IP address.
 *
 * ARP (RFC 826, RFC 5227): the sender's address, or in a probe (sender 0.0.0.0) the one asked for.
 * Neighbour discovery (RFC 4861, RFC 4862): the target of an advertisement, the source of a
 * solicitation, or in DAD's solicitation (source ::) the one asked for.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/inet.h"
#include "net/link.h"

struct claim {
	struct inet inet;
	bool asking;	       /* a probe: the sender does not have the address yet */
	size_t address_length; /* bytes */
	unsigned char address[LINK_ADDRESS_MAX]; /* hardware address of the claimant */
};

/* A packet as an AF_PACKET socket of type SOCK_DGRAM receives it. */
struct claim_packet {
	unsigned short protocol; /* ETH_P_ARP, ETH_P_IPV6 */
	const unsigned char *bytes;
	size_t length;
	const unsigned char *from; /* hardware address of the sender */
	size_t from_length;	   /* 0: unknown */
};

/*
 * Reads a packet: 0, or -ENOMSG when it makes no claim, is damaged (RFC 4861, 7.1) or belongs to
 * another kind of link. Pure.
 */
int claim_read(const struct link *link, const struct claim_packet *packet, struct claim *ret_claim);
