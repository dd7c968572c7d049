// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "vip-given.h"
#include "vip/herald.h"

static void test_plan(void **state)
{
	static const long long due[] = {0, 100, 200, 1100, 5000, 10000, 15000};
	AUTO_VIP struct vip_config *config = vip_given(VALUES("ip", "192.0.2.10"));

	for (size_t n = 0; n < ARRAY_SIZE(due); n++)
		assert_int_equal(herald_due(config, (long)n), due[n]);
	for (long n = 1; n < 1000; n++)
		assert_true(herald_due(config, n) > herald_due(config, n - 1));
}

static void test_interval(void **state)
{
	AUTO_VIP struct vip_config *config =
		vip_given(VALUES("ip", "192.0.2.10", "arp_interval", "60000", "arp_count", "1000"));

	assert_int_equal(herald_due(config, 0), 0);
	assert_int_equal(herald_due(config, 1), 60000);
	assert_int_equal(herald_due(config, 999), 59940000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plan),
		cmocka_unit_test(test_interval),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
