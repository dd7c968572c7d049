// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/line.h"

static void test_clean(void **state)
{
	static const struct {
		const char *from, *to;
	} cases[] = {
		{"", ""},
		{"plain", "plain"},
		{"two\nlines\r\n", "two lines"},
		{"\ttab\x1b[31m red\x7f", " tab [31m red"},
		{" \n \t", ""},
		{"Grüße, Ελλάς, 漢字, 🙂", "Grüße, Ελλάς, 漢字, 🙂"},
		{"a\xff"
		 "b\xfe",
		 "a?b?"},
		{"latin \xe9t\xe9.", "latin ?t?."},
		{"cut \xe6\xbc", "cut"},
		{"cut \xf0\x9f\x99", "cut"},
		{"cut \xc3", "cut"},
		{"cut and on \xe6\xbc.", "cut and on ??."},
		{"overlong \xc0\xaf \xe0\x80\xaf \xf0\x80\x80\xaf.", "overlong ?? ??? ????."},
		{"surrogate \xed\xa0\x80.", "surrogate ???."},
		{"edges \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf.",
		 "edges \xed\x9f\xbf \xee\x80\x80 \xf4\x8f\xbf\xbf."},
		{"beyond \xf4\x90\x80\x80 \xf5\x80\x80\x80.", "beyond ???? ????."},
		{"C1 \xc2\x9b"
		 "31m \xc2\xa0.",
		 "C1 ??31m \xc2\xa0."},
		{"alone \x80\xbf.", "alone ??."},
	};
	char text[64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s", cases[i].from);
		line_clean(text);
		assert_string_equal(text, cases[i].to);
		line_clean(text);
		assert_string_equal(text, cases[i].to);
	}
}

static void test_cut(void **state)
{
	static const char text[] = "aé漢🙂";
	static const size_t ends[] = {0, 1, 1, 3, 3, 3, 6, 6, 6, 6, 10, 10, 10};

	for (size_t limit = 0; limit < sizeof(ends) / sizeof(ends[0]); limit++)
		assert_int_equal(line_cut(text, limit), ends[limit]);
	assert_int_equal(line_cut("", 5), 0);
	assert_int_equal(line_cut("\x80\x80\x80", 2), 2);
	assert_int_equal(line_cut("abc", 3), 3);
}

static void test_join(void **state)
{
	char text[6];

	assert_int_equal(LINE_JOIN(text, "a", "", "bc"), 3);
	assert_string_equal(text, "abc");
	assert_int_equal(LINE_JOIN(text, "abc", "de"), 5);
	assert_string_equal(text, "abcde");
	assert_int_equal(LINE_JOIN(text, "abc", "def"), 6);
	assert_string_equal(text, "abcde");
	assert_int_equal(LINE_JOIN(text, "abcdefgh", "ijk"), 11);
	assert_string_equal(text, "abcde");
	assert_int_equal(LINE_JOIN(text, ""), 0);
	assert_string_equal(text, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_clean),
		cmocka_unit_test(test_cut),
		cmocka_unit_test(test_join),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
