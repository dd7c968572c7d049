/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Lets a kind of check hear given bytes, as a server would say them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ipvs/talk.h"

struct heard {
	struct outcome outcome; /* code NONE: it still listens */
	struct buf said;	/* all that the check said */
	bool secured;		/* it asked for TLS, which was given at once */
};

#define HEARD_INIT ((struct heard){.outcome = OUTCOME_INIT, .said = BUF_INIT})

/*
 * Says the bytes in pieces of the given size (0: all at once), then ends the connection where ends
 * is set. receive (may be NULL) is compiled into the target's pattern.
 */
void heard_run(const struct intent_check *check, const struct intent_url *url, const void *bytes,
	       size_t length, size_t piece, bool ends, struct heard *ret_heard);
void heard_release(struct heard *heard);
