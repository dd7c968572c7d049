// SPDX-License-Identifier: BSD-3-Clause
/*
 * hear FILE NIC: writes every ARP packet and neighbour solicitation or advertisement that arrives at
 * the NIC into FILE, a line each. Prints the process id of the listener in the background, once
 * nothing can be missed any more, and returns.
 *
 *	WHEN KIND SOURCE TARGET FROM SAYS TO FLAGS
 *
 * WHEN     seconds since 1970 as the kernel took the frame, to compare with a shell's EPOCHREALTIME
 * KIND     request, reply (ARP), na, ns (ICMPv6; with a right checksum and hop limit 255, else bad)
 * SOURCE   ARP: sender's protocol address; ICMPv6: source address
 * TARGET   ARP: target's protocol address; ICMPv6: target
 * FROM     hardware address in the frame
 * SAYS     hardware address in the packet: ARP: sender's; ICMPv6: of the link-layer option, or -
 * TO       hardware address that the frame was sent to
 * FLAGS    of an advertisement, R S and O in this order; -: none
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/icmp6.h>
#include <netinet/ip6.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include "base/attr.h"

#define FRAME_MAX 2048
#define HARDWARE_TEXT 18

struct frame {
	unsigned char pad[2]; /* the IP header behind Ethernet's 14 bytes is aligned then */
	unsigned char bytes[FRAME_MAX];
	size_t length;
	struct timespec when;
} __attribute__((aligned(4)));

struct packet_arp_ip {
	struct arphdr head;
	unsigned char sender_hardware[ETH_ALEN], sender[4];
	unsigned char target_hardware[ETH_ALEN], target[4];
} __attribute__((packed));

static const char *hardware(const unsigned char *a, char text[HARDWARE_TEXT])
{
	(void)snprintf(text, HARDWARE_TEXT, "%02x:%02x:%02x:%02x:%02x:%02x", a[0], a[1], a[2], a[3],
		       a[4], a[5]);
	return text;
}

static void print_begin(FILE *file, const struct frame *frame, const char *kind)
{
	(void)fprintf(file, "%lld.%06ld %s ", (long long)frame->when.tv_sec,
		      frame->when.tv_nsec / 1000, kind);
}

static void print_hardware(FILE *file, const struct frame *frame, const unsigned char *says,
			   const char *flags)
{
	const struct ethhdr *ether = (const void *)frame->bytes;
	char from[HARDWARE_TEXT], option[HARDWARE_TEXT], to[HARDWARE_TEXT];

	(void)fprintf(file, "%s %s %s %s\n", hardware(ether->h_source, from),
		      says ? hardware(says, option) : "-", hardware(ether->h_dest, to), flags);
	(void)fflush(file);
}

static void print_arp(FILE *file, const struct frame *frame)
{
	const struct packet_arp_ip *arp = (const void *)(frame->bytes + ETH_HLEN);
	char sender[INET_ADDRSTRLEN], target[INET_ADDRSTRLEN];

	if (frame->length < ETH_HLEN + sizeof(*arp) || arp->head.ar_pro != htons(ETH_P_IP))
		return;
	print_begin(file, frame,
		    arp->head.ar_op == htons(ARPOP_REQUEST) ? "request" :
		    arp->head.ar_op == htons(ARPOP_REPLY)   ? "reply" :
							      "bad");
	(void)fprintf(file, "%s %s ", inet_ntop(AF_INET, arp->sender, sender, sizeof(sender)),
		      inet_ntop(AF_INET, arp->target, target, sizeof(target)));
	print_hardware(file, frame, arp->sender_hardware, "-");
}

/* RFC 4443, section 2.3: over both addresses, the length, the next header and the message. */
static bool checksum_is_right(const struct ip6_hdr *ip, size_t length)
{
	const unsigned char *bytes = (const unsigned char *)ip;
	unsigned long sum = (unsigned long)length + IPPROTO_ICMPV6;

	for (size_t i = offsetof(struct ip6_hdr, ip6_src); i < sizeof(*ip) + length; i++)
		sum += i % 2 ? bytes[i] : (unsigned long)bytes[i] << 8;
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return sum == 0xffff;
}

