// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/gtid.h"

#define U1 "3e11fa47-71ca-11e1-9e33-c80aa9429562"
#define U2 "5d9a0f2c-0d3e-11ee-be56-0242ac120002"

static void assert_text(const struct gtid_set *set, const char *wanted)
{
	AUTO_BUF struct buf text = BUF_INIT;

	gtid_print(set, &text);
	assert_string_equal(text.data, wanted);
}

static void test_parse(void **state)
{
	static const struct {
		enum gtid_flavour flavour;
		const char *text, *wanted; /* NULL: refused */
	} rows[] = {
		{GTID_MARIADB, "", ""},
		{GTID_MARIADB, " \n", ""},
		{GTID_MARIADB, "0-1-100", "0-1-100"},
		{GTID_MARIADB, "3-2-7,0-1-100", "0-1-100,3-2-7"},
		{GTID_MARIADB, "10-1-1, 9-1-1", "9-1-1,10-1-1"},
		{GTID_MARIADB, "0-1-0", ""},
		{GTID_MARIADB, "4294967295-4294967295-9223372036854775807",
		 "4294967295-4294967295-9223372036854775807"},
		{GTID_MARIADB, "4294967296-1-1", NULL},
		{GTID_MARIADB, "0-1-9223372036854775808", NULL},
		{GTID_MARIADB, "0-1-18446744073709551616", NULL},
		{GTID_MARIADB, "0-1-1,0-2-5", NULL},
		{GTID_MARIADB, "0-1", NULL},
		{GTID_MARIADB, "0-1-", NULL},
		{GTID_MARIADB, "0-1-1,", NULL},
		{GTID_MARIADB, ",0-1-1", NULL},
		{GTID_MARIADB, "0-1-1-1", NULL},
		{GTID_MARIADB, "0--1-1", NULL},
		{GTID_MARIADB, "0-1-1 1-1-1", NULL},
		{GTID_MYSQL, "", ""},
		{GTID_MYSQL, U1 ":1-5", U1 ":1-5"},
		{GTID_MYSQL, U1 ":7:1-5:6", U1 ":1-7"},
		{GTID_MYSQL, U1 ":1-5:11-18:47", U1 ":1-5:11-18:47"},
		{GTID_MYSQL, U2 ":1-2,\n" U1 ":3", U1 ":3," U2 ":1-2"},
		{GTID_MYSQL, "3E11FA47-71CA-11E1-9E33-C80AA9429562:1", U1 ":1"},
		{GTID_MYSQL, U1 ":1-3:blue:1:red:4-5", U1 ":1-3," U1 ":blue:1," U1 ":red:4-5"},
		{GTID_MYSQL, U1, NULL},
		{GTID_MYSQL, U1 ":", NULL},
		{GTID_MYSQL, U1 ":0", NULL},
		{GTID_MYSQL, U1 ":5-4", NULL},
		{GTID_MYSQL, U1 ":1-5:blue", NULL},
		{GTID_MYSQL, U1 ":a23456789012345678901234567890123:1", NULL},
		{GTID_MYSQL, "3e11fa47-71ca-11e1-9e33-c80aa942956:1", NULL},
		{GTID_MYSQL, U1 ":9223372036854775807", NULL},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_GTID struct gtid_set set = GTID_SET_INIT(rows[i].flavour);

		print_message("%s\n", rows[i].text);
		assert_int_equal(gtid_parse(&set, rows[i].text), rows[i].wanted ? 0 : -EINVAL);
		if (rows[i].wanted)
			assert_text(&set, rows[i].wanted);
		else
			assert_int_equal(set.count, 0);
	}
}

