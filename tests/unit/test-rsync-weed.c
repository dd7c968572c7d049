// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "rsync/changes.h"
#include "rsync/weed.h"

/* NULs become '|'. */
static const char *shown(struct buf *buf)
{
	for (size_t i = 0; i < buf->length; i++)
		if (!buf->data[i])
			buf->data[i] = '|';
	return buf->data;
}

static void add(struct changes *paths, const char *const *names, size_t count)
{
	for (size_t i = 0; i < count; i++)
		changes_add(paths, CHANGE_GONE, names[i]);
}

/* A backslash escapes only in a pattern that has something wild. */
static void test_rules(void **state)
{
	static const char *const names[] = {"a",   "d/b c ", "#x\n", "back\\slash",
					    "[x]", "w*\\?",  "!"};
	AUTO_CHANGES struct changes paths = CHANGES_INIT(100);
	AUTO_BUF struct buf rules = BUF_INIT;

	add(&paths, names, ARRAY_SIZE(names));
	assert_int_equal(weed_rules(&paths, 0, paths.count, &rules), 0);
	assert_string_equal(shown(&rules), "R /a|R /a/**|"
					   "R /d/b c |R /d/b c /**|"
					   "R /#x\n|R /#x\n/**|"
					   "R /back\\slash|R /back\\\\slash/**|"
					   "R /\\[x]|R /\\[x]/**|"
					   "R /w\\*\\\\\\?|R /w\\*\\\\\\?/**|"
					   "R /!|R /!/**|"
					   "P **|");
}

static void test_directories(void **state)
{
	static const char *const names[] = {"d/a", "top", "d/b", "d/e/f", "#x/\n/z", "-top"};
	AUTO_CHANGES struct changes paths = CHANGES_INIT(100);
	AUTO_BUF struct buf list = BUF_INIT;

	add(&paths, names, ARRAY_SIZE(names));
	assert_int_equal(weed_directories(&paths, 0, paths.count, &list), 0);
	assert_string_equal(shown(&list), "./|./d/|./d/e/|./#x/\n/|");
}

/* What is in no part of it is not at risk, and its directory is not looked at. */
static void test_part(void **state)
{
	static const char *const names[] = {"a/1", "b/2", "c/3", "d/4"};
	AUTO_CHANGES struct changes paths = CHANGES_INIT(100);
	AUTO_BUF struct buf rules = BUF_INIT;
	AUTO_BUF struct buf list = BUF_INIT;

	add(&paths, names, ARRAY_SIZE(names));
	assert_int_equal(weed_rules(&paths, 1, 2, &rules), 0);
	assert_int_equal(weed_directories(&paths, 1, 2, &list), 0);
	assert_string_equal(shown(&rules), "R /b/2|R /b/2/**|R /c/3|R /c/3/**|P **|");
	assert_string_equal(shown(&list), "./b/|./c/|");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rules),
		cmocka_unit_test(test_directories),
		cmocka_unit_test(test_part),
	};

	return cmocka_run_group_tests_name("rsync-weed", tests, NULL, NULL);
}
