// SPDX-License-Identifier: BSD-3-Clause

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/spawn.h"
#include "scratch.h"

#define MS 1000000LL

static int run(const char *script, long long milliseconds, struct buf *output, int *status)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	struct deadline deadline = deadline_in(milliseconds);

	return spawn_run(argv, &deadline, output, status);
}

/* Nobody is left that we would have to wait for. */
static void expect_no_children(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_status(void **state)
{
	AUTO_BUF struct buf output = BUF_INIT;
	int status = -1;

	assert_int_equal(run("echo one; echo two >&2", 5000, &output, &status), 0);
	assert_int_equal(status, 0);
	assert_string_equal(output.data, "one\ntwo\n");
	assert_int_equal(run("echo dropped; exit 7", 5000, NULL, &status), 0);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 7);
	assert_int_equal(run("kill -TERM $$", 5000, NULL, &status), 0);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	expect_no_children();
}

static void test_fed(void **state)
{
	static const char *const argv[] = {"/bin/cat", NULL};
	static const char *const deaf[] = {"/bin/sh", "-c", "exec <&-; echo; sleep 60", NULL};
	const struct deadline deadline = deadline_in(5000), now = {.at = 0};
	AUTO_BUF struct buf output = BUF_INIT;
	static char much[PIPE_BUF + 1];
	struct spawn spawn;
	int status = -1;

	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(spawn_begin_fed(argv, &spawn), 0);
	assert_int_equal(spawn_feed(&spawn, "all of it", 9), 0);
	assert_int_equal(spawn_finish(&spawn, &deadline, &output, &status), 0);
	assert_string_equal(output.data, "all of it");
	assert_int_equal(status, 0);
	assert_int_equal(spawn_begin_fed(argv, &spawn), 0);
	assert_int_equal(spawn_finish(&spawn, &deadline, &output, &status), 0);
	assert_int_equal(status, 0);
	assert_int_equal(spawn_begin_fed(argv, &spawn), 0);
	assert_int_equal(spawn_feed(&spawn, much, sizeof(much)), -EMSGSIZE);
	assert_int_equal(spawn_finish(&spawn, &deadline, NULL, &status), 0);
	assert_int_equal(spawn_begin_fed(deaf, &spawn), 0);
	while (poll(&(struct pollfd){.fd = spawn.output, .events = POLLIN}, 1, 5000) != 1)
		;
	assert_int_equal(spawn_feed(&spawn, "to nobody", 9), -EPIPE);
	assert_int_equal(spawn_finish(&spawn, &now, NULL, &status), -ETIMEDOUT);
	(void)signal(SIGPIPE, SIG_DFL);
	expect_no_children();
}

static void test_not_there(void **state)
{
	const char *const argv[] = {scratch_path(*state, "none"), NULL};
	struct deadline deadline = deadline_in(5000);
	int status = 4711;

	assert_int_equal(spawn_run(argv, &deadline, NULL, &status), -ENOENT);
	scratch_write(*state, "none", "#!/bin/sh\n");
	assert_int_equal(spawn_run(argv, &deadline, NULL, &status), -EACCES);
	assert_int_equal(status, 4711);
	expect_no_children();
}

/* All that was written before the end is read, also when the end is seen first. */
static void test_much_output(void **state)
{
	AUTO_BUF struct buf output = BUF_INIT;
	int status = -1;

	assert_int_equal(run("printf '%50000s' x; exec printf y", 5000, &output, &status), 0);
	assert_int_equal(output.length, 50001);
	assert_int_equal(output.data[50000], 'y');
	buf_clear(&output);
	assert_int_equal(run("head -c 300000 /dev/zero", 5000, &output, &status), 0);
	assert_int_equal(status, 0);
	assert_int_equal(output.length, SPAWN_OUTPUT_MAX);
}

static void test_deadline(void **state)
{
	int status = -1;

	assert_int_equal(run("exec sleep 60", 50, NULL, &status), -ETIMEDOUT);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGTERM);
	expect_no_children();
}

static void test_deaf_child(void **state)
{
	const long long before = deadline_now();
	int status = -1;

	assert_int_equal(run("trap '' TERM; while :; do read x </dev/zero; done", 50, NULL,
			     &status),
			 -ETIMEDOUT);
	assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
	assert_in_range(deadline_now() - before, SPAWN_TERM_GRACE_MS * MS, 5000 * MS);
	expect_no_children();
}

/* Output without end must not keep the deadline from being seen. */
static void test_endless_output(void **state)
{
	AUTO_BUF struct buf output = BUF_INIT;
	const long long before = deadline_now();
	int status = -1;

	assert_int_equal(run("exec cat /dev/zero", 50, &output, &status), -ETIMEDOUT);
	assert_true(deadline_now() - before < 10000 * MS);
	assert_in_range(output.length, 1, SPAWN_OUTPUT_MAX);
	expect_no_children();
}

