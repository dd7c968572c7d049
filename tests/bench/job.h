/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command to be measured: words like those of a shell's simple command, VARIABLE=VALUE... before
 * PROGRAM ARGUMENT... The variables are its whole environment, set without the exec that env(1)
 * would add. Its output goes to /dev/null, its complaints to ours.
 */
#pragma once

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

struct job {
	char *environment[64];
	char **argv; /* borrowed */
};

/* Parts the words, which end with NULL: 0, -EINVAL without a program, -E2BIG. */
static inline int job_read(char **words, struct job *ret_job)
{
	size_t room = sizeof(ret_job->environment) / sizeof(ret_job->environment[0]), count = 0;

	for (; *words && strchr(*words, '='); words++) {
		if (count + 1 == room)
			return -E2BIG;
		ret_job->environment[count++] = *words;
	}
	ret_job->environment[count] = NULL;
	ret_job->argv = words;
	return *words ? 0 : -EINVAL;
}

/* Starts the command by vfork and exec, the cheapest way there is. 0, or a negative errno. */
static inline int job_spawn(const struct job *job, pid_t *ret_pid)
{
	posix_spawn_file_actions_t files;
	posix_spawnattr_t attributes;
	sigset_t none;
	int error;

	(void)sigemptyset(&none);
	(void)posix_spawnattr_init(&attributes);
	(void)posix_spawnattr_setsigmask(&attributes, &none);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK);
	(void)posix_spawn_file_actions_init(&files);
	(void)posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	(void)posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
	error = posix_spawn(ret_pid, *job->argv, &files, &attributes, job->argv, job->environment);
	(void)posix_spawn_file_actions_destroy(&files);
	(void)posix_spawnattr_destroy(&attributes);
	return -error;
}

/*
 * Starts it by fork and exec. After vfork(2) the largest memory of the command that wait4(2) tells
 * is at least that of the process that started it; after fork(2) it is the command's own, where it
 * has more than the few pages that a fork copies.
 */
static inline int job_fork(const struct job *job, pid_t *ret_pid)
{
	int null;

	*ret_pid = fork();
	if (*ret_pid)
		return *ret_pid < 0 ? -errno : 0;
	null = open("/dev/null", O_RDWR);
	(void)dup2(null, STDIN_FILENO);
	(void)dup2(null, STDOUT_FILENO);
	(void)close(null);
	(void)execve(*job->argv, job->argv, job->environment);
	_exit(127);
}
