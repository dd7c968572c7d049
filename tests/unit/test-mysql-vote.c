// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "mysql/vote.h"
#include "scratch.h"

#define REPORT                                                                                     \
	"quorate-mysql 1 node=db2 state=frozen epoch=7 partial=1 ring=1:1234 lag=-1 "              \
	"received=0-1-100,3-2-7"

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
	assert_int_equal(report.lag, VOTE_LAG_UNKNOWN);
	vote_print(&report, &text);
	assert_string_equal(text.data, REPORT);
}

static void test_no_report(void **state)
{
	static const char *const bad[] = {
		"",
		"quorate-mysql 1 ",
		"quorate-mysql 2 node=db2 state=frozen epoch=7 partial=0 ring=1:1 lag=0 received=",
		"quorate-mysql 1 node= state=frozen epoch=7 partial=0 ring=1:1 lag=0 received=",
		"quorate-mysql 1 node=a state=king epoch=7 partial=0 ring=1:1 lag=0 received=",
		"quorate-mysql 1 node=a state=frozen epoch=-7 partial=0 ring=1:1 lag=0 received=",
		"quorate-mysql 1 node=a state=frozen epoch=7 partial=2 ring=1:1 lag=0 received=",
		"quorate-mysql 1 node=a state=frozen epoch=7 partial=0 ring=1 lag=0 received=",
		"quorate-mysql 1 node=a state=frozen epoch=7 partial=0 ring=1:1 lag=-2 received=",
		"quorate-mysql 1 node=a state=frozen epoch=7 partial=0 ring=1:1 lag=0 received=0-1",
		"quorate-mysql 1 node=a state=frozen epoch=7 partial=0 ring=1:1 lag=0",
		"quorate-mysql 1 node=a state=frozen epoch=7 partial=0 ring=1:1 lag=0 received=0-1-1 x",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct vote_report report = {.lag = 0};

		print_message("%s\n", bad[i]);
		assert_int_equal(vote_parse(&report, bad[i], strlen(bad[i])), -EINVAL);
		assert_null(report.vote.received.ranges);
	}
	assert_int_equal(vote_parse(&(struct vote_report){.lag = 0}, REPORT, sizeof(REPORT)),
			 -EINVAL); /* the NUL behind it */
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
		cmocka_unit_test_setup_teardown(test_state_file, scratch_setup, scratch_teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
