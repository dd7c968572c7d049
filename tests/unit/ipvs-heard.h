/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lets a kind of check hear given bytes, as a server would say them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ipvs/talk.h"

struct heard {
	struct outcome outcome; /* code NONE: it still listens */
	struct buf said;	/* all that the check said */
	bool secured;		/* it asked for TLS, which was given at once */
	uint16_t side;		/* the port of the second stream that it asked for, or 0 */
};

#define HEARD_INIT ((struct heard){.outcome = OUTCOME_INIT, .said = BUF_INIT})

struct heard_manner {
	size_t piece;	  /* bytes said at a time; 0: all at once */
	bool ends;	  /* the connection, after them */
	const char *side; /* comes over the second stream once that is asked for; then its end */
};

/* Says the bytes. What the check or its URL (may be NULL) wants to receive becomes a pattern. */
void heard_run(const struct intent_check *check, const struct intent_url *url, const void *bytes,
	       size_t length, struct heard_manner manner, struct heard *ret_heard);
void heard_release(struct heard *heard);
