// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "cloud/variables.h"

static void test_fill(void **state)
{
	static const struct {
		const char *template;
		enum variables_for purpose;
		const char *text; /* NULL: -ENODATA */
	} cases[] = {
		{"/ips/{ip}", VARIABLES_PLAIN, "/ips/192.0.2.1"},
		{"{ip}{ip}", VARIABLES_PLAIN, "192.0.2.1192.0.2.1"},
		{"plain", VARIABLES_PLAIN, "plain"},
		{"", VARIABLES_PLAIN, ""},
		{"{\"type\":\"x\",\"id\":{server}}", VARIABLES_JSON,
		 "{\"type\":\"x\",\"id\":a\\\"b/ &\\\\}"},
		{"{\"a\":null}", VARIABLES_JSON, "{\"a\":null}"},
		{"{nothing}", VARIABLES_PLAIN, "{nothing}"},
		{"{ip", VARIABLES_PLAIN, "{ip"},
		{"{", VARIABLES_PLAIN, "{"},
		{"{{ip}}", VARIABLES_PLAIN, "{192.0.2.1}"},
		{"{IP}", VARIABLES_PLAIN, "{IP}"},
		{"?a={server}", VARIABLES_URL, "?a=a%22b%2F%20%26%5C"},
		{"/{owner}", VARIABLES_URL, "/z/instances/n%201"},
		{"/{server}", VARIABLES_PLAIN, "/a\"b/ &\\"},
		{"?page={page}", VARIABLES_URL, "?page="},
		{"{zone}", VARIABLES_PLAIN, NULL},
	};
	struct variables v = {.ip = "192.0.2.1", .server = "a\"b/ &\\", .owner = "z/instances/n 1"};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		AUTO_BUF struct buf text = BUF_INIT;
		const char *missing = NULL;
		int r = variables_fill(&v, cases[i].template, cases[i].purpose, &text, &missing);

		assert_int_equal(r, cases[i].text ? 0 : -ENODATA);
		if (cases[i].text)
			assert_string_equal(text.data, cases[i].text);
		else
			assert_string_equal(missing, "zone");
	}
}

static void test_set(void **state)
{
	char value[VARIABLE_MAX] = "before", text[VARIABLE_MAX + 1];

	memset(text, 'x', VARIABLE_MAX);
	text[VARIABLE_MAX] = '\0';
	assert_int_equal(variables_set(value, text), -EMSGSIZE);
	assert_int_equal(variables_set(value, "a\r\nHost: b"), -EMSGSIZE);
	assert_int_equal(variables_set(value, "\x7f"), -EMSGSIZE);
	assert_string_equal(value, "before");
	text[VARIABLE_MAX - 1] = '\0';
	assert_int_equal(variables_set(value, text), 0);
	assert_string_equal(value, text);
	assert_int_equal(variables_set(value, ""), 0);
	assert_string_equal(value, "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fill),
		cmocka_unit_test(test_set),
	};

	return cmocka_run_group_tests_name("variables", tests, NULL, NULL);
}
