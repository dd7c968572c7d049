// SPDX-License-Identifier: BSD-3-Clause
/*
 * The readers of foreign bytes on the network floor. The first byte of the input chooses:
 *
 *	0	a netlink datagram, whose messages go to every reader
 *	1, 2	an ARP packet, a neighbour discovery packet on Ethernet
 *	3, 4	the same on IP over InfiniBand
 *
 * A neighbour discovery packet gets a right checksum first: no fuzzer finds one.
 */

#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/fault.h"
#include "net/addr.h"
#include "net/claim.h"
#include "net/ipvs_kernel.h"
#include "net/ipvs_read.h"
#include "net/label.h"
#include "net/link.h"
#include "net/netlink.h"
#include "net/netlink_batch.h"
#include "net/packet.h"
#include "net/route.h"
#include "net/rule.h"
#include "net/sockets.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define IPV6_HEADER 40

static int fuzz_take(const struct nlmsghdr *message, void *data)
{
	struct ipvs_timeouts timeouts;
	struct ipvs_service service;
	struct socket_found socket;
	struct ipvs_server server;
	struct route route;
	struct label label;
	struct link link;
	struct addr addr;
	struct rule rule;
	struct ipvs_sync sync;
	int *read = data;
	int family;

	*read += !link_read(message, &link) + !addr_read(message, &addr) +
		 !route_read(message, &route) + !rule_read(message, &rule) +
		 !label_read(message, &label) + !sockets_read(message, &socket) +
		 !ipvs_read_service(message, &service) +
		 !ipvs_read_server(message, AF_INET, &server) + !ipvs_read_sync(message, &sync) +
		 !ipvs_read_timeouts(message, &timeouts) + !ipvs_read_family(message, &family);
	return 0;
}

static void fuzz_datagram(const uint8_t *bytes, size_t size)
{
	int read = 0;
	const struct netlink_sink sink = {.take = fuzz_take, .data = &read};
	struct fault fault = FAULT_INIT;
	bool interrupted = false;
	struct nlmsghdr first = {.nlmsg_seq = 0};
	int errors[4];

	if (size >= sizeof(first))
		memcpy(&first, bytes, sizeof(first));
	(void)netlink_read(bytes, size, first.nlmsg_seq, &sink, &interrupted, &fault);
	(void)netlink_read(bytes, size, first.nlmsg_seq, NULL, &interrupted, NULL);
	(void)netlink_batch_read(bytes, size, first.nlmsg_seq, ARRAY_SIZE(errors), errors);
}

static void fuzz_mend(uint8_t *bytes, size_t size)
{
	size_t end = IPV6_HEADER + ((size_t)bytes[4] << 8 | bytes[5]);
	uint16_t checksum;

	if (end > size || end < IPV6_HEADER + 4)
		return;
	bytes[42] = 0;
	bytes[43] = 0;
	checksum = packet_checksum(bytes, end);
	bytes[42] = (uint8_t)(checksum >> 8);
	bytes[43] = (uint8_t)checksum;
}

static void fuzz_packet(uint8_t *bytes, size_t size, unsigned int protocol, bool infiniband)
{
	static const unsigned char from[LINK_ADDRESS_MAX] = {0x02};
	const struct link link = {
		.index = 1,
		.type = infiniband ? ARPHRD_INFINIBAND : ARPHRD_ETHER,
		.address_length = infiniband ? 20 : 6,
	};
	const struct claim_packet packet = {
		.protocol = (unsigned short)protocol,
		.bytes = bytes,
		.length = size,
		.from = from,
		.from_length = link.address_length,
	};
	struct claim claim;

	if (protocol == ETH_P_IPV6 && size >= IPV6_HEADER)
		fuzz_mend(bytes, size);
	if (!claim_read(&link, &packet, &claim) && claim.address_length != link.address_length)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE uint8_t *copy = NULL;

	if (!size)
		return 0;
	/* Aligned, as a receive buffer is, and of just that size. */
	copy = malloc(size > 1 ? size - 1 : 1);
	if (!copy)
		return 0;
	memcpy(copy, data + 1, size - 1);
	switch (data[0]) {
	case 0:
		fuzz_datagram(copy, size - 1);
		break;
	case 1:
	case 3:
		fuzz_packet(copy, size - 1, ETH_P_ARP, data[0] == 3);
		break;
	case 2:
	case 4:
		fuzz_packet(copy, size - 1, ETH_P_IPV6, data[0] == 4);
		break;
	default:
		break;
	}
	return 0;
}
