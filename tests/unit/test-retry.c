// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/attr.h"
#include "base/fault.h"
#include "daemon/retry.h"

static void nothing(void *data)
{
	(void)data;
}

static void test_pauses(void **state)
{
	static const long long pauses[] = {1000, 2000, 4000, 5000, 5000};
	AUTO_LOOP struct loop *loop = NULL;
	struct fault fault = FAULT_INIT;
	struct retry retry;

	(void)state;
	assert_int_equal(loop_new(&loop, &fault), 0);
	retry_init(&retry, loop, 1000, 5000, nothing, NULL);
	for (size_t i = 0; i < ARRAY_SIZE(pauses); i++) {
		retry_later(&retry);
		assert_true(retry.timer.set);
		assert_int_equal(retry.pause, pauses[i]);
	}
	retry_worked(&retry);
	retry_later(&retry);
	assert_int_equal(retry.pause, 1000);
	loop_timer_clear(&retry.timer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_pauses)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
