// SPDX-License-Identifier: BSD-3-Clause

#include "net/claim.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <string.h>

#include "net/packet.h"

#define ARP_HEADER 8 /* bytes in front of the addresses */

static unsigned int claim_read16(const unsigned char *bytes)
{
	return (unsigned int)bytes[0] << 8 | bytes[1];
}

static int claim_read_arp(const struct link *link, const struct claim_packet *packet,
			  struct claim *claim)
{
	static const unsigned char unknown[4];
	const unsigned char *bytes = packet->bytes;
	size_t length = link->address_length;
	const unsigned char *sender, *target;
	unsigned int operation;

	if (packet->length < ARP_HEADER + 2 * (length + 4))
		return -ENOMSG;
	operation = claim_read16(bytes + 6);
	if (claim_read16(bytes) != link->type || claim_read16(bytes + 2) != ETH_P_IP ||
	    bytes[4] != length || bytes[5] != 4 ||
	    (operation != ARPOP_REQUEST && operation != ARPOP_REPLY))
		return -ENOMSG;
	sender = bytes + ARP_HEADER + length;
	target = sender + 4 + length;
	claim->asking = !memcmp(sender, unknown, 4);
	if (claim->asking && operation != ARPOP_REQUEST)
		return -ENOMSG;
	claim->inet = inet_from_bytes(AF_INET, claim->asking ? target : sender);
	claim->address_length = length;
	memcpy(claim->address, bytes + ARP_HEADER, length);
	return 0;
}

/* The link-layer address in an option of that type, else the sender's: 0 or -ENOMSG. */
static int claim_read_option(const struct link *link, const struct claim_packet *packet,
			     unsigned int wanted, size_t end, struct claim *claim)
{
	size_t at = sizeof(struct ip6_hdr) + sizeof(struct nd_neighbor_advert);
	size_t pad = link->type == ARPHRD_INFINIBAND ? 2 : 0;
	const unsigned char *address = NULL;
	size_t size;

	for (; at < end; at += size) {
		size = at + 2 <= end ? 8 * (size_t)packet->bytes[at + 1] : 0;
		if (!size || at + size > end)
			return -ENOMSG;
		if (packet->bytes[at] == wanted && 2 + pad + link->address_length <= size)
			address = packet->bytes + at + 2 + pad;
	}
	if (!address && packet->from_length == link->address_length)
		address = packet->from;
	if (!address)
		return -ENOMSG;
	claim->address_length = link->address_length;
	memcpy(claim->address, address, link->address_length);
	return 0;
}

static int claim_read_neighbour(const struct link *link, const struct claim_packet *packet,
				struct claim *claim)
{
	static const unsigned char unspecified[16];
	const unsigned char *bytes = packet->bytes;
	const unsigned char *source = bytes + offsetof(struct ip6_hdr, ip6_src);
	const unsigned char *icmp = bytes + sizeof(struct ip6_hdr);
	const unsigned char *target = icmp + offsetof(struct nd_neighbor_advert, nd_na_target);
	unsigned int option = ND_OPT_SOURCE_LINKADDR;
	size_t end;

	if (packet->length < sizeof(struct ip6_hdr) + sizeof(struct nd_neighbor_advert))
		return -ENOMSG;
	end = sizeof(struct ip6_hdr) + claim_read16(bytes + 4);
	if (bytes[0] >> 4 != 6 || bytes[6] != IPPROTO_ICMPV6 || bytes[7] != 255 ||
	    end < sizeof(struct ip6_hdr) + sizeof(struct nd_neighbor_advert) ||
	    end > packet->length || icmp[1] != 0 || packet_checksum(bytes, end) != 0)
		return -ENOMSG;
	if (icmp[0] == ND_NEIGHBOR_ADVERT) {
		option = ND_OPT_TARGET_LINKADDR;
		claim->inet = inet_from_bytes(AF_INET6, target);
	} else if (icmp[0] == ND_NEIGHBOR_SOLICIT) {
		claim->asking = !memcmp(source, unspecified, 16);
		claim->inet = inet_from_bytes(AF_INET6, claim->asking ? target : source);
	} else {
		return -ENOMSG;
	}
	return claim_read_option(link, packet, option, end, claim);
}

int claim_read(const struct link *link, const struct claim_packet *packet, struct claim *ret_claim)
{
	struct claim claim = {.asking = false};
	int error = -ENOMSG;

	if (link->address_length > LINK_ADDRESS_MAX)
		return -ENOMSG;
	if (packet->protocol == ETH_P_ARP)
		error = claim_read_arp(link, packet, &claim);
	else if (packet->protocol == ETH_P_IPV6)
		error = claim_read_neighbour(link, packet, &claim);
	if (error)
		return error;
	*ret_claim = claim;
	return 0;
}
