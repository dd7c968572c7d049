/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A pair of writers (promoted-max=2, two nodes): each accepts writes, waits for the other to have each
 * of its commits, and applies the other's.
 *
 * Each writes into a GTID domain of its own, and its auto-increment numbers are its own: the place in
 * node_list says which. So what only one has of its domain is no divergence: the other gets it. The
 * ledger's writer is the one that was promoted first; the other comes when it is in sync, and takes
 * the lead when that one was stopped or fenced. What both write to one row is a conflict that nobody
 * can decide: the applier stops at it where it sees it, and monitor says so.
 */
#pragma once

#include <stdbool.h>

#include "mysql/gtid.h"

struct config_node;
struct mysql_config;
struct site;
struct view;

/* Whether this site is one. */
bool pair_is(const struct site *site);

/*
 * Which of a pair that node is, 1 or 2, by the parameters alone; 0 without a pair. The server is started
 * with its domain and numbers: a session keeps those that it has begun with.
 */
int pair_number(const struct mysql_config *config, const char *node);

/* The node that does not begin when both stand by. */
bool pair_is_second(const struct site *site);

/* The other node. */
const struct config_node *pair_other(const struct site *site);

/* Domain and numbers of this node's, before it accepts writes. */
int pair_prepare(struct site *site);

/*
 * The second one: in sync with the first, which writes. 0 when this one writes too; -EAGAIN when there
 * is no first one to join, and nothing was changed. -EBUSY, with the fault set, for one that is not in
 * sync with it, or whose first one is promoted just now.
 */
int pair_join(struct site *site);

/* A writer follows the other writer, if there is one and it does not yet. 0 or -errno. */
int pair_follow(struct site *site);

/*
 * The other one's position, as this node goes on from it: of its own domain what is committed there.
 * Beyond that are commits that wait for an acknowledgement of just this node, which has to be sent them
 * to give it. *theirs is changed.
 */
const struct gtid_set *pair_position(const struct site *site, struct view *theirs);

/* Pacemaker has stopped the first one of these nodes (between blanks): this one leads now. */
int pair_lead(struct site *site, const char *nodes);

/* How far both are one, domain by domain. 0 or -ENOMEM. */
int pair_shared(const struct gtid_set *a, const struct gtid_set *b, struct gtid_set *ret_shared);
