// SPDX-License-Identifier: BSD-3-Clause
/*
 * When a writer ends writing by itself; and what the watchers know and show of each other.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/deadline.h"
#include "mysql/chorus.h"
#include "mysql/fence.h"
#include "mysql/office.h"
#include "mysql/status.h"
#include "mysql/view_text.h"

static const struct fence_view well = {
	.writes = true,
	.watched = true,
	.holds = true,
	.patience = 3630,
	.retiring = -1,
	.bound = 10000,
};

static void expect(const struct fence_view *view, enum fence_verdict verdict, long long wait)
{
	long long got = -2;

	assert_int_equal(fence_decide(view, &got), verdict);
	assert_int_equal(got, wait);
}

static void test_calm(void **state)
{
	struct fence_view v = well;

	expect(&v, FENCE_CALM, -1);
	v.holds = false;
	v.lost = v.replaced = true;
	v.doubt = 100000;
	v.writes = false;
	expect(&v, FENCE_CALM, -1);
	v.writes = true;
	v.watched = false; /* nobody could take its place */
	expect(&v, FENCE_CALM, -1);
}

static void test_signs(void **state)
{
	struct fence_view v = well;

	v.holds = false;
	v.lost = true;
	expect(&v, FENCE_RETIRE, -1);
	v = well;
	v.replaced = true; /* also with quorum */
	expect(&v, FENCE_RETIRE, -1);
	v = well;
	v.holds = false;
	v.doubt = 3000;
	expect(&v, FENCE_DOUBT, 630);
	v.doubt = 3630;
	expect(&v, FENCE_RETIRE, -1);
}

/* What was begun is ended, whether quorum comes back or not. */
static void test_bound(void **state)
{
	struct fence_view v = well;

	v.retiring = 0;
	expect(&v, FENCE_RETIRE, 10000);
	v.retiring = 9999;
	expect(&v, FENCE_RETIRE, 1);
	v.retiring = 10000;
	expect(&v, FENCE_KILL, -1);
	v.shut = true;
	expect(&v, FENCE_CALM, -1);
}

static void hear(struct chorus *chorus, uint32_t node, uint32_t pid, const char *text)
{
	struct vote_report report = {.lag = 0};
	char line[600];

	(void)snprintf(line, sizeof(line), "quorate-mysql 1 %s", text);
	assert_int_equal(vote_parse(&report, line, strlen(line)), 0);
	assert_int_equal(chorus_hear(chorus, node, pid, 0, &report), 0);
}

#define TAIL " partial=0 settled=1 ring=1:8 asked=0:0 "

static void sing(struct chorus *chorus)
{
	hear(chorus, 1, 11,
	     "node=db1 state=writer epoch=7" TAIL "lag=-1 semi=writer waiting=2 sync=db1,db2 "
	     "office=7@1763790000:ledger=12,votes=3 received=0-1-100");
	hear(chorus, 2, 22,
	     "node=db2 state=following epoch=7" TAIL
	     "lag=0 semi=replica waiting=0 sync=db2 office=- received=0-1-99");
	hear(chorus, 3, 33,
	     "node=db3 state=diverged epoch=6" TAIL
	     "lag=3 semi=off waiting=0 sync= office=- received=0-1-98,4-3-5");
}

static void test_chorus(void **state)
{
	struct chorus chorus = {.count = 0};

	sing(&chorus);
	assert_int_equal(chorus.count, 3);
	assert_string_equal(chorus_writer(&chorus)->report.vote.node, "db1");
	assert_int_equal(chorus_epoch(&chorus), 7);
	/* Another watcher on the node takes the place of the one before, whose end comes later. */
	hear(&chorus, 1, 12,
	     "node=db1 state=detached epoch=8" TAIL
	     "lag=-1 semi=off waiting=0 sync= office=- received=");
	chorus_drop(&chorus, 1, 11);
	assert_int_equal(chorus.count, 3);
	assert_null(chorus_writer(&chorus));
	assert_int_equal(chorus_epoch(&chorus), 8);
	chorus_drop(&chorus, 1, 12);
	assert_null(chorus_find(&chorus, "db1"));
	assert_int_equal(chorus.count, 2);
	chorus_release(&chorus);
}

