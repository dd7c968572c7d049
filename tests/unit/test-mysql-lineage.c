// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/lineage.h"

static void test_texts(void **state)
{
	static const struct {
		const char *text;
		int wanted;
		size_t count;
	} rows[] = {
		{"", 0, 0},
		{"0-1-5", 0, 1},
		{"0-1-5,0-2-7, 3-1-1", 0, 3},
		{"0-1-5,0-1-7", 0, 1},
		{"0-1", -EINVAL, 0},
		{"0-1-5,", -EINVAL, 0},
		{"0-1-x", -EINVAL, 0},
		{"0--5", -EINVAL, 0},
		{"4294967296-1-1", -EINVAL, 0},
		{"0-1-9223372036854775808", -EINVAL, 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_LINEAGE struct lineage lineage = LINEAGE_INIT;

		assert_int_equal(lineage_add(&lineage, rows[i].text), rows[i].wanted);
		assert_int_equal(lineage.count, rows[i].count);
	}
}

/* The old writer, 1, against the new one, 2: who has something alone, and from where on. */
static void test_two(void **state)
{
	static const struct {
		const char *mine, *theirs, *common, *rest;
		bool strays;
	} rows[] = {
		{"0-1-102", "0-1-102", "0-1-102", "0-1-102", false},
		{"0-1-105", "0-1-102", "0-1-102", "0-1-102", true},
		/* their number has passed mine: a position would say that they have it all */
		{"0-1-105", "0-1-102,0-2-150", "0-1-102", "0-1-102", true},
		{"0-1-102", "0-1-102,0-2-150", "0-1-102", "0-1-102", false},
		/* the last common one is another server's */
		{"0-1-105,0-2-90", "0-1-80,0-2-120", "0-2-90", "0-1-80,0-2-90", true},
		{"0-1-105,0-2-110", "0-1-105,0-2-108,0-3-120", "0-2-108", "0-1-105,0-2-108", true},
		/* domains are apart */
		{"1-1-50,2-2-40", "1-1-48,2-2-60", "1-1-48,2-2-40", "1-1-48,2-2-40", true},
		{"1-1-50,2-2-40", "1-1-70,2-2-60", "1-1-50,2-2-40", "1-1-50,2-2-40", false},
		/* they don't know server 1: nothing can be told, and nothing is undone */
		{"0-1-105", "0-2-150", NULL, NULL, false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_LINEAGE struct lineage mine = LINEAGE_INIT, theirs = LINEAGE_INIT;
		AUTO_GTID struct gtid_set common = GTID_SET_INIT(GTID_MARIADB);
		AUTO_BUF struct buf text = BUF_INIT, rest = BUF_INIT;

		assert_int_equal(lineage_add(&mine, rows[i].mine), 0);
		assert_int_equal(lineage_add(&theirs, rows[i].theirs), 0);
		assert_int_equal(lineage_strays(&mine, &theirs), rows[i].strays);
		assert_int_equal(lineage_common(&mine, &theirs, &common),
				 rows[i].common ? 0 : -ENODATA);
		if (!rows[i].common)
			continue;
		gtid_print(&common, &text);
		assert_string_equal(text.data, rows[i].common);
		lineage_print_shared(&mine, &theirs, &rest);
		assert_string_equal(rest.data, rows[i].rest);
	}
}

/* The server takes the last one of a domain for the last transaction, whatever the order here is. */
static void test_order(void **state)
{
	AUTO_LINEAGE struct lineage lineage = LINEAGE_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	assert_int_equal(lineage_add(&lineage, "1-2-7,0-2-150,0-1-140"), 0);
	assert_int_equal(lineage_add(&lineage, "0-1-160,1-1-3"), 0);
	lineage_print_shared(&lineage, &lineage, &text);
	assert_string_equal(text.data, "0-2-150,0-1-160,1-1-3,1-2-7");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_texts),
		cmocka_unit_test(test_two),
		cmocka_unit_test(test_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
