// SPDX-License-Identifier: BSD-3-Clause
/*
 * What nodes tell each other and keep: reports and questions of the watchers, what a watcher tells
 * its agent, ledgers, state files.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "mysql/view_text.h"
#include "mysql/vote.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void try_report(const uint8_t *data, size_t size, enum gtid_flavour flavour)
{
	AUTO_REPORT struct vote_report report = {.vote.received.flavour = flavour};
	AUTO_REPORT struct vote_report again = {.vote.received.flavour = flavour};
	AUTO_BUF struct buf text = BUF_INIT, second = BUF_INIT;

	if (vote_parse(&report, (const char *)data, size))
		return;
	vote_print(&report, &text);
	demand(!vote_parse(&again, text.data, text.length));
	vote_print(&again, &second);
	demand(!strcmp(text.data, second.data));
	demand(!(report.vote.frozen && machine_traits(report.state)->acknowledges));
}

static void try_question(const uint8_t *data, size_t size)
{
	struct vote_question question, again;
	AUTO_BUF struct buf text = BUF_INIT;

	if (vote_parse_question(&question, (const char *)data, size))
		return;
	vote_print_question(&question, &text);
	demand(!vote_parse_question(&again, text.data, text.length));
	demand(again.node == question.node && again.number == question.number);
}

static void try_view(const char *text)
{
	CLEANUP(view_release) struct view view = {.lag = 0}, again = {.lag = 0};
	AUTO_BUF struct buf printed = BUF_INIT, second = BUF_INIT;
	pid_t server, same;

	if (view_parse(&view, text, &server))
		return;
	demand(!view_print(&view, server, &printed));
	demand(!view_parse(&again, printed.data, &same) && same == server);
	demand(!view_print(&again, same, &second));
	demand(!strcmp(printed.data, second.data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = strndup((const char *)data, size);
	AUTO_BUF struct buf printed = BUF_INIT;
	struct vote_state state, again;
	struct ledger ledger;

	try_report(data, size, GTID_MARIADB);
	try_report(data, size, GTID_MYSQL);
	try_question(data, size);
	if (!text)
		return 0;
	try_view(text);
	if (!ledger_parse(&ledger, text)) {
		ledger_print(&ledger, &printed);
		demand(!strcmp(printed.data, text) || ledger.epoch >= 0);
		demand(!ledger_parse(&ledger, printed.data));
	}
	buf_clear(&printed);
	if (!vote_parse_state(&state, text)) {
		vote_print_state(&state, &printed);
		demand(!vote_parse_state(&again, printed.data));
		demand(again.state == state.state && again.partial == state.partial);
	}
	return 0;
}
