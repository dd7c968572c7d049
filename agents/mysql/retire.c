// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/retire.h"

#include <errno.h>
#include <poll.h>
#include <string.h>

#include "base/fault.h"
#include "mysql/dialect.h"
#include "mysql/errant.h"
#include "mysql/mysqld.h"
#include "mysql/pair.h"
#include "mysql/rows.h"
#include "mysql/site.h"
#include "mysql/sql.h"
#include "ocf/call.h"

#define RETIRE_FIRST_MS 1000 /* for writes to end by themselves */
#define RETIRE_TURN_MS 50

/* A commit that waits for its acknowledgement is left to get it: killed, it would be done here only. */
static int retire_await_waiting(struct site *site)
{
	int r = site_look(site);

	while (!r && site->view.semi_waiting && !deadline_passed(&site->deadline)) {
		(void)poll(NULL, 0, RETIRE_TURN_MS);
		r = site_look(site);
	}
	if (!r && site->view.semi_waiting)
		r = fault_set(site->fault, FAULT_GENERIC, -EBUSY,
			      "%lld commits wait for a replica that does not answer",
			      site->view.semi_waiting);
	return r;
}

/*
 * Everybody but us, the threads of the server, and replicas. One KILL each: KILL USER waits for
 * each of them to end.
 */
static int retire_throw_out(struct site *site)
{
	AUTO_ROWS struct rows rows = ROWS_INIT;
	int r = retire_await_waiting(site);

	if (r)
		return r;
	r = sql_ask(site->sql, &site->deadline, site->fault, &rows,
		    "SELECT id FROM information_schema.processlist "
		    "WHERE id <> CONNECTION_ID() AND command NOT LIKE 'Binlog Dump%%' "
		    "AND command NOT IN ('Daemon', 'Slave_IO', 'Slave_SQL', 'Slave_worker') "
		    "AND user NOT IN ('system user', 'event_scheduler')");

	for (size_t i = 0; !r && i < rows_count(&rows); i++) {
		const long long id = rows_number(&rows, i, "id", -1);

		if (id > 0 && site_do(site, "KILL %lld", id)) /* it may have gone by itself */
			r = sql_error(site->sql) == 1094 ? 0 : -EIO;
	}
	return r;
}

/* A question of a second; then a second conversation, since the first one hangs in the server. */
static int retire_refuse_writes(struct site *site, pid_t server)
{
	const struct deadline whole = site->deadline;
	int r;

	site->deadline = deadline_within(&whole, RETIRE_FIRST_MS);
	r = site_do(site, "%s", site->dialect->refuse);
	site->deadline = whole;
	if (r != -ETIMEDOUT)
		return r;
	r = site_connect(site, server);
	if (!r)
		r = retire_throw_out(site);
	return r ? r : site_do(site, "%s", site->dialect->refuse);
}

/* Of those that may acknowledge, one at least has everything; not asked of a writer alone in sync. */
static int retire_hand_over(struct site *site)
{
	const struct ledger_nodes *acks = &site->state.ledger.acks;
	int r = site_look(site);

	if (r || site->state.ledger.sync.count <= 1)
		return r;
	r = -ENOENT;
	for (size_t i = 0; r && i < site->nodes.count; i++) {
		const struct config_node *node = &site->nodes.nodes[i];

		if (strcmp(node->name, site->self) && ledger_has(acks, node->name))
			r = site_await(site, node, &site->view.executed, &site->deadline);
	}
	return r;
}

int retire_shut(struct site *site, pid_t server)
{
	int r = retire_refuse_writes(site, server);

	if (!r)
		r = retire_throw_out(site);
	if (!r)
		r = site_look(site);
	return !r && site->view.semi_waiting ? -EBUSY : r;
}

static int retire_in_order(struct site *site, pid_t server)
{
	int r = site_look(site);

	if (!r)
		r = retire_shut(site, server);
	if (!r)
		r = retire_hand_over(site);
	if (!r)
		r = site_look(site);
	if (!r && site->view.semi_waiting)
		r = -EBUSY;
	return r ? r : site_do(site, "SET GLOBAL %s_enabled=0", site->dialect->semi_master);
}

