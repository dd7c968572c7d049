/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A child program that runs while the loop goes on.
 *
 *	static const struct child_ops ops = {.output = take, .done = done};
 *	struct child_plan plan = {.argv = argv, .ops = &ops, .data = me, .milliseconds = 30000,
 *				  .input = paths.data, .input_length = paths.length};
 *	child_start(loop, &plan, &me->child, &fault);
 *
 * The child gets the environment untouched, no descriptor but the standard three, default signals
 * and its own process group. It gets SIGKILL when the daemon dies, however that dies. Past its time
 * the group gets SIGTERM, CHILD_GRACE_MS later SIGKILL.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

struct child;
struct fault;
struct loop;

#define CHILD_GRACE_MS 500

struct child_ops {
	/* What came on stdout (errors false) or stderr (true), in pieces. May be NULL: dropped. */
	void (*output)(bool errors, const char *bytes, size_t length, void *data);

	/*
	 * It has ended and all that it wrote was told. The status is as of wait(2); late says that
	 * its time was up or child_end() was called. The child is gone when this is called.
	 */
	void (*done)(int status, bool late, void *data);
};

struct child_plan {
	const char *const *argv;	/* argv[0] an absolute path */
	const char *const *environment; /* NULL: ours */
	const char *directory;		/* NULL: ours */
	const void *input;		/* bytes for its stdin, copied; NULL: /dev/null */
	size_t input_length;
	bool later;		/* its stdin is a pipe that waits for child_give() */
	long long milliseconds; /* it may take; 0: no limit */
	const struct child_ops *ops;
	void *data;
};

/* 0, or -errno with the fault set, and then nothing is called back. */
int child_start(struct loop *loop, const struct child_plan *plan, struct child **ret_child,
		struct fault *fault);

/*
 * The stdin of a child that was started with `later`: these bytes, copied, and its end. Once. 0 or
 * -ENOMEM; a child that reads no more is told by its end.
 */
int child_give(struct child *child, const void *bytes, size_t length);

/* Who is called back from now on. */
void child_hand_over(struct child *child, const struct child_ops *ops, void *data);

/* SIGTERM to the group now, SIGKILL after the grace; done() still comes, through the loop. */
void child_end(struct child *child);

/* SIGKILL to the group and no callback any more; waits for the end. The pointer becomes NULL. */
void child_kill(struct child **child);

pid_t child_pid(const struct child *child);
