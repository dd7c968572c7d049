/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Starting a daemon so that "started" is true: the one who starts it waits until it says that it is
 * ready, or why it can't be.
 *
 *	agent:   r = ready_start(argv, lock, &call->deadline, &call->fault);
 *	daemon:  ... everything is set up ...; ready_say(NULL);  or  ready_say(&fault); return 1;
 *
 * The word goes over a pipe, whose descriptor is READY_FD. The daemon gets the environment (log,
 * OCF and Pacemaker variables), a session of its own, / as its directory, /dev/null as its three
 * streams and no other descriptor. Costs the agent libc only.
 */
#pragma once

#include <stdbool.h>

struct deadline;
struct fault;

#define READY_FD 3
#define READY_VARIABLE "QUORATE_READY"	   /* in the environment: somebody listens at READY_FD */
#define READY_OF_VARIABLE "QUORATE_DAEMON" /* its keeper's lock, also in all its children's */

#define READY_PATH_MAX 512

/*
 * Where the daemon of that name is: QUORATE_LIBEXECDIR from the environment (tests), or where this
 * build installs them. 0, or -errno with the fault set.
 */
int ready_find(const char *name, char path[READY_PATH_MAX], struct fault *fault);

/*
 * argv[0] is an absolute path, lock the path of its keeper's lock. 0; or -errno with the fault set:
 * what the daemon said, -EIO when it ended without a word, -ETIMEDOUT. Unless it returns 0, what
 * was started has ended.
 */
int ready_start(const char *const argv[], const char *lock, const struct deadline *deadline,
		struct fault *fault);

/*
 * In the daemon, once: ready (NULL) or not (kind and reason reach the caller of ready_start()).
 * False when nobody waits for it (a person started it): the caller says it on its stderr instead.
 */
bool ready_say(const struct fault *fault);
