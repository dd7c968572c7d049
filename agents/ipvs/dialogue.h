/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A dialogue by lines, in which the server speaks first: SMTP, FTP, IMAP, POP. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ipvs/talk.h"

struct dialogue_step {
	const char *expect; /* what a good line begins with */
	void (*say)(struct buf *out, const struct target *target); /* then; or NULL */
	/* What else follows from the line, before that: OVER, or ON, also behind the last step; or NULL. */
	enum talk_turn (*then)(struct talk *talk, const char *line, size_t length);
};

struct dialogue {
	const struct dialogue_step *steps;
	size_t count;
	const char *aside; /* lines that begin so are no answers ("* " of IMAP), or NULL */
	bool continued;	   /* "250-" goes on, "250 " is the last line */
};

/*
 * Hears what came; talk->stage counts the steps. A line that fits not is a failure whose reason it
 * is. What the last step says is the farewell: nobody waits for its answer.
 */
enum talk_turn dialogue_hear(const struct dialogue *dialogue, struct talk *talk, bool end);
