/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The nodes of the cluster with their addresses, to find the node that a real server runs on.
 */
#pragma once

#include <stdint.h>

#include "base/inet.h"

struct fault;
struct intent;

struct muster_node {
	uint32_t id;
	char name[256]; /* "node 3" when it has none */
	struct inet_list addresses;
};

struct muster {
	struct muster_node *nodes; /* owned */
	size_t count;
};

#define MUSTER_INIT ((struct muster){.nodes = NULL})

/* By corosync's list of nodes; names in it are looked up. Blocks. 0 or -errno with the fault set. */
int muster_read(struct muster *muster, struct fault *fault);
void muster_release(struct muster *muster);

/*
 * The node of an address: the one that the intent names for it, by name or number, else the one
 * that has the address itself. NULL: none. Pure.
 */
const struct muster_node *muster_find(const struct muster *muster, const struct intent *intent,
				      const struct inet *address);
