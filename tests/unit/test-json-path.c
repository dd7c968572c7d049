// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "text/json.h"

static const char document[] =
	"{\"ips\":[{\"ip\":\"192.0.2.1\",\"id\":7,\"on\":true},"
	"{\"ip\":\"192.0.2.10\",\"id\":8,\"on\":false,\"server\":null}],"
	"\"a\":{\"b\":{\"c\":\"deep\"}},\"list\":[[1,2],[3]],\"big\":9223372036854775807,"
	"\"real\":1.5,\"text\":\"\",\"neg\":-1,\"\":\"unnamed\"}";

static json_t *read_it(const char *text)
{
	json_t *json = NULL;

	assert_int_equal(json_read(text, strlen(text), NULL, &json), 0);
	return json;
}

static void test_text_at(void **state)
{
	static const struct {
		const char *path, *text;
	} cases[] = {
		{"a.b.c", "deep"},
		{"ips[0].ip", "192.0.2.1"},
		{"ips[1].id", "8"},
		{"ips[ip=192.0.2.10].id", "8"},
		{"ips[ip=192.0.2.1].id", "7"},
		{"ips[id=7].ip", "192.0.2.1"},
		{"ips[on=false].id", "8"},
		{"ips[0].on", "true"},
		{"ips[1].server", ""},
		{"list[0][1]", "2"},
		{"list[1][0]", "3"},
		{"big", "9223372036854775807"},
		{"neg", "-1"},
		{"text", ""},
		{"ips[ip=192.0.2].id", NULL},
		{"ips[ip=].id", NULL},
		{"ips[2].id", NULL},
		{"ips[-1].id", NULL},
		{"ips[99999999999999999999].id", NULL},
		{"ips[x].id", NULL},
		{"ips[0", NULL},
		{"ips[].id", NULL},
		{"ips.ip", NULL},
		{"ips[0].none", NULL},
		{"ips[0].ip.more", NULL},
		{"a", NULL},
		{"ips", NULL},
		{"a[0]", NULL},
		{"a..b", NULL},
		{"a.", NULL},
		{".", NULL},
		{"real", NULL},
		{"", NULL},
	};
	AUTO_JSON json_t *json = read_it(document);
	char text[64];

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const char *got = json_text_at(json, cases[i].path, text, sizeof(text));

		if (cases[i].text)
			assert_string_equal(got ? got : "(none)", cases[i].text);
		else
			assert_null(got);
	}
}

static void test_at(void **state)
{
	AUTO_JSON json_t *json = read_it(document);
	char path[400];

	assert_ptr_equal(json_at(json, ""), json);
	assert_true(json_is_null(json_at(json, "ips[1].server")));
	assert_null(json_at(json, "ips[0].server"));
	assert_null(json_at(NULL, "a"));
	assert_null(json_at(NULL, ""));
	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	assert_null(json_at(json, path));
	path[0] = '[';
	assert_null(json_at(json, path));
}

static void test_room(void **state)
{
	AUTO_JSON json_t *json = read_it("{\"a\":\"1234567\",\"n\":1234567}");
	char text[8];

	assert_string_equal(json_text_at(json, "a", text, 8), "1234567");
	assert_string_equal(json_text_at(json, "n", text, 8), "1234567");
	assert_null(json_text_at(json, "a", text, 7));
	assert_null(json_text_at(json, "n", text, 7));
	assert_null(json_text_at(json, "a", text, 0));
}

static void test_read(void **state)
{
	static const char *const damaged[] = {
		"",
		" ",
		"{",
		"{\"a\":1",
		"{\"a\":1}x",
		"{\"a\":1,\"a\":2}",
		"nope",
		"\xff",
		"[1,]",
		"{\"a\":\"\\ud800\"}",
		"{\"a\":\"x\\u0000y\"}",
		"<html>",
	};
	struct fault fault = FAULT_INIT;
	json_t *json = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		assert_int_equal(json_read(damaged[i], strlen(damaged[i]), &fault, &json),
				 -EBADMSG);
		assert_null(json);
		assert_non_null(strstr(fault.reason, "no JSON"));
	}
	assert_int_equal(json_read("3", 1, NULL, &json), 0);
	json_release(&json);
	assert_null(json);
	json_release(&json);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_at),
		cmocka_unit_test(test_at),
		cmocka_unit_test(test_room),
		cmocka_unit_test(test_read),
	};

	return cmocka_run_group_tests_name("json-path", tests, NULL, NULL);
}
