// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "ocf/record.h"
#include "scratch.h"

static void test_set(void **state)
{
	AUTO_RECORD struct record record = RECORD_INIT;

	assert_null(record_get(&record, "role"));
	assert_int_equal(record_set(&record, "role", NULL), 0);
	assert_int_equal(record_set(&record, "role", "active"), 0);
	assert_int_equal(record_set(&record, "score", "5"), 0);
	assert_int_equal(record_set(&record, "empty", ""), 0);
	assert_string_equal(record_get(&record, "role"), "active");
	assert_string_equal(record_get(&record, "empty"), "");
	assert_int_equal(record_set(&record, "role", "standby"), 0);
	assert_string_equal(record_get(&record, "role"), "standby");
	assert_int_equal(record.count, 3);
	assert_int_equal(record_set(&record, "role", record_get(&record, "role")), 0);
	assert_string_equal(record_get(&record, "role"), "standby");
	assert_int_equal(record_set(&record, "role", NULL), 0);
	assert_null(record_get(&record, "role"));
	assert_string_equal(record_get(&record, "score"), "5");
	assert_int_equal(record.count, 2);
	record_release(&record);
	assert_int_equal(record.count, 0);
}

static void test_keys(void **state)
{
	static const char *const good[] = {"a", "param.ip", "home.2001:db8::1", "arp.x:br~1+2@3",
					   "under_score-dash"};
	static const char *const bad[] = {"", " ", "a b", "a=b", "=", "a\n", "\x7f", "\xc3\xa9"};
	AUTO_RECORD struct record record = RECORD_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(good); i++) {
		assert_int_equal(record_set(&record, good[i], "value"), 0);
		assert_string_equal(record_get(&record, good[i]), "value");
	}
	for (size_t i = 0; i < ARRAY_SIZE(bad); i++)
		assert_int_equal(record_set(&record, bad[i], "value"), -EINVAL);
	assert_int_equal(record.count, ARRAY_SIZE(good));
}

static void test_drop(void **state)
{
	static const char *const keys[] = {"param.a", "x", "param.b", "paramount", "param.c"};
	AUTO_RECORD struct record record = RECORD_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		assert_int_equal(record_set(&record, keys[i], keys[i]), 0);
	record_drop(&record, "nothing.");
	assert_int_equal(record.count, 5);
	record_drop(&record, "param.");
	assert_int_equal(record.count, 2);
	assert_string_equal(record_get(&record, "x"), "x");
	assert_string_equal(record_get(&record, "paramount"), "paramount");
	record_drop(&record, "");
	assert_int_equal(record.count, 0);
}

static void test_print(void **state)
{
	static const char awkward[] = "a=b\\n\n\r \\\\ é\x01 end\\";
	AUTO_RECORD struct record record = RECORD_INIT, again = RECORD_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	assert_int_equal(record_set(&record, "plain", "value"), 0);
	assert_int_equal(record_set(&record, "awkward", awkward), 0);
	assert_int_equal(record_set(&record, "empty", ""), 0);
	assert_int_equal(record_print(&record, &text), 0);
	assert_string_equal(text.data, "plain=value\n"
				       "awkward=a=b\\\\n\\n\\r \\\\\\\\ é\x01 end\\\\\n"
				       "empty=\n");
	assert_int_equal(record_parse(&again, text.data, text.length), 0);
	assert_int_equal(again.count, 3);
	assert_string_equal(record_get(&again, "awkward"), awkward);
	assert_string_equal(record_get(&again, "empty"), "");
}

/* What is whole counts, whatever stands around it; half a value would be another address. */
static void test_damage(void **state)
{
	static const char text[] = "\n=\n=value\nno equals sign\nbad key=1\nfirst=1\nfirst=2\n"
				   "has\0nul=1\nvalue=a\0b\nafter=ok\n\\=back\nhalf=192.0.2.1";
	AUTO_RECORD struct record record = RECORD_INIT;

	assert_int_equal(record_parse(&record, text, sizeof(text) - 1), 0);
	assert_string_equal(record_get(&record, "first"), "2");
	assert_string_equal(record_get(&record, "after"), "ok");
	assert_string_equal(record_get(&record, "\\"), "back");
	assert_null(record_get(&record, "half"));
	assert_null(record_get(&record, "value"));
	assert_int_equal(record.count, 3);
	assert_int_equal(record_parse(&record, "", 0), 0);
	assert_int_equal(record_parse(&record, "first=3\n", 8), 0);
	assert_string_equal(record_get(&record, "first"), "3");
	assert_int_equal(record.count, 3);
}

static void test_file(void **state)
{
	AUTO_RECORD struct record record = RECORD_INIT, again = RECORD_INIT;
	const char *path = scratch_path(*state, "state");
	struct stat st;

	assert_int_equal(record_load(&again, path), -ENOENT);
	assert_int_equal(record_set(&record, "role", "active"), 0);
	assert_int_equal(record_save(&record, path), 0);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0600);
	assert_int_equal(record_load(&again, path), 0);
	assert_string_equal(record_get(&again, "role"), "active");
	assert_int_equal(record_set(&record, "role", NULL), 0);
	assert_int_equal(record_save(&record, path), 0);
	record_release(&again);
	assert_int_equal(record_load(&again, path), 0);
	assert_int_equal(again.count, 0);
	assert_int_equal(symlink("elsewhere", scratch_path(*state, "link")), 0);
	assert_int_equal(record_save(&record, scratch_path(*state, "link")), 0);
	assert_int_equal(lstat(scratch_path(*state, "link"), &st), 0);
	assert_true(S_ISREG(st.st_mode));
	assert_int_equal(record_save(&record, scratch_path(*state, "none/state")), -ENOENT);
	assert_int_equal(record_load(&again, scratch_path(*state, "")), -EISDIR);
}

static void test_too_large(void **state)
{
	AUTO_RECORD struct record record = RECORD_INIT;
	AUTO_FREE char *text = malloc(RECORD_LIMIT + 2);

	assert_non_null(text);
	memset(text, '\n', RECORD_LIMIT + 1);
	memcpy(text, "a=1\n", 4);
	text[RECORD_LIMIT + 1] = '\0';
	scratch_write(*state, "state", text);
	assert_int_equal(record_load(&record, scratch_path(*state, "state")), -ENOENT);
	text[RECORD_LIMIT] = '\0';
	scratch_write(*state, "state", text);
	assert_int_equal(record_load(&record, scratch_path(*state, "state")), 0);
	assert_string_equal(record_get(&record, "a"), "1");
}

#define TEST(function) cmocka_unit_test_setup_teardown(function, scratch_setup, scratch_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_set),	   TEST(test_keys), TEST(test_drop),	  TEST(test_print),
		TEST(test_damage), TEST(test_file), TEST(test_too_large),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
