/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Quorum and membership, for a daemon: an open handle on the loop, and the signs of doubt.
 *
 * A node that was frozen and resumed never sees quorate=0: it sees members leave and join with
 * quorate=1. So a daemon that guards a writer looks at all five signs:
 *
 *	QUORUM_LOST    quorate became 0
 *	QUORUM_LEFT    members left, or the ring's sequence jumped: a membership was missed
 *	QUORUM_SILENT  an own message over cpg was not delivered in time (cluster/peers.h)
 *	QUORUM_GONE    corosync's library failed: it ended, or is being restarted
 *	QUORUM_GAP     this process itself did not run for a while
 *
 * and QUORUM_BACK says that all is well again: connected, quorate, own messages delivered.
 *
 *	static const struct quorum_ops ops = {.changed = changed};
 *	quorum_open(loop, peers, &ops, me, &me->quorum, &fault);	connects, again and again
 *	if (quorum_holds(me->quorum)) ...			9 us: nobody is asked
 *
 * Nothing here blocks: what of corosync's library can is done in an errand. With peers, what quorum
 * says counts only while own messages are delivered in the same ring; without, a frozen corosync
 * goes unnoticed. A quorum is not closed from within what it calls back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster/node.h"

struct deadline;
struct fault;
struct loop;
struct peers;
struct quorum;

enum quorum_sign {
	QUORUM_LOST = 1 << 0,
	QUORUM_LEFT = 1 << 1,
	QUORUM_SILENT = 1 << 2,
	QUORUM_GONE = 1 << 3,
	QUORUM_GAP = 1 << 4,
	QUORUM_BACK = 1 << 5,
	QUORUM_JOINED = 1 << 6, /* members joined: no doubt, but news */
};

struct quorum_view {
	bool connected, quorate;
	uint32_t ring_node; /* the ring id: what has another one is of another membership */
	uint64_t ring_seq;
	uint32_t members[NODE_MAX], left[NODE_MAX], joined[NODE_MAX]; /* node ids */
	size_t member_count, left_count, joined_count; /* left and joined: of the last change */
};

struct quorum_ops {
	/* Signs as a set; the view is how it is now, and valid until the next change. */
	void (*changed)(unsigned signs, const struct quorum_view *view, void *data);
};

#define QUORUM_GAP_MS 1000 /* a gap from here on is a sign */

/*
 * 0, or -errno with the fault set. Returns before it is connected: QUORUM_BACK tells when. The
 * peers (may be NULL) are those whose silence is QUORUM_SILENT; they outlive the quorum.
 */
int quorum_open(struct loop *loop, struct peers *peers, const struct quorum_ops *ops, void *data,
		struct quorum **ret_quorum, struct fault *fault);
void quorum_close(struct quorum **quorum);

/* Connected, quorate, and (with peers) own messages are delivered: now, as far as is known. */
bool quorum_holds(const struct quorum *quorum);
const struct quorum_view *quorum_view(const struct quorum *quorum);

/* "quorate=0, members left": the signs in words, for a log. */
const char *quorum_signs_text(unsigned signs, char text[128]);
