// SPDX-License-Identifier: BSD-3-Clause

#include "daemon/child.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/fault.h"
#include "daemon/loop.h"
#include "host/launch.h"

enum child_stream {
	CHILD_INPUT,
	CHILD_OUTPUT,
	CHILD_ERRORS,
	CHILD_STREAMS
};

struct child {
	struct loop *loop;
	const struct child_ops *ops;
	void *data;
	pid_t pid;
	int process;		    /* pidfd */
	int streams[CHILD_STREAMS]; /* our ends, -1: none or closed */
	char *input;
	size_t input_length, input_sent;
	struct loop_timer timer; /* its time, then the grace */
	bool late;
};

static void child_close(struct child *child, enum child_stream stream)
{
	const int fd = TAKE_FD(child->streams[stream]);

	if (fd < 0)
		return;
	loop_unwatch(child->loop, fd);
	(void)close(fd);
}

static void child_release(struct child *child)
{
	loop_timer_clear(&child->timer);
	for (enum child_stream s = CHILD_INPUT; s < CHILD_STREAMS; s++)
		child_close(child, s);
	if (child->process >= 0) {
		loop_unwatch(child->loop, child->process);
		(void)close(child->process);
	}
	free(child->input);
	free(child);
}

static void child_feed(int fd, short events, void *data)
{
	struct child *child = data;
	ssize_t n = write(fd, child->input + child->input_sent,
			  child->input_length - child->input_sent);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0)
		child->input_sent += (size_t)n;
	if (n < 0 || child->input_sent == child->input_length)
		child_close(child, CHILD_INPUT);
}

/* One piece; false when there is none now. */
static bool child_take(struct child *child, enum child_stream stream)
{
	char bytes[16384];
	ssize_t n = read(child->streams[stream], bytes, sizeof(bytes));

	if (n > 0) {
		if (child->ops->output)
			child->ops->output(stream == CHILD_ERRORS, bytes, (size_t)n, child->data);
		return true;
	}
	if (n == 0 || (errno != EAGAIN && errno != EINTR))
		child_close(child, stream);
	return n < 0 && errno == EINTR;
}

static void child_output(int fd, short events, void *data)
{
	struct child *child = data;

	(void)child_take(child, fd == child->streams[CHILD_OUTPUT] ? CHILD_OUTPUT : CHILD_ERRORS);
}

static int child_reap(pid_t pid)
{
	int status = 0;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			break;
	return status;
}

/* What a grandchild writes later to a pipe that it kept is not waited for. */
static void child_ended(int fd, short events, void *data)
{
	struct child *child = data;
	const struct child_ops *ops = child->ops;
	void *owner = child->data;
	const bool late = child->late;
	int status;

	for (enum child_stream s = CHILD_OUTPUT; s < CHILD_STREAMS; s++)
		while (child->streams[s] >= 0 && child_take(child, s))
			;
	status = child_reap(child->pid);
	child_release(child);
	ops->done(status, late, owner);
}

static void child_time_up(void *data)
{
	struct child *child = data;

	if (child->late)
		(void)kill(-child->pid, SIGKILL);
	else
		child_end(child);
}

/* Pipes between the plan's streams and ours; theirs are in launch until it was started. */
static int child_open_streams(struct child *child, struct launch *launch, bool input)
{
	int *theirs[CHILD_STREAMS] = {&launch->input, &launch->output, &launch->errors};

	for (enum child_stream s = input ? CHILD_INPUT : CHILD_OUTPUT; s < CHILD_STREAMS; s++) {
		const int own = s == CHILD_INPUT ? 1 : 0;
		int ends[2];

		if (pipe2(ends, O_CLOEXEC) < 0)
			return -errno;
		child->streams[s] = ends[own];
		*theirs[s] = ends[1 - own];
		if (fcntl(ends[own], F_SETFL, O_NONBLOCK) < 0)
			return -errno;
	}
	return 0;
}

static int child_launch(struct child *child, const struct child_plan *plan)
{
	struct launch launch = LAUNCH_INIT;
	int r = child_open_streams(child, &launch, plan->input || plan->later);

	launch.argv = plan->argv;
	launch.environment = plan->environment;
	launch.directory = plan->directory;
	launch.mortal = true;
	if (!r)
		r = launch_start(&launch, &child->pid, &child->process);
	attr_close(&launch.input);
	attr_close(&launch.output);
	attr_close(&launch.errors);
	return r;
}

static int child_watch_input(struct child *child)
{
	return loop_watch(child->loop, child->streams[CHILD_INPUT], POLLOUT, child_feed, child);
}

static int child_watch(struct child *child)
{
	int r = loop_watch(child->loop, child->process, POLLIN, child_ended, child);

	if (!r && child->input)
		r = child_watch_input(child);
	for (enum child_stream s = CHILD_OUTPUT; !r && s < CHILD_STREAMS; s++)
		r = loop_watch(child->loop, child->streams[s], POLLIN, child_output, child);
	return r;
}

static int child_keep_input(struct child *child, const void *bytes, size_t length)
{
	child->input = malloc(length + 1);
	if (!child->input)
		return -ENOMEM;
	memcpy(child->input, bytes, length);
	child->input_length = length;
	return 0;
}

static struct child *child_new(struct loop *loop, const struct child_plan *plan)
{
	struct child *child = calloc(1, sizeof(*child));

	if (!child)
		return NULL;
	*child = (struct child){.loop = loop,
				.ops = plan->ops,
				.data = plan->data,
				.process = -1,
				.streams = {-1, -1, -1}};
	loop_timer_init(&child->timer, loop, child_time_up, child);
	if (plan->input && child_keep_input(child, plan->input, plan->input_length)) {
		free(child);
		return NULL;
	}
	return child;
}

int child_start(struct loop *loop, const struct child_plan *plan, struct child **ret_child,
		struct fault *fault)
{
	struct child *child = child_new(loop, plan);
	int r = child ? child_launch(child, plan) : -ENOMEM;

	if (!r) {
		r = child_watch(child);
		if (!r && plan->milliseconds)
			r = loop_timer_set(&child->timer, plan->milliseconds);
		if (r)
			child_kill(&child);
	}
	if (r) {
		if (child)
			child_release(child);
		return fault_set(fault, r == -ENOENT ? FAULT_INSTALLED : FAULT_GENERIC, r,
				 "cannot start %s: %s", plan->argv[0], strerror(-r));
	}
	*ret_child = child;
	return 0;
}

int child_give(struct child *child, const void *bytes, size_t length)
{
	int r = child_keep_input(child, bytes, length);

	if (!r)
		r = child_watch_input(child);
	if (!r)
		child_feed(child->streams[CHILD_INPUT], POLLOUT, child);
	return r;
}

void child_hand_over(struct child *child, const struct child_ops *ops, void *data)
{
	child->ops = ops;
	child->data = data;
}

void child_end(struct child *child)
{
	child->late = true;
	(void)kill(-child->pid, SIGTERM);
	(void)loop_timer_set(&child->timer, CHILD_GRACE_MS);
}

void child_kill(struct child **child)
{
	struct child *given = TAKE(*child);

	if (!given)
		return;
	(void)kill(-given->pid, SIGKILL);
	(void)child_reap(given->pid);
	child_release(given);
}

pid_t child_pid(const struct child *child)
{
	return child->pid;
}
