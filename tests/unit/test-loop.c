// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "daemon/loop.h"

#define LIMIT_MS 20000

struct scene {
	struct loop *loop;
	struct loop_timer timer, other, limit;
	int pipe[2];
	int fired, ready, signalled;
	long long gap;
	bool in_vain;
};

static void in_vain(void *data)
{
	struct scene *scene = data;

	scene->in_vain = true;
	loop_stop(scene->loop);
}

static void fired(void *data)
{
	struct scene *scene = data;

	scene->fired++;
	loop_stop(scene->loop);
}

static int setup(void **state)
{
	static struct scene scene;
	struct fault fault = FAULT_INIT;

	scene = (struct scene){.gap = -1};
	assert_int_equal(loop_new(&scene.loop, &fault), 0);
	loop_timer_init(&scene.timer, scene.loop, fired, &scene);
	loop_timer_init(&scene.other, scene.loop, fired, &scene);
	loop_timer_init(&scene.limit, scene.loop, in_vain, &scene);
	assert_int_equal(loop_timer_set(&scene.limit, LIMIT_MS), 0);
	assert_int_equal(pipe(scene.pipe), 0);
	*state = &scene;
	return 0;
}

static int teardown(void **state)
{
	struct scene *scene = *state;

	assert_false(scene->in_vain);
	loop_free(&scene->loop);
	assert_null(scene->loop);
	(void)close(scene->pipe[0]);
	(void)close(scene->pipe[1]);
	return 0;
}

static void test_timer(void **state)
{
	struct scene *scene = *state;
	const long long before = deadline_now();

	assert_int_equal(loop_timer_set(&scene->timer, 30), 0);
	loop_run(scene->loop);
	assert_int_equal(scene->fired, 1);
	assert_true(deadline_now() - before >= 30 * 1000000LL);
	assert_false(scene->timer.set);
}

static void test_timer_set_again_and_cleared(void **state)
{
	struct scene *scene = *state;
	const long long before = deadline_now();

	assert_int_equal(loop_timer_set(&scene->timer, 1), 0);
	assert_int_equal(loop_timer_set(&scene->timer, 60), 0);
	assert_int_equal(loop_timer_set(&scene->other, 5), 0);
	loop_timer_clear(&scene->other);
	loop_timer_clear(&scene->other);
	loop_run(scene->loop);
	assert_int_equal(scene->fired, 1);
	assert_true(deadline_now() - before >= 60 * 1000000LL);
	assert_int_equal(loop_timer_set(&scene->timer, -5), 0);
	loop_run(scene->loop);
	assert_int_equal(scene->fired, 2);
}

static void read_one(int fd, short events, void *data)
{
	struct scene *scene = data;
	char byte;

	assert_int_equal(read(fd, &byte, 1), 1);
	if (++scene->ready < 3)
		return;
	loop_unwatch(scene->loop, fd);
	loop_unwatch(scene->loop, fd);
	loop_stop(scene->loop);
}

static void test_watch(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(write(scene->pipe[1], "abcd", 4), 4);
	assert_int_equal(loop_watch(scene->loop, scene->pipe[0], 0, read_one, scene), 0);
	assert_int_equal(loop_watch(scene->loop, scene->pipe[0], POLLIN, read_one, scene), -EEXIST);
	assert_int_equal(loop_watch(scene->loop, -1, POLLIN, read_one, scene), -EBADF);
	assert_int_equal(loop_rewatch(scene->loop, scene->pipe[1], POLLIN), -ENOENT);
	assert_int_equal(loop_timer_set(&scene->timer, 20), 0);
	loop_run(scene->loop);
	assert_int_equal(scene->ready, 0);
	assert_int_equal(loop_rewatch(scene->loop, scene->pipe[0], POLLIN), 0);
	loop_run(scene->loop);
	assert_int_equal(scene->ready, 3);
	assert_int_equal(loop_timer_set(&scene->timer, 20), 0);
	loop_run(scene->loop);
	assert_int_equal(scene->ready, 3);
}

