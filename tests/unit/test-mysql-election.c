// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "mysql/election.h"

#define VOTES_MAX 4

/* "b 0-1-5 frozen", by words: node, position, then ! for not frozen, ? for partial, ^ for old. */
static void vote(struct election_vote *vote, const char *text)
{
	char node[16] = "", position[64] = "", flags[8] = "";

	assert_true(sscanf(text, "%15s %63s %7s", node, position, flags) >= 2);
	*vote = (struct election_vote){.epoch = strchr(flags, '^') ? 6 : 7,
				       .frozen = !strchr(flags, '!'),
				       .partial = strchr(flags, '?')};
	(void)snprintf(vote->node, sizeof(vote->node), "%s", node);
	assert_int_equal(gtid_parse(&vote->received, strcmp(position, "-") ? position : ""), 0);
}

static const char full[] = "epoch=7 writer=a sync=a,b,c acks=a,b,c";
static const char pair[] = "epoch=7 writer=a sync=a,b acks=a,b";
static const char alone[] = "epoch=7 writer=a sync=a acks=a,b";
static const struct {
	const char *ledger, *candidate, *votes[VOTES_MAX];
	enum election_outcome wanted;
	const char *best;
} decisions[] = {
	/* Two nodes: the survivor decides alone. */
	{pair, "b", {"b 0-1-5"}, ELECTION_WON, "b"},
	{pair, "b", {"b 0-1-5", "a 0-1-7"}, ELECTION_BEHIND, "a"},
	{pair, "b", {"b 0-1-5", "a 0-1-5"}, ELECTION_WON, "b"},
	{pair, "a", {"a 0-1-5"}, ELECTION_WON, "a"},
	{pair, "b", {"b 0-1-5 !"}, ELECTION_INCOMPLETE, NULL},
	{pair, "b", {"b 0-1-5 ^"}, ELECTION_INCOMPLETE, NULL},
	{pair, "b", {NULL}, ELECTION_INCOMPLETE, NULL},
	/* The last writer, truncated by its recovery, can't decide alone. */
	{pair, "a", {"a 0-1-5 ?"}, ELECTION_INCOMPLETE, NULL},
	{pair, "a", {"a 0-1-5 ?", "b 0-1-6"}, ELECTION_BEHIND, "b"},
	/* The writer was alone in sync: nobody else may. */
	{alone, "b", {"b 0-1-5"}, ELECTION_EXCLUDED, NULL},
	{alone, "a", {"a 0-1-5"}, ELECTION_WON, "a"},
	{alone, "a", {"a 0-1-5", "b 0-1-9"}, ELECTION_BEHIND, "b"},
	/* Three: two must vote, whoever applied more. */
	{full, "b", {"b 0-1-5"}, ELECTION_INCOMPLETE, NULL},
	{full, "b", {"b 0-1-5", "b 0-1-5"}, ELECTION_INCOMPLETE, NULL},
	{full, "b", {"b 0-1-5", "c 0-1-5 !"}, ELECTION_INCOMPLETE, NULL},
	{full, "b", {"b 0-1-5", "c 0-1-6"}, ELECTION_BEHIND, "c"},
	{full, "c", {"b 0-1-5", "c 0-1-6"}, ELECTION_WON, "c"},
	{full, "b", {"b 0-1-5,9-1-3", "c 0-1-5,9-1-4"}, ELECTION_BEHIND, "c"},
	{full, "b", {"b 0-1-5,9-1-4", "c 0-1-6,9-1-3"}, ELECTION_DIVERGED, NULL},
	{full, "b", {"b 0-1-5", "c 0-2-5"}, ELECTION_DIVERGED, NULL},
	{full, "b", {"b 0-1-5", "x 0-1-9"}, ELECTION_INCOMPLETE, NULL},
	{full, "b", {"b -", "c 0-1-6", "a 0-1-7"}, ELECTION_BEHIND, "a"},
	/* c rejoins, may have acknowledged, and is not in sync yet: its vote is needed. */
	{"epoch=7 writer=a sync=a,b acks=a,b,c", "b", {"b 0-1-5"}, ELECTION_INCOMPLETE, NULL},
	{"epoch=7 writer=a sync=a,b acks=a,b,c", "b", {"b 0-1-5", "c 0-1-6"}, ELECTION_BEHIND, "c"},
	{"epoch=7 writer=a sync=a,b acks=a,b,c",
	 "c",
	 {"b 0-1-5", "c 0-1-6"},
	 ELECTION_EXCLUDED,
	 NULL},
};

