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
#include "rsync/config.h"
#include "rsync/guard.h"
#include "rsync/ledger.h"
#include "scratch.h"

static const struct rsync_config limits = {
	.directory = "/srv/www", .max_delete = 100, .max_delete_percent = 50};

static void test_deletions(void **state)
{
	static const struct {
		size_t deletions, paths;
		bool held;
	} rows[] = {
		{0, 0, false},	 {0, 10, false},   {1, 10, false},     {10, 11, false},
		{10, 10, true},	 {1, 1, false},	   {2, 2, true},       {11, 20, true},
		{11, 22, false}, {11, 0, false},   {100, 1000, false}, {101, 100000, true},
		{101, 0, true},	 {500, 501, true},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fault fault = FAULT_INIT;
		int r = guard_judge_deletions(&limits, rows[i].deletions, rows[i].paths, &fault);

		if (r != (rows[i].held ? -EDQUOT : 0))
			fail_msg("%zu of %zu: %d", rows[i].deletions, rows[i].paths, r);
		if (r)
			assert_non_null(strstr(fault.reason, "quorate-rsync allow"));
	}
}

static void test_source(void **state)
{
	static const struct {
		struct guard_view view;
		uint64_t generation;
		bool mountpoint, refused;
		const char *word;
	} rows[] = {
		{{.there = true}, 0, false, false, ""},
		{{.there = true, .empty = true}, 0, false, false, ""},
		{{.there = true, .token = true, .generation = 5}, 5, false, false, ""},
		{{.there = true, .token = true, .generation = 6}, 5, false, false, ""},
		{{.there = false}, 0, false, true, "no directory"},
		{{.there = true, .moved = true, .token = true, .generation = 5},
		 5,
		 false,
		 true,
		 "unmounted or replaced"},
		{{.there = true}, 5, false, true, "token"},
		{{.there = true, .empty = true}, 5, false, true, "token"},
		{{.there = true, .empty = true, .token = true, .generation = 5},
		 5,
		 false,
		 true,
		 "empty"},
		{{.there = true, .token = true, .generation = 4}, 5, false, true, "older copy"},
		{{.there = true, .token = true, .generation = 5}, 5, true, true, "mounted"},
		{{.there = true, .mounted = true, .token = true, .generation = 5},
		 5,
		 true,
		 false,
		 ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct rsync_config config = limits;
		struct fault fault = FAULT_INIT;

		config.mountpoint = rows[i].mountpoint;
		assert_int_equal(guard_judge_source(&config, &rows[i].view, rows[i].generation,
						    &fault) != 0,
				 rows[i].refused);
		assert_non_null(strstr(fault.reason, rows[i].word));
	}
}

static void test_target(void **state)
{
	struct guard_view view = {.there = true, .empty = true, .token = true, .generation = 4};
	struct fault fault = FAULT_INIT;

	/* An older or empty copy is what a pass is for; one that lost its token is another tree. */
	assert_int_equal(guard_judge_target(&limits, &view, 5, &fault), 0);
	view.token = false;
	assert_int_equal(guard_judge_target(&limits, &view, 5, &fault), -ESTALE);
	assert_int_equal(guard_judge_target(&limits, &view, 0, &fault), 0);
}

static void test_look(void **state)
{
	struct scratch *scratch = *state;
	struct rsync_config config = {.directory = scratch->directory};
	struct guard_anchor anchor = {.set = false};
	struct guard_view view;
	struct fault fault = FAULT_INIT;

	assert_int_equal(guard_prepare(scratch->directory), 0);
	assert_int_equal(guard_prepare(scratch->directory), 0);
	assert_int_equal(guard_look(&config, &anchor, &view, &fault), 0);
	assert_true(view.there && view.empty && !view.token && !view.moved && !view.mounted);
	assert_int_equal(guard_write_token(scratch->directory, 12), 0);
	scratch_write(scratch, ".quorate/tmp/.x.AbCdEf", "half");
	scratch_write(scratch, "a", "");
	assert_int_equal(guard_set_anchor(scratch->directory, &anchor), 0);
	assert_int_equal(guard_look(&config, &anchor, &view, &fault), 0);
	assert_true(!view.empty && view.token && view.generation == 12 && !view.moved);
	anchor.inode++;
	assert_int_equal(guard_look(&config, &anchor, &view, &fault), 0);
	assert_true(view.moved);
	assert_int_equal(guard_prepare(scratch->directory), 0);
	assert_int_equal(access(scratch_path(scratch, ".quorate/tmp/.x.AbCdEf"), F_OK), -1);
	scratch_write(scratch, ".quorate/generation", "generation=-1\n");
	assert_int_equal(guard_look(&config, &anchor, &view, &fault), 0);
	assert_false(view.token);
	config.directory = scratch_path(scratch, "nosuch");
	assert_int_equal(guard_look(&config, &anchor, &view, &fault), 0);
	assert_false(view.there);
}

static void test_count(void **state)
{
	struct scratch *scratch = *state;

	assert_int_equal(mkdir(scratch_path(scratch, "d"), 0755), 0);
	scratch_write(scratch, "d/a", "");
	scratch_write(scratch, "d/b", "");
	assert_int_equal(symlink("/", scratch_path(scratch, "d/link")), 0);
	assert_int_equal(guard_count(scratch->directory, "d", 100), 4);
	assert_int_equal(guard_count(scratch->directory, "d", 2), 2);
	assert_int_equal(guard_count(scratch->directory, "d/a", 100), 1);
	assert_int_equal(guard_count(scratch->directory, "d/link", 100), 1);
	assert_int_equal(guard_count(scratch->directory, "nosuch", 100), 0);
	assert_int_equal(guard_count(scratch->directory, "d/a/x", 100), 0);
}

static void test_ledger(void **state)
{
	struct scratch *scratch = *state;
	const struct ledger told = {.generation = 7,
				    .sequence = 8,
				    .highest = 9,
				    .source = true,
				    .whole = true,
				    .conflicts = true,
				    .in_step = 1700000000};
	struct ledger read = {.generation = 1};
	struct fault fault = FAULT_INIT;
	const char *path = scratch_path(scratch, "ledger");

	assert_int_equal(ledger_load(path, &read, &fault), 0);
	assert_int_equal(read.generation, 0);
	assert_int_equal(ledger_save(path, &told), 0);
	assert_int_equal(ledger_load(path, &read, &fault), 0);
	assert_int_equal(read.generation, 7);
	assert_int_equal(read.sequence, 8);
	assert_int_equal(read.highest, 9);
	assert_true(read.source && read.whole && read.conflicts);
	assert_int_equal(read.in_step, 1700000000);
	/* A damaged ledger must not pass for an empty one. */
	scratch_write(scratch, "ledger", "generation=7\nsequence=8\n");
	assert_int_equal(ledger_load(scratch_path(scratch, "ledger"), &read, &fault), -EBADMSG);
	scratch_write(scratch, "ledger", "");
	assert_int_equal(ledger_load(scratch_path(scratch, "ledger"), &read, &fault), -EBADMSG);
	assert_non_null(strstr(fault.reason, "is damaged"));
}

static void test_order(void **state)
{
	const struct ledger a = {.generation = 7, .sequence = 8, .whole = true};
	const struct ledger newer = {.generation = 8, .sequence = 1, .whole = true};
	const struct ledger torn = {.generation = 7, .sequence = 9};
	const struct ledger ahead = {.generation = 7, .sequence = 9, .whole = true};

	assert_int_equal(ledger_compare(&a, &a), 0);
	assert_true(ledger_compare(&newer, &a) > 0);
	assert_true(ledger_compare(&torn, &a) < 0);
	assert_true(ledger_compare(&ahead, &a) > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_deletions, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_source, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_target, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_look, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_count, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_ledger, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_order, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("rsync-guard", tests, NULL, NULL);
}
