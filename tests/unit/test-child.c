// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "daemon/child.h"
#include "daemon/loop.h"

#define LIMIT_MS 20000

struct scene {
	struct loop *loop;
	struct child *child;
	struct buf said[2]; /* stdout, stderr */
	int status, done;
	bool late;
};

static void output(bool errors, const char *bytes, size_t length, void *data)
{
	struct scene *scene = data;

	buf_add(&scene->said[errors], bytes, length);
	if (!strcmp(scene->said[errors].data, "deaf\n"))
		loop_stop(scene->loop);
}

static void done(int status, bool late, void *data)
{
	struct scene *scene = data;

	scene->status = status;
	scene->late = late;
	scene->done++;
	scene->child = NULL;
	loop_stop(scene->loop);
}

static const struct child_ops ops = {.output = output, .done = done};

static void open_scene(struct scene *scene)
{
	struct fault fault = FAULT_INIT;

	*scene = (struct scene){.said = {BUF_INIT, BUF_INIT}, .status = -1};
	assert_int_equal(loop_new(&scene->loop, &fault), 0);
}

static void close_scene(struct scene *scene)
{
	child_kill(&scene->child);
	loop_free(&scene->loop);
	buf_release(&scene->said[0]);
	buf_release(&scene->said[1]);
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void begin(struct scene *scene, const char *script, long long milliseconds,
		  const char *input)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	const struct child_plan plan = {.argv = argv,
					.ops = &ops,
					.data = scene,
					.milliseconds = milliseconds,
					.input = input,
					.input_length = input ? strlen(input) : 0};
	struct fault fault = FAULT_INIT;

	assert_int_equal(child_start(scene->loop, &plan, &scene->child, &fault), 0);
}

static void test_streams(void **state)
{
	struct scene scene;

	open_scene(&scene);
	begin(&scene, "cat; echo bad >&2; exit 23", LIMIT_MS, "one\ntwo\n");
	loop_run(scene.loop);
	assert_int_equal(scene.done, 1);
	assert_true(WIFEXITED(scene.status) && WEXITSTATUS(scene.status) == 23);
	assert_false(scene.late);
	assert_string_equal(scene.said[0].data, "one\ntwo\n");
	assert_string_equal(scene.said[1].data, "bad\n");
	begin(&scene, "cat; readlink /proc/$$/fd/0", LIMIT_MS, NULL);
	loop_run(scene.loop);
	assert_string_equal(scene.said[0].data, "one\ntwo\n/dev/null\n");
	close_scene(&scene);
}

/* A child that waits for its input, and gets another owner meanwhile. */
static void test_later(void **state)
{
	static char input[200001];
	const char *const argv[] = {"/bin/sh", "-c", "echo before; cat", NULL};
	struct scene scene, second;
	const struct child_plan plan = {
		.argv = argv, .ops = &ops, .data = &scene, .milliseconds = LIMIT_MS, .later = true};
	struct fault fault = FAULT_INIT;

	memset(input, 'x', sizeof(input) - 1);
	open_scene(&scene);
	second = (struct scene){.loop = scene.loop, .said = {BUF_INIT, BUF_INIT}};
	assert_int_equal(child_start(scene.loop, &plan, &scene.child, &fault), 0);
	child_hand_over(scene.child, &ops, &second);
	assert_int_equal(child_give(scene.child, input, sizeof(input) - 1), 0);
	scene.child = NULL;
	loop_run(scene.loop);
	assert_int_equal(scene.done, 0);
	assert_int_equal(second.done, 1);
	assert_int_equal(second.said[0].length, sizeof(input) - 1 + strlen("before\n"));
	/* One that has ended before it gets anything, and one that gets nothing. */
	scene.child = NULL;
	assert_int_equal(child_start(scene.loop, &plan, &scene.child, &fault), 0);
	assert_int_equal(kill(child_pid(scene.child), SIGKILL), 0);
	assert_int_equal(child_give(scene.child, "x", 1), 0);
	loop_run(scene.loop);
	assert_true(WIFSIGNALED(scene.status));
	assert_int_equal(child_start(scene.loop, &plan, &scene.child, &fault), 0);
	assert_int_equal(child_give(scene.child, "", 0), 0);
	loop_run(scene.loop);
	assert_int_equal(scene.done, 2);
	assert_true(WIFEXITED(scene.status));
	buf_release(&second.said[0]);
	buf_release(&second.said[1]);
	close_scene(&scene);
}

/* More than the pipes hold, both ways at once; and a child that does not want all of it. */
static void test_much(void **state)
{
	static char input[700001];
	struct scene scene;

	memset(input, 'x', sizeof(input) - 1);
	open_scene(&scene);
	begin(&scene, "cat", LIMIT_MS, input);
	loop_run(scene.loop);
	assert_int_equal(scene.said[0].length, sizeof(input) - 1);
	begin(&scene, "head -c 1; exec <&-; exit 4", LIMIT_MS, input);
	loop_run(scene.loop);
	assert_int_equal(WEXITSTATUS(scene.status), 4);
	close_scene(&scene);
}

static void test_late(void **state)
{
	struct scene scene;

	open_scene(&scene);
	begin(&scene, "exec sleep 60", 30, NULL);
	loop_run(scene.loop);
	assert_true(scene.late);
	assert_true(WIFSIGNALED(scene.status) && WTERMSIG(scene.status) == SIGTERM);
	begin(&scene, "trap '' TERM; echo deaf; while :; do sleep 60; done", 0, NULL);
	loop_run(scene.loop);
	child_end(scene.child);
	loop_run(scene.loop);
	assert_true(WIFSIGNALED(scene.status));
	assert_true(scene.late);
	close_scene(&scene);
}

static void test_kill(void **state)
{
	struct scene scene;

	open_scene(&scene);
	begin(&scene, "exec sleep 60", 0, NULL);
	assert_true(child_pid(scene.child) > 0);
	child_kill(&scene.child);
	assert_null(scene.child);
	assert_int_equal(scene.done, 0);
	close_scene(&scene);
}

static void test_not_there(void **state)
{
	const char *const argv[] = {"/nowhere/at/all", NULL};
	const struct child_plan plan = {.argv = argv, .ops = &ops};
	struct fault fault = FAULT_INIT;
	struct scene scene;

	open_scene(&scene);
	assert_int_equal(child_start(scene.loop, &plan, &scene.child, &fault), -ENOENT);
	assert_int_equal(fault.kind, FAULT_INSTALLED);
	assert_string_equal(fault.reason,
			    "cannot start /nowhere/at/all: No such file or directory");
	close_scene(&scene);
}

/* Whoever starts it is killed: the child goes with it, and nobody had to do anything. */
static void test_mortal(void **state)
{
	int ends[2];
	pid_t pid, grandchild = 0;
	char byte;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		struct scene scene;

		open_scene(&scene);
		begin(&scene, "exec sleep 60", 0, NULL);
		grandchild = child_pid(scene.child);
		(void)!write(ends[1], &grandchild, sizeof(grandchild));
		(void)kill(getpid(), SIGKILL);
	}
	(void)close(ends[1]);
	assert_int_equal(read(ends[0], &grandchild, sizeof(grandchild)), sizeof(grandchild));
	assert_int_equal(read(ends[0], &byte, 1), 0);
	(void)close(ends[0]);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_int_equal(waitpid(grandchild, NULL, 0), grandchild);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_streams), cmocka_unit_test(test_later),
		cmocka_unit_test(test_much),	cmocka_unit_test(test_late),
		cmocka_unit_test(test_kill),	cmocka_unit_test(test_not_there),
		cmocka_unit_test(test_mortal),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
