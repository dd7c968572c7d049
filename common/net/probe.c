// SPDX-License-Identifier: BSD-3-Clause

#include "net/probe.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <linux/filter.h>
#include <linux/if_arp.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "net/packet.h"

#define PROBE_BATCH 32	    /* packets */
#define PROBE_GULP 64	    /* packets */
#define PROBE_GROUPS_MAX 32 /* groups joined one by one; of more, all are heard */

/*
 * ARP and neighbour discovery, to us or to many, and not of a VLAN on the link: the socket sees
 * tagged frames before their VLAN's own link does. Offsets are those of the network header.
 */
static const struct sock_filter probe_filter[] = {
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PKTTYPE),
	BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, PACKET_MULTICAST, 13, 0),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_VLAN_TAG_PRESENT),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 2, 0),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_VLAN_TAG),
	BPF_JUMP(BPF_JMP | BPF_JSET | BPF_K, 0xfff, 9, 0),
	BPF_STMT(BPF_LD | BPF_W | BPF_ABS, SKF_AD_OFF + SKF_AD_PROTOCOL),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_ARP, 6, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ETH_P_IPV6, 0, 6),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 6), /* next header */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, IPPROTO_ICMPV6, 0, 4),
	BPF_STMT(BPF_LD | BPF_B | BPF_ABS, 40), /* type */
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_SOLICIT, 1, 0),
	BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ND_NEIGHBOR_ADVERT, 0, 1),
	BPF_STMT(BPF_RET | BPF_K, 0xffff),
	BPF_STMT(BPF_RET | BPF_K, 0),
};

static int probe_fault(const struct probe *probe, struct fault *fault, const char *doing, int error)
{
	enum fault_kind kind = FAULT_GENERIC;

	if (error == -EPERM || error == -EACCES)
		kind = FAULT_PERM;
	else if (error == -EAFNOSUPPORT)
		kind = FAULT_INSTALLED;
	else if (error == -ETIMEDOUT)
		kind = FAULT_TIMEOUT;
	return fault_set(fault, kind, error, "%s: cannot %s: %s", probe->link.name, doing,
			 strerror(-error));
}

int probe_open(struct probe *probe, const struct link *link, const struct link_list *own,
	       struct fault *fault)
{
	const struct sock_fprog program = {
		.len = ARRAY_SIZE(probe_filter),
		/* The kernel only reads. */
		.filter = (struct sock_filter *)(uintptr_t)probe_filter,
	};
	const struct sockaddr_ll here = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_ALL),
		.sll_ifindex = link->index,
	};
	int error;

	*probe = (struct probe){.link = *link, .own = own};
	/* Protocol 0, so that nothing comes in before the filter is there and the link named. */
	probe->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (probe->fd < 0 ||
	    setsockopt(probe->fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)) < 0 ||
	    bind(probe->fd, (const struct sockaddr *)&here, sizeof(here)) < 0) {
		error = -errno;
		probe_close(probe);
		return probe_fault(probe, fault, "open a packet socket for probes", error);
	}
	return 0;
}

void probe_close(struct probe *probe)
{
	attr_close(&probe->fd);
	probe->fd = -1;
}

void probe_build(const struct link *link, const struct inet *address, const struct inet *source,
		 struct packet *ret_packet)
{
	const struct packet_arp arp = {.operation = ARPOP_REQUEST, .target = address};
	const struct inet group = packet_solicited_node(address);
	const struct packet_neighbour solicitation = {
		.type = ND_NEIGHBOR_SOLICIT,
		.source = source,
		.to = &group,
		.target = address,
		.option = source ? ND_OPT_SOURCE_LINKADDR : 0,
	};

	if (address->family == AF_INET)
		packet_build_arp(link, &arp, ret_packet);
	else
		packet_build_neighbour(link, &solicitation, ret_packet);
}

static int probe_join(const struct probe *probe, int type, const struct inet *group)
{
	struct {
		struct packet_mreq request;
		/* The kernel takes longer addresses than the 8 bytes of the struct. */
		unsigned char rest[LINK_ADDRESS_MAX];
	} join = {.request = {.mr_ifindex = probe->link.index, .mr_type = (unsigned short)type}};
	unsigned char address[LINK_ADDRESS_MAX];

	if (group) {
		packet_group_address(&probe->link, group, address);
		join.request.mr_alen = (unsigned short)probe->link.address_length;
		memcpy((unsigned char *)&join + offsetof(struct packet_mreq, mr_address), address,
		       probe->link.address_length);
	}
	if (setsockopt(probe->fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &join, sizeof(join)) < 0)
		return -errno;
	return 0;
}

/* Other hosts' DAD for the same addresses comes to groups that this host has not joined yet. */
static int probe_listen(const struct probe *probe, const struct probe_question *question)
{
	const struct inet everyone = packet_all_nodes();
	size_t i, groups = 0;
	int error = 0;

	for (i = 0; i < question->count; i++)
		groups += question->addresses[i].family == AF_INET6;
	if (!groups || question->held)
		return 0;
	if (groups > PROBE_GROUPS_MAX)
		return probe_join(probe, PACKET_MR_ALLMULTI, NULL);
	error = probe_join(probe, PACKET_MR_MULTICAST, &everyone);
	for (i = 0; i < question->count && !error; i++) {
		const struct inet group = packet_solicited_node(&question->addresses[i]);

		if (question->addresses[i].family == AF_INET6)
			error = probe_join(probe, PACKET_MR_MULTICAST, &group);
	}
	return error;
}

