/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the own server does as a replica: freeze, drain, follow, fetch.
 *
 * The law of order is here: MariaDB throws relay logs away whenever START SLAVE finds both threads
 * stopped, so the applier is started before the receiver is stopped, and what a restart has left is
 * replayed from the files before any START SLAVE. Each function expects site->view as site_look()
 * left it, and leaves a new one.
 */
#pragma once

#include "mysql/site.h"

#define REPLICA_PURGED 1236 /* view.io_error: the writer's binary logs don't have what comes next */

/*
 * Receives nothing from here on, and so acknowledges nothing, which fences the old writer's commits;
 * keeps applying. Nothing to do for a server that follows nobody.
 */
int replica_freeze(struct site *site);

/*
 * Applies all that was received, also what a restart has left in the relay logs, and stops the
 * applier. 0 only when it is all applied. A long way is shortened by relaxed durability, which is
 * as it was, and everything on the disk, when this returns.
 */
int replica_drain(struct site *site);

/*
 * Follows that node's server, which must be the writer of site->ledger. -ESTALE with the fault set
 * when this server has transactions that the writer lacks: nothing was changed then; or, where a full
 * copy may be had, when the writer's binary logs don't go back far enough (REPLICA_PURGED).
 */
int replica_follow(struct site *site, const struct config_node *writer);

/* Receives and applies from that node, whose position is theirs, from where on both differ. */
int replica_attach(struct site *site, const struct config_node *node,
		   const struct gtid_set *theirs);

/* From a drained state: gets and applies what that voter has beyond, and follows nobody again. */
int replica_fetch(struct site *site, const struct config_node *voter,
		  const struct gtid_set *position);
