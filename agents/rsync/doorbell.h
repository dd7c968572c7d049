/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What the nodes of a tree tell one another over cpg. Bytes on the wire are big endian and foreign:
 * a message that is not whole, or names a path that changes_accepts() not, is none.
 *
 *	ring	a piece of the source's changes, at most DOORBELL_MAX bytes; each piece has the next
 *		sequence, so that a receiver sees a gap. Without paths it is full: everything may
 *		have changed.
 *	state	how a node is; every node multicasts its own when it changes and now and then.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/inet.h"

struct buf;
struct changes;

#define DOORBELL_MAX (32U * 1024) /* bytes of a message */

enum doorbell_kind {
	DOORBELL_RING = 1,
	DOORBELL_STATE = 2
};
enum doorbell_role {
	DOORBELL_TARGET,
	DOORBELL_SOURCE
};

/* Bits of flags. */
#define DOORBELL_DIRTY 1U /* not in step: a pull failed, runs or is due */
#define DOORBELL_HELD 2U  /* a deletion over max_delete waits for a person */
#define DOORBELL_SICK 4U  /* the guard refuses the tree */
#define DOORBELL_WHOLE 8U /* a whole copy of its generation, up to its sequence */

struct doorbell_state {
	enum doorbell_role role;
	uint32_t flags;
	uint32_t pending;    /* paths */
	uint32_t lag;	     /* seconds since it was last in step */
	struct inet address; /* where it serves, without prefix; family 0: nowhere */
	uint16_t port;
	char error[128]; /* the last one, "" without */
};

struct doorbell {
	enum doorbell_kind kind;
	uint64_t generation, sequence;
	bool full;		     /* ring */
	const char *paths;	     /* ring: borrowed from the message; doorbell_hear() */
	size_t length, count;	     /* of paths: bytes, paths */
	struct doorbell_state state; /* state */
};

/*
 * A message of the changes from the index *from on, which moves behind the last one that it holds;
 * of a full set one message. Appended to the buf. 0 or -ENOMEM.
 */
int doorbell_ring(uint64_t generation, uint64_t sequence, const struct changes *changes,
		  size_t *from, struct buf *message);
int doorbell_state(uint64_t generation, uint64_t sequence, const struct doorbell_state *state,
		   struct buf *message);

/* 0, or -EBADMSG. The doorbell borrows from the message. */
int doorbell_read(const void *message, size_t length, struct doorbell *ret_doorbell);

/* Adds what a ring says to the changes. */
void doorbell_hear(const struct doorbell *doorbell, struct changes *changes);