/* Numbers are compared, all domains count, and a number with two servers is two histories. */
static void test_compare(void **state)
{
	static const struct {
		enum gtid_flavour flavour;
		const char *a, *b;
		enum gtid_order wanted;
	} rows[] = {
		{GTID_MARIADB, "", "", GTID_EQUAL},
		{GTID_MARIADB, "0-1-9", "0-1-10", GTID_LESS},
		{GTID_MARIADB, "0-1-100", "0-2-90", GTID_MORE},
		{GTID_MARIADB, "0-1-100", "0-2-100", GTID_DIVERGED},
		{GTID_MARIADB, "0-1-100,1-1-5", "0-1-100", GTID_MORE},
		{GTID_MARIADB, "0-1-100,1-1-5", "0-1-100,1-1-6", GTID_LESS},
		{GTID_MARIADB, "0-1-101,1-1-5", "0-1-100,1-1-6", GTID_DIVERGED},
		{GTID_MARIADB, "0-1-5", "1-1-5", GTID_DIVERGED},
		{GTID_MARIADB, "0-1-9007199254740993", "0-1-9007199254740992", GTID_MORE},
		{GTID_MYSQL, U1 ":1-5", U1 ":1-5", GTID_EQUAL},
		{GTID_MYSQL, U1 ":1-5", U1 ":1-6", GTID_LESS},
		{GTID_MYSQL, U1 ":1-5:7", U1 ":1-6", GTID_DIVERGED},
		{GTID_MYSQL, U1 ":1-5," U2 ":1", U1 ":2-3", GTID_MORE},
		{GTID_MYSQL, U1 ":1-5", U2 ":1-5", GTID_DIVERGED},
		{GTID_MYSQL, U1 ":1-5:blue:1", U1 ":1-5", GTID_MORE},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_GTID struct gtid_set a = GTID_SET_INIT(rows[i].flavour);
		AUTO_GTID struct gtid_set b = GTID_SET_INIT(rows[i].flavour);
		static const enum gtid_order mirrored[] = {GTID_EQUAL, GTID_MORE, GTID_LESS,
							   GTID_DIVERGED};

		print_message("%s | %s\n", rows[i].a, rows[i].b);
		assert_int_equal(gtid_parse(&a, rows[i].a), 0);
		assert_int_equal(gtid_parse(&b, rows[i].b), 0);
		assert_int_equal(gtid_compare(&a, &b), rows[i].wanted);
		assert_int_equal(gtid_compare(&b, &a), mirrored[rows[i].wanted]);
	}
}

static void test_unite_and_errant(void **state)
{
	static const struct {
		enum gtid_flavour flavour;
		const char *mine, *theirs, *united, *errant; /* united NULL: -ESTALE */
		unsigned size;				     /* of what is errant */
	} rows[] = {
		{GTID_MARIADB, "0-1-10", "", "0-1-10", "0-1-10", 10},
		{GTID_MARIADB, "0-1-10", "0-1-12", "0-1-12", "", 0},
		{GTID_MARIADB, "0-1-12", "0-2-10", "0-1-12", "0-1-12", 2},
		{GTID_MARIADB, "0-1-12", "0-2-12", NULL, "0-1-12", 1},
		{GTID_MARIADB, "0-1-12,5-1-3", "0-1-12", "0-1-12,5-1-3", "5-1-3", 3},
		{GTID_MYSQL, U1 ":1-10", U1 ":1-3:5", U1 ":1-10", U1 ":4:6-10", 6},
		{GTID_MYSQL, U1 ":1-3", U1 ":4-5", U1 ":1-5", U1 ":1-3", 3},
		{GTID_MYSQL, U1 ":5-6", U2 ":1," U1 ":1-10", U1 ":1-10," U2 ":1", "", 0},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		AUTO_GTID struct gtid_set mine = GTID_SET_INIT(rows[i].flavour);
		AUTO_GTID struct gtid_set theirs = GTID_SET_INIT(rows[i].flavour);
		AUTO_GTID struct gtid_set errant = GTID_SET_INIT(rows[i].flavour);

		print_message("%s | %s\n", rows[i].mine, rows[i].theirs);
		assert_int_equal(gtid_parse(&mine, rows[i].mine), 0);
		assert_int_equal(gtid_parse(&theirs, rows[i].theirs), 0);
		assert_int_equal(gtid_errant(&mine, &theirs, &errant), 0);
		assert_text(&errant, rows[i].errant);
		assert_int_equal(gtid_size(&errant), rows[i].size);
		assert_int_equal(gtid_unite(&mine, &theirs), rows[i].united ? 0 : -ESTALE);
		assert_text(&mine, rows[i].united ? rows[i].united : rows[i].mine);
	}
}

static void test_size_saturates(void **state)
{
	AUTO_GTID struct gtid_set set = GTID_SET_INIT(GTID_MARIADB);

	assert_int_equal(gtid_parse(&set, "0-1-9223372036854775807,1-1-9223372036854775807"), 0);
	assert_true(gtid_size(&set) == GTID_NUMBER_MAX);
}

static void test_too_many(void **state)
{
	AUTO_GTID struct gtid_set set = GTID_SET_INIT(GTID_MYSQL);
	AUTO_BUF struct buf text = BUF_INIT;

	buf_adds(&text, U1);
	for (unsigned i = 0; i < GTID_RANGES_MAX; i++)
		buf_addf(&text, ":%u", 2 * i + 1);
	assert_int_equal(gtid_parse(&set, text.data), 0);
	assert_int_equal(set.count, GTID_RANGES_MAX);
	buf_adds(&text, ":999999");
	assert_int_equal(gtid_parse(&set, text.data), -E2BIG);
	assert_int_equal(set.count, 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_parse),
		cmocka_unit_test(test_compare),
		cmocka_unit_test(test_unite_and_errant),
		cmocka_unit_test(test_size_saturates),
		cmocka_unit_test(test_too_many),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
