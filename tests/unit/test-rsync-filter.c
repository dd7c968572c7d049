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

#include "base/fault.h"
#include "rsync/argv.h"
#include "rsync/config.h"
#include "rsync/filter.h"
#include "scratch.h"

/* What rsync itself makes of such patterns is in tests/host/test-rsync-filter. */
static void test_matches(void **state)
{
	static const struct {
		const char *pattern, *path;
		bool directory, excluded;
	} rows[] = {
		{"*.tmp", "a.tmp", false, true},
		{"*.tmp", "d/a.tmp", false, true},
		{"*.tmp", "a.tmp.gz", false, false},
		{"/a", "a", false, true},
		{"/a", "d/a", false, false},
		{"a/b", "x/a/b", false, true},
		{"a/b", "xa/b", false, false},
		{"cache/", "cache", true, true},
		{"cache/", "cache", false, false},
		{"cache/", "x/cache", true, true},
		{"/c*e", "c/e", false, false},
		{"/c**e", "c/e", false, true},
		{"/c**e", "c/d/ee", false, true},
		{"a?c", "abc", false, true},
		{"a?c", "a/c", false, false},
		{"[a-c]x", "bx", false, true},
		{"[!a-c]x", "bx", false, false},
		{"[!a-c]x", "dx", false, true},
		{"[]]", "]", false, true},
		{"[a", "[a", false, false},
		{"a\\*b", "a*b", false, true},
		{"a\\*b", "axb", false, false},
		{"**/x", "a/b/x", false, true},
		{"*", "anything", false, true},
		{"a*b*c", "axxbyyc", false, true},
		{"a*b*c", "axxbyy", false, false},
		{"/*/*.log", "a/b.log", false, true},
		{"/*/*.log", "a/c/b.log", false, false},
		{"/**.log", "a/c/b.log", false, true},
		{"", "a", false, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_FILTER struct filter filter = FILTER_INIT;
		const struct rsync_config config = {.exclude = rows[i].pattern};
		struct fault fault = FAULT_INIT;

		assert_int_equal(filter_read(&config, &filter, &fault), 0);
		if (filter_excludes(&filter, rows[i].path, rows[i].directory) != rows[i].excluded)
			fail_msg("%s against %s", rows[i].pattern, rows[i].path);
	}
}

static void test_below_and_own(void **state)
{
	AUTO_FILTER struct filter filter = FILTER_INIT;
	const struct rsync_config config = {.exclude = " cache/  *.o\n"};
	struct fault fault = FAULT_INIT;

	assert_int_equal(filter_read(&config, &filter, &fault), 0);
	assert_int_equal(filter.count, 3);
	assert_true(filter_hides(&filter, "a/cache/b/c", false));
	assert_false(filter_hides(&filter, "a/cache", false));
	assert_true(filter_hides(&filter, "a/x.o/y", false));
	assert_true(filter_hides(&filter, ".quorate/generation", false));
	assert_true(filter_hides(&filter, ".quorate", true));
	assert_false(filter_hides(&filter, "a/.quorate", true));
}

static void test_file(void **state)
{
	struct scratch *scratch = *state;
	AUTO_FILTER struct filter filter = FILTER_INIT;
	AUTO_ARGV struct argv argv = ARGV_INIT;
	struct rsync_config config = {.exclude = "*.log"};
	struct fault fault = FAULT_INIT;

	scratch_write(scratch, "rules", "# keep these\n+ keep.log\n\n- /tmp/\n");
	config.filter_file = scratch_path(scratch, "rules");
	assert_int_equal(filter_read(&config, &filter, &fault), 0);
	assert_false(filter_hides(&filter, "a/keep.log", false));
	assert_true(filter_hides(&filter, "a/other.log", false));
	assert_true(filter_hides(&filter, "tmp/x", false));
	filter_argv(&filter, &argv);
	assert_int_equal(argv.count, 4);
	assert_string_equal(argv.items[0], "--filter=- /.quorate");
	assert_string_equal(argv.items[1], "--filter=+ keep.log");
	assert_string_equal(argv.items[2], "--filter=- /tmp/");
	assert_string_equal(argv.items[3], "--filter=- *.log");
	scratch_write(scratch, "rules", "keep.log\n");
	filter_release(&filter);
	assert_int_equal(filter_read(&config, &filter, &fault), -EINVAL);
	assert_non_null(strstr(fault.reason, "line 1"));
	config.filter_file = scratch_path(scratch, "nosuch");
	assert_int_equal(filter_read(&config, &filter, &fault), -ENOENT);
	assert_int_equal(fault.kind, FAULT_ARGS);
}

static void test_hooks_pattern(void **state)
{
	assert_true(filter_matches("*.conf", "etc/a.conf"));
	assert_true(filter_matches("conf.d/", "etc/conf.d/x/y"));
	assert_false(filter_matches("conf.d/", "etc/conf.d"));
	assert_false(filter_matches("/conf.d/", "etc/conf.d/x"));
	assert_false(filter_matches("*.conf", "a.config"));
}

/* Patterns that explode a naive matcher end at once. */
static void test_no_explosion(void **state)
{
	char path[4001];

	memset(path, 'a', 4000);
	for (int i = 100; i < 4000; i += 100)
		path[i] = '/';
	path[4000] = '\0';
	assert_false(filter_matches("/**a**a**a**a**a**a**a**a**b", path));
	assert_false(filter_matches("*a*a*a*a*a*a*a*a*a*a*a*a*a*b", path));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_matches, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_below_and_own, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_file, scratch_setup, scratch_teardown),
		cmocka_unit_test_setup_teardown(test_hooks_pattern, scratch_setup,
						scratch_teardown),
		cmocka_unit_test_setup_teardown(test_no_explosion, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests_name("rsync-filter", tests, NULL, NULL);
}
