// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"

static void test_set(void **state)
{
	struct fault fault = FAULT_INIT;

	assert_int_equal(fault.kind, FAULT_NONE);
	assert_string_equal(fault.reason, "");
	assert_int_equal(fault_set(&fault, FAULT_PERM, -EPERM, "%s needs %d", "it", 7), -EPERM);
	assert_int_equal(fault.kind, FAULT_PERM);
	assert_string_equal(fault.reason, "it needs 7");
	assert_int_equal(fault_set(&fault, FAULT_ARGS, 0, "a later one"), 0);
	assert_int_equal(fault.kind, FAULT_ARGS);
	assert_string_equal(fault.reason, "a later one");
	assert_int_equal(fault_set(NULL, FAULT_ARGS, -EIO, "nobody listens"), -EIO);
}

static void test_join(void **state)
{
	const char *const pieces[] = {"192.0.2.1", " is not\n", "here", NULL};
	struct fault fault = FAULT_INIT;

	assert_int_equal(fault_join(&fault, FAULT_GENERIC, -EIO, pieces), -EIO);
	assert_int_equal(fault.kind, FAULT_GENERIC);
	assert_string_equal(fault.reason, "192.0.2.1 is not here");
	assert_int_equal(fault_join(NULL, FAULT_ARGS, -EIO, pieces), -EIO);
}

static void test_one_line(void **state)
{
	struct fault fault = FAULT_INIT;

	(void)fault_set(&fault, FAULT_GENERIC, -EIO,
			"a\nb\rc\x01"
			"d\xff"
			"e\n\n");
	assert_string_equal(fault.reason, "a b c d?e");
}

static void test_cut(void **state)
{
	struct fault fault = FAULT_INIT;
	char text[2 * FAULT_REASON_MAX + 1] = "";

	memset(text, 'x', sizeof(text) - 1);
	(void)fault_set(&fault, FAULT_GENERIC, -EIO, "%s", text);
	assert_int_equal(strlen(fault.reason), FAULT_REASON_MAX - 1);
	/* 255 bytes hold 127 of these and a half, which must go. */
	for (size_t i = 0; i + 1 < sizeof(text); i += 2)
		memcpy(text + i, "é", 2);
	(void)fault_set(&fault, FAULT_GENERIC, -EIO, "%s", text);
	assert_int_equal(strlen(fault.reason), FAULT_REASON_MAX - 2);
	assert_memory_equal(fault.reason, text, FAULT_REASON_MAX - 2);
}

static void test_prefix(void **state)
{
	struct fault fault = FAULT_INIT;
	char text[2 * FAULT_REASON_MAX + 1] = "";

	fault_prefix(&fault, "to nothing: ");
	assert_int_equal(fault.kind, FAULT_NONE);
	assert_string_equal(fault.reason, "");
	fault_prefix(NULL, "to nobody: ");
	(void)fault_set(&fault, FAULT_GENERIC, -EIO, "it broke");
	fault_prefix(&fault, "%s, ", "inside\n");
	fault_prefix(&fault, "outside, ");
	assert_string_equal(fault.reason, "outside, inside , it broke");
	memset(text, 'x', sizeof(text) - 1);
	fault_prefix(&fault, "%s", text);
	assert_int_equal(strlen(fault.reason), FAULT_REASON_MAX - 1);
	(void)fault_set(&fault, FAULT_GENERIC, -EIO, "%s", text);
	fault_prefix(&fault, "before ");
	assert_int_equal(strlen(fault.reason), FAULT_REASON_MAX - 1);
	assert_memory_equal(fault.reason, "before xxx", 10);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_set),	 cmocka_unit_test(test_join),
		cmocka_unit_test(test_one_line), cmocka_unit_test(test_cut),
		cmocka_unit_test(test_prefix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