static void print_neighbour(FILE *file, const struct frame *frame)
{
	const struct ip6_hdr *ip = (const void *)(frame->bytes + ETH_HLEN);
	const struct nd_neighbor_advert *na = (const void *)(ip + 1);
	const unsigned char *option = (const unsigned char *)(na + 1);
	size_t least = ETH_HLEN + sizeof(*ip) + sizeof(*na), length;
	char source[INET6_ADDRSTRLEN], target[INET6_ADDRSTRLEN], flags[4] = "", *flag = flags;
	bool advert;

	if (frame->length < least || ip->ip6_nxt != IPPROTO_ICMPV6)
		return;
	length = ntohs(ip->ip6_plen);
	advert = na->nd_na_type == ND_NEIGHBOR_ADVERT;
	if ((!advert && na->nd_na_type != ND_NEIGHBOR_SOLICIT) || length < sizeof(*na) ||
	    frame->length < ETH_HLEN + sizeof(*ip) + length)
		return;
	print_begin(file, frame,
		    ip->ip6_hlim != 255 || !checksum_is_right(ip, length) ? "bad" :
		    advert						  ? "na" :
									    "ns");
	if (advert && (na->nd_na_flags_reserved & ND_NA_FLAG_ROUTER))
		*flag++ = 'R';
	if (advert && (na->nd_na_flags_reserved & ND_NA_FLAG_SOLICITED))
		*flag++ = 'S';
	if (advert && (na->nd_na_flags_reserved & ND_NA_FLAG_OVERRIDE))
		*flag++ = 'O';
	(void)fprintf(file, "%s %s ", inet_ntop(AF_INET6, &ip->ip6_src, source, sizeof(source)),
		      inet_ntop(AF_INET6, &na->nd_na_target, target, sizeof(target)));
	print_hardware(file, frame,
		       length >= sizeof(*na) + 8 && option[0] <= ND_OPT_TARGET_LINKADDR ?
			       option + 2 :
			       NULL,
		       *flags ? flags : "-");
}

/* Takes one frame with its time; false for one that this host sent. */
static bool take(int fd, struct frame *frame)
{
	union {
		struct cmsghdr head;
		char bytes[256];
	} control;
	struct sockaddr_ll from = {.sll_family = AF_PACKET};
	struct iovec piece = {frame->bytes, sizeof(frame->bytes)};
	struct msghdr message = {.msg_name = &from,
				 .msg_namelen = sizeof(from),
				 .msg_iov = &piece,
				 .msg_iovlen = 1,
				 .msg_control = &control,
				 .msg_controllen = sizeof(control)};
	ssize_t length = recvmsg(fd, &message, 0);

	if (length < (ssize_t)ETH_HLEN || from.sll_pkttype == PACKET_OUTGOING)
		return false;
	frame->length = (size_t)length;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c))
		if (c->cmsg_level == SOL_SOCKET && c->cmsg_type == SCM_TIMESTAMPNS)
			memcpy(&frame->when, CMSG_DATA(c), sizeof(frame->when));
	return true;
}

static void listen_on(int fd, FILE *file)
{
	static struct frame frame;
	const struct ethhdr *ether = (const void *)frame.bytes;

	for (;;) {
		if (!take(fd, &frame))
			continue;
		if (ether->h_proto == htons(ETH_P_ARP))
			print_arp(file, &frame);
		else if (ether->h_proto == htons(ETH_P_IPV6))
			print_neighbour(file, &frame);
	}
}

static int open_socket(const char *nic)
{
	struct sockaddr_ll here = {.sll_family = AF_PACKET,
				   .sll_protocol = htons(ETH_P_ALL),
				   .sll_ifindex = (int)if_nametoindex(nic)};
	struct packet_mreq every = {.mr_ifindex = here.sll_ifindex, .mr_type = PACKET_MR_ALLMULTI};
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0), on = 1, room = 1 << 21;

	if (fd < 0 || !here.sll_ifindex ||
	    setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPNS, &on, sizeof(on)) < 0 ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room)) < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &every, sizeof(every)) < 0 ||
	    bind(fd, (struct sockaddr *)&here, sizeof(here)) < 0)
		return -1;
	return fd;
}

int main(int argc, char **argv)
{
	FILE *file;
	pid_t child;
	int fd;

	if (argc != 3) {
		(void)fprintf(stderr, "usage: hear FILE NIC\n");
		return 2;
	}
	file = fopen(argv[1], "we");
	fd = file ? open_socket(argv[2]) : -1;
	child = fd < 0 ? -1 : fork();
	if (child < 0) {
		(void)fprintf(stderr, "hear: %s: %s\n", argv[2], strerror(errno));
		return 1;
	}
	if (child)
		return printf("%d\n", (int)child) < 0;
	(void)close(STDIN_FILENO);
	(void)close(STDOUT_FILENO);
	(void)close(STDERR_FILENO);
	listen_on(fd, file);
}
