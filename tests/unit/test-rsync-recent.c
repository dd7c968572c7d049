// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rsync/recent.h"

static void test_the_minute(void **state)
{
	struct recent recent = RECENT_INIT;

	assert_int_equal(recent_sum(&recent, 1000), 0);
	recent_add(&recent, 1000, 5);
	recent_add(&recent, 1000, 1);
	recent_add(&recent, 1030, 20);
	assert_int_equal(recent_sum(&recent, 1030), 26);
	assert_int_equal(recent_sum(&recent, 1059), 26);
	assert_int_equal(recent_sum(&recent, 1060), 20);
	recent_add(&recent, 1061, 100);
	assert_int_equal(recent_sum(&recent, 1089), 120);
	assert_int_equal(recent_sum(&recent, 1090), 100);
	assert_int_equal(recent_sum(&recent, 1121), 0);
}

/* However it is spread: in no minute does more go than was asked for before. */
static void test_a_trickle(void **state)
{
	struct recent recent = RECENT_INIT;

	for (long long now = 7; now < 1000; now++) {
		recent_add(&recent, now, 2);
		assert_int_equal(recent_sum(&recent, now),
				 2 * (now - 6 < RECENT_S ? now - 6 : RECENT_S));
	}
}

static void test_long_after(void **state)
{
	struct recent recent = RECENT_INIT;

	recent_add(&recent, 0, 3);
	assert_int_equal(recent_sum(&recent, 59), 3);
	recent_add(&recent, 1000000, 4);
	assert_int_equal(recent_sum(&recent, 1000000), 4);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_minute),
		cmocka_unit_test(test_a_trickle),
		cmocka_unit_test(test_long_after),
	};

	return cmocka_run_group_tests_name("rsync-recent", tests, NULL, NULL);
}
