// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/pair.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "mysql/dialect.h"
#include "mysql/promote.h"
#include "mysql/replica.h"
#include "mysql/site.h"
#include "ocf/call.h"

static bool pair_is_meant(const struct config_nodes *nodes)
{
	const char *max = getenv("OCF_RESKEY_CRM_meta_promoted_max");

	return nodes->count == 2 && max && !strcmp(max, "2");
}

bool pair_is(const struct site *site)
{
	return site_is_clustered(site) && pair_is_meant(&site->nodes);
}

int pair_number(const struct mysql_config *config, const char *node)
{
	struct config_nodes nodes = {.count = 0};
	struct fault ignored = FAULT_INIT;

	if (!config->node_list || config_read_nodes(config, &nodes, &ignored) ||
	    !pair_is_meant(&nodes))
		return 0;
	return strcmp(nodes.nodes[0].name, node) ? 2 : 1;
}

static size_t pair_place(const struct site *site)
{
	return strcmp(site->nodes.nodes[0].name, site->self) ? 1 : 0;
}

bool pair_is_second(const struct site *site)
{
	return pair_is(site) && pair_place(site) == 1;
}

const struct config_node *pair_other(const struct site *site)
{
	return &site->nodes.nodes[1 - pair_place(site)];
}

int pair_prepare(struct site *site)
{
	const int number = pair_number(site->config, site->self);
	int r = 0;

	if (site->dialect->gtid == GTID_MARIADB)
		r = site_do(site, "SET GLOBAL gtid_domain_id=%d", number);
	return r ? r :
		   site_do(site,
			   "SET GLOBAL auto_increment_increment=2, "
			   "GLOBAL auto_increment_offset=%d",
			   number);
}

const struct gtid_set *pair_position(const struct site *site, struct view *theirs)
{
	const uint32_t own = (uint32_t)pair_place(site) + 1;

	for (size_t i = 0; i < theirs->executed.count; i++) {
		struct gtid_range *range = &theirs->executed.ranges[i];

		for (size_t k = 0; range->domain == own && k < theirs->applied.count; k++) {
			const struct gtid_range *applied = &theirs->applied.ranges[k];

			if (applied->domain == own && applied->to < range->to)
				*range = *applied;
		}
	}
	return &theirs->executed;
}

int pair_shared(const struct gtid_set *a, const struct gtid_set *b, struct gtid_set *ret_shared)
{
	AUTO_BUF struct buf text = BUF_INIT;

	for (size_t i = 0; i < a->count; i++) {
		for (size_t k = 0; k < b->count; k++) {
			const struct gtid_range *one = &a->ranges[i], *other = &b->ranges[k];
			const struct gtid_range *lower = one->to < other->to ? one : other;

			if (one->domain == other->domain)
				buf_addf(&text, "%s%" PRIu32 "-%" PRIu32 "-%" PRIu64,
					 text.length ? "," : "", lower->domain, lower->server,
					 lower->to);
		}
	}
	return buf_error(&text) ? -ENOMEM : gtid_parse(ret_shared, text.data);
}

/* Pacemaker promotes the other one, too, in this transition. */
static bool pair_is_begun(const struct site *site)
{
	const char *promoted = getenv("OCF_RESKEY_CRM_meta_notify_promote_uname");

	return pair_is_second(site) && promoted && strstr(promoted, pair_other(site)->name);
}

/* In sync by the ledger, and acknowledging. */
static bool pair_may_join(const struct site *site)
{
	const struct view *v = &site->view;

	return ledger_has(&site->ledger.sync, site->self) &&
	       !strcmp(site->ledger.writer, pair_other(site)->name) && v->receiving &&
	       v->applying && v->semi_replica;
}

int pair_join(struct site *site)
{
	const struct deadline visit = deadline_within(&site->deadline, SITE_VISIT_MS);
	AUTO_VIEW struct view theirs = {.lag = 0};
	int r = site_consult(site);

	if (r)
		return r;
	r = site_visit(site, pair_other(site), &visit, &theirs);
	if (!r && theirs.read_only && pair_is_begun(site))
		return fault_set(site->fault, FAULT_GENERIC, -EBUSY,
				 "%s begins: this node writes when it is in sync with it",
				 pair_other(site)->name);
	if (r || theirs.read_only) {
		*site->fault = FAULT_INIT;
		return -EAGAIN;
	}
	if (!pair_may_join(site))
		return fault_set(site->fault, FAULT_GENERIC, -EBUSY,
				 "%s accepts writes, and this node is not in sync with it yet",
				 pair_other(site)->name);
	r = site_await_own(site, &theirs.executed);
	if (!r)
		r = pair_prepare(site);
	if (!r)
		r = promote_wait_for_replicas(site, 1);
	if (!r)
		r = site_remember(site, MACHINE_WRITER);
	return r ? r : site_do(site, "%s", site->dialect->allow);
}

int pair_follow(struct site *site)
{
	const struct config_node *other = pair_other(site);
	const struct deadline visit = deadline_within(&site->deadline, SITE_VISIT_MS);
	AUTO_VIEW struct view theirs = {.lag = 0};
	int r;

	if (site->view.receiving || site->view.connecting || site->view.sql_error)
		return 0;
	r = site_visit(site, other, &visit, &theirs);
	if (r || theirs.read_only) {
		*site->fault = FAULT_INIT;
		return 0;
	}
	r = site_learn(site);
	if (!r)
		r = site_do(site, "SET GLOBAL %s_enabled=%d", site->dialect->semi_slave,
			    ledger_has(&site->ledger.acks, site->self));
	if (!r && site->view.applying) /* its receiver alone has stopped: what it has got is kept */
		return site_do(site, "%s", site->dialect->start_io);
	return r ? r : replica_attach(site, other, pair_position(site, &theirs));
}

int pair_lead(struct site *site, const char *nodes)
{
	const struct config_node *other = pair_other(site);
	struct ledger_nodes none = {.count = 0};
	struct ledger next;
	int r = site_learn(site);

	if (r || !strstr(nodes, other->name) || strcmp(site->ledger.writer, other->name) != 0)
		return r;
	if (!ledger_has(&site->ledger.sync, site->self))
		return fault_set(site->fault, FAULT_GENERIC, -EPERM,
				 "%s is gone, and this node was not in sync with it", other->name);
	r = site_consult(site);
	if (r)
		return r;
	next = ledger_elect(&site->ledger, site->self, &none);
	r = site_record(site, &next);
	if (r)
		return r;
	log_line(&site->call->log, LOG_WARNING,
		 "alone in sync from now on: commits wait for no replica");
	return promote_wait_for_replicas(site, 0);
}
