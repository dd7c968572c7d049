// SPDX-License-Identifier: BSD-3-Clause

#include "host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdbool.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"

/* 0 or an error number, as posix_spawn(3) has it. */
static int spawn_start(const char *const argv[], int output, pid_t *ret_pid)
{
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attributes;
	sigset_t signals;
	int r;

	(void)posix_spawn_file_actions_init(&actions);
	(void)posix_spawnattr_init(&attributes);
	r = posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
	if (!r)
		r = posix_spawn_file_actions_adddup2(&actions, output, STDOUT_FILENO);
	if (!r)
		r = posix_spawn_file_actions_adddup2(&actions, output, STDERR_FILENO);
	if (!r)
		r = posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
	(void)sigfillset(&signals);
	(void)posix_spawnattr_setsigdefault(&attributes, &signals);
	(void)sigemptyset(&signals);
	(void)posix_spawnattr_setsigmask(&attributes, &signals);
	(void)posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP | POSIX_SPAWN_SETSIGDEF |
							    POSIX_SPAWN_SETSIGMASK);
	if (!r)
		r = posix_spawn(ret_pid, argv[0], &actions, &attributes, (char *const *)argv,
				environ);
	(void)posix_spawnattr_destroy(&attributes);
	(void)posix_spawn_file_actions_destroy(&actions);
	return r;
}

/* Takes in what has come; false at the end of the output. */
static bool spawn_drain(int fd, struct buf *output)
{
	char bytes[4096];
	ssize_t n = read(fd, bytes, sizeof(bytes));

	if (n < 0)
		return errno == EAGAIN || errno == EINTR;
	if (n > 0 && output && output->length < SPAWN_OUTPUT_MAX) {
		size_t room = SPAWN_OUTPUT_MAX - output->length;

		buf_add(output, bytes, (size_t)n < room ? (size_t)n : room);
	}
	return n > 0;
}

/*
 * Until the child has ended and what it wrote was read (true) or the deadline has passed. A
 * grandchild that keeps the pipe is not waited for.
 */
static bool spawn_wait(int child, int fd, const struct deadline *deadline, struct buf *output)
{
	struct pollfd polled[2] = {{.fd = child, .events = POLLIN}, {.fd = fd, .events = POLLIN}};

	while (!deadline_passed(deadline)) {
		int r = poll(polled, 2, deadline_left(deadline));

		if (r < 0 && errno != EINTR)
			return false;
		if (r <= 0)
			continue;
		if (!polled[1].revents)
			return true;
		if (!spawn_drain(fd, output))
			polled[1].fd = -1;
	}
	return false;
}

static void spawn_end(pid_t pid, int child, int fd)
{
	struct deadline grace = deadline_in(SPAWN_TERM_GRACE_MS);

	(void)kill(-pid, SIGTERM);
	(void)spawn_wait(child, fd, &grace, NULL);
	(void)kill(-pid, SIGKILL);
}

int spawn_run(const char *const argv[], const struct deadline *deadline, struct buf *output,
	      int *ret_status)
{
	AUTO_CLOSE int read_end = -1;
	AUTO_CLOSE int write_end = -1;
	AUTO_CLOSE int child = -1;
	int pipe_ends[2], r = 0;
	pid_t pid;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return -errno;
	read_end = pipe_ends[0];
	write_end = pipe_ends[1];
	if (fcntl(read_end, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	r = spawn_start(argv, write_end, &pid);
	if (r)
		return -r;
	(void)close(TAKE_FD(write_end));
	child = (int)syscall(SYS_pidfd_open, pid, 0);
	if (child < 0)
		r = -errno;
	else if (!spawn_wait(child, read_end, deadline, output))
		r = -ETIMEDOUT;
	if (r)
		spawn_end(pid, child, read_end);
	while (waitpid(pid, ret_status, 0) < 0)
		if (errno != EINTR)
			return r ? r : -errno;
	return r;
}
