// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "mysql/progress.h"

#define SECOND 1000000000LL

static void test_words(void **state)
{
	static const struct {
		struct progress progress;
		const char *words;
	} rows[] = {
		{{PROGRESS_BYTES, .done = 1200000000, .total = 3400000000LL},
		 "1.2 of 3.4 GB (35 %), 600.0 MB/s"},
		{{PROGRESS_BYTES, .done = 900, .total = 0}, "900.0 B, 450.0 B/s"},
		{{PROGRESS_BYTES, .done = 5000, .total = 4000}, "5.0 of 4.0 kB (100 %), 2.5 kB/s"},
		{{PROGRESS_TRANSACTIONS, .done = 4200, .total = 10000},
		 "4200 of 10000 transactions (42 %), 2100/s"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_BUF struct buf text = BUF_INIT;

		progress_print(&rows[i].progress, 2 * SECOND, &text);
		assert_string_equal(text.data, rows[i].words);
	}
}

static void test_due(void **state)
{
	struct progress progress = {PROGRESS_BYTES, .total = 100};

	assert_false(progress_is_due(&progress, SECOND));
	progress.done = 10;
	assert_true(progress_is_due(&progress, SECOND));
	assert_false(progress_is_due(&progress, 2 * SECOND));
	assert_true(progress_is_due(&progress, 11 * SECOND));
	progress.done = 25;
	assert_true(progress_is_due(&progress, 12 * SECOND));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_due),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
