// SPDX-License-Identifier: BSD-3-Clause

#include "net/packet.h"

#include <errno.h>
#include <net/if.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#include "base/deadline.h"
#include "base/inet.h"

#define BATCH 32

/* How long a full queue of a link, which gives no event, is left alone: milliseconds. */
#define QUEUE_PAUSE 1

bool packet_link_speaks(const struct link *link)
{
	return link->address_length && !(link->flags & (IFF_LOOPBACK | IFF_NOARP));
}

static void packet_add(struct packet *packet, const void *bytes, size_t length)
{
	memcpy(packet->bytes + packet->length, bytes, length);
	packet->length += length;
}

static void packet_add_zeros(struct packet *packet, size_t length)
{
	packet->length += length;
}

/* An address, or zeros for NULL. */
static void packet_add_inet(struct packet *packet, const struct inet *inet, size_t length)
{
	if (inet)
		packet_add(packet, inet->bytes, length);
	else
		packet_add_zeros(packet, length);
}

static void packet_add16(struct packet *packet, unsigned int value)
{
	const unsigned char bytes[] = {(unsigned char)(value >> 8), (unsigned char)value};

	packet_add(packet, bytes, sizeof(bytes));
}

static void packet_add8(struct packet *packet, unsigned int value)
{
	const unsigned char byte = (unsigned char)value;

	packet_add(packet, &byte, 1);
}

void packet_build_arp(const struct link *link, const struct packet_arp *arp,
		      struct packet *ret_packet)
{
	struct packet packet = {.protocol = ETH_P_ARP};
	size_t length = link->address_length;

	packet_add16(&packet, link->type);
	packet_add16(&packet, ETH_P_IP);
	packet_add8(&packet, (unsigned int)length);
	packet_add8(&packet, 4);
	packet_add16(&packet, arp->operation);
	packet_add(&packet, link->address, length);
	packet_add_inet(&packet, arp->sender, 4);
	if (arp->target_is_us)
		packet_add(&packet, link->address, length);
	else
		packet_add_zeros(&packet, length);
	packet_add(&packet, arp->target->bytes, 4);
	memcpy(packet.to, link->broadcast, sizeof(packet.to));
	*ret_packet = packet;
}

/* RFC 1071: the sum of 16-bit words in network order, the last byte padded with zero. */
static uint32_t packet_sum(uint32_t sum, const unsigned char *bytes, size_t length)
{
	size_t i;

	for (i = 0; i < length; i++)
		sum += i % 2 ? bytes[i] : (uint32_t)bytes[i] << 8;
	return sum;
}

