// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/tend.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "mysql/dialect.h"
#include "mysql/pair.h"
#include "mysql/promote.h"
#include "mysql/replica.h"
#include "mysql/site.h"
#include "ocf/call.h"

#define TEND_GLANCE_MS 1000 /* that a monitor spends on nodes that are not in sync */

/* Whether the list of a notification names the node. */
static bool tend_names(const char *nodes, const char *name)
{
	const size_t length = strlen(name);

	for (; nodes && *nodes; nodes += strcspn(nodes, " ")) {
		nodes += strspn(nodes, " ");
		if (strcspn(nodes, " ") == length && !strncmp(nodes, name, length))
			return true;
	}
	return false;
}

static bool tend_is_other(const struct site *site, const struct config_node *node)
{
	return strcmp(node->name, site->self) != 0;
}

int tend_admit(struct site *site, const char *nodes)
{
	struct ledger next;
	int r = site_learn(site);

	next = site->ledger;
	for (size_t i = 0; !r && i < site->nodes.count; i++) {
		const struct config_node *node = &site->nodes.nodes[i];

		if (tend_is_other(site, node) && tend_names(nodes, node->name))
			r = ledger_admit(&next, site->self, node->name);
	}
	if (r == -EPERM) /* another is the writer by the ledger: his to do */
		return 0;
	return r || next.acks.count == site->ledger.acks.count ? r : site_record(site, &next);
}

/* A commit may be with the node that goes and with us only: those that stay must have it first. */
static int tend_check_rest(struct site *site, const struct ledger *next)
{
	int r = site_look(site);

	for (size_t i = 0; !r && i < site->nodes.count; i++) {
		const struct config_node *node = &site->nodes.nodes[i];

		if (tend_is_other(site, node) && ledger_has(&next->acks, node->name))
			r = site_await(site, node, &site->view.executed, &site->deadline);
	}
	return r;
}

int tend_leave(struct site *site, const char *nodes)
{
	struct ledger next;
	int r = site_learn(site);

	next = site->ledger;
	for (size_t i = 0; !r && i < site->nodes.count; i++) {
		const struct config_node *node = &site->nodes.nodes[i];

		if (tend_is_other(site, node) && tend_names(nodes, node->name))
			r = ledger_leave(&next, site->self, node->name);
	}
	if (r || next.acks.count == site->ledger.acks.count)
		return r == -EPERM ? 0 : r;
	r = tend_check_rest(site, &next);
	if (!r) /* those that go might be the others' majority */
		r = site_consult(site);
	if (!r)
		r = site_record(site, &next);
	if (!r && next.sync.count == 1) {
		log_line(&site->call->log, LOG_WARNING,
			 "alone in sync from now on: commits wait for no replica");
		r = promote_wait_for_replicas(site, 0);
	}
	return r;
}

/* From now on everything waits; who has all of before, and acknowledges, has all. */
static int tend_take_in(struct site *site, struct ledger *next, const struct config_node *node,
			const struct deadline *deadline)
{
	CLEANUP(view_release) struct view theirs = {.lag = 0};
	int r = site_visit(site, node, deadline, &theirs);

	if (!r && (!theirs.receiving || !theirs.semi_replica || !theirs.read_only))
		return -EAGAIN;
	if (!r)
		r = promote_wait_for_replicas(site, 1);
	if (!r)
		r = site_look(site);
	if (!r)
		r = site_await(site, node, &site->view.executed, deadline);
	return r ? r : ledger_join(next, site->self, node->name);
}

static int tend_join_by(struct site *site, const struct deadline *deadline)
{
	struct ledger next = site->ledger;
	int r;

	if (strcmp(next.writer, site->self))
		return 0;
	for (size_t i = 0; i < site->nodes.count; i++) {
		const struct config_node *node = &site->nodes.nodes[i];

		if (!tend_is_other(site, node) || ledger_has(&next.sync, node->name))
			continue;
		if (!ledger_has(&next.acks, node->name))
			(void)ledger_admit(&next, site->self, node->name);
		else if (tend_take_in(site, &next, node, deadline))
			log_line(&site->call->log, LOG_INFO, "%s is not in sync yet: %s",
				 node->name, site->fault->reason);
		*site->fault = FAULT_INIT;
	}
	if (next.acks.count != site->ledger.acks.count ||
	    next.sync.count != site->ledger.sync.count) {
		r = site_record(site, &next);
		if (r)
			return r;
		log_line(&site->call->log, LOG_INFO, "%zu nodes are in sync", next.sync.count);
	}
	r = site_look(site);
	if (!r && next.sync.count == 1 && site->view.semi_writer && !site->view.semi_clients)
		r = promote_wait_for_replicas(site, 0);
	return r;
}

int tend_join(struct site *site)
{
	int r = site_learn(site);

	return r ? r : tend_join_by(site, &site->deadline);
}

int tend_writer(struct site *site)
{
	const struct deadline glance = deadline_within(&site->deadline, TEND_GLANCE_MS);
	int r = pair_is(site) ? pair_follow(site) : 0;

	if (r)
		return r;
	if (site->state.ledger.sync.count >= site->nodes.count)
		return 0;
	r = site_learn(site);
	return r ? r : tend_join_by(site, &glance);
}

/* Its receiver goes on with whom it had, who may be a former writer and replicate himself. */
static int tend_follow(struct site *site)
{
	const struct config_node *writer;
	int r = site_learn(site);

	writer = config_find_node(&site->nodes, site->ledger.writer);
	if (r || !writer || !tend_is_other(site, writer))
		return r;
	r = replica_follow(site, writer);
	return r == -EAGAIN ? 0 : r;
}

int tend_replica(struct site *site)
{
	const struct view *v = &site->view;
	const struct config_node *writer =
		config_find_node(&site->nodes, site->state.ledger.writer);
	const struct deadline glance = deadline_within(&site->deadline, TEND_GLANCE_MS);
	CLEANUP(view_release) struct view theirs = {.lag = 0};
	int r;

	if (!v->has_source || !v->applying || !writer || !tend_is_other(site, writer))
		return 0;
	if (v->outdated)
		return tend_follow(site);
	if (v->receiving && v->semi_replica)
		return 0;
	if (!v->receiving && v->connecting)
		return 0;
	r = site_visit(site, writer, &glance, &theirs);
	if (r || theirs.read_only) {
		*site->fault = FAULT_INIT;
		return 0; /* it is ending: Pacemaker's to decide */
	}
	r = site_learn(site);
	if (!r && site->ledger.epoch == site->state.ledger.epoch)
		r = site_do(site, "SET GLOBAL %s_enabled=%d", site->dialect->semi_slave,
			    ledger_has(&site->ledger.acks, site->self));
	if (!r && v->receiving)
		r = site_do(site, "%s", site->dialect->stop_io);
	return r ? r : site_do(site, "%s", site->dialect->start_io);
}
