// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "ipvs/intent.h"
#include "ipvs/verdict.h"
#include "ipvs/wanted.h"
#include "net/ipvs_text.h"
#include "base/buf.h"

#define ANSWERS .daemon = KEEPER_ANSWERS
#define NEVER .revived_ago = VERDICT_NEVER

static void test_rows(void **state)
{
	static const struct {
		struct verdict_view view;
		enum role_state reached;
		const char *reason;
	} rows[] = {
		{{.daemon = KEEPER_GONE}, ROLE_ABSENT, ""},
		{{.daemon = KEEPER_GONE, .daemon_words = "it died", .here = 1, NEVER},
		 ROLE_BROKEN,
		 "it died; the table stays as it was, unchecked"},
		{{.daemon = KEEPER_GONE, .daemon_words = "it died", .here = 1, .revived_ago = 299},
		 ROLE_BROKEN,
		 "it died, and was started again before; the table stays as it was, unchecked"},
		{{.daemon = KEEPER_SILENT, .daemon_words = "it is stopped", NEVER},
		 ROLE_BROKEN,
		 "it is stopped; there is no table"},
		{{ANSWERS, .daemon_words = "it died", .revived = true, .active = true},
		 ROLE_DEGRADED,
		 "it died; it was started again, the table had stayed"},
		{{ANSWERS, .daemon_words = "it died", .revived = true},
		 ROLE_LAGGING,
		 "it died; it was started again, the table had stayed"},
		{{ANSWERS, .active = true}, ROLE_ACTIVE, ""},
		{{ANSWERS}, ROLE_STANDBY, ""},
		{{ANSWERS, .active = true, .wrong = 1, .first_wrong = "x"}, ROLE_BROKEN, "x"},
		{{ANSWERS, .active = true, .wrong = 1, .first_wrong = "x", .repaired = true},
		 ROLE_DEGRADED,
		 "repaired: x"},
		{{ANSWERS, .active = true, .wrong = 2, .first_wrong = "x", .repaired = true},
		 ROLE_DEGRADED,
		 "repaired: x, and more"},
		{{ANSWERS, .active = true, .sync_words = "no sync"}, ROLE_BROKEN, "no sync"},
		{{ANSWERS, .active = true, .below = "tcp x"},
		 ROLE_BROKEN,
		 "tcp x: too few servers are alive"},
		{{ANSWERS, .below = "tcp x"}, ROLE_STANDBY, ""},
		{{ANSWERS, .active = true, .cut = "quorate=0", .sync_words = "no sync"},
		 ROLE_BROKEN,
		 "cut off from quorum, the services are withdrawn: quorate=0"},
		{{ANSWERS, .active = true, .dead = 1, .servers = 2, .through = "tcp x: L4TOUT"},
		 ROLE_BROKEN,
		 "no answer through tcp x: L4TOUT"},
		{{ANSWERS, .cut = "quorate=0"},
		 ROLE_LAGGING,
		 "cut off from quorum, the services are withdrawn: quorate=0"},
		{{ANSWERS, .active = true, .nameless = "www", .dead = 1, .servers = 2},
		 ROLE_DEGRADED,
		 "the server www has no address"},
		{{ANSWERS, .active = true, .setting_words = "set"}, ROLE_DEGRADED, "set"},
		{{ANSWERS, .active = true, .dead = 1, .servers = 3},
		 ROLE_DEGRADED,
		 "1 of 3 servers are dead"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		struct fault fault = FAULT_INIT;

		assert_int_equal(verdict_reach(&rows[i].view, &fault), rows[i].reached);
		assert_string_equal(fault.reason, rows[i].reason);
	}
}

static void test_revives(void **state)
{
	static const struct {
		struct verdict_view view;
		bool revives;
	} rows[] = {
		{{.daemon = KEEPER_GONE, .here = 1, NEVER}, true},
		{{.daemon = KEEPER_SILENT, .here = 1, NEVER}, true},
		{{.daemon = KEEPER_GONE, NEVER}, false},
		{{.daemon = KEEPER_GONE, .here = 1, .revived_ago = VERDICT_AGAIN_S - 1}, false},
		{{.daemon = KEEPER_GONE, .here = 1, .revived_ago = VERDICT_AGAIN_S}, true},
		{{ANSWERS, .here = 1, NEVER}, false},
	};
	struct fault fault = FAULT_INIT;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		assert_int_equal(verdict_revives(&rows[i].view), rows[i].revives);

	/* One that was tried, and could not begin. */
	(void)fault_set(&fault, FAULT_GENERIC, 0, "no memory");
	assert_int_equal(verdict_reach(&(struct verdict_view){.daemon = KEEPER_GONE,
							      .daemon_words = "it died",
							      .here = 1,
							      NEVER},
				       &fault),
			 ROLE_BROKEN);
	assert_string_equal(fault.reason, "it died, and can't be started again: no memory");
}

static const char *want(struct intent_service *service, const struct standing *standings,
			bool *quorum, struct buf *text)
{
	const struct intent intent = {.services = service, .service_count = 1};
	AUTO_IPVS_TABLE struct ipvs_table table = IPVS_TABLE_INIT;

	assert_int_equal(wanted_table(&intent, standings, quorum, &table), 0);
	buf_clear(text);
	for (size_t i = 0; i < table.count; i++) {
		buf_adds(text, "service");
		for (size_t n = 0; n < table.services[i].count; n++)
			buf_addf(text, " %u:%d", table.services[i].servers[n].port,
				 table.services[i].servers[n].weight);
	}
	return text->data;
}

#define SERVER(port_, weight_)                                                                     \
	{                                                                                          \
		.id = (port_)-1, .server = {.port = (port_), .weight = (weight_)},                 \
	}
#define ALIVE                                                                                      \
	{                                                                                          \
		.alive = true, .weight = -1                                                        \
	}
#define DEAD                                                                                       \
	{                                                                                          \
		.weight = -1                                                                       \
	}

static void test_wanted(void **state)
{
	struct intent_server servers[] = {SERVER(1, 2), SERVER(2, 1)};
	struct intent_server fallback = SERVER(3, 1);
	struct intent_service service = {
		.servers = servers, .server_count = 2, .fallbacks = &fallback, .quorum = 1};
	struct standing all[] = {ALIVE, ALIVE, ALIVE}, one[] = {ALIVE, DEAD, ALIVE},
			none[] = {DEAD, DEAD, ALIVE},
			drained[] = {ALIVE, {.alive = true, .weight = 0}, ALIVE},
			out[] = {ALIVE, {.alive = true, .absent = true, .weight = -1}, ALIVE};
	AUTO_BUF struct buf text = BUF_INIT;
	bool quorum = true;

	assert_string_equal(want(&service, all, &quorum, &text), "service 1:2 2:1");
	assert_string_equal(want(&service, one, &quorum, &text), "service 1:2");
	assert_string_equal(want(&service, drained, &quorum, &text), "service 1:2 2:0");
	assert_string_equal(want(&service, none, &quorum, &text), "service");
	assert_false(quorum);
	service.fallback_count = 1;
	assert_string_equal(want(&service, none, &quorum, &text), "service 3:1");
	servers[1].quiescent = true;
	assert_string_equal(want(&service, none, &quorum, &text), "service 2:0 3:1");
	assert_string_equal(want(&service, one, &quorum, &text), "service 1:2 2:0");
	assert_string_equal(want(&service, out, &quorum, &text), "service 1:2");
	/* The fallback serves alone. */
	service.quorum = 3;
	assert_string_equal(want(&service, one, &quorum, &text), "service 2:0 3:1");
	service.fallback_count = 0;
	service.withdraw = true;
	assert_string_equal(want(&service, one, &quorum, &text), "");
}

/* Lost below quorum - hysteresis, back at quorum + hysteresis. */
static void test_hysteresis(void **state)
{
	struct intent_server servers[] = {SERVER(1, 1), SERVER(2, 1), SERVER(3, 1)};
	struct intent_service service = {.servers = servers,
					 .server_count = 3,
					 .quorum = 2,
					 .hysteresis = 1,
					 .withdraw = true};
	struct standing three[] = {ALIVE, ALIVE, ALIVE}, two[] = {ALIVE, ALIVE, DEAD},
			one[] = {ALIVE, DEAD, DEAD}, none[] = {DEAD, DEAD, DEAD};
	AUTO_BUF struct buf text = BUF_INIT;
	bool quorum = false;

	assert_string_equal(want(&service, two, &quorum, &text), "");
	assert_string_equal(want(&service, three, &quorum, &text), "service 1:1 2:1 3:1");
	assert_string_equal(want(&service, one, &quorum, &text), "service 1:1");
	assert_string_equal(want(&service, none, &quorum, &text), "");
	assert_string_equal(want(&service, two, &quorum, &text), "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows),
		cmocka_unit_test(test_revives),
		cmocka_unit_test(test_wanted),
		cmocka_unit_test(test_hysteresis),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
