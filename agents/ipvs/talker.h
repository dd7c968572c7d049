/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One probe: a way, perhaps TLS on it, and a conversation.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "ipvs/kind.h"
#include "ipvs/talk.h"

struct tls_session;
struct wires;

enum talker_stage {
	TALKER_OPENING,
	TALKER_SHAKING,
	TALKER_TALKING
};

struct talker {
	const struct target *target;
	const struct kind *kind;
	enum kind_way way; /* the kind's, or the stream that it has gone over to */
	bool moved;	   /* fd is another one: to be told to the caller's epoll(7), and cleared */
	enum talker_stage stage;
	struct wires *wires;
	int fd;	       /* -1: none */
	int side;      /* the second stream's, or -1 */
	bool side_new; /* it has just been opened: as with moved */
	size_t sent;
	struct tls_session *tls;
	struct talk talk; /* its outcome is the probe's */
};

/* Opens the way, by a socket of the wires perhaps (borrowed). OVER: it is known already. */
enum talk_turn talker_begin(struct talker *talker, const struct target *target,
			    struct wires *wires);

/* The descriptor is ready, by what epoll(7) says. *ret_more: it could go on at once. */
enum talk_turn talker_go(struct talker *talker, uint32_t events, bool *ret_more);

/* The deadline has passed: sets the outcome. */
void talker_late(struct talker *talker);

/*
 * Closes all, with a farewell where the conversation has one. The descriptor that waits among the
 * wires and is not to be watched any more, or -1.
 */
int talker_end(struct talker *talker);
