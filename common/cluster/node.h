/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The nodes of the cluster as corosync's configuration has them: id, name, address.
 *
 * The name is the one that Pacemaker uses. Read by libcmap, which blocks while corosync is frozen:
 * only in an errand (daemon/errand.h), a child, or before a daemon says that it is ready. A node
 * that joined the configuration later is found by reading again.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define NODE_MAX 128
#define NODE_MORE 7 /* links behind the first one */

struct fault;

struct node {
	uint32_t id;		   /* never 0 */
	char name[256];		   /* "" when the configuration has none and it is not this node */
	char address[256];	   /* ring0_addr: an address or a host name */
	char more[NODE_MORE][256]; /* ring1_addr to ring7_addr; "" where there is none */
};

struct node_list {
	struct node *nodes; /* owned; in the order of the configuration */
	size_t count;
	uint32_t own; /* the id of this node */
};

#define NODE_LIST_INIT ((struct node_list){.nodes = NULL})

/* 0, or -errno with the fault set (-ENOTCONN: corosync does not run). */
int node_list_read(struct node_list *list, struct fault *fault);
void node_list_release(struct node_list *list);

/*
 * Milliseconds in which, after a node was lost, the others have formed a ring without it, at the
 * latest: corosync's token and consensus timeouts as they are in force. 0, or -errno with the fault
 * set.
 */
int node_ring_time(long long *ret_milliseconds, struct fault *fault);

/* NULL when there is none. */
const struct node *node_by_id(const struct node_list *list, uint32_t id);
const struct node *node_by_name(const struct node_list *list, const char *name);

#define AUTO_NODE_LIST CLEANUP(node_list_release)
