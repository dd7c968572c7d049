/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One child program, under a deadline.
 *
 * The child gets the environment untouched, /dev/null as stdin, no other descriptor, default
 * signals and its own process group. When the deadline passes, the group gets SIGTERM, half a
 * second later SIGKILL. Waiting is by pidfd (pidfd_open(2)), never by a signal handler.
 */
#pragma once

#include <stddef.h>
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
	int child;  /* its pidfd */
	int output; /* the end of the pipe that it writes to */
	int input;  /* the end of the pipe that it reads from, -1: none */
};

/* 0; then it must be finished. -errno when it could not be started. */
int spawn_begin(const char *const argv[], struct spawn *ret_spawn);

/* The same with a pipe as stdin, whose end the child sees when it was fed or is finished. */
int spawn_begin_fed(const char *const argv[], struct spawn *ret_spawn);

/*
 * Once: all that the child reads, at most PIPE_BUF, so that it comes whole or not at all. 0, or
 * -errno (-EPIPE when nobody reads any more; SIGPIPE is the caller's to ignore).
 */
int spawn_feed(struct spawn *spawn, const char *text, size_t length);

/* Waits as spawn_run() does, and releases what begin made. */
int spawn_finish(struct spawn *spawn, const struct deadline *deadline, struct buf *output,
		 int *ret_status);
