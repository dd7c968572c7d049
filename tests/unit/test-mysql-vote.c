// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/vote.h"
#include "scratch.h"

#define REPORT                                                                                     \
	"quorate-mysql 1 node=db2 state=frozen epoch=7 partial=1 settled=1 ring=1:1234 asked=3:9 " \
	"lag=-1 semi=replica waiting=0 sync=db1,db2 office=7@1763790000:ledger=12,votes=3 received=0-1-100,3-2-7"

static void test_report(void **state)
{
	AUTO_REPORT struct vote_report report = {.lag = 0};
	AUTO_BUF struct buf text = BUF_INIT;

	assert_int_equal(vote_parse(&report, REPORT, strlen(REPORT)), 0);
	assert_string_equal(report.vote.node, "db2");
	assert_int_equal(report.state, MACHINE_FROZEN);
	assert_true(report.vote.frozen);
	assert_true(report.vote.partial);
	assert_int_equal(report.vote.epoch, 7);
	assert_int_equal(report.ring_node, 1);
	assert_int_equal(report.ring_seq, 1234);
	assert_int_equal(report.asked.node, 3);
	assert_int_equal(report.asked.number, 9);
	assert_int_equal(report.semi, VOTE_SEMI_REPLICA);
	assert_string_equal(report.office, "7@1763790000:ledger=12,votes=3");
	assert_int_equal(report.lag, VOTE_LAG_UNKNOWN);
	vote_print(&report, &text);
	assert_string_equal(text.data, REPORT);
}

/* The report with one word replaced by another. */
static void replaced(char text[600], const char *word, const char *by)
{
	const char *at = strstr(REPORT, word);

	assert_non_null(at);
	(void)snprintf(text, 600, "%.*s%s%s", (int)(at - REPORT), REPORT, by, at + strlen(word));
}

static void test_no_report(void **state)
{
	static const char *const bad[][2] = {
		{"quorate-mysql 1 ", ""},
		{"mysql 1", "mysql 2"},
		{"node=db2", "node="},
		{"node=db2", "node=a/b"},
		{"state=frozen", "state=king"},
		{"epoch=7", "epoch=-7"},
		{"partial=1", "partial=2"},
		{"settled=1 ", ""},
		{"ring=1:1234", "ring=1"},
		{"asked=3:9", "asked=-3:9"},
		{"lag=-1", "lag=-2"},
		{"semi=replica", "semi=none"},
		{"waiting=0", "waiting=-1"},
		{"sync=db1", "sync=db1,db1"},
		{"sync=db1,db2 ", ""},
		{"office=7", "office=7\"7"},
		{"office=7@1763790000:ledger=12,votes=3", "office="},
		{"0-1-100,3-2-7", "0-1"},
		{" received=0-1-100,3-2-7", ""},
		{"3-2-7", "3-2-7 x"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vote_report report = {.lag = 0};
		char text[600];

		replaced(text, bad[i][0], bad[i][1]);
		print_message("%s\n", text);
		assert_int_equal(vote_parse(&report, text, strlen(text)), -EINVAL);
		assert_null(report.vote.received.ranges);
	}
	assert_int_equal(vote_parse(&(struct vote_report){.lag = 0}, "", 0), -EINVAL);
	assert_int_equal(vote_parse(&(struct vote_report){.lag = 0}, REPORT, sizeof(REPORT)),
			 -EINVAL); /* the NUL behind it */
}

/* What is left unread in the relay logs may be more than the node says. */
static void test_unsettled_has_no_vote(void **state)
{
	AUTO_REPORT struct vote_report report = {.lag = 0};
	char text[600];

	replaced(text, "settled=1", "settled=0");
	assert_int_equal(vote_parse(&report, text, strlen(text)), 0);
	assert_false(report.vote.frozen);
}

static void test_question(void **state)
{
	static const char text[] = "quorate-mysql 1 ask 2:77";
	struct vote_question question = {.node = 0};
	AUTO_REPORT struct vote_report report = {.lag = 0};
	AUTO_BUF struct buf again = BUF_INIT;

	assert_int_equal(vote_parse_question(&question, text, strlen(text)), 0);
	assert_int_equal(question.node, 2);
	assert_int_equal(question.number, 77);
	vote_print_question(&question, &again);
	assert_string_equal(again.data, text);
	assert_int_equal(vote_parse_question(&question, REPORT, strlen(REPORT)), -EINVAL);
	assert_int_equal(vote_parse(&report, text, strlen(text)), -EINVAL);
	assert_int_equal(vote_parse_question(&question, text, strlen(text) - 3), -EINVAL);
}

static void test_state_file(void **state)
{
	struct vote_state kept = {.state = MACHINE_WRITER, .partial = true}, read;
	const char *path = scratch_path(*state, "quorate.state");
	char damaged[] = "epoch=1 writer=a sync=a acks=a\nstate=writer partial=0";

	assert_int_equal(vote_load_state(&read, path), -ENOENT);
	assert_int_equal(ledger_parse(&kept.ledger, "epoch=3 writer=a sync=a acks=a,b"), 0);
	assert_int_equal(vote_save_state(&kept, path), 0);
	assert_int_equal(vote_load_state(&read, path), 0);
	assert_int_equal(read.state, MACHINE_WRITER);
	assert_true(read.partial);
	assert_int_equal(read.ledger.epoch, 3);
	assert_string_equal(read.ledger.acks.names[1], "b");
	assert_int_equal(vote_parse_state(&read, damaged), -EINVAL);
	assert_int_equal(vote_parse_state(&read, ""), -EINVAL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_no_report),
		cmocka_unit_test(test_unsettled_has_no_vote),
		cmocka_unit_test(test_question),
		cmocka_unit_test_setup_teardown(test_state_file, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
