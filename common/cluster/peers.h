/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The daemons of one resource on all nodes: a closed process group of corosync (libcpg).
 *
 * Messages arrive at every member, the sender too, and changes of membership between them: all in
 * the same order everywhere (agreed order). A message that was delivered here was delivered to all
 * that stay in the group.
 *
 *	static const struct peers_ops ops = {.message = message, .changed = changed, .state = state};
 *	peers_open(loop, "rsync/web", &ops, me, &me->peers, &fault);
 *	peers_send(me->peers, bytes, length);
 *
 * When corosync ends, members are gone at once (state PEERS_AWAY); peers connect and join again for
 * ever. Messages are foreign bytes: of the right group, but perhaps of another release. Nothing here
 * blocks. Peers are not closed from within what they call back.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cluster/node.h"

struct fault;
struct loop;
struct peers;

struct peer {
	uint32_t node;
	uint32_t pid;
};

enum peers_state {
	PEERS_AWAY,   /* not connected, or not joined yet; what was queued is dropped */
	PEERS_JOINED, /* a member, and own messages come back */
	PEERS_SILENT, /* a member, but the own ping did not come back in time, or we slept */
};

enum peers_reason {
	PEERS_JOIN,
	PEERS_LEAVE,	/* it left by its own will */
	PEERS_NODEDOWN, /* its node left the cluster */
	PEERS_PROCDOWN, /* it died */
};

struct peers_change {
	struct peer peer;
	enum peers_reason reason;
};

struct peers_ops {
	void (*message)(struct peer from, const void *bytes, size_t length, void *data);

	/* Who is there now (peers_members()), and what brought it about. May be NULL. */
	void (*changed)(const struct peers_change *changes, size_t count, void *data);

	void (*state)(enum peers_state state, void *data); /* may be NULL */
};

#define PEERS_MESSAGE_MAX (256U * 1024)
#define PEERS_QUEUE_MAX (4U * 1024 * 1024) /* bytes that wait while corosync says "try again" */
#define PEERS_PING_MS 1000
#define PEERS_SILENT_MS 2000 /* an own ping older than that is a sign (cluster/quorum.h) */

/*
 * group: at most 120 bytes; the same on all nodes. 0, or -errno with the fault set. Returns before
 * it is joined: state() tells when.
 */
int peers_open(struct loop *loop, const char *group, const struct peers_ops *ops, void *data,
	       struct peers **ret_peers, struct fault *fault);

/* The others see PEERS_PROCDOWN, as when the process ends: leaving in form could block. */
void peers_close(struct peers **peers);

/*
 * To every member, this one too. 0; -ENOTCONN unless joined; -EMSGSIZE; -ENOBUFS when too much is
 * queued already: nothing was taken then.
 */
int peers_send(struct peers *peers, const void *bytes, size_t length);

enum peers_state peers_state(const struct peers *peers);
const struct peer *peers_members(const struct peers *peers, size_t *ret_count);

/* This daemon among the members; node 0 until joined. */
struct peer peers_self(const struct peers *peers);

/* The ring id in which the last messages came: comparable with the one of cluster/quorum.h. */
void peers_ring(const struct peers *peers, uint32_t *ret_node, uint64_t *ret_seq);

/* For cluster/quorum.h: told, after state(), when the state or the ring has changed. NULL: nobody. */
void peers_listen(struct peers *peers, void (*changed)(void *data), void *data);
