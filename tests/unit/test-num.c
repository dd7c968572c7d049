// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/num.h"

#define UNTOUCHED 4711

static void test_parse(void **state)
{
	static const struct {
		const char *text;
		long long min, max;
		int result;
		long long value;
	} cases[] = {
		{"0", 0, 0, 0, 0},
		{"42", 0, 100, 0, 42},
		{"+42", 0, 100, 0, 42},
		{"-42", -42, -42, 0, -42},
		{"007", 0, 100, 0, 7},
		{"9223372036854775807", LLONG_MIN, LLONG_MAX, 0, LLONG_MAX},
		{"-9223372036854775808", LLONG_MIN, LLONG_MAX, 0, LLONG_MIN},
		{"101", 0, 100, -ERANGE, 0},
		{"-1", 0, 100, -ERANGE, 0},
		{"9223372036854775808", LLONG_MIN, LLONG_MAX, -ERANGE, 0},
		{"-9223372036854775809", LLONG_MIN, LLONG_MAX, -ERANGE, 0},
		{"99999999999999999999", 0, 100, -ERANGE, 0},
		{"99999999999999999999 and more", 0, 100, -EINVAL, 0},
		{"", 0, 100, -EINVAL, 0},
		{" 42", 0, 100, -EINVAL, 0},
		{"42 ", 0, 100, -EINVAL, 0},
		{"42\n", 0, 100, -EINVAL, 0},
		{"4 2", 0, 100, -EINVAL, 0},
		{"-", 0, 100, -EINVAL, 0},
		{"+", 0, 100, -EINVAL, 0},
		{"--1", -100, 100, -EINVAL, 0},
		{"+-1", -100, 100, -EINVAL, 0},
		{"- 1", -100, 100, -EINVAL, 0},
		{"0x10", 0, 100, -EINVAL, 0},
		{"1e2", 0, 100, -EINVAL, 0},
		{"1.0", 0, 100, -EINVAL, 0},
		{"ten", 0, 100, -EINVAL, 0},
		{"\xd9\xa1", 0, 100, -EINVAL, 0}, /* ARABIC-INDIC DIGIT ONE */
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long long value = UNTOUCHED;

		assert_int_equal(num_parse(cases[i].text, cases[i].min, cases[i].max, &value),
				 cases[i].result);
		assert_true(value == (cases[i].result ? UNTOUCHED : cases[i].value));
	}
}

static void test_duration(void **state)
{
	static const struct {
		const char *text;
		int result;
		long long milliseconds;
	} cases[] = {
		{"10", 0, 10000},
		{"0", 0, 0},
		{"10s", 0, 10000},
		{"10sec", 0, 10000},
		{"+2s", 0, 2000},
		{"500ms", 0, 500},
		{"500msec", 0, 500},
		{"1us", 0, 1},
		{"1000us", 0, 1},
		{"1001usec", 0, 2},
		{"0us", 0, 0},
		{"3m", 0, 180000},
		{"3min", 0, 180000},
		{"2h", 0, 7200000},
		{"2hr", 0, 7200000},
		{"-1s", -ERANGE, 0},
		{"-0s", 0, 0},
		{"9223372036854775807us", -ERANGE, 0},
		{"9223372036854774808us", 0, 9223372036854775},
		{"9223372036854775807h", -ERANGE, 0},
		{"99999999999999999999s", -ERANGE, 0},
		{"99999999999999999999 parsecs", -EINVAL, 0},
		{"-1x", -EINVAL, 0},
		{"", -EINVAL, 0},
		{"s", -EINVAL, 0},
		{"10 s", -EINVAL, 0},
		{" 10s", -EINVAL, 0},
		{"10s ", -EINVAL, 0},
		{"10S", -EINVAL, 0},
		{"1.5s", -EINVAL, 0},
		{"10seconds", -EINVAL, 0},
		{"10d", -EINVAL, 0},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		long long value = UNTOUCHED;

		assert_int_equal(num_duration(cases[i].text, &value), cases[i].result);
		assert_true(value == (cases[i].result ? UNTOUCHED : cases[i].milliseconds));
	}
}

static void test_text(void **state)
{
	char text[24];

	assert_string_equal(num_text(0, text), "0");
	assert_string_equal(num_text(1090, text), "1090");
	assert_string_equal(num_text(18446744073709551615ULL, text), "18446744073709551615");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_text),
		cmocka_unit_test(test_duration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
