/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Probes: ask the wire who has an address.
 *
 * Before an address is added (RFC 5227, section 2.1; RFC 4862, section 5.4): ARP probes with the
 * sender 0.0.0.0, and neighbour solicitations from :: to the solicited-node group. Neither changes
 * any neighbour's cache. Whoever answers, or uses or probes the same address meanwhile, owns it.
 * Unlike in those RFCs there is no random delay, and the waits are a budget of the caller's.
 *
 * For an address that this host holds (split-brain): the same ARP probe serves, another holder
 * answers it to us alone. For IPv6 the question should come from the link's own link-local
 * address: an answer to :: goes to all nodes and would point them at the other holder, an answer
 * to an address goes to us alone (the kernel does no more than log it). The probes of others are
 * then no claim: this host answers them itself.
 *
 * Never heard: what this host sent, and what a hardware address of its links sent. A link without
 * carrier takes the questions and loses them, so that silence means nothing: look at it first.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/claim.h"
#include "net/link.h"

struct deadline;
struct fault;
struct packet;

/*
 * A socket for one link; serves for many runs. Its close waits an RCU grace period, like
 * that of announce.h.
 */
struct probe {
	int fd;
	struct link link;	     /* a copy */
	const struct link_list *own; /* borrowed: links whose frames are our own, or NULL */
};

#define PROBE_INIT ((struct probe){.fd = -1})

struct probe_question {
	const struct inet *addresses; /* IPv4 and IPv6 mixed, no one twice */
	size_t count;
	bool held;		   /* this host has them; else it is about to */
	const struct inet *source; /* IPv6 source of the question, or NULL for :: */
	int budget;		   /* milliseconds for both rounds and the answers */
};

struct probe_result {
	struct claim *owners; /* owned; the first claim heard on each address that has one */
	size_t count;
};

#define PROBE_RESULT_INIT ((struct probe_result){.owners = NULL})

enum probe_outcome {
	PROBE_MUTE = 1, /* nobody to ask: a loopback, NOARP or address-less link */
};

/* own: what link_list() returned, or NULL when the link's own hardware address is enough. */
int probe_open(struct probe *probe, const struct link *link, const struct link_list *own,
	       struct fault *fault);
void probe_close(struct probe *probe);

/*
 * Asks for all addresses at once, and for those without an owner again after half of the budget;
 * listens until the budget or the deadline is over, or every address has an owner. 0 with the
 * owners heard (none: all free), PROBE_MUTE, or -errno (-ENETDOWN: the link is down).
 */
int probe_run(struct probe *probe, const struct probe_question *question,
	      const struct deadline *deadline, struct fault *fault,
	      struct probe_result *ret_result);
void probe_result_release(struct probe_result *result);

/* The question for one address; source NULL: ::. Pure. */
void probe_build(const struct link *link, const struct inet *address, const struct inet *source,
		 struct packet *ret_packet);

#define AUTO_PROBE CLEANUP(probe_close)
#define AUTO_PROBE_RESULT CLEANUP(probe_result_release)
