// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/watcher.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "base/line.h"
#include "base/num.h"
#include "daemon/control.h"
#include "daemon/keeper.h"
#include "daemon/ready.h"
#include "mysql/dialect.h"
#include "mysql/site.h"
#include "mysql/view_text.h"
#include "ocf/call.h"

#define WATCHER_PROGRAM "quorate-mysql"
#define WATCHER_PING_MS 1000
#define WATCHER_VOTES_MS 2000
#define WATCHER_MARGIN_MS 20 /* of the deadline, for its answer to come here */

int watcher_ensure(struct call *call)
{
	char program[READY_PATH_MAX];
	struct keeper keeper;
	int r;

	if (ready_find(WATCHER_PROGRAM, program, NULL))
		return 0;
	r = keeper_init(&keeper, call->record_path);
	if (r)
		return fault_set(&call->fault, FAULT_GENERIC, r, "%s: %s", call->record_path,
				 strerror(-r));
	r = keeper_ensure(&keeper, WATCHER_PROGRAM, call->record_path, &call->deadline,
			  &call->fault);
	fault_prefix(&call->fault, "no watcher: ");
	return r;
}

int watcher_end(struct call *call)
{
	struct keeper keeper;

	if (keeper_init(&keeper, call->record_path))
		return 0; /* none was ever started */
	return keeper_end(&keeper, &call->deadline, &call->fault);
}

/* The loop of a living one answers at once, whatever the server does. */
static int watcher_find(const struct site *site, struct keeper *keeper)
{
	const struct deadline ping = deadline_within(&site->deadline, WATCHER_PING_MS);
	struct fault fault = FAULT_INIT;

	if (keeper_init(keeper, site->call->record_path) ||
	    keeper_look(keeper, &ping, &fault) != KEEPER_ANSWERS)
		return -ESRCH;
	return 0;
}

int watcher_look(struct site *site, pid_t server)
{
	const int left = deadline_left(&site->deadline) - WATCHER_MARGIN_MS;
	AUTO_BUF struct buf answer = BUF_INIT;
	char request[64], number[24];
	struct keeper keeper;
	pid_t seen = 0;
	int r = watcher_find(site, &keeper);

	if (r || left <= 0)
		return -ESRCH;
	(void)LINE_JOIN(request, "look ", num_text((unsigned)left, number));
	r = control_ask(keeper.socket, request, &site->deadline, &answer, site->fault);
	if (r)
		return r == -EPROTO || r == -EPERM || r == -EBUSY ? -ESRCH : r;
	view_release(&site->view);
	site->view = (struct view){.lag = VIEW_LAG_UNKNOWN};
	if (view_parse(&site->view, answer.data, &seen) || seen != server)
		return -ESRCH;
	return 0;
}

int watcher_copy(const struct site *site, bool wanted)
{
	const struct deadline wait = deadline_within(&site->deadline, WATCHER_PING_MS);
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault = FAULT_INIT;
	struct keeper keeper;

	if (watcher_find(site, &keeper))
		return -ESRCH;
	return control_ask(keeper.socket, wanted ? "copy yes" : "copy no", &wait, &answer, &fault);
}

bool watcher_quorate(const struct site *site)
{
	const struct deadline wait = deadline_within(&site->deadline, WATCHER_PING_MS);
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault = FAULT_INIT;
	struct keeper keeper;

	return !watcher_find(site, &keeper) &&
	       !control_ask(keeper.socket, "quorum", &wait, &answer, &fault);
}

size_t watcher_votes(struct site *site, struct vote_report *reports)
{
	const struct deadline wait = deadline_within(&site->deadline, WATCHER_VOTES_MS);
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault = FAULT_INIT;
	struct keeper keeper;
	size_t count = 0;

	if (watcher_find(site, &keeper) ||
	    control_ask(keeper.socket, "votes", &wait, &answer, &fault))
		return 0;
	for (const char *line = answer.data; *line && count < LEDGER_NODES_MAX;) {
		const size_t length = strcspn(line, "\n");

		reports[count] =
			(struct vote_report){.vote.received = GTID_SET_INIT(site->dialect->gtid)};
		if (!vote_parse(&reports[count], line, length))
			count++;
		line += length + (line[length] == '\n');
	}
	return count;
}