static void test_decide(void **state)
{
	for (size_t i = 0; i < sizeof(decisions) / sizeof(decisions[0]); i++) {
		struct election_vote votes[VOTES_MAX];
		const struct election_vote *best = NULL;
		struct fault fault = FAULT_INIT;
		struct ledger ledger;
		size_t count = 0;

		print_message("row %zu\n", i);
		assert_int_equal(ledger_parse(&ledger, decisions[i].ledger), 0);
		for (; count < VOTES_MAX && decisions[i].votes[count]; count++)
			vote(&votes[count], decisions[i].votes[count]);
		assert_int_equal(election_decide(&ledger, decisions[i].candidate, votes, count,
						 &best, &fault),
				 decisions[i].wanted);
		assert_int_equal(fault.kind == FAULT_NONE, decisions[i].best != NULL);
		if (decisions[i].best)
			assert_string_equal(best->node, decisions[i].best);
		while (count)
			gtid_release(&votes[--count].received);
	}
}

/* Before the first writer all are equal, and one may be missing. */
static void test_the_first(void **state)
{
	struct ledger_nodes nodes = {.count = 0};
	struct election_vote votes[2];
	const struct election_vote *best = NULL;
	struct fault fault = FAULT_INIT;
	struct ledger ledger;

	assert_int_equal(ledger_parse_nodes(&nodes, "a,b,c", 5), 0);
	ledger = ledger_first(&nodes);
	vote(&votes[0], "a -");
	vote(&votes[1], "b 0-1-1");
	votes[0].epoch = votes[1].epoch = 0;
	assert_int_equal(election_decide(&ledger, "a", votes, 1, &best, &fault),
			 ELECTION_INCOMPLETE);
	assert_int_equal(election_decide(&ledger, "a", votes, 2, &best, &fault), ELECTION_BEHIND);
	assert_string_equal(best->node, "b");
	gtid_release(&votes[1].received);
}

static void assert_ledger(const struct ledger *ledger, const char *wanted)
{
	AUTO_BUF struct buf text = BUF_INIT;

	ledger_print(ledger, &text);
	assert_string_equal(text.data, wanted);
}

static void test_ledger_decisions(void **state)
{
	struct ledger_nodes voters = {.count = 0};
	struct ledger l;

	assert_int_equal(ledger_parse(&l, "epoch=7 writer=a sync=a,b,c acks=a,b,c"), 0);
	assert_int_equal(ledger_parse_nodes(&voters, "b,c", 3), 0);
	l = ledger_elect(&l, "b", &voters);
	assert_ledger(&l, "epoch=8 writer=b sync=b acks=b,c");
	assert_int_equal(ledger_join(&l, "b", "a"), -EPERM);
	assert_int_equal(ledger_join(&l, "c", "c"), -EPERM);
	assert_int_equal(ledger_join(&l, "b", "c"), 0);
	assert_int_equal(ledger_join(&l, "b", "c"), 0);
	assert_int_equal(ledger_admit(&l, "b", "a"), 0);
	assert_ledger(&l, "epoch=8 writer=b sync=b,c acks=b,c,a");
	assert_int_equal(ledger_leave(&l, "b", "b"), -EPERM);
	assert_int_equal(ledger_leave(&l, "a", "c"), -EPERM);
	assert_int_equal(ledger_leave(&l, "b", "c"), 0);
	assert_int_equal(ledger_leave(&l, "b", "nobody"), 0);
	assert_ledger(&l, "epoch=8 writer=b sync=b acks=b,a");
}

static void test_ledger_text(void **state)
{
	static const char *const good[] = {
		"epoch=0 writer= sync=a,b acks=a,b",
		"epoch=1 writer=a sync=a acks=a",
		"epoch=9223372036854775806 writer=n1.example sync=n1.example acks=n1.example,n-2",
	};
	static const char *const bad[] = {
		"",
		"epoch=1",
		"epoch=1 writer=a sync=b acks=b",   /* the writer is not in sync */
		"epoch=1 writer=a sync=a,b acks=a", /* in sync, but may not acknowledge */
		"epoch=0 writer=a sync=a acks=a",   /* a writer before the first */
		"epoch=1 writer= sync=a acks=a",
		"epoch=1 writer=a sync=a,a acks=a",
		"epoch=1 writer=a sync=a, acks=a",
		"epoch=-1 writer=a sync=a acks=a",
		"epoch=1 writer=a sync=a acks=a more=b",
		"epoch=1 writer=a/b sync=a/b acks=a/b",
		"epoch=1  writer=a sync=a acks=a",
	};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct ledger l;

		assert_int_equal(ledger_parse(&l, good[i]), 0);
		assert_ledger(&l, good[i]);
	}
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ledger l = {.epoch = 42};

		print_message("%s\n", bad[i]);
		assert_int_equal(ledger_parse(&l, bad[i]), -EINVAL);
		assert_int_equal(l.epoch, 42);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_decide),
		cmocka_unit_test(test_the_first),
		cmocka_unit_test(test_ledger_decisions),
		cmocka_unit_test(test_ledger_text),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
