/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The herald: announces addresses on their links, at once and again later.
 *
 * The first announcement is synchronous and checked. The repeats are sent by a child in a session
 * of its own that holds the sockets; it ends with the last repeat, or as soon as the kernel tells
 * that the last of the addresses was removed, so that nobody announces what is no longer here.
 */
#pragma once

#include "net/announce.h"
#include "net/link.h"
#include "net/watch.h"

struct call;
struct seen;
struct spot_list;
struct vip_config;

struct herald_link {
	struct link link;
	struct inet *addresses; /* owned */
	size_t count;
};

struct herald {
	struct announcer announcer;
	struct watch watch;
	struct herald_link *links; /* owned */
	size_t count;
};

#define HERALD_INIT ((struct herald){.announcer = ANNOUNCER_INIT, .watch = WATCH_INIT})

/* Gathers the links and opens the sockets. 0 or -errno with the call's fault set. */
int herald_open(struct herald *herald, struct call *call, struct seen *seen,
		const struct spot_list *spots);

/* One announcement of all addresses. 0, or -errno with the call's fault set. */
int herald_announce(const struct herald *herald, struct call *call);

/*
 * The announcements that are left after the first: in the background, or, with arp_bg=false,
 * before it returns. 0 or -errno with the call's fault set.
 */
int herald_repeat(struct herald *herald, struct call *call, const struct vip_config *config);

/* When the n-th announcement is due, n from 0: milliseconds after the first. Pure. */
long long herald_due(const struct vip_config *config, long n);

void herald_close(struct herald *herald);

#define AUTO_HERALD CLEANUP(herald_close)