/* A run under way. */
struct probe_run {
	struct probe *probe;
	const struct probe_question *question;
	struct claim *claims; /* one an address; address_length is 0 where there is none */
	size_t open;	      /* addresses without a claim */
};

static int probe_ask(const struct probe_run *run, const struct deadline *deadline)
{
	struct packet packets[PROBE_BATCH];
	size_t i, sent, count = 0;
	int error;

	for (i = 0; i < run->question->count; i++) {
		if (run->claims[i].address_length)
			continue;
		probe_build(&run->probe->link, &run->question->addresses[i], run->question->source,
			    &packets[count++]);
		if (count < PROBE_BATCH)
			continue;
		error = packet_send(run->probe->fd, &run->probe->link, packets, count, deadline,
				    &sent);
		if (error)
			return error;
		count = 0;
	}
	return packet_send(run->probe->fd, &run->probe->link, packets, count, deadline, &sent);
}

static bool probe_same_address(const struct claim *claim, const struct link *link)
{
	return claim->address_length == link->address_length &&
	       !memcmp(claim->address, link->address, link->address_length);
}

static bool probe_is_own(const struct probe *probe, const struct claim *claim)
{
	size_t i;

	for (i = 0; probe->own && i < probe->own->count; i++)
		if (probe_same_address(claim, &probe->own->items[i]))
			return true;
	return probe_same_address(claim, &probe->link);
}

static void probe_note(struct probe_run *run, const struct claim *claim)
{
	size_t i;

	if ((claim->asking && run->question->held) || probe_is_own(run->probe, claim))
		return;
	for (i = 0; i < run->question->count; i++) {
		if (!inet_same(&run->question->addresses[i], &claim->inet) ||
		    run->claims[i].address_length)
			continue;
		run->claims[i] = *claim;
		run->open--;
	}
}

/* Takes what has come in, within bounds, for a storm has no end: 0 or -errno. */
static int probe_hear(struct probe_run *run)
{
	union {
		struct sockaddr_ll ll;
		struct sockaddr any;
		unsigned char bytes[offsetof(struct sockaddr_ll, sll_addr) + LINK_ADDRESS_MAX];
	} from = {.ll = {.sll_family = AF_PACKET}};
	unsigned char bytes[2048];
	int left;

	for (left = PROBE_GULP; left && run->open; left--) {
		socklen_t from_size = sizeof(from);
		struct claim_packet packet = {.bytes = bytes};
		struct claim claim;
		ssize_t length;

		length = recvfrom(run->probe->fd, bytes, sizeof(bytes), MSG_DONTWAIT, &from.any,
				  &from_size);
		if (length < 0 && errno == EINTR)
			continue;
		if (length < 0)
			return errno == EAGAIN ? 0 : -errno;
		packet.length = (size_t)length;
		packet.protocol = ntohs(from.ll.sll_protocol);
		packet.from = from.bytes + offsetof(struct sockaddr_ll, sll_addr);
		if (from.ll.sll_halen <= LINK_ADDRESS_MAX)
			packet.from_length = from.ll.sll_halen;
		if (!claim_read(&run->probe->link, &packet, &claim))
			probe_note(run, &claim);
	}
	return 0;
}

static int probe_hear_until(struct probe_run *run, const struct deadline *until)
{
	struct pollfd event = {.fd = run->probe->fd, .events = POLLIN};
	int error;

	for (;;) {
		error = probe_hear(run);
		if (error || !run->open || deadline_passed(until))
			return error;
		if (poll(&event, 1, deadline_left(until)) < 0 && errno != EINTR)
			return -errno;
	}
}

static int probe_rounds(struct probe_run *run, const struct deadline *deadline)
{
	const struct deadline half = deadline_within(deadline, run->question->budget / 2);
	const struct deadline whole = deadline_within(deadline, run->question->budget);
	int error;

	error = probe_ask(run, deadline);
	if (!error)
		error = probe_hear_until(run, &half);
	if (!error && run->open)
		error = probe_ask(run, deadline);
	if (!error)
		error = probe_hear_until(run, &whole);
	return error;
}

/* Moves the claims that there are to the front, and their ownership to the result. */
static void probe_collect(struct probe_run *run, struct probe_result *ret_result)
{
	size_t i, count = 0;

	for (i = 0; i < run->question->count; i++)
		if (run->claims[i].address_length)
			run->claims[count++] = run->claims[i];
	ret_result->owners = run->claims;
	ret_result->count = count;
}

int probe_run(struct probe *probe, const struct probe_question *question,
	      const struct deadline *deadline, struct fault *fault, struct probe_result *ret_result)
{
	AUTO_FREE struct claim *claims = NULL;
	struct probe_run run = {.probe = probe, .question = question, .open = question->count};
	int error;

	if (!packet_link_speaks(&probe->link))
		return PROBE_MUTE;
	claims = calloc(question->count + 1, sizeof(*claims));
	if (!claims)
		return probe_fault(probe, fault, "probe addresses", -ENOMEM);
	run.claims = claims;
	error = probe_listen(probe, question);
	if (!error)
		error = probe_rounds(&run, deadline);
	if (error)
		return probe_fault(probe, fault, "probe addresses", error);
	probe_collect(&run, ret_result);
	claims = NULL;
	return 0;
}

void probe_result_release(struct probe_result *result)
{
	free(result->owners);
	*result = PROBE_RESULT_INIT;
}
