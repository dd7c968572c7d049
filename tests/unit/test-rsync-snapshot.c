// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/fault.h"
#include "rsync/argv.h"
#include "rsync/snapshot.h"
#include "scratch.h"

/* What stands behind the link, by its last piece. */
static const char *current(struct scratch *scratch, const char *name)
{
	static char target[512];
	ssize_t n = readlink(scratch_path(scratch, name), target, sizeof(target) - 1);

	assert_true(n > 0);
	target[n] = '\0';
	return strrchr(target, '/') + 1;
}

static void make_new(struct scratch *scratch, const char *content)
{
	assert_int_equal(mkdir(scratch_path(scratch, "www.snapshots/new"), 0755), 0);
	scratch_write(scratch, "www.snapshots/new/f", content);
}

static void test_life(void **state)
{
	struct scratch *scratch = *state;
	AUTO_FREE char *www = strdup(scratch_path(scratch, "www"));
	AUTO_ARGV struct argv argv = ARGV_INIT, few = ARGV_INIT;
	struct fault fault = FAULT_INIT;

	/* A directory that is there becomes the first snapshot. */
	assert_int_equal(mkdir(www, 0755), 0);
	scratch_write(scratch, "www/f", "0");
	assert_int_equal(snapshot_prepare(www, &fault), 0);
	assert_string_equal(current(scratch, "www"), "000000000.000000000");
	assert_int_equal(access(scratch_path(scratch, "www/f"), F_OK), 0);
	assert_int_equal(snapshot_prepare(www, &fault), 0);
	make_new(scratch, "1");
	assert_int_equal(snapshot_flip(www, 12, &fault), 0);
	assert_string_equal(current(scratch, "www"), "000000012.000000001");
	make_new(scratch, "2");
	assert_int_equal(snapshot_flip(www, 12, &fault), 0);
	assert_string_equal(current(scratch, "www"), "000000012.000000002");
	assert_int_equal(snapshot_prune_argv(www, 2, &few), 0);
	assert_int_equal(few.count, 0);
	assert_int_equal(snapshot_prune_argv(www, 1, &argv), 0);
	assert_non_null(strstr(argv.items[argv.count - 1], "/000000000.000000000"));
	assert_int_equal(argv.count, 5);
	assert_int_equal(snapshot_roll_back(www, &fault), 0);
	assert_string_equal(current(scratch, "www"), "000000012.000000001");
	assert_int_equal(snapshot_roll_back(www, &fault), 0);
	assert_int_equal(snapshot_roll_back(www, &fault), -ENOENT);
	assert_string_equal(current(scratch, "www"), "000000000.000000000");
	/* A flip after that gets a number above all. */
	make_new(scratch, "3");
	assert_int_equal(snapshot_flip(www, 13, &fault), 0);
	assert_string_equal(current(scratch, "www"), "000000013.000000003");
}

static void test_nothing_there(void **state)
{
	struct scratch *scratch = *state;
	AUTO_FREE char *www = strdup(scratch_path(scratch, "www"));
	struct fault fault = FAULT_INIT;
	struct stat st;

	assert_int_equal(snapshot_prepare(www, &fault), 0);
	assert_int_equal(stat(www, &st), 0);
	assert_true(S_ISDIR(st.st_mode));
	/* As a crash between the two renames leaves it. */
	assert_int_equal(unlink(www), 0);
	assert_int_equal(snapshot_prepare(www, &fault), 0);
	assert_int_equal(stat(www, &st), 0);
	scratch_write(scratch, "file", "");
	assert_int_equal(snapshot_prepare(scratch_path(scratch, "file"), &fault), -ENOTDIR);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_life, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_nothing_there, scratch_setup,
						scratch_teardown),
	};

	return cmocka_run_group_tests_name("rsync-snapshot", tests, NULL, NULL);
}
