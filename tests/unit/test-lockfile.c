// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/inotify.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "host/lockfile.h"
#include "scratch.h"

static int take(const char *path, long long milliseconds, int *ret_fd)
{
	struct deadline deadline = deadline_in(milliseconds);

	return lockfile_take(path, &deadline, ret_fd);
}

static void test_take(void **state)
{
	const char *path = scratch_path(*state, "lock");
	int fd = -1, other = -1;
	struct stat st;

	assert_int_equal(take(path, 1000, &fd), 0);
	assert_true(fd > STDERR_FILENO);
	assert_int_equal(fcntl(fd, F_GETFD), FD_CLOEXEC);
	assert_int_equal(fstat(fd, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(take(path, 0, &other), -ETIMEDOUT);
	assert_int_equal(other, -1);
	(void)close(fd);
	/* A deadline that has passed is no obstacle where nobody has to be waited for. */
	assert_int_equal(take(path, -1000, &fd), 0);
	(void)close(fd);
	assert_int_equal(scratch_count(*state, ""), 1);
}

static void test_waits_until_the_deadline(void **state)
{
	const char *path = scratch_path(*state, "lock");
	const long long before = deadline_now();
	int fd = -1, other = -1;

	assert_int_equal(take(path, 1000, &fd), 0);
	assert_int_equal(take(path, 60, &other), -ETIMEDOUT);
	assert_true(deadline_now() - before >= 60 * 1000000LL);
	(void)close(fd);
}

/* Holds the lock in a child until told, by the pipe, to end. */
static pid_t hold(const char *path, int *ret_end)
{
	int ready[2], end[2], fd = -1;
	pid_t child;
	char byte;

	assert_int_equal(pipe2(ready, O_CLOEXEC), 0);
	assert_int_equal(pipe2(end, O_CLOEXEC), 0);
	child = fork();
	assert_true(child >= 0);
	if (!child) {
		(void)close(end[1]);
		if (take(path, 0, &fd) || write(ready[1], "", 1) != 1)
			_exit(1);
		(void)!read(end[0], &byte, 1);
		_exit(0);
	}
	(void)close(ready[1]);
	(void)close(end[0]);
	assert_int_equal(read(ready[0], &byte, 1), 1);
	(void)close(ready[0]);
	*ret_end = end[1];
	return child;
}

static void test_ends_with_its_holder(void **state)
{
	const char *path = scratch_path(*state, "lock");
	int fd = -1, end = -1, status = -1;
	pid_t child = hold(path, &end);
	long long before;

	assert_int_equal(take(path, 20, &fd), -ETIMEDOUT);
	before = deadline_now();
	(void)close(end);
	assert_int_equal(take(path, 5000, &fd), 0);
	assert_true(deadline_now() - before < 4000 * 1000000LL);
	(void)close(fd);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void test_killed_holder(void **state)
{
	const char *path = scratch_path(*state, "lock");
	int fd = -1, end = -1;
	pid_t child = hold(path, &end);

	assert_int_equal(kill(child, SIGKILL), 0);
	assert_int_equal(take(path, 5000, &fd), 0);
	(void)close(fd);
	(void)close(end);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

/* The last descriptor of the process goes to the lock, so that none is left for a watch. */
static void test_without_inotify(void **state)
{
	const char *path = scratch_path(*state, "lock");
	struct rlimit before, none;
	int fd = -1, end = -1, lowest;
	pid_t child = hold(path, &end);

	assert_int_equal(getrlimit(RLIMIT_NOFILE, &before), 0);
	lowest = dup(STDERR_FILENO);
	(void)close(lowest);
	none = (struct rlimit){(rlim_t)lowest + 1, before.rlim_max};
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	assert_int_equal(inotify_init1(IN_CLOEXEC) < 0 ? -1 : 0, 0);
	(void)close(lowest);
	assert_int_equal(take(path, 30, &fd), -ETIMEDOUT);
	(void)close(end);
	assert_int_equal(take(path, 5000, &fd), 0);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &before), 0);
	(void)close(fd);
	assert_int_equal(waitpid(child, NULL, 0), child);
}

static void test_no_file(void **state)
{
	int fd = -1;

	assert_int_equal(take(scratch_path(*state, "none/lock"), 1000, &fd), -ENOENT);
	scratch_write(*state, "target", "");
	assert_int_equal(symlink("target", scratch_path(*state, "link")), 0);
	assert_int_equal(take(scratch_path(*state, "link"), 1000, &fd), -ELOOP);
	assert_int_equal(fd, -1);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_take),
		TEST(test_waits_until_the_deadline),
		TEST(test_ends_with_its_holder),
		TEST(test_killed_holder),
		TEST(test_without_inotify),
		TEST(test_no_file),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
