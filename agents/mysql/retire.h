/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Ceasing to be the writer, within a bound, whatever clients, locks and replicas do.
 *
 * First in good order: refuse writes, throw the clients out, wait until a replica has everything.
 * When that does not end in retire_timeout: SIGKILL, and a start in the role of a replica. Never is a
 * commit that waits for its acknowledgement killed, or the waiting ended: both would make a commit of
 * it that no replica has.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct site;

/* 0 when the server is read-only, follows nobody and has nobody that waits; -errno. */
int retire_site(struct site *site);

/*
 * The first part of that, for one whom nobody listens to: writes are refused, clients gone, and no
 * commit waits for an acknowledgement. 0, or -errno by the deadline of the site.
 */
int retire_shut(struct site *site, pid_t server);

/*
 * Starts a server that is down, in the role that its past asks for; replaced says that another is
 * about to be the writer, as in a demote. 0 or -errno.
 */
int retire_restart(struct site *site, bool replaced);
