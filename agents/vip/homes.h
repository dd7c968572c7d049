/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Homes: on which link and with which prefix start has put each address, kept in the record
 * ("eth0/24"), so that a monitor can tell an address that was moved or changed even where the
 * parameters leave that to the routes.
 */
#pragma once

#include "net/link.h"

struct call;
struct seen;
struct spot_list;
struct vip_config;

/*
 * Notes them in the record, whose file the core writes before it acts; remembers them in that file,
 * if they are not there yet. 0 or -errno with the call's fault set.
 */
int homes_note(struct call *call, struct seen *seen, const struct spot_list *spots);
int homes_remember(struct call *call, struct seen *seen, const struct spot_list *spots);

struct home {
	char link[LINK_NAME_MAX]; /* "" when nothing is known of it */
	int prefix;		  /* bits */
};

/* One home an address of the configuration; the array is the caller's. NULL: no memory. */
struct home *homes_recall(const struct call *call, const struct vip_config *config);