/* What the others have: those in sync, or, where this node was replaced, whoever answers. */
static int retire_ask(struct site *site, const struct ledger_nodes *whom, struct lineage *theirs)
{
	int answers = 0;

	for (size_t i = 0; i < site->nodes.count; i++) {
		const struct config_node *node = &site->nodes.nodes[i];
		const struct deadline visit = deadline_within(&site->deadline, SITE_VISIT_MS);
		AUTO_BUF struct buf received = BUF_INIT;
		AUTO_VIEW struct view view = {.lag = 0};

		if (!strcmp(node->name, site->self) || (whom && !ledger_has(whom, node->name)) ||
		    site_visit(site, node, &visit, &view))
			continue;
		answers++;
		gtid_print(&view.received, &received);
		(void)lineage_add(theirs, received.data);
		for (size_t k = 0; k < view.lineage.count; k++)
			(void)lineage_put(theirs, &view.lineage.ends[k]);
	}
	*site->fault = FAULT_INIT;
	return answers;
}

/*
 * Recovery cuts off what was never acknowledged, where another may have become or may become the
 * writer; it may cut off a little more, and so the node can't decide an election by itself then.
 */
static enum mysqld_role retire_role(struct site *site, bool replaced, bool *ret_partial)
{
	AUTO_LINEAGE struct lineage theirs = LINEAGE_INIT;
	const struct ledger *now = &site->ledger;
	const bool later = now->epoch > site->state.ledger.epoch;
	const bool was_writer = !strcmp(site->state.ledger.writer, site->self) &&
				site->state.state != MACHINE_FOLLOWING;
	int answers;

	*ret_partial = false;
	if (!was_writer || site->config->rejoin == REJOIN_MANUAL || !site_is_clustered(site) ||
	    pair_is(site)) /* what it has of its domain, the other one gets */
		return MYSQLD_MASTER;
	answers = retire_ask(site, later ? NULL : &now->sync, &theirs);
	if (!later && !answers && (!replaced || now->sync.count <= 1))
		return MYSQLD_MASTER;
	if (errant_keep(site, &theirs)) { /* then a person gets to see it */
		log_line(&site->call->log, LOG_WARNING, "%s", site->fault->reason);
		*site->fault = FAULT_INIT;
		return MYSQLD_MASTER;
	}
	*ret_partial = !later;
	return MYSQLD_SLAVE;
}

/* Partial: the state file says so before the server runs, with the ledger as this node knew it. */
static int retire_remember(struct site *site)
{
	const struct ledger now = site->ledger;
	int r;

	site->state.partial = true;
	site->ledger = site->state.ledger;
	r = site_remember(site, site->state.state);
	site->ledger = now;
	return r;
}

int retire_restart(struct site *site, bool replaced)
{
	bool partial;
	const enum mysqld_role role = retire_role(site, replaced, &partial);
	int r;

	log_line(&site->call->log, LOG_INFO, "starting the server in the role of a %s",
		 role == MYSQLD_SLAVE ? "replica" : "writer that nobody has replaced");
	if (partial && !site->state.partial) {
		r = retire_remember(site);
		if (r)
			return r;
	}
	return mysqld_start(site->config, role, site->self, &site->deadline, site->fault);
}

int retire_site(struct site *site)
{
	const struct deadline whole = site->deadline;
	const pid_t server = mysqld_find(site->config);
	int r;

	site->deadline = deadline_within(&whole, site->config->retire_timeout);
	r = site->sql ? retire_in_order(site, server) : -ENOTCONN;
	site->deadline = whole;
	if (!r)
		return 0;
	log_line(&site->call->log, LOG_WARNING,
		 "killing the server, since demoting it in order failed: %s", site->fault->reason);
	sql_close(&site->sql);
	r = mysqld_stop(site->config, true, &site->deadline, site->fault);
	if (!r)
		r = site_learn(site);
	if (!r)
		r = retire_restart(site, true);
	if (!r)
		r = site_connect(site, mysqld_find(site->config));
	return r ? r : site_look(site);
}
