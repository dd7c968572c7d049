/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Becoming the writer: freeze, votes, drain, the best voter's rest, epoch, semi-synchronous
 * replication, and writes at the very end.
 */
#pragma once

#include <stdbool.h>

struct site;

/*
 * 0 when this server accepts writes in a new epoch. Otherwise -errno with the fault set, and it is
 * read-only as before: nothing was thrown away, and the epoch, if it was written, has no writes.
 */
int promote_site(struct site *site);

/*
 * Whether the votes of now would be complete. Asked before Pacemaker is told a score: a promotion that
 * must fail, again and again, would keep it from seeing what else has died.
 */
bool promote_is_possible(struct site *site);

#define PROMOTE_SCORE 100 /* of the writer: told beside the epoch, where that costs no time */

/* Semi-synchronous replication of the writer: waits for ever, or (alone in sync) for nobody. */
int promote_wait_for_replicas(struct site *site, int wait);
