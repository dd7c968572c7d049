// SPDX-License-Identifier: BSD-3-Clause

#include <linux/ip_vs.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "net/ipvs_change.h"
#include "net/ipvs_text.h"

#define WEB "service 4 0 6 192.0.2.1 80 wrr - 0 0 32\n"
#define ONE "server 10.0.0.1 80 0 1 0 0 0 0 0\n"
#define TWO "server 10.0.0.2 80 0 1 0 0 0 0 0\n"
#define MAIL "service 4 0 6 192.0.2.1 25 rr - 0 0 32\n"

/* The changes as lines, each a sentence. */
static const char *changes_of(const char *have, const char *want, const char *owned,
			      struct buf *text)
{
	AUTO_IPVS_TABLE struct ipvs_table from = IPVS_TABLE_INIT, to = IPVS_TABLE_INIT,
					  ours = IPVS_TABLE_INIT;
	AUTO_IPVS_CHANGES struct ipvs_changes changes = IPVS_CHANGES_INIT;
	char line[IPVS_CHANGE_TEXT_MAX];

	assert_int_equal(ipvs_parse(have, &from), 0);
	assert_int_equal(ipvs_parse(want, &to), 0);
	assert_int_equal(ipvs_parse(owned, &ours), 0);
	assert_int_equal(ipvs_difference(&from, &to, &ours, &changes), 0);
	buf_clear(text);
	for (size_t i = 0; i < changes.count; i++)
		buf_addf(text, "%s\n", ipvs_change_text(&changes.items[i], line));
	return text->data;
}

static void test_rows(void **state)
{
	static const struct {
		const char *have, *want, *owned, *changes;
	} rows[] = {
		{"", "", "", ""},
		{WEB ONE TWO, WEB ONE TWO, "", ""},
		/* Another order is no difference. */
		{WEB ONE TWO MAIL, MAIL WEB TWO ONE, "", ""},
		{"", WEB ONE, "",
		 "tcp 192.0.2.1:80 is missing\n"
		 "tcp 192.0.2.1:80: server 10.0.0.1:80 is missing\n"},
		/* What comes comes before what goes: a service is never without servers. */
		{WEB ONE, WEB TWO, "",
		 "tcp 192.0.2.1:80: server 10.0.0.2:80 is missing\n"
		 "tcp 192.0.2.1:80: server 10.0.0.1:80 should not be there\n"},
		/* Foreign, and ours of before. */
		{MAIL ONE WEB, WEB, "", ""},
		{MAIL ONE WEB, WEB, MAIL, "tcp 192.0.2.1:25 should not be there\n"},
		{"", "", MAIL, ""},
		{"service 4 0 6 192.0.2.1 80 wlc - 0 0 32\n", WEB, "",
		 "tcp 192.0.2.1:80 is not as configured\n"},
		{"service 4 0 6 192.0.2.1 80 wrr sip 0 0 32\n", WEB, "",
		 "tcp 192.0.2.1:80 is not as configured\n"},
		{"service 4 0 6 192.0.2.1 80 wrr - 4 0 32\n", WEB, "",
		 "tcp 192.0.2.1:80 is not as configured\n"},
		/* The netmask means something to a persistent service alone. */
		{"service 4 0 6 192.0.2.1 80 wrr - 0 0 24\n", WEB, "", ""},
		{"service 4 0 6 192.0.2.1 80 wrr - 1 60 24\n",
		 "service 4 0 6 192.0.2.1 80 wrr - 1 60 32\n", "",
		 "tcp 192.0.2.1:80 is not as configured\n"},
		{"service 4 0 6 192.0.2.1 80 wrr - 1 60 24\n",
		 "service 4 0 6 192.0.2.1 80 wrr - 1 61 24\n", "",
		 "tcp 192.0.2.1:80 is not as configured\n"},
		{WEB "server 10.0.0.1 80 0 2 0 0 0 0 0\n", WEB ONE, "",
		 "tcp 192.0.2.1:80: server 10.0.0.1:80 is not as configured\n"},
		{WEB "server 10.0.0.1 80 0 1 9 0 0 0 0\n", WEB ONE, "",
		 "tcp 192.0.2.1:80: server 10.0.0.1:80 is not as configured\n"},
		{WEB "server 10.0.0.1 80 3 1 0 0 0 0 0\n", WEB ONE, "",
		 "tcp 192.0.2.1:80: server 10.0.0.1:80 is not as configured\n"},
		/* A server that is this host is another kind to the kernel. */
		{WEB "server 10.0.0.1 80 1 1 0 0 0 0 0\n", WEB ONE, "", ""},
		/* The tunnel of a server without tunnel. */
		{WEB "server 10.0.0.1 80 0 1 0 0 1 5 0\n", WEB ONE, "", ""},
		{WEB "server 10.0.0.1 80 2 1 0 0 0 0 0\n", WEB "server 10.0.0.1 80 2 1 0 0 2 0 0\n",
		 "", "tcp 192.0.2.1:80: server 10.0.0.1:80 is not as configured\n"},
		/* The same mark in both families. */
		{"service 6 7 0 - 0 rr - 0 0 128\n", "service 4 7 0 - 0 rr - 0 0 32\n", "",
		 "fwmark 7 is missing\n"},
	};
	AUTO_BUF struct buf text = BUF_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_string_equal(changes_of(rows[i].have, rows[i].want, rows[i].owned, &text),
				    rows[i].changes);
}

/* Any two tables of some servers: the changes, made, lead from the one to the other. */
static void test_changes_lead_there(void **state)
{
	srand(7);
	for (int round = 0; round < 500; round++) {
		AUTO_IPVS_TABLE struct ipvs_table from = IPVS_TABLE_INIT, to = IPVS_TABLE_INIT;
		AUTO_IPVS_CHANGES struct ipvs_changes changes = IPVS_CHANGES_INIT;
		bool has[12] = {false}, wants[12] = {false};

		assert_int_equal(ipvs_parse(WEB, &from), 0);
		assert_int_equal(ipvs_parse(WEB, &to), 0);
		for (int i = 0; i < 24; i++) {
			struct ipvs_server server = {.address =
							     inet_from_bytes(AF_INET, "\012\0\0\1"),
						     .port = (uint16_t)(rand() % 12)};
			bool *there = i % 2 ? &wants[server.port] : &has[server.port];

			if (!*there)
				(void)ipvs_service_add(&(i % 2 ? &to : &from)->services[0],
						       &server);
			*there = true;
		}
		assert_int_equal(ipvs_difference(&from, &to, NULL, &changes), 0);
		for (size_t i = 0; i < changes.count; i++)
			has[changes.items[i].server->port] = changes.items[i].command ==
							     IPVS_CMD_NEW_DEST;
		assert_memory_equal(has, wants, sizeof(has));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_changes_lead_there),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
