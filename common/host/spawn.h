/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One child program, under a deadline.
 *
 * The child gets the environment untouched, /dev/null as stdin, no other descriptor, default
 * signals and its own process group. When the deadline passes, the group gets SIGTERM, half a
 * second later SIGKILL. Waiting is by pidfd (pidfd_open(2)), never by a signal handler.
 */
#pragma once

#include <sys/types.h>

#include "base/buf.h"
#include "base/deadline.h"

#define SPAWN_TERM_GRACE_MS 500
#define SPAWN_OUTPUT_MAX (64U * 1024) /* bytes kept of the output; the rest is read and dropped */

/*
 * Runs argv[0] (an absolute path) and waits for its end. output (may be NULL: dropped) gets what
 * the child wrote to stdout and stderr. *ret_status is as of wait(2). 0, -ETIMEDOUT after the
 * child was ended, or -errno when it could not be started or its status could not be learnt
 * (SIGCHLD is ignored).
 */
int spawn_run(const char *const argv[], const struct deadline *deadline, struct buf *output,
	      int *ret_status);

/* The same in two steps, for two programs at once. */
struct spawn {
	pid_t pid;
	int child, output; /* its pidfd, and the end of the pipe that it writes to */
};

/* 0; then it must be finished. -errno when it could not be started. */
int spawn_begin(const char *const argv[], struct spawn *ret_spawn);

/* Waits as spawn_run() does, and releases what begin made. */
int spawn_finish(struct spawn *spawn, const struct deadline *deadline, struct buf *output,
		 int *ret_status);
