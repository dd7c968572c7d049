// SPDX-License-Identifier: BSD-3-Clause

#include <limits.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/deadline.h"

static void test_passes(void **state)
{
	struct deadline deadline = deadline_in(150);
	int left = deadline_left(&deadline);

	assert_in_range(left, 1, 150);
	assert_false(deadline_passed(&deadline));
	assert_int_equal(poll(NULL, 0, left), 0);
	assert_true(deadline_passed(&deadline));
	assert_int_equal(deadline_left(&deadline), 0);
	deadline = deadline_in(0);
	assert_true(deadline_passed(&deadline));
	deadline = deadline_in(-5000);
	assert_int_equal(deadline_left(&deadline), 0);
}

/* Rounded down, the last part of a millisecond would be a busy loop. */
static void test_rounds_up(void **state)
{
	struct deadline deadline = {.at = deadline_now() + 900000};

	assert_int_equal(deadline_left(&deadline), 1);
}

static void test_far(void **state)
{
	struct deadline deadline = deadline_in(10LL * INT_MAX);

	assert_int_equal(deadline_left(&deadline), INT_MAX);
	deadline = deadline_in(LLONG_MAX);
	assert_false(deadline_passed(&deadline));
	assert_int_equal(deadline_left(&deadline), INT_MAX);
	deadline = deadline_in(LLONG_MIN);
	assert_true(deadline_passed(&deadline));
}

static void test_within(void **state)
{
	const struct deadline whole = deadline_in(60000);
	struct deadline part = deadline_within(&whole, 1000);

	assert_in_range(deadline_left(&part), 1, 1000);
	part = deadline_within(&whole, 120000);
	assert_true(part.at == whole.at);
	part = deadline_within(&whole, LLONG_MAX);
	assert_true(part.at == whole.at);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_passes),
		cmocka_unit_test(test_rounds_up),
		cmocka_unit_test(test_far),
		cmocka_unit_test(test_within),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
