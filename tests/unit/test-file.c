// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "scratch.h"

static void test_read(void **state)
{
	AUTO_BUF struct buf buf = BUF_INIT;

	scratch_write(*state, "file", "some text");
	buf_adds(&buf, "before, ");
	assert_int_equal(file_read(scratch_path(*state, "file"), 9, &buf), 0);
	assert_string_equal(buf.data, "before, some text");
	buf_clear(&buf);
	assert_int_equal(file_read(scratch_path(*state, "file"), 8, &buf), -EFBIG);
	assert_int_equal(file_read(scratch_path(*state, "none"), 9, &buf), -ENOENT);
	assert_int_equal(file_read(scratch_path(*state, ""), 9, &buf), -EISDIR);
	assert_int_equal(file_read("/proc/self/status", 65536, &buf), 0);
	assert_non_null(strstr(buf.data, "Pid:"));
}

static void test_create(void **state)
{
	const char *path = scratch_path(*state, "file");
	AUTO_BUF struct buf buf = BUF_INIT;
	struct stat st;

	assert_int_equal(file_create(path, "first", 5), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(file_create(path, "second", 6), -EEXIST);
	assert_int_equal(file_read(path, 100, &buf), 0);
	assert_string_equal(buf.data, "first");
	assert_int_equal(file_create(scratch_path(*state, "none/file"), "new", 3), -ENOENT);
}

static void test_replace(void **state)
{
	AUTO_BUF struct buf buf = BUF_INIT;
	char path[SCRATCH_PATH_MAX], big[10000];
	struct stat st;

	(void)snprintf(path, sizeof(path), "%s", scratch_path(*state, "file"));
	memset(big, 'x', sizeof(big));
	assert_int_equal(file_replace(path, big, sizeof(big)), 0);
	assert_int_equal(file_read(path, sizeof(big), &buf), 0);
	assert_int_equal(buf.length, sizeof(big));
	assert_int_equal(file_replace(path, "new", 3), 0);
	buf_clear(&buf);
	assert_int_equal(file_read(path, 100, &buf), 0);
	assert_string_equal(buf.data, "new");
	assert_int_equal(file_replace(path, NULL, 0), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(scratch_count(*state, ""), 1);
}

static void test_replace_fails(void **state)
{
	assert_int_equal(file_replace(scratch_path(*state, "none/file"), "new", 3), -ENOENT);
	assert_int_equal(mkdir(scratch_path(*state, "directory"), 0700), 0);
	assert_int_equal(file_replace(scratch_path(*state, "directory"), "new", 3), -EISDIR);
	/* Nothing is left of the attempt. */
	assert_int_equal(scratch_count(*state, ""), 1);
}

/* What a killed writer left is no obstacle, and goes with the file. */
static void test_remove(void **state)
{
	scratch_write(*state, "file" FILE_NEW, "half of it");
	assert_int_equal(file_replace(scratch_path(*state, "file"), "new", 3), 0);
	assert_int_equal(scratch_count(*state, ""), 1);
	scratch_write(*state, "file" FILE_NEW, "half of it");
	file_remove(scratch_path(*state, "file"));
	assert_int_equal(scratch_count(*state, ""), 0);
	file_remove(scratch_path(*state, "file"));
}

static void test_poke(void **state)
{
	AUTO_BUF struct buf buf = BUF_INIT;

	assert_int_equal(file_poke(scratch_path(*state, "none"), "1"), -ENOENT);
	assert_int_equal(scratch_count(*state, ""), 0);
	scratch_write(*state, "knob", "0");
	assert_int_equal(file_poke(scratch_path(*state, "knob"), "1"), 0);
	assert_int_equal(file_read(scratch_path(*state, "knob"), 10, &buf), 0);
	assert_string_equal(buf.data, "1");
	assert_int_equal(file_poke("/dev/full", "1"), -ENOSPC);
}

static void test_directory(void **state)
{
	assert_int_equal(file_directory(scratch_path(*state, "new")), 0);
	assert_int_equal(file_directory(scratch_path(*state, "new")), 0);
	assert_int_equal(access(scratch_path(*state, "new/."), F_OK), 0);
	assert_int_equal(file_directory(scratch_path(*state, "no/parent")), -ENOENT);
	scratch_write(*state, "file", "");
	assert_int_equal(file_directory(scratch_path(*state, "file/below")), -ENOTDIR);
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_read),	  TEST(test_create), TEST(test_replace),
		TEST(test_replace_fails), TEST(test_remove), TEST(test_poke),
		TEST(test_directory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
