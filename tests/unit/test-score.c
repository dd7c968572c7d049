// SPDX-License-Identifier: BSD-3-Clause
/*
 * No cluster runs here, so that the tool fails or is missing: whatever it is, it is told in one
 * sentence that names the tool.
 */

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "cluster/score.h"

static void expect_fault(int r, const struct fault *fault)
{
	assert_true(r < 0);
	assert_int_equal(fault->kind, FAULT_GENERIC);
	assert_memory_equal(fault->reason, "/usr/sbin/attrd_updater", 23);
	assert_null(strchr(fault->reason, '\n'));
}

static void test_fails(void **state)
{
	struct deadline deadline = deadline_in(10000);
	struct fault fault = FAULT_INIT;

	expect_fault(score_set("no-such-resource", 5, &deadline, &fault), &fault);
	fault = FAULT_INIT;
	expect_fault(score_delete("no-such-resource", &deadline, &fault), &fault);
	deadline = deadline_in(0);
	fault = FAULT_INIT;
	expect_fault(score_set("no-such-resource", 5, &deadline, &fault), &fault);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_fails),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