static void signalled(int number, void *data)
{
	struct scene *scene = data;

	scene->signalled = number;
	loop_stop(scene->loop);
}

static void test_signal(void **state)
{
	struct scene *scene = *state;

	assert_int_equal(loop_on_signal(scene->loop, SIGUSR1, signalled, scene), 0);
	assert_int_equal(kill(getpid(), SIGUSR1), 0);
	loop_run(scene->loop);
	assert_int_equal(scene->signalled, SIGUSR1);
	/* With the loop, writing where nobody reads is an error and no end. */
	(void)close(scene->pipe[0]);
	assert_int_equal(write(scene->pipe[1], "x", 1), -1);
	assert_int_equal(errno, EPIPE);
}

static void gap(long long milliseconds, void *data)
{
	struct scene *scene = data;

	/* Before anything else that waits. */
	assert_int_equal(scene->ready, 0);
	scene->gap = milliseconds;
}

/* Somebody stops us by SIGSTOP; it sees that we are, waits and lets us go on. */
static pid_t freezer(int milliseconds)
{
	const pid_t victim = getpid();
	pid_t pid = fork();

	assert_true(pid >= 0);
	if (pid)
		return pid;
	(void)kill(victim, SIGSTOP);
	(void)poll(NULL, 0, milliseconds);
	(void)kill(victim, SIGCONT);
	_exit(0);
}

static void stop_at_byte(int fd, short events, void *data)
{
	struct scene *scene = data;

	scene->ready++;
	loop_stop(scene->loop);
}

static void test_gap(void **state)
{
	struct scene *scene = *state;
	pid_t pid;

	assert_int_equal(loop_on_gap(scene->loop, 300, gap, scene), 0);
	/* Nothing happens for longer than that, which is no gap. */
	assert_int_equal(loop_timer_set(&scene->timer, 400), 0);
	loop_run(scene->loop);
	scene->gap = -1;
	assert_int_equal(loop_watch(scene->loop, scene->pipe[0], POLLIN, stop_at_byte, scene), 0);
	pid = freezer(800);
	assert_int_equal(write(scene->pipe[1], "x", 1), 1);
	while (scene->gap < 700 && !scene->in_vain) {
		scene->ready = 0;
		loop_run(scene->loop);
	}
	assert_true(scene->gap >= 700);
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	loop_off_gap(scene->loop, scene);
	for (size_t i = 0; i < LOOP_LISTENERS; i++)
		assert_int_equal(loop_on_gap(scene->loop, 60000, gap, scene), 0);
	assert_int_equal(loop_on_gap(scene->loop, 60000, gap, scene), -ENOSPC);
}

static void unwatch(void *data)
{
	struct scene *scene = data;

	loop_unwatch(scene->loop, scene->pipe[0]);
	fired(scene);
}

/* Both are due in the same round: what the first takes away must not be called. */
static void test_taken_away_in_the_same_round(void **state)
{
	struct scene *scene = *state;

	loop_timer_init(&scene->other, scene->loop, unwatch, scene);
	for (int i = 0; i < 20; i++) {
		assert_int_equal(
			loop_watch(scene->loop, scene->pipe[0], POLLIN, stop_at_byte, scene), 0);
		assert_int_equal(loop_timer_set(&scene->other, 0), 0);
		if (!i)
			assert_int_equal(write(scene->pipe[1], "x", 1), 1);
		loop_run(scene->loop);
		loop_timer_clear(&scene->other);
		loop_unwatch(scene->loop, scene->pipe[0]);
	}
	assert_true(scene->fired + scene->ready >= 20);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_timer), TEST(test_timer_set_again_and_cleared),
		TEST(test_watch), TEST(test_signal),
		TEST(test_gap),	  TEST(test_taken_away_in_the_same_round),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
