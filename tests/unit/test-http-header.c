// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "net/http.h"

/* Sun, 06 Nov 1994 08:49:37 GMT, the example of RFC 9110. */
#define EXAMPLE 784111777LL

static struct http_answer answer_of(const char *headers)
{
	struct http_answer answer = HTTP_ANSWER_INIT;

	buf_adds(&answer.headers, headers);
	return answer;
}

static void test_header(void **state)
{
	static const struct {
		const char *headers, *name, *value;
	} cases[] = {
		{"HTTP/1.1 200 OK\r\nA: 1\r\nBee: two\r\n\r\n", "Bee", "two"},
		{"HTTP/1.1 200 OK\r\nA: 1\r\nBEE: two\r\n\r\n", "bee", "two"},
		{"A:1\r\n", "a", "1"},
		{"A: \t 1 \t\r\n", "a", "1"},
		{"A:\r\n", "a", ""},
		{"A: 1\nB: 2\n", "b", "2"},
		{"A: 1\r\nA: 2\r\n", "a", "1"},
		{"A: b: c\r\n", "a", "b: c"},
		{"AB: 1\r\n", "a", NULL},
		{"XA: 1\r\n", "a", NULL},
		{"A : 1\r\n", "a", NULL},
		{"B: A: 1\r\n", "a", NULL},
		{"A: 1234567\r\n", "a", "1234567"},
		{"A: 12345678\r\n", "a", NULL},
		{"A", "a", NULL},
		{"", "a", NULL},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_HTTP_ANSWER struct http_answer answer = answer_of(cases[i].headers);
		char text[8];
		const char *got = http_header(&answer, cases[i].name, text, sizeof(text));

		if (cases[i].value)
			assert_string_equal(got ? got : "(none)", cases[i].value);
		else
			assert_null(got);
	}
}

static void test_retry_after(void **state)
{
	static const struct {
		const char *headers;
		long seconds;
	} cases[] = {
		{"Retry-After: 7\r\n", 7},
		{"retry-after: 0\r\n", 0},
		{"Retry-After: 86400\r\n", 86400},
		{"Retry-After: 86401\r\n", -1},
		{"Retry-After: -1\r\n", -1},
		{"Retry-After: 1.5\r\n", -1},
		{"Retry-After: soon\r\n", -1},
		{"Retry-After:\r\n", -1},
		{"Retry-After: Sun, 06 Nov 1994 08:49:37 GMT\r\n", 10},
		{"Retry-After: Sun, 06 Nov 1994 08:49:00 GMT\r\n", 0},
		{"Retry-After: Sun, 06 Nov 2094 08:49:37 GMT\r\n", 86400},
		{"Retry-After: Sun, 06 Nov 1994 08:49:37\r\n", -1},
		{"Other: 7\r\n", -1},
		{"", -1},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_HTTP_ANSWER struct http_answer answer = answer_of(cases[i].headers);

		assert_int_equal(http_retry_after(&answer, EXAMPLE - 10), cases[i].seconds);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_header),
		cmocka_unit_test(test_retry_after),
	};

	return cmocka_run_group_tests_name("http-header", tests, NULL, NULL);
}