uint16_t packet_checksum(const unsigned char *packet, size_t length)
{
	size_t payload = length - sizeof(struct ip6_hdr);
	uint32_t sum;

	/* The pseudo header: both addresses, the payload's length, the next header. */
	sum = packet_sum(0, packet + offsetof(struct ip6_hdr, ip6_src), 32);
	sum += (uint32_t)payload + IPPROTO_ICMPV6;
	sum = packet_sum(sum, packet + sizeof(struct ip6_hdr), payload);
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

void packet_build_neighbour(const struct link *link, const struct packet_neighbour *neighbour,
			    struct packet *ret_packet)
{
	/* Options come in units of 8 bytes; RFC 4391 pads before the address, RFC 4861 behind. */
	size_t units = (2 + link->address_length + 7) / 8;
	size_t pad = 8 * units - 2 - link->address_length;
	size_t option = neighbour->option ? 8 * units : 0;
	struct packet packet = {.protocol = ETH_P_IPV6};
	uint16_t checksum;

	packet_add16(&packet, 0x6000);
	packet_add16(&packet, 0);
	packet_add16(&packet, (unsigned int)(sizeof(struct nd_neighbor_advert) + option));
	packet_add8(&packet, IPPROTO_ICMPV6);
	packet_add8(&packet, 255);
	packet_add_inet(&packet, neighbour->source, 16);
	packet_add(&packet, neighbour->to->bytes, 16);
	packet_add8(&packet, neighbour->type);
	packet_add8(&packet, 0);
	packet_add16(&packet, 0);
	packet_add(&packet, &neighbour->flags, 4);
	packet_add(&packet, neighbour->target->bytes, 16);
	if (neighbour->option) {
		packet_add8(&packet, neighbour->option);
		packet_add8(&packet, (unsigned int)units);
		if (link->type == ARPHRD_INFINIBAND)
			packet_add_zeros(&packet, pad);
		packet_add(&packet, link->address, link->address_length);
		if (link->type != ARPHRD_INFINIBAND)
			packet_add_zeros(&packet, pad);
	}
	checksum = packet_checksum(packet.bytes, packet.length);
	packet.bytes[42] = (unsigned char)(checksum >> 8);
	packet.bytes[43] = (unsigned char)checksum;
	packet_group_address(link, neighbour->to, packet.to);
	*ret_packet = packet;
}

struct inet packet_all_nodes(void)
{
	static const unsigned char bytes[16] = {0xff, 0x02, [15] = 0x01};

	return inet_from_bytes(AF_INET6, bytes);
}

struct inet packet_solicited_node(const struct inet *address)
{
	unsigned char bytes[16] = {0xff, 0x02, [11] = 0x01, [12] = 0xff};

	memcpy(bytes + 13, address->bytes + 13, 3);
	return inet_from_bytes(AF_INET6, bytes);
}

void packet_group_address(const struct link *link, const struct inet *group,
			  unsigned char ret_address[LINK_ADDRESS_MAX])
{
	memcpy(ret_address, link->broadcast, LINK_ADDRESS_MAX);
	if (link->type == ARPHRD_INFINIBAND && link->address_length == 20) {
		/* Like the broadcast group (scope, P_Key), with IPv6's signature and group. */
		ret_address[6] = 0x60;
		ret_address[7] = 0x1b;
		memcpy(ret_address + 10, group->bytes + 6, 10);
	} else if (link->address_length == ETH_ALEN) {
		ret_address[0] = 0x33;
		ret_address[1] = 0x33;
		memcpy(ret_address + 2, group->bytes + 12, 4);
	}
}

/* struct sockaddr_ll has room for 8 bytes only; the kernel takes longer ones. */
union packet_target {
	struct sockaddr_ll ll;
	struct sockaddr any;
	unsigned char bytes[offsetof(struct sockaddr_ll, sll_addr) + LINK_ADDRESS_MAX];
};

static void packet_aim(const struct link *link, const struct packet *packet,
		       union packet_target *ret_target)
{
	memset(ret_target, 0, sizeof(*ret_target));
	ret_target->ll.sll_family = AF_PACKET;
	ret_target->ll.sll_protocol = htons(packet->protocol);
	ret_target->ll.sll_ifindex = link->index;
	ret_target->ll.sll_halen = (unsigned char)link->address_length;
	memcpy(ret_target->bytes + offsetof(struct sockaddr_ll, sll_addr), packet->to,
	       link->address_length);
}

/* How many of the first BATCH packets the kernel took, or -errno. */
static int packet_send_batch(int fd, const struct link *link, const struct packet *packets,
			     size_t count)
{
	union packet_target targets[BATCH];
	struct iovec pieces[BATCH];
	struct mmsghdr messages[BATCH];
	size_t i;
	int sent;

	if (count > BATCH)
		count = BATCH;
	memset(messages, 0, count * sizeof(messages[0]));
	for (i = 0; i < count; i++) {
		packet_aim(link, &packets[i], &targets[i]);
		/* The kernel only reads. */
		pieces[i].iov_base = (void *)(uintptr_t)packets[i].bytes;
		pieces[i].iov_len = packets[i].length;
		messages[i].msg_hdr.msg_name = &targets[i];
		messages[i].msg_hdr.msg_namelen = sizeof(targets[i].bytes);
		messages[i].msg_hdr.msg_iov = &pieces[i];
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	sent = sendmmsg(fd, messages, (unsigned int)count, MSG_DONTWAIT);
	return sent < 0 ? -errno : sent;
}

int packet_send(int fd, const struct link *link, const struct packet *packets, size_t count,
		const struct deadline *deadline, size_t *ret_sent)
{
	struct pollfd room = {.fd = fd, .events = POLLOUT};

	*ret_sent = 0;
	while (*ret_sent < count) {
		int sent = packet_send_batch(fd, link, packets + *ret_sent, count - *ret_sent);

		if (sent >= 0) {
			*ret_sent += (size_t)sent;
			continue;
		}
		if (sent != -EINTR && sent != -EAGAIN && sent != -ENOBUFS)
			return sent;
		if (deadline_passed(deadline))
			return -ETIMEDOUT;
		if (sent == -EAGAIN)
			(void)poll(&room, 1, deadline_left(deadline));
		else if (sent == -ENOBUFS)
			(void)poll(NULL, 0, QUEUE_PAUSE);
	}
	return 0;
}
