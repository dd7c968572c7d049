/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Commands for paths that have changed: "*.conf => make -C conf.d; ...".
 *
 * A pass notes every path that rsync really changed; a hook whose pattern (rsync/filter.h) matches one
 * runs once after the pass, in the order of the parameter, one at a time, by /bin/sh -c in the tree.
 * What is noted while they run is for the next run. A hook that failed or took too long is reported,
 * and runs again when a path matches again.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct fault;
struct hooks;
struct log;
struct loop;

/* NULL or "" gives no hooks. 0, -EINVAL with the fault set, or -ENOMEM. */
int hooks_parse(const char *text, long long milliseconds, struct hooks **ret_hooks,
		struct fault *fault);
void hooks_free(struct hooks **hooks); /* those that run are killed */

void hooks_note(struct hooks *hooks, const char *path);
bool hooks_due(const struct hooks *hooks);
bool hooks_running(const struct hooks *hooks);

/* Runs those that are due; does nothing while some run, which take in what was noted meanwhile. */
void hooks_run(struct hooks *hooks, struct loop *loop, const char *directory,
	       const struct log *log);

/* How often one ran, how often it failed, and the sentence of the last failure ("" without). */
void hooks_tell(const struct hooks *hooks, unsigned long *ret_runs, unsigned long *ret_failures,
		const char **ret_error);

#define AUTO_HOOKS CLEANUP(hooks_free)
