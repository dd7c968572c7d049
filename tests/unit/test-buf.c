// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/buf.h"

static void test_empty(void **state)
{
	AUTO_BUF struct buf buf = BUF_INIT;

	assert_string_equal(buf.data, "");
	assert_int_equal(buf.length, 0);
	buf_clear(&buf);
	buf_add(&buf, "x", 0);
	buf_adds(&buf, "");
	buf_addf(&buf, "%s", "");
	assert_string_equal(buf.data, "");
	assert_int_equal(buf.length, 0);
	assert_int_equal(buf_error(&buf), 0);
	buf_release(&buf);
	buf_release(&buf);
	assert_string_equal(buf.data, "");
}

static void test_add(void **state)
{
	AUTO_BUF struct buf buf = BUF_INIT;

	buf_adds(&buf, "one");
	buf_add(&buf, "\0two", 4);
	buf_addf(&buf, " %d%c", 3, '!');
	assert_int_equal(buf.length, 10);
	assert_memory_equal(buf.data, "one\0two 3!", 11);
	buf_clear(&buf);
	assert_int_equal(buf.length, 0);
	assert_string_equal(buf.data, "");
	buf_adds(&buf, "again");
	assert_string_equal(buf.data, "again");
	buf_release(&buf);
	buf_adds(&buf, "and again");
	assert_string_equal(buf.data, "and again");
}

/* Every length around the sizes at which the room grows. */
static void test_grow(void **state)
{
	AUTO_BUF struct buf one = BUF_INIT, formatted = BUF_INIT;
	char text[600];

	memset(text, 'x', sizeof(text));
	for (size_t length = 0; length < sizeof(text); length++) {
		AUTO_BUF struct buf whole = BUF_INIT;

		buf_add(&whole, text, length);
		assert_int_equal(whole.length, length);
		assert_int_equal(strlen(whole.data), length);
		buf_clear(&formatted);
		buf_addf(&formatted, "%.*s", (int)length, text);
		assert_int_equal(strlen(formatted.data), length);
		assert_int_equal(strlen(one.data), length);
		buf_add(&one, "y", 1);
	}
}

static void test_no_memory(void **state)
{
	AUTO_BUF struct buf buf = BUF_INIT;

	buf_adds(&buf, "kept");
	buf_add(&buf, "", SIZE_MAX - 16); /* more than any room can be doubled up to */
	assert_int_equal(buf_error(&buf), -ENOMEM);
	buf_adds(&buf, "not added");
	assert_string_equal(buf.data, "kept");
	assert_int_equal(buf.length, 4);
	buf_release(&buf);
	assert_int_equal(buf_error(&buf), 0);
	buf_adds(&buf, "added");
	assert_string_equal(buf.data, "added");
}

static void test_take(void **state)
{
	AUTO_FREE char *text = strdup("text");
	AUTO_FREE char *taken = TAKE(text);
	int fd = 7;

	assert_null(text);
	assert_string_equal(taken, "text");
	assert_int_equal(TAKE_FD(fd), 7);
	assert_int_equal(fd, -1);
	attr_close(&fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_empty), cmocka_unit_test(test_add),
		cmocka_unit_test(test_grow),  cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_take),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
