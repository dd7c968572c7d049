// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/notify.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "mysql/mysqld.h"
#include "mysql/pair.h"
#include "mysql/replica.h"
#include "mysql/site.h"
#include "mysql/tend.h"
#include "ocf/call.h"

static const char *notify_value(const char *name)
{
	char variable[96];
	const char *value;

	(void)snprintf(variable, sizeof(variable), "OCF_RESKEY_CRM_meta_notify_%s", name);
	value = getenv(variable);
	return value ? value : "";
}

/*
 * Everybody but the one that is demoted in good order, which waits for the others' applying. Of a pair,
 * the one that is promoted is asked nothing by third parties, and freezes itself.
 */
static int notify_freeze(struct site *site)
{
	return site->view.read_only && !pair_is(site) ? replica_freeze(site) : 0;
}

/* The new writer takes in who has caught up; the others follow it. */
static int notify_promoted(struct site *site)
{
	const struct config_node *writer;
	int r;

	if (!site->view.read_only && pair_is(site)) {
		r = pair_follow(site);
		return r ? r : tend_join(site);
	}
	if (!site->view.read_only)
		return tend_join(site);
	r = site_learn(site);
	writer = config_find_node(&site->nodes, site->ledger.writer);
	if (r || !writer || !strcmp(writer->name, site->self))
		return r;
	return replica_follow(site, writer);
}

static int notify_writer_of(struct site *site, const char *what,
			    int (*act)(struct site *site, const char *nodes))
{
	return site->view.read_only ? 0 : act(site, notify_value(what));
}

static int notify_stopped(struct site *site)
{
	const char *nodes = notify_value("stop_uname");
	int r = !site->view.read_only && pair_is(site) ? pair_lead(site, nodes) : 0;

	return r ? r : notify_writer_of(site, "stop_uname", tend_leave);
}

static int notify_act(struct site *site)
{
	const bool pre = !strcmp(notify_value("type"), "pre");
	const char *operation = notify_value("operation");

	if (pre && (!strcmp(operation, "demote") || !strcmp(operation, "promote")))
		return notify_freeze(site);
	if (!pre && !strcmp(operation, "promote"))
		return notify_promoted(site);
	if (pre && !strcmp(operation, "start"))
		return notify_writer_of(site, "start_uname", tend_admit);
	if (!pre && !strcmp(operation, "stop"))
		return notify_stopped(site);
	return 0;
}

/* A writer that is about to be demoted while it can still serve is not frozen: it has no source. */
int notify_run(struct call *call)
{
	AUTO_SITE struct site site = {.sql = NULL};
	pid_t server;
	int r;

	if (!call->config)
		return -EINVAL;
	server = mysqld_find(call->config);
	if (!server)
		return 0;
	r = site_open(&site, call, call->config);
	if (r || !site_is_clustered(&site))
		return r;
	r = site_connect(&site, server);
	if (!r)
		r = site_look(&site);
	if (!r)
		r = notify_act(&site);
	if (r)
		fault_prefix(&call->fault, "%s-%s: ", notify_value("type"),
			     notify_value("operation"));
	return r;
}
