// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rsync/changes.h"

static void test_accepts(void **state)
{
	static const char *const good[] = {"a",		 "a/b", "...", "a/..b", ".quorate2",
					   "a/.quorate", "-rf", "#x",  "a b\nc"};
	static const char *const bad[] = {"",
					  "/",
					  "/a",
					  "a/",
					  "a//b",
					  ".",
					  "..",
					  "a/..",
					  "../a",
					  "a/./b",
					  "./a",
					  ".quorate",
					  ".quorate/generation"};
	char piece[300], path[5000];

	for (size_t i = 0; i < ARRAY_SIZE(good); i++)
		assert_true(changes_accepts(good[i]));
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_false(changes_accepts(bad[i]));
	memset(piece, 'a', sizeof(piece));
	piece[255] = '\0';
	assert_true(changes_accepts(piece));
	piece[255] = 'a';
	piece[256] = '\0';
	assert_false(changes_accepts(piece));
	for (size_t i = 0; i < sizeof(path); i++)
		path[i] = i % 2 ? '/' : 'a';
	path[4095] = '\0'; /* a/a/.../a: 4095 bytes */
	assert_true(changes_accepts(path));
	path[4095] = '/';
	path[4097] = '\0';
	assert_false(changes_accepts(path));
}

static void test_once_and_newest(void **state)
{
	AUTO_CHANGES struct changes c = CHANGES_INIT(10);

	assert_false(changes_any(&c));
	assert_null(changes_find(&c, "a"));
	changes_add(&c, CHANGE_FILE, "a");
	changes_add(&c, CHANGE_DIRECTORY, "d");
	changes_add(&c, CHANGE_GONE, "a");
	changes_add(&c, CHANGE_FILE, "../a");
	assert_int_equal(c.count, 2);
	assert_int_equal(changes_find(&c, "a")->kind, CHANGE_GONE);
	assert_int_equal(changes_count_kind(&c, CHANGE_DIRECTORY), 1);
	assert_null(changes_find(&c, "b"));
	changes_clear(&c);
	assert_false(changes_any(&c));
	changes_add(&c, CHANGE_FILE, "b");
	assert_int_equal(c.count, 1);
}

static void test_full_at_the_limit(void **state)
{
	AUTO_CHANGES struct changes c = CHANGES_INIT(3);

	changes_add(&c, CHANGE_FILE, "a");
	changes_add(&c, CHANGE_FILE, "b");
	changes_add(&c, CHANGE_FILE, "c");
	changes_add(&c, CHANGE_GONE, "a");
	assert_false(c.full);
	changes_add(&c, CHANGE_FILE, "d");
	assert_true(c.full);
	assert_int_equal(c.count, 0);
	changes_add(&c, CHANGE_FILE, "e");
	assert_true(c.full && !c.count && changes_any(&c));
}

static void test_many(void **state)
{
	AUTO_CHANGES struct changes c = CHANGES_INIT(100000), d = CHANGES_INIT(100000);
	char path[32];

	for (int round = 0; round < 2; round++)
		for (int i = 0; i < 20000; i++) {
			(void)snprintf(path, sizeof(path), "d%d/f%d", i % 100, i);
			changes_add(&c, CHANGE_FILE, path);
		}
	assert_int_equal(c.count, 20000);
	assert_string_equal(c.items[0].path, "d0/f0");
	assert_string_equal(c.items[19999].path, "d99/f19999");
	assert_non_null(changes_find(&c, "d7/f107"));
	changes_move(&d, &c);
	assert_false(changes_any(&c));
	assert_int_equal(d.count, 20000);
	changes_add(&c, CHANGE_FILE, "x");
	changes_add_all(&d, &c);
	assert_int_equal(d.count, 20001);
	changes_fill(&c);
	changes_add_all(&d, &c);
	assert_true(d.full);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_accepts),
		cmocka_unit_test(test_once_and_newest),
		cmocka_unit_test(test_full_at_the_limit),
		cmocka_unit_test(test_many),
	};

	return cmocka_run_group_tests_name("rsync-changes", tests, NULL, NULL);
}
