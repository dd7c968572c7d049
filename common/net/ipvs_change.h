/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Changes of the kernel's IPVS table: what there is, what there shall be, and the least that leads
 * from the one to the other. What is right is left alone, so that no connection breaks.
 */
#pragma once

#include "net/ipvs.h"

struct fault;
struct ipvs;

struct ipvs_change {
	int command;			    /* IPVS_CMD_NEW_SERVICE ... IPVS_CMD_DEL_DEST */
	const struct ipvs_service *service; /* borrowed from a table of ipvs_difference() */
	const struct ipvs_server *server;   /* the same; NULL: the service itself */
	int error;			    /* what the kernel said to it: 0 or -errno */
};

struct ipvs_changes {
	struct ipvs_change *items; /* owned */
	size_t count, room;
	bool cut; /* there was no memory for all of them */
};

#define IPVS_CHANGES_INIT ((struct ipvs_changes){.items = NULL})

/*
 * What leads from have to want: services and servers that are new or otherwise come before those that
 * go. A service that is not wanted goes if owned has its key; all others are foreign and stay
 * untouched. owned may be NULL. Equal tables give no change. Pure; both tables must outlive the
 * changes. 0 or -ENOMEM.
 */
int ipvs_difference(const struct ipvs_table *have, const struct ipvs_table *want,
		    const struct ipvs_table *owned, struct ipvs_changes *ret_changes);

/*
 * Makes the changes, NETLINK_BATCH_MAX with one sendmsg(2). What is there already is set, what is not
 * there anymore is made or let be, so that a race with another manager ends well. All are tried; 0,
 * or the first error with its sentence in the fault.
 */
int ipvs_apply(struct ipvs *ipvs, struct ipvs_changes *changes, struct fault *fault);
void ipvs_changes_release(struct ipvs_changes *changes);

#define IPVS_CHANGE_TEXT_MAX 200
/* What is not as it should be, before the change: "tcp 192.0.2.1:80: server 192.0.2.7:80 is missing". */
const char *ipvs_change_text(const struct ipvs_change *change, char text[IPVS_CHANGE_TEXT_MAX]);

#define AUTO_IPVS_CHANGES CLEANUP(ipvs_changes_release)
