/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The watcher as the agent uses it: started, asked, ended. The agent works without it, more slowly;
 * what is missing then is the fence and the news of a death.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct call;
struct site;
struct vote_report;

/*
 * A watcher runs and answers from now on. 0, also where the program is not installed; or -errno with
 * the call's fault set.
 */
int watcher_ensure(struct call *call);

/* 0 when none is left; -errno with the call's fault set. */
int watcher_end(struct call *call);

/*
 * site->view is new, by the watcher's kept conversation with that server. 0; -ETIMEDOUT or another
 * errno of sql_open() with the fault set: the watcher says that the server can't be asked. -ESRCH:
 * there is no watcher, it does not answer, or it sees another server.
 */
int watcher_look(struct site *site, pid_t server);

/*
 * That a full copy of another node's data is wanted, or no more. 0; -ENOENT: resync=none there; -errno
 * without a watcher. Asked again and again it is one copy.
 */
int watcher_copy(const struct site *site, bool wanted);

/* The watcher knows that this node's partition has quorum; false also where it can't say. */
bool watcher_quorate(const struct site *site);

/*
 * What all nodes say now, at most LEDGER_NODES_MAX of them, their positions owned by the caller. How
 * many: 0 without a watcher.
 */
size_t watcher_votes(struct site *site, struct vote_report *reports);
