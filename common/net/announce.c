// SPDX-License-Identifier: BSD-3-Clause

#include "net/announce.h"

#include <errno.h>
#include <netinet/icmp6.h>
#include <linux/if_arp.h>
#include <string.h>
#include <sys/socket.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "net/link.h"
#include "net/packet.h"

#define ANNOUNCE_BATCH 32 /* packets */

int announcer_open(struct announcer *announcer, struct fault *fault)
{
	enum fault_kind kind = FAULT_GENERIC;
	int error;

	/* Protocol 0: nothing that arrives is queued. */
	announcer->fd = socket(AF_PACKET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (announcer->fd >= 0)
		return 0;
	error = -errno;
	if (error == -EPERM || error == -EACCES)
		kind = FAULT_PERM;
	else if (error == -EAFNOSUPPORT)
		kind = FAULT_INSTALLED;
	return fault_set(fault, kind, error, "cannot open a packet socket for announcements: %s",
			 strerror(-error));
}

void announcer_close(struct announcer *announcer)
{
	attr_close(&announcer->fd);
	announcer->fd = -1;
}

static int announce_build_arp(const struct link *link, const struct inet *address,
			      enum announce_form form, struct packet *ret_packet)
{
	const struct packet_arp arp = {
		.operation = form == ANNOUNCE_REQUEST ? ARPOP_REQUEST : ARPOP_REPLY,
		.sender = address,
		.target = address,
		.target_is_us = form == ANNOUNCE_REPLY,
	};

	if (form != ANNOUNCE_REQUEST && form != ANNOUNCE_REPLY)
		return -EAFNOSUPPORT;
	packet_build_arp(link, &arp, ret_packet);
	return 0;
}

int announce_build(const struct link *link, const struct inet *address, enum announce_form form,
		   struct packet *ret_packet)
{
	const struct inet everyone = packet_all_nodes();
	struct packet_neighbour advert = {
		.type = ND_NEIGHBOR_ADVERT,
		.flags = ND_NA_FLAG_OVERRIDE,
		.source = address,
		.to = &everyone,
		.target = address,
		.option = ND_OPT_TARGET_LINKADDR,
	};

	if (address->family == AF_INET)
		return announce_build_arp(link, address, form, ret_packet);
	if (form != ANNOUNCE_NA && form != ANNOUNCE_NA_ROUTER)
		return -EAFNOSUPPORT;
	if (form == ANNOUNCE_NA_ROUTER)
		advert.flags |= ND_NA_FLAG_ROUTER;
	packet_build_neighbour(link, &advert, ret_packet);
	return 0;
}

struct announce_batch {
	struct packet packets[ANNOUNCE_BATCH];
	const struct inet *of[ANNOUNCE_BATCH]; /* what each packet announces */
	size_t count;
};

static int announce_flush(const struct announcer *announcer, const struct link *link,
			  struct announce_batch *batch, const struct deadline *deadline,
			  struct fault *fault)
{
	char text[INET_TEXT_MAX];
	size_t sent;
	int error;

	error = packet_send(announcer->fd, link, batch->packets, batch->count, deadline, &sent);
	if (error)
		return fault_set(fault, error == -ETIMEDOUT ? FAULT_TIMEOUT : FAULT_GENERIC, error,
				 "%s: cannot announce %s: %s", link->name,
				 inet_host_text(batch->of[sent], text), strerror(-error));
	batch->count = 0;
	return 0;
}

static void announce_add(const struct link *link, const struct inet *address,
			 enum announce_form form, struct announce_batch *batch)
{
	if (announce_build(link, address, form, &batch->packets[batch->count]))
		return;
	batch->of[batch->count] = address;
	batch->count++;
}

int announce_send(const struct announcer *announcer, const struct link *link,
		  const struct inet *addresses, size_t count, const struct deadline *deadline,
		  struct fault *fault)
{
	struct announce_batch batch = {.count = 0};
	/* Without its flag, hosts that use a router would drop it (RFC 4861, 7.2.5). */
	enum announce_form advert = link->routes6 ? ANNOUNCE_NA_ROUTER : ANNOUNCE_NA;
	size_t i;
	int error;

	if (!packet_link_speaks(link))
		return ANNOUNCE_MUTE;
	/* Every address in one form before any in the other: the last one waits half as long. */
	for (i = 0; i < 2 * count; i++) {
		const struct inet *address = &addresses[i < count ? i : i - count];

		if (address->family == AF_INET)
			announce_add(link, address, i < count ? ANNOUNCE_REQUEST : ANNOUNCE_REPLY,
				     &batch);
		else if (i < count)
			announce_add(link, address, advert, &batch);
		if (batch.count < ANNOUNCE_BATCH)
			continue;
		error = announce_flush(announcer, link, &batch, deadline, fault);
		if (error)
			return error;
	}
	return announce_flush(announcer, link, &batch, deadline, fault);
}
