// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/machine.h"

/* Whether one state can be reached from another without passing a third. */
static bool reaches(enum machine_state from, enum machine_state to, enum machine_state without)
{
	bool seen[MACHINE_STATES] = {false};
	bool grew = true;

	seen[from] = true;
	while (grew) {
		grew = false;
		for (int a = 0; a < MACHINE_STATES; a++)
			for (int b = 0; b < MACHINE_STATES; b++)
				if (seen[a] && !seen[b] && b != (int)without &&
				    machine_may((enum machine_state)a, (enum machine_state)b)) {
					seen[b] = true;
					grew = true;
				}
	}
	return seen[to];
}

static void test_the_law_of_order(void **state)
{
	assert_true(reaches(MACHINE_DOWN, MACHINE_WRITER, MACHINE_STATES));
	assert_false(reaches(MACHINE_DOWN, MACHINE_WRITER, MACHINE_FROZEN));
	assert_false(reaches(MACHINE_DOWN, MACHINE_WRITER, MACHINE_DRAINED));
	assert_false(reaches(MACHINE_DOWN, MACHINE_WRITER, MACHINE_ELECTED));
	assert_false(reaches(MACHINE_FOLLOWING, MACHINE_WRITER, MACHINE_FROZEN));
}

static void test_a_writer_ends_before_it_follows(void **state)
{
	assert_false(machine_may(MACHINE_WRITER, MACHINE_FOLLOWING));
	assert_false(machine_may(MACHINE_ELECTED, MACHINE_FOLLOWING));
	assert_false(machine_may(MACHINE_RETIRING, MACHINE_FOLLOWING));
	assert_false(machine_may(MACHINE_RETIRING, MACHINE_WRITER));
	assert_false(machine_may(MACHINE_DIVERGED, MACHINE_FROZEN));
}

static void test_any_server_can_die(void **state)
{
	for (int i = 0; i < MACHINE_STATES; i++) {
		assert_true(i == MACHINE_DOWN || machine_may((enum machine_state)i, MACHINE_DOWN));
		assert_true(reaches(MACHINE_DOWN, (enum machine_state)i, MACHINE_STATES));
		assert_false(machine_may((enum machine_state)i, (enum machine_state)i));
	}
}

static void test_traits(void **state)
{
	for (int i = 0; i < MACHINE_STATES; i++) {
		const struct machine_traits *t = machine_traits((enum machine_state)i);
		enum machine_state found = MACHINE_STATES;

		assert_int_equal(machine_parse(t->name, &found), 0);
		assert_int_equal(found, i);
		assert_false(t->votes && t->acknowledges);
		assert_int_equal(t->writes, i == MACHINE_WRITER);
		assert_int_equal(t->acknowledges, i == MACHINE_FOLLOWING);
	}
	assert_int_equal(machine_parse("master", &(enum machine_state){0}), -EINVAL);
}

static void test_move(void **state)
{
	enum machine_state s = MACHINE_FROZEN;

	assert_int_equal(machine_move(&s, MACHINE_WRITER), -EPERM);
	assert_int_equal(s, MACHINE_FROZEN);
	assert_int_equal(machine_move(&s, MACHINE_DRAINED), 0);
	assert_int_equal(s, MACHINE_DRAINED);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_the_law_of_order),
		cmocka_unit_test(test_a_writer_ends_before_it_follows),
		cmocka_unit_test(test_any_server_can_die),
		cmocka_unit_test(test_traits),
		cmocka_unit_test(test_move),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
