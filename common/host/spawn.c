// SPDX-License-Identifier: BSD-3-Clause

#include "host/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "host/launch.h"

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

static int spawn_start(const char *const argv[], int input, struct spawn *ret_spawn)
{
	struct launch launch = LAUNCH_INIT;
	AUTO_CLOSE int read_end = -1;
	AUTO_CLOSE int write_end = -1;
	int pipe_ends[2], r;

	*ret_spawn = (struct spawn){.child = -1, .output = -1, .input = -1};
	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return -errno;
	read_end = pipe_ends[0];
	write_end = pipe_ends[1];
	if (fcntl(read_end, F_SETFL, O_NONBLOCK) < 0)
		return -errno;
	launch.argv = argv;
	launch.input = input;
	launch.output = launch.errors = write_end;
	r = launch_start(&launch, &ret_spawn->pid, &ret_spawn->child);
	if (!r)
		ret_spawn->output = TAKE_FD(read_end);
	return r;
}

int spawn_begin(const char *const argv[], struct spawn *ret_spawn)
{
	return spawn_start(argv, -1, ret_spawn);
}

int spawn_begin_fed(const char *const argv[], struct spawn *ret_spawn)
{
	AUTO_CLOSE int read_end = -1;
	AUTO_CLOSE int write_end = -1;
	int pipe_ends[2], r;

	if (pipe2(pipe_ends, O_CLOEXEC) < 0)
		return -errno;
	read_end = pipe_ends[0];
	write_end = pipe_ends[1];
	r = spawn_start(argv, read_end, ret_spawn);
	if (!r)
		ret_spawn->input = TAKE_FD(write_end);
	return r;
}

int spawn_feed(struct spawn *spawn, const char *text, size_t length)
{
	AUTO_CLOSE int input = TAKE_FD(spawn->input);
	ssize_t n;

	if (length > PIPE_BUF)
		return -EMSGSIZE;
	do
		n = write(input, text, length);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -errno : 0;
}

int spawn_finish(struct spawn *spawn, const struct deadline *deadline, struct buf *output,
		 int *ret_status)
{
	AUTO_CLOSE int read_end = spawn->output;
	AUTO_CLOSE int child = spawn->child;
	int r = 0;

	if (spawn->input >= 0)
		(void)close(TAKE_FD(spawn->input));

	if (!spawn_wait(child, read_end, deadline, output)) {
		r = -ETIMEDOUT;
		spawn_end(spawn->pid, child, read_end);
	}
	while (waitpid(spawn->pid, ret_status, 0) < 0)
		if (errno != EINTR)
			return r ? r : -errno;
	return r;
}

int spawn_run(const char *const argv[], const struct deadline *deadline, struct buf *output,
	      int *ret_status)
{
	struct spawn spawn;
	int r = spawn_begin(argv, &spawn);

	return r ? r : spawn_finish(&spawn, deadline, output, ret_status);
}
