/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One process out of a plan: what all that start a child have in common.
 *
 * The child gets default signals, the three streams of the plan and no other descriptor. Its parent
 * waits for its end by the pidfd (pidfd_open(2)) and reaps it by waitpid(2).
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct launch {
	const char *const *argv;	/* argv[0] an absolute path */
	const char *const *environment; /* NULL: ours */
	const char *directory;		/* NULL: ours */
	int input, output, errors;	/* descriptors, -1: /dev/null */
	int fourth;			/* becomes descriptor 3; -1: none */
	bool session;			/* a session of its own instead of a process group */
	bool mortal;			/* SIGKILL when the thread that starts it ends */
};

#define LAUNCH_INIT                                                                                \
	((struct launch){.input = -1, .output = -1, .errors = -1, .fourth = -1, .mortal = false})

/* 0 with both set (the pidfd is the caller's), or -errno, also of execve(2) and chdir(2). */
int launch_start(const struct launch *launch, pid_t *ret_pid, int *ret_pidfd);
