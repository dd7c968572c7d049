/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Announcements: tell the neighbours on a link which hardware address an IP address has now.
 *
 * IPv4: a gratuitous ARP request (RFC 5227, section 2.3) and a gratuitous ARP reply (RFC 5944,
 * section 4.6), because some switches and hosts listen to only one of them. IPv6: an unsolicited
 * neighbour advertisement to all nodes with the Override flag, and the Router flag where the link
 * forwards (RFC 4861, section 7.2.6). Frames are built here and go out through one AF_PACKET
 * socket, so that neither DAD nor the address itself must be finished.
 *
 * The last close(2) of the socket waits an RCU grace period (16 ms measured): who is in a hurry
 * lets a child inherit it, or closes it last.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/inet.h"

struct deadline;
struct fault;
struct link;
struct packet;

enum announce_form {
	ANNOUNCE_REQUEST, /* ARP request, sender and target the address */
	ANNOUNCE_REPLY,	  /* ARP reply, the same */
	ANNOUNCE_NA,	  /* IPv6 neighbour advertisement */
	ANNOUNCE_NA_ROUTER,
};

struct announcer {
	int fd; /* receives nothing; usable for every link of the namespace it was opened in */
};

#define ANNOUNCER_INIT ((struct announcer){.fd = -1})

enum announce_outcome {
	ANNOUNCE_MUTE = 1, /* nobody to tell: a loopback, NOARP or address-less link */
};

int announcer_open(struct announcer *announcer, struct fault *fault);
void announcer_close(struct announcer *announcer);

/*
 * Sends every form of every address out of the link, once, a batch a system call. A full queue is
 * waited for until the deadline. 0 when the kernel took all frames, ANNOUNCE_MUTE, or -errno
 * (-ENETDOWN: the link is down, -ETIMEDOUT); some frames may be out then.
 */
int announce_send(const struct announcer *announcer, const struct link *link,
		  const struct inet *addresses, size_t count, const struct deadline *deadline,
		  struct fault *fault);

/* Builds one packet: 0, or -EAFNOSUPPORT where the form does not fit the address. Pure. */
int announce_build(const struct link *link, const struct inet *address, enum announce_form form,
		   struct packet *ret_packet);

#define AUTO_ANNOUNCER CLEANUP(announcer_close)