/* A report that answers nothing says what the answer said, and newer. */
static void test_answer_stays(void **state)
{
	struct chorus chorus = {.count = 0};

	hear(&chorus, 1, 11,
	     "node=db1 state=writer epoch=7 partial=0 settled=1 ring=1:8 asked=2:5 "
	     "lag=-1 semi=off waiting=0 sync= office=- received=");
	hear(&chorus, 1, 11,
	     "node=db1 state=writer epoch=7" TAIL
	     "lag=-1 semi=off waiting=0 sync= office=- received=");
	assert_int_equal(chorus.voices[0].report.asked.node, 2);
	assert_int_equal(chorus.voices[0].report.asked.number, 5);
	chorus_release(&chorus);
}

static void test_table(void **state)
{
	struct chorus chorus = {.count = 0};
	struct status_heard heard = {.node = "db3", .received = GTID_SET_INIT(GTID_MARIADB)};
	struct status status = {.resource = "db",
				.self = "db2",
				.chorus = &chorus,
				.heard = &heard,
				.heard_count = 1,
				.clustered = true,
				.quorate = true,
				.error = "",
				.copy = ""};
	AUTO_BUF struct buf text = BUF_INIT;

	sing(&chorus);
	assert_int_equal(gtid_parse(&heard.received, "0-1-98,4-3-5"), 0);
	status_print(&status, &text);
	print_message("%s", text.data);
	assert_non_null(strstr(text.data, "db: the writer is db1, epoch 7\n"));
	assert_non_null(strstr(text.data, "* db2 "));
	assert_non_null(strstr(text.data, "0-1-100, 2 commits wait for an acknowledgement\n"));
	assert_non_null(strstr(text.data, "0-1-98,4-3-5, errant: 4-3-5\n"));
	assert_non_null(strstr(text.data, "last failover: db1 became the writer of epoch 7 at "
					  "2025-11-22T05:40:00Z; ms: ledger 12;votes 3\n"));
	buf_clear(&text);
	status_print_json(&status, &text);
	print_message("%s", text.data);
	assert_non_null(strstr(text.data, "\"milliseconds\":{\"ledger\":12,\"votes\":3}"));
	assert_non_null(strstr(text.data, "\"errant_position\":\"4-3-5\""));
	gtid_release(&heard.received);
	chorus_release(&chorus);
}

static void test_office(void **state)
{
	AUTO_BUF struct buf text = BUF_INIT;
	struct office office;

	office_begin(&office, deadline_now() - 30000000);
	office_note(&office, OFFICE_LOOK);
	office_note(&office, OFFICE_LEDGER);
	assert_in_range(office.milliseconds[OFFICE_LOOK], 30, 1000);
	office.milliseconds[OFFICE_DRAIN] = 77;
	office_print(&office, 9, &text);
	assert_true(!strncmp(text.data, "9@", 2));
	assert_non_null(strstr(text.data, ",drain=77,"));
	assert_true(text.length < VOTE_OFFICE_MAX);
}

static void test_view(void **state)
{
	struct view view = {.read_only = true,
			    .receiving = true,
			    .lag = VIEW_LAG_UNKNOWN,
			    .semi_waiting = 3,
			    .source_port = 3306,
			    .source_host = "192.0.2.1",
			    .error = "a \\ and\na line",
			    .executed = GTID_SET_INIT(GTID_MARIADB),
			    .received = GTID_SET_INIT(GTID_MARIADB)};
	CLEANUP(view_release) struct view read = {.lag = 0}, none = {.lag = 0};
	AUTO_BUF struct buf text = BUF_INIT, again = BUF_INIT;
	pid_t server = 0;

	assert_int_equal(gtid_parse(&view.executed, "0-1-100"), 0);
	assert_int_equal(gtid_parse(&view.received, "0-1-101,3-2-7"), 0);
	assert_int_equal(view_print(&view, 4711, &text), 0);
	assert_int_equal(view_parse(&read, text.data, &server), 0);
	assert_int_equal(server, 4711);
	assert_true(read.read_only && read.receiving && !read.applying && !read.conflict);
	assert_int_equal(read.semi_waiting, 3);
	assert_int_equal(read.lag, VIEW_LAG_UNKNOWN);
	assert_string_equal(read.error, view.error);
	assert_int_equal(view_print(&read, 4711, &again), 0);
	assert_string_equal(again.data, text.data);
	assert_int_equal(view_parse(&none, "server=1\nmysql=0\n", &server), -EINVAL);
	assert_int_equal(view_parse(&none, "", &server), -EINVAL);
	view_release(&view);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_calm),	     cmocka_unit_test(test_signs),
		cmocka_unit_test(test_bound),	     cmocka_unit_test(test_chorus),
		cmocka_unit_test(test_answer_stays), cmocka_unit_test(test_table),
		cmocka_unit_test(test_office),	     cmocka_unit_test(test_view),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
