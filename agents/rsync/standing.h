/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How an instance stands: what the daemon answers to "monitor", and what the agent makes of it.
 *
 * On the wire one line of KEY=VALUE words, then a line with a sentence, which may be empty. Unknown
 * keys are skipped.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ocf/role.h"

struct buf;
struct fault;
struct rsync_config;

struct standing {
	bool source;  /* or a target */
	bool quorate; /* without quorum nothing is pulled and nothing is served */
	bool serving; /* the source's module takes connections */
	bool sick;    /* the guard refuses the tree */
	bool held;    /* deletions over the limit wait for a person */
	bool failing; /* the last pass, the watcher or a hook failed: the sentence says how */
	uint64_t generation, sequence;
	long long lag;	  /* seconds out of step; 0: in step */
	uint64_t pending; /* changed paths that are not here yet */
	int score;	  /* promotion score */
	char text[160];
};

int standing_print(const struct standing *standing, struct buf *text);
int standing_read(const char *text, struct standing *ret_standing); /* 0 or -EPROTO */

/* Pure. Sets the fault for what a person should look at. */
enum role_state standing_judge(const struct rsync_config *config, const struct standing *standing,
			       struct fault *fault);
