// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "floatip/verdict.h"

#define GRACE 300000
#define INTERVAL 60000

/* Every combination that the agent can come to, and what becomes of it. */
static void test_reach(void **state)
{
	static const struct {
		enum address_glance glance;
		enum verdict_api api;
		bool last_ours;
		long long last_age;
		int result;
		enum role_state wanted;
	} rows[] = {
		/* The API has spoken: nothing else counts. */
		{ADDRESS_UNKNOWN, VERDICT_API_OURS, false, -1, 0, ROLE_ACTIVE},
		{ADDRESS_UNKNOWN, VERDICT_API_OURS, false, 10, 0, ROLE_ACTIVE},
		{ADDRESS_UNKNOWN, VERDICT_API_OURS, true, 10, 0, ROLE_ACTIVE},
		{ADDRESS_NOT_HELD, VERDICT_API_OURS, false, 10, 0, ROLE_ACTIVE},
		{ADDRESS_HELD, VERDICT_API_OURS, true, GRACE + 1, 0, ROLE_ACTIVE},
		{ADDRESS_UNKNOWN, VERDICT_API_NOT_OURS, true, 10, 0, ROLE_ABSENT},
		{ADDRESS_UNKNOWN, VERDICT_API_NOT_OURS, false, -1, 0, ROLE_ABSENT},
		{ADDRESS_HELD, VERDICT_API_NOT_OURS, true, 10, 0, ROLE_ABSENT},
		{ADDRESS_NOT_HELD, VERDICT_API_NOT_OURS, true, 10, 0, ROLE_ABSENT},
		/* It was not asked: its last answer is young, and nobody contradicts. */
		{ADDRESS_HELD, VERDICT_API_NOT_ASKED, true, 10, 0, ROLE_ACTIVE},
		{ADDRESS_UNKNOWN, VERDICT_API_NOT_ASKED, true, 10, 0, ROLE_ACTIVE},
		{ADDRESS_UNKNOWN, VERDICT_API_NOT_ASKED, false, 10, 0, ROLE_ABSENT},
		{ADDRESS_NOT_HELD, VERDICT_API_NOT_ASKED, false, 10, 0, ROLE_ABSENT},
		/* It fails, and the metadata service says that we hold it. */
		{ADDRESS_HELD, VERDICT_API_FAILED, false, -1, 0, ROLE_ACTIVE},
		{ADDRESS_HELD, VERDICT_API_FAILED, true, GRACE + 1, 0, ROLE_ACTIVE},
		{ADDRESS_HELD, VERDICT_API_FAILED, false, 10, 0, ROLE_ACTIVE},
		/* It fails, and its last answer stands for as long as the grace. */
		{ADDRESS_UNKNOWN, VERDICT_API_FAILED, true, 0, 0, ROLE_DEGRADED},
		{ADDRESS_UNKNOWN, VERDICT_API_FAILED, true, GRACE, 0, ROLE_DEGRADED},
		{ADDRESS_NOT_HELD, VERDICT_API_FAILED, true, 10, 0, ROLE_DEGRADED},
		{ADDRESS_UNKNOWN, VERDICT_API_FAILED, false, 10, 0, ROLE_ABSENT},
		{ADDRESS_NOT_HELD, VERDICT_API_FAILED, false, 10, 0, ROLE_ABSENT},
		/* Nobody knows. */
		{ADDRESS_UNKNOWN, VERDICT_API_FAILED, true, GRACE + 1, VERDICT_CANNOT_TELL, 0},
		{ADDRESS_NOT_HELD, VERDICT_API_FAILED, true, GRACE + 1, VERDICT_CANNOT_TELL, 0},
		{ADDRESS_UNKNOWN, VERDICT_API_FAILED, false, GRACE + 1, VERDICT_CANNOT_TELL, 0},
		{ADDRESS_UNKNOWN, VERDICT_API_FAILED, false, -1, VERDICT_CANNOT_TELL, 0},
		{ADDRESS_UNKNOWN, VERDICT_API_FAILED, true, -1, VERDICT_CANNOT_TELL, 0},
		{ADDRESS_NOT_HELD, VERDICT_API_FAILED, false, -1, VERDICT_CANNOT_TELL, 0},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct verdict_view view = {
			.glance = rows[i].glance,
			.api = rows[i].api,
			.last_ours = rows[i].last_ours,
			.last_age = rows[i].last_age,
			.grace = GRACE,
		};
		enum role_state reached = ROLE_BROKEN;

		assert_int_equal(verdict_reach(&view, &reached), rows[i].result);
		assert_int_equal(reached, rows[i].result ? ROLE_BROKEN : rows[i].wanted);
	}
}

/* No grace at all forgives no failure. */
static void test_no_grace(void **state)
{
	const struct verdict_view view = {.api = VERDICT_API_FAILED,
					  .glance = ADDRESS_UNKNOWN,
					  .last_ours = true,
					  .last_age = 1};
	enum role_state reached = ROLE_BROKEN;

	assert_int_equal(verdict_reach(&view, &reached), VERDICT_CANNOT_TELL);
}

static void test_needs_api(void **state)
{
	static const struct {
		enum address_glance glance;
		bool last_ours;
		long long last_age;
		bool needs, expects;
	} rows[] = {
		{ADDRESS_UNKNOWN, false, -1, true, false},
		{ADDRESS_UNKNOWN, true, -1, true, true},
		{ADDRESS_UNKNOWN, true, 0, false, true},
		{ADDRESS_UNKNOWN, true, INTERVAL - 1, false, true},
		{ADDRESS_UNKNOWN, true, INTERVAL, true, true},
		{ADDRESS_UNKNOWN, false, 0, false, false},
		{ADDRESS_HELD, true, 0, false, true},
		{ADDRESS_HELD, true, INTERVAL, true, true},
		{ADDRESS_HELD, false, 0, true, true},
		{ADDRESS_HELD, false, -1, true, true},
		{ADDRESS_NOT_HELD, true, 0, true, false},
		{ADDRESS_NOT_HELD, false, 0, false, false},
		{ADDRESS_NOT_HELD, false, -1, true, false},
		{ADDRESS_NOT_HELD, false, INTERVAL, true, false},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct verdict_view view = {.glance = rows[i].glance,
						  .last_ours = rows[i].last_ours,
						  .last_age = rows[i].last_age};

		assert_int_equal(verdict_needs_api(&view, INTERVAL), rows[i].needs);
		assert_int_equal(verdict_expects(&view), rows[i].expects);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_reach),
		cmocka_unit_test(test_no_grace),
		cmocka_unit_test(test_needs_api),
	};

	return cmocka_run_group_tests_name("floatip-verdict", tests, NULL, NULL);
}
