// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipvs/intent.h"
#include "ipvs/muster.h"
#include "ipvs/stand.h"

static const struct step {
	bool connected, quorate, holds;
	long long now;
	enum stand_state want;
} steps[] = {
	/* no corosync, for as long as it likes */
	{false, false, false, 0, STAND_ALONE},
	{false, false, false, 99999, STAND_ALONE},
	/* met, but own messages have not come back yet */
	{true, true, false, 100000, STAND_DOUBT},
	{true, true, true, 100500, STAND_WHOLE},
	/* a ring that forms anew is no loss */
	{true, true, false, 110000, STAND_DOUBT},
	{true, true, false, 119999, STAND_DOUBT},
	{true, true, true, 119999, STAND_WHOLE},
	/* a frozen corosync is */
	{true, true, false, 120000, STAND_DOUBT},
	{true, true, false, 130000, STAND_CUT},
	{true, true, false, 130001, STAND_CUT},
	{true, true, true, 140000, STAND_WHOLE},
	/* quorate=0 needs no doubt, and quorum alone is not enough to return */
	{true, false, true, 140001, STAND_CUT},
	{true, true, false, 140002, STAND_CUT},
	{true, true, true, 140003, STAND_WHOLE},
	/* the end of corosync; a new one */
	{false, false, false, 140004, STAND_CUT},
	{true, true, false, 140005, STAND_CUT},
	{true, true, true, 140006, STAND_WHOLE},
};

static void test_stands(void **state)
{
	struct stand stand = {.state = STAND_ALONE};

	for (size_t i = 0; i < ARRAY_SIZE(steps); i++) {
		const struct step *s = &steps[i];
		const enum stand_state before = stand.state;
		const bool news = stand_look(&stand, s->connected, s->quorate, s->holds, s->now);

		assert_int_equal(stand.state, s->want);
		assert_int_equal(news, before != stand.state);
	}
}

/* Met without quorum: there is a cluster, and it is elsewhere. */
static void test_met_without_quorum(void **state)
{
	struct stand stand = {.state = STAND_ALONE};

	assert_true(stand_look(&stand, true, false, false, 0));
	assert_int_equal(stand.state, STAND_CUT);
}

static void test_waits(void **state)
{
	struct stand stand = {.state = STAND_DOUBT, .since = 500};

	assert_int_equal(stand_wait(&stand, 600), STAND_DOUBT_MS - 100);
	assert_int_equal(stand_wait(&stand, 600 + STAND_DOUBT_MS), 0);
	stand.state = STAND_WHOLE;
	assert_int_equal(stand_wait(&stand, 600), -1);
}

static struct inet inet(const char *text)
{
	struct inet parsed;

	assert_int_equal(inet_parse(text, &parsed), 0);
	return parsed;
}

/* By its own addresses, or as the intent says, which counts more. */
static void test_muster(void **state)
{
	struct inet one[] = {inet("10.0.0.1"), inet("10.9.0.1")}, two[] = {inet("10.0.0.2")};
	struct muster_node nodes[] = {
		{.id = 1, .name = "web1", .addresses = {.items = one, .count = 2}},
		{.id = 7, .name = "web2", .addresses = {.items = two, .count = 1}},
	};
	const struct muster muster = {.nodes = nodes, .count = 2};
	struct intent_node said[] = {{inet("10.5.0.1"), "web2"},
				     {inet("10.5.0.2"), "1"},
				     {inet("10.0.0.2"), ""},
				     {inet("10.5.0.3"), "nobody"}};
	const struct intent intent = {.nodes = said, .node_count = ARRAY_SIZE(said)};
	static const struct {
		const char *address;
		uint32_t node; /* 0: none */
	} rows[] = {{"10.0.0.1", 1}, {"10.9.0.1", 1}, {"10.0.0.3", 0}, {"10.5.0.1", 7},
		    {"10.5.0.2", 1}, {"10.0.0.2", 0}, {"10.5.0.3", 0}};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct inet address = inet(rows[i].address);
		const struct muster_node *found = muster_find(&muster, &intent, &address);

		assert_int_equal(found ? found->id : 0, rows[i].node);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stands),
		cmocka_unit_test(test_met_without_quorum),
		cmocka_unit_test(test_waits),
		cmocka_unit_test(test_muster),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
