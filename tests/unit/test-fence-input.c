// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "ocf/agent.h"
#include "ocf/fence_input.h"
#include "ocf/fence_params.h"

static const struct param table_params[] = {
	FENCE_PARAMS("50", "5", "5"),
	{.name = "password", FENCE_IN(PARAM_STRING, debug_file), .letter = 'p', .secret = true},
	FENCE_ALIAS("pass-word", "password"),
	{.name = NULL},
};

static const struct agent table = {.name = "fence_test", .params = table_params};

static void parse(struct fence_input *input, const char *text)
{
	assert_int_equal(fence_input_parse(input, text, strlen(text)), 0);
}

static void test_lines(void **state)
{
	AUTO_FENCE_INPUT struct fence_input input = FENCE_INPUT_INIT;

	assert_null(fence_input_get("action", &input));
	parse(&input, "# comment=1\n"
		      "\n"
		      "   \t\n"
		      "action=off\r\n"
		      "  port = p1  \n"
		      "power-timeout=30\n"
		      "quoted=\"a \"b\" c\"\n"
		      "half=\"a\n"
		      "single='a'\n"
		      "empty=\n"
		      "flag\n"
		      "=nameless\n"
		      "equals=a=b=c\n"
		      "twice=1\n"
		      "twice=2\n"
		      "last=end");
	assert_string_equal(fence_input_get("action", &input), "off");
	assert_string_equal(fence_input_get("port", &input), " p1");
	assert_string_equal(fence_input_get("power_timeout", &input), "30");
	assert_string_equal(fence_input_get("quoted", &input), "a \"b\" c");
	assert_string_equal(fence_input_get("half", &input), "\"a");
	assert_string_equal(fence_input_get("single", &input), "'a'");
	assert_string_equal(fence_input_get("empty", &input), "");
	assert_null(fence_input_get("flag", &input));
	assert_null(fence_input_get("", &input));
	assert_string_equal(fence_input_get("equals", &input), "a=b=c");
	assert_string_equal(fence_input_get("twice", &input), "2");
	assert_string_equal(fence_input_get("last", &input), "end");
	assert_null(fence_input_get("comment", &input));
	assert_null(fence_input_get("power-timeout", &input));
}

static void test_limits(void **state)
{
	AUTO_FENCE_INPUT struct fence_input input = FENCE_INPUT_INIT;
	static char large[FENCE_INPUT_MAX + 2];
	char name[80];

	memset(name, 'n', sizeof(name));
	name[79] = '\0';
	assert_int_equal(fence_input_add(&input, "", "x", 1), -EINVAL);
	assert_int_equal(fence_input_add(&input, name, "x", 1), -EINVAL);
	memset(large, 'x', sizeof(large));
	assert_int_equal(fence_input_add(&input, "a", large, FENCE_INPUT_MAX), -E2BIG);
	assert_int_equal(fence_input_add(&input, "a", large, FENCE_INPUT_MAX - 3), 0);
	assert_int_equal(fence_input_add(&input, "b", "", 0), -E2BIG);
	assert_int_equal(strlen(fence_input_get("a", &input)), FENCE_INPUT_MAX - 3);
	fence_input_release(&input);
	assert_null(fence_input_get("a", &input));
	memcpy(large, "a=", 2);
	assert_int_equal(fence_input_parse(&input, large, sizeof(large)), -E2BIG);
	assert_int_equal(fence_input_parse(&input, "z\0=1\nb=2", 8), 0);
	assert_null(fence_input_get("z", &input));
	assert_string_equal(fence_input_get("b", &input), "2");
}

static void test_read(void **state)
{
	AUTO_FENCE_INPUT struct fence_input input = FENCE_INPUT_INIT;
	struct deadline soon = deadline_in(100);
	struct fault fault = FAULT_INIT;
	int ends[2];

	assert_int_equal(pipe(ends), 0);
	assert_int_equal(write(ends[1], "action=on\n", 10), 10);
	assert_int_equal(fence_input_read(&input, ends[0], &soon, &fault), -ETIMEDOUT);
	assert_int_equal(fault.kind, FAULT_TIMEOUT);
	assert_int_equal(write(ends[1], "plug=1\n", 7), 7);
	(void)close(ends[1]);
	soon = deadline_in(1000);
	assert_int_equal(fence_input_read(&input, ends[0], &soon, &fault), 0);
	assert_string_equal(fence_input_get("plug", &input), "1");
	(void)close(ends[0]);
	assert_int_equal(fence_input_read(&input, 999, &soon, &fault), -EBADF);
}

/* fence_input_take() over words; what it overwrites, it overwrites in copies. */
static int take(struct fence_input *input, struct fault *fault, const char *const *argv)
{
	int argc = 0;

	while (argv[argc])
		argc++;
	return fence_input_take(input, &table, argc, (char **)(uintptr_t)argv, fault);
}

static void test_arguments(void **state)
{
	AUTO_FENCE_INPUT struct fence_input input = FENCE_INPUT_INIT;
	char secret[] = "--password=hush", other[] = "hush2";
	const char *argv[] = {"fence_test",   "-o",	 "off",
			      "--plug=n1,n2", "-v",	 "-C|",
			      "--power-wait", "3",	 "--disable-timeout",
			      secret,	      "-mcycle", "--verbose-level=2",
			      "-p",	      other,	 NULL};

	assert_int_equal(take(&input, NULL, argv), 0);
	assert_string_equal(fence_input_get("action", &input), "off");
	assert_string_equal(fence_input_get("plug", &input), "n1,n2");
	assert_string_equal(fence_input_get("verbose", &input), "1");
	assert_string_equal(fence_input_get("separator", &input), "|");
	assert_string_equal(fence_input_get("power_wait", &input), "3");
	assert_string_equal(fence_input_get("disable_timeout", &input), "1");
	assert_string_equal(fence_input_get("method", &input), "cycle");
	assert_string_equal(fence_input_get("verbose_level", &input), "2");
	assert_string_equal(fence_input_get("password", &input), "hush2");
	assert_string_equal(secret, "--password=");
	assert_string_equal(other, "");
	assert_null(fence_input_get("help", &input));
}

static void test_wrong_arguments(void **state)
{
	static const char *const wrong[] = {
		"--nosuch",	    "--nosuch=hush", "-Z", "-Zhush", "-o", "--plug", "n1",
		"--pass-word=hush", "--verbose=hush"};

	for (size_t i = 0; i < ARRAY_SIZE(wrong); i++) {
		AUTO_FENCE_INPUT struct fence_input input = FENCE_INPUT_INIT;
		struct fault fault = FAULT_INIT;
		const char *argv[] = {"fence_test", wrong[i], NULL};

		assert_int_equal(take(&input, &fault, argv), -EINVAL);
		assert_null(strstr(fault.reason, "hush"));
		assert_string_not_equal(fault.reason, "");
	}
}

static void test_help(void **state)
{
	AUTO_FENCE_INPUT struct fence_input input = FENCE_INPUT_INIT;
	const char *argv[] = {"fence_test", "-h", "-V", NULL};

	assert_int_equal(take(&input, NULL, argv), 0);
	assert_string_equal(fence_input_get("help", &input), "1");
	assert_string_equal(fence_input_get("version", &input), "1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_limits),
		cmocka_unit_test(test_read),
		cmocka_unit_test(test_arguments),
		cmocka_unit_test(test_wrong_arguments),
		cmocka_unit_test(test_help),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