/* A grandchild that keeps the pipe is not waited for, and what the child wrote is there. */
static void test_kept_pipe(void **state)
{
	AUTO_BUF struct buf output = BUF_INIT;
	const long long before = deadline_now();
	int status = -1;
	pid_t left;

	assert_int_equal(run("sleep 60 & echo $!", 5000, &output, &status), 0);
	assert_int_equal(status, 0);
	assert_true(deadline_now() - before < 10000 * MS);
	left = (pid_t)strtol(output.data, NULL, 10);
	assert_true(left > 1);
	assert_int_equal(kill(left, SIGKILL), 0);
}

/* A closed stdout is no end: the child counts. */
static void test_closed_output(void **state)
{
	int status = -1;

	assert_int_equal(run("exec >&- 2>&-; read x </dev/null; exit 3", 5000, NULL, &status), 0);
	assert_int_equal(WEXITSTATUS(status), 3);
	assert_int_equal(run("exec >&- 2>&-; exec sleep 60", 50, NULL, &status), -ETIMEDOUT);
}

static void test_surroundings(void **state)
{
	AUTO_BUF struct buf output = BUF_INIT;
	AUTO_CLOSE int leaked = fcntl(STDERR_FILENO, F_DUPFD, 50); /* without O_CLOEXEC */
	sigset_t blocked, before;
	const char *ignored;
	int status = -1;

	assert_true(leaked >= 50);
	(void)sigemptyset(&blocked);
	(void)sigaddset(&blocked, SIGTERM);
	(void)sigprocmask(SIG_BLOCK, &blocked, &before);
	(void)signal(SIGPIPE, SIG_IGN);
	assert_int_equal(setenv("OCF_UNTOUCHED", "as it is", 1), 0);
	assert_int_equal(
		run("echo /proc/$$/fd/*; readlink /proc/$$/fd/0; echo \"$OCF_UNTOUCHED\"; "
		    "read -r x x x x group x </proc/$$/stat; test $group = $$ && echo leader; "
		    "while read -r word value; do case $word in Sig[BI]*) echo $word $value;; esac; "
		    "done </proc/$$/status",
		    5000, &output, &status),
		0);
	(void)signal(SIGPIPE, SIG_DFL);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	assert_int_equal(status, 0);
	assert_non_null(strstr(output.data, "/fd/2"));
	assert_null(strstr(output.data, "/fd/5"));
	assert_non_null(strstr(output.data, "\n/dev/null\n"));
	assert_non_null(strstr(output.data, "\nas it is\n"));
	assert_non_null(strstr(output.data, "\nleader\n"));
	assert_non_null(strstr(output.data, "\nSigBlk: 0000000000000000\n"));
	/* The C library keeps two signals beyond these for itself, and ignores them. */
	ignored = strstr(output.data, "\nSigIgn: ");
	assert_non_null(ignored);
	assert_int_equal(strtoull(ignored + 9, NULL, 16) & 0x7fffffff, 0);
}

/* Whose children are reaped by the kernel cannot learn how they ended: that is no success. */
static void test_ignored_children(void **state)
{
	int status = 0;

	(void)signal(SIGCHLD, SIG_IGN);
	assert_true(run("exit 7", 5000, NULL, &status) < 0);
	(void)signal(SIGCHLD, SIG_DFL);
}

/* Each waits until the other runs: one after the other, neither would end. */
static void test_two_at_once(void **state)
{
	static const char *const words[] = {
		"mkfifo there 2>&-; until [ -p there ]; do :; done; echo x >there; printf first",
		"until [ -p there ]; do :; done; read x <there; printf second",
	};
	const struct deadline deadline = deadline_in(20000);
	struct buf outputs[2] = {BUF_INIT, BUF_INIT};
	struct spawn spawns[2];
	int status = -1;

	for (size_t i = 0; i < 2; i++) {
		const char *const argv[] = {"/bin/sh", "-c", words[i], NULL};

		assert_int_equal(spawn_begin(argv, &spawns[i]), 0);
	}
	for (size_t i = 2; i-- > 0;) {
		assert_int_equal(spawn_finish(&spawns[i], &deadline, &outputs[i], &status), 0);
		assert_int_equal(status, 0);
	}
	assert_string_equal(outputs[0].data, "first");
	assert_string_equal(outputs[1].data, "second");
	buf_release(&outputs[0]);
	buf_release(&outputs[1]);
	expect_no_children();
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_status),	     TEST(test_fed),
		TEST(test_not_there),	     TEST(test_much_output),
		TEST(test_deadline),	     TEST(test_deaf_child),
		TEST(test_endless_output),   TEST(test_kept_pipe),
		TEST(test_closed_output),    TEST(test_surroundings),
		TEST(test_ignored_children), TEST(test_two_at_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
