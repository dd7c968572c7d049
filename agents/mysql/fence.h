/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The write fence: when a writer ends writing without being told to, decided purely.
 *
 * The cluster makes another node the writer only where there is quorum, and not before it has formed
 * a ring without us. So a writer that has no quorum, or no proof of it for as long as a ring takes to
 * form anew, refuses writes by itself; also one that hears of a later epoch. Nobody has to be able to
 * tell it: Pacemaker may be frozen, corosync too.
 *
 * Semi-synchronous replication keeps what it acknowledges safe without that (the others withdraw
 * their acknowledgements before they elect). What the fence adds is that clients are not left
 * hanging, read nothing old, and that a commit which nobody else has is gone when its client gets
 * its error.
 */
#pragma once

#include <stdbool.h>

struct fence_view {
	bool writes;	    /* the server accepts writes, as far as is known */
	bool watched;	    /* there is a cluster: it had quorum once, or Pacemaker runs here */
	bool holds;	    /* quorum, and own messages come back in the present ring */
	bool lost;	    /* corosync says quorate=0, or is gone */
	bool replaced;	    /* another node is the writer of a later epoch */
	long long doubt;    /* ms since there was proof of quorum last */
	long long patience; /* ms that a ring takes to form anew */
	bool shut;	    /* it refuses writes, and no commit waits */
	long long retiring; /* ms since it began to refuse writes; -1: it has not begun */
	long long bound;    /* ms that this may take */
};

enum fence_verdict {
	FENCE_CALM,   /* let it be */
	FENCE_DOUBT,  /* not yet: look again */
	FENCE_RETIRE, /* writes are refused and clients thrown out, or are being */
	FENCE_KILL,   /* SIGKILL, and a start in the role of a replica */
};

/* *ret_wait: ms until the verdict may be another one by time alone; -1 when it can't. */
enum fence_verdict fence_decide(const struct fence_view *view, long long *ret_wait);
