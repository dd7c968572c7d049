/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the cluster says to a director: whether it is cut off from quorum, and whose node has left.
 *
 * Kept by open handles (cluster/quorum.h and its peers), so that a node that leaves is known at the
 * membership event, before any check has timed out. Nothing here blocks. Where corosync does not run
 * nothing is known: that is logged once, and the director is a plain one.
 */
#pragma once

#include <stdbool.h>

#include "base/attr.h"
#include "ipvs/stand.h"

struct cluster_side;
struct fault;
struct inet;
struct intent;
struct log;
struct loop;

struct cluster_side_owner {
	struct loop *loop;
	const struct log *log;
	const char *instance;	     /* the same on all nodes: names the group of its daemons */
	void (*changed)(void *data); /* the stand, or who is a member */
	void *data;
};

/* Copies the owner. Returns before corosync is met. 0 or -errno with the fault set. */
int cluster_side_open(const struct cluster_side_owner *owner, struct cluster_side **ret_side,
		      struct fault *fault);
void cluster_side_close(struct cluster_side **side);

enum stand_state cluster_side_stand(const struct cluster_side *side);

/* "corosync has ended": why it is cut off. */
const char *cluster_side_words(const struct cluster_side *side);

/*
 * The name of the node that a server's address belongs to, by the intent's nodes or corosync's own
 * addresses, if it is no member of the cluster; NULL when it is one, belongs to no node, or when
 * there is no quorum that could say so.
 */
const char *cluster_side_missing(const struct cluster_side *side, const struct intent *intent,
				 const struct inet *address);

#define AUTO_CLUSTER_SIDE CLEANUP(cluster_side_close)
