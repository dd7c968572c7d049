// SPDX-License-Identifier: BSD-3-Clause
/*
 * The daemons here are shell scripts: what they say at descriptor 3 is the whole of the protocol.
 */

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "daemon/ready.h"
#include "host/mark.h"
#include "scratch.h"

static int start(const char *script, const char *lock, long long milliseconds, struct fault *fault)
{
	const char *const argv[] = {"/bin/sh", "-c", script, NULL};
	struct deadline deadline = deadline_in(milliseconds);

	*fault = FAULT_INIT;
	return ready_start(argv, lock, &deadline, fault);
}

static void expect_no_children(void)
{
	assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
	assert_int_equal(errno, ECHILD);
}

static void test_ready(void **state)
{
	struct scratch *scratch = *state;
	AUTO_CLOSE int leaked = fcntl(STDERR_FILENO, F_DUPFD, 50); /* without O_CLOEXEC */
	AUTO_BUF struct buf text = BUF_INIT;
	struct deadline deadline = deadline_in(20000);
	char lock[300], script[600], mark[400];
	struct fault fault;

	(void)snprintf(lock, sizeof(lock), "%s/lock", scratch->directory);
	(void)snprintf(
		script, sizeof(script),
		"exec 5>%s/what; { test -e /proc/$$/fd/50 && echo leaked; pwd; "
		"readlink /proc/$$/fd/[02]; echo $QUORATE_READY $QUORATE_DAEMON $OCF_KEPT; "
		"read -r x x x x x session x </proc/$$/stat; test $session = $$ && echo own; "
		"} >&5; echo '0 0 ' >&3; exec 3>&-; sleep 60 & wait",
		scratch->directory);
	(void)setenv("OCF_KEPT", "kept", 1);
	assert_int_equal(leaked, 50);
	assert_int_equal(start(script, lock, 20000, &fault), 0);
	assert_int_equal(file_read(scratch_path(scratch, "what"), 4096, &text), 0);
	assert_non_null(strstr(text.data, "/\n/dev/null\n/dev/null\n1 "));
	assert_null(strstr(text.data, "leaked"));
	assert_non_null(strstr(text.data, "/lock kept\nown\n"));
	/* It lives; it and its child carry the lock's path, and go by that. */
	assert_int_equal(waitpid(-1, NULL, WNOHANG), 0);
	(void)snprintf(mark, sizeof(mark), READY_OF_VARIABLE "=%s", lock);
	assert_int_equal(mark_end(mark, &deadline), 0);
	while (waitpid(-1, NULL, 0) > 0)
		;
	expect_no_children();
}

static void test_says_why_not(void **state)
{
	struct fault fault;

	assert_int_equal(start("echo '3 22 bwlimit must be a number' >&3; exec sleep 60",
			       scratch_path(*state, "l"), 20000, &fault),
			 -EINVAL);
	assert_int_equal(fault.kind, FAULT_CONFIGURED);
	assert_string_equal(fault.reason, "bwlimit must be a number");
	expect_no_children();
}

static void test_no_word(void **state)
{
	struct fault fault;

	assert_int_equal(start("exit 1", scratch_path(*state, "l"), 20000, &fault), -EIO);
	assert_string_equal(fault.reason, "/bin/sh ended before it was ready: see its log");
	assert_int_equal(start("echo hello >&3", scratch_path(*state, "l"), 20000, &fault), -EIO);
	assert_int_equal(start("echo 'x y z' >&3; exec sleep 60", scratch_path(*state, "l"), 20000,
			       &fault),
			 -EIO);
	assert_string_equal(fault.reason, "/bin/sh said 'x' instead of ready");
	assert_int_equal(start("echo '99 1 z' >&3; exec sleep 60", scratch_path(*state, "l"), 20000,
			       &fault),
			 -EIO);
	assert_int_equal(start("head -c 5000 /dev/zero >&3; exec sleep 60",
			       scratch_path(*state, "l"), 20000, &fault),
			 -EIO);
	expect_no_children();
}

/* What it had started already ends with it, although it stands in a session of its own. */
static void test_too_late(void **state)
{
	struct fault fault;

	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 1), 0);
	assert_int_equal(start("setsid sleep 4711 & sleep 60", scratch_path(*state, "lock"), 300,
			       &fault),
			 -ETIMEDOUT);
	assert_int_equal(prctl(PR_SET_CHILD_SUBREAPER, 0), 0);
	assert_int_equal(fault.kind, FAULT_TIMEOUT);
	while (waitpid(-1, NULL, 0) > 0) /* ends: nothing lives */
		;
	expect_no_children();
}

static void test_not_there(void **state)
{
	const char *const argv[] = {"/nowhere/daemon", NULL};
	struct deadline deadline = deadline_in(1000);
	struct fault fault = FAULT_INIT;

	assert_int_equal(ready_start(argv, "/l", &deadline, &fault), -ENOENT);
	assert_int_equal(fault.kind, FAULT_INSTALLED);
}

/* The daemon's side, in a child of ours with the pipe at descriptor 3. */
static void say(const struct fault *fault, char word[400])
{
	int ends[2];
	ssize_t n;
	pid_t pid;

	assert_int_equal(pipe(ends), 0);
	pid = fork();
	assert_true(pid >= 0);
	if (!pid) {
		(void)setenv(READY_VARIABLE, "1", 1);
		if (dup2(ends[1], READY_FD) < 0)
			_exit(1);
		if (!ready_say(fault) || ready_say(fault) || close(READY_FD) == 0)
			_exit(2);
		_exit(0);
	}
	n = read(ends[0], word, 399);
	assert_true(n > 0);
	word[n] = '\0';
	(void)close(ends[0]);
	(void)close(ends[1]);
	{
		int status = -1;

		assert_int_equal(waitpid(pid, &status, 0), pid);
		assert_int_equal(status, 0);
	}
}

static void test_say(void **state)
{
	struct fault fault = FAULT_INIT;
	char word[400];

	assert_false(ready_say(NULL));
	say(NULL, word);
	assert_string_equal(word, "0 0 \n");
	(void)fault_set(&fault, FAULT_PERM, -EPERM, "not\nallowed");
	say(&fault, word);
	assert_string_equal(word, "4 0 not allowed\n");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_ready),    TEST(test_says_why_not), TEST(test_no_word),
		TEST(test_too_late), TEST(test_not_there),    TEST(test_say),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
