// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "rsync/roster.h"

static void say(struct roster *roster, uint32_t node, enum doorbell_role role, uint64_t generation,
		uint64_t sequence, uint32_t flags)
{
	const struct doorbell doorbell = {.kind = DOORBELL_STATE,
					  .generation = generation,
					  .sequence = sequence,
					  .state = {.role = role, .flags = flags}};

	roster_hear(roster, node, node * 100, &doorbell);
}

static void test_source(void **state)
{
	struct roster roster = {.count = 0};

	assert_null(roster_source(&roster));
	say(&roster, 1, DOORBELL_TARGET, 9, 1, 0);
	assert_null(roster_source(&roster));
	say(&roster, 2, DOORBELL_SOURCE, 5, 1, 0);
	assert_int_equal(roster_source(&roster)->node, 2);
	/* A new one was promoted before the old one knew: the higher generation counts. */
	say(&roster, 3, DOORBELL_SOURCE, 6, 0, 0);
	assert_int_equal(roster_source(&roster)->node, 3);
	say(&roster, 2, DOORBELL_SOURCE, 6, 1, 0);
	assert_null(roster_source(&roster));
	say(&roster, 1, DOORBELL_SOURCE, 7, 1, 0);
	assert_int_equal(roster_source(&roster)->node, 1);
	assert_int_equal(roster.count, 3);
	roster_drop(&roster, 1, 99); /* an earlier daemon of the node */
	assert_int_equal(roster.count, 3);
	roster_drop(&roster, 1, 100);
	assert_int_equal(roster.count, 2);
	assert_int_equal(roster_highest(&roster), 6);
}

static void test_score(void **state)
{
	struct roster roster = {.count = 0};

	assert_int_equal(roster_score(&roster, 1), 10);
	say(&roster, 1, DOORBELL_TARGET, 7, 40, DOORBELL_WHOLE);
	say(&roster, 2, DOORBELL_TARGET, 7, 41, DOORBELL_WHOLE);
	say(&roster, 3, DOORBELL_TARGET, 7, 99, 0); /* further, but with holes */
	say(&roster, 4, DOORBELL_TARGET, 6, 500, DOORBELL_WHOLE);
	assert_int_equal(roster_score(&roster, 2), 25);
	assert_int_equal(roster_score(&roster, 1), 20);
	assert_int_equal(roster_score(&roster, 3), 15);
	assert_int_equal(roster_score(&roster, 4), 10);
	assert_int_equal(roster_better(&roster, 4), 3);
	assert_int_equal(roster_better(&roster, 2), 0);
	say(&roster, 4, DOORBELL_SOURCE, 8, 0, DOORBELL_WHOLE);
	assert_int_equal(roster_score(&roster, 4), 1000);
	say(&roster, 2, DOORBELL_TARGET, 7, 41, DOORBELL_WHOLE | DOORBELL_SICK);
	assert_true(roster_score(&roster, 2) < 0);
	/* An older copy in the place of the newest one must not keep the others from being promoted. */
	assert_int_equal(roster_better(&roster, 2), 3);
	assert_int_equal(roster_better(&roster, 1), 1);
	assert_int_equal(roster_score(&roster, 1), 20);
}

static void test_bounded(void **state)
{
	struct roster roster = {.count = 0};

	for (uint32_t node = 1; node < 200; node++)
		say(&roster, node, DOORBELL_TARGET, node, 0, 0);
	assert_int_equal(roster.count, ROSTER_MAX);
	assert_int_equal(roster_highest(&roster), ROSTER_MAX);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_source),
		cmocka_unit_test(test_score),
		cmocka_unit_test(test_bounded),
	};

	return cmocka_run_group_tests_name("rsync-roster", tests, NULL, NULL);
}
