// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/settle.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "mysql/dialect.h"
#include "mysql/mysqld.h"
#include "mysql/pair.h"
#include "mysql/promote.h"
#include "mysql/replica.h"
#include "mysql/retire.h"
#include "mysql/site.h"
#include "mysql/sql.h"
#include "mysql/staging.h"
#include "mysql/watcher.h"
#include "ocf/call.h"

/* Who is not in sync would be refused: Pacemaker must not try it again and again. */
static void settle_weigh(struct site *site)
{
	const bool out = !ledger_has(&site->ledger.sync, site->self);

	if (out != !!record_get(&site->call->record, SETTLE_UNELECTABLE))
		call_keep(site->call, SETTLE_UNELECTABLE, out ? "yes" : NULL);
}

int settle_ask_for_copy(struct site *site)
{
	log_line(&site->call->log, LOG_WARNING, "%s: a full copy of another node is needed",
		 site->fault->reason);
	*site->fault = FAULT_INIT;
	call_keep(site->call, SETTLE_UNELECTABLE, "yes");
	call_keep(site->call, SETTLE_RESYNC, "yes");
	return 0;
}

/* What recovery has cut off here of an epoch, the election of a later one has collected. */
static bool settle_is_cut(const struct site *site)
{
	return site->state.partial && site->ledger.epoch <= site->state.ledger.epoch;
}

static int settle_follow(struct site *site)
{
	const struct config_node *writer = config_find_node(&site->nodes, site->ledger.writer);
	int r = -EAGAIN;

	if (writer && strcmp(writer->name, site->self))
		r = replica_follow(site, writer);
	if (r == -ESTALE && site->config->resync != RESYNC_NONE)
		return settle_ask_for_copy(site);
	if (!r && pair_is(site))
		call_keep(site->call, SETTLE_UNELECTABLE, "yes");
	if (!r || (r != -EAGAIN && r != -ECONNREFUSED && r != -ETIMEDOUT))
		return r;
	*site->fault = FAULT_INIT;
	r = site_look(site);
	if (!r && ledger_counts_on(&site->ledger, site->self, &site->state.ledger))
		r = replica_drain(site);
	if (!r && !settle_is_cut(site))
		r = site_do(site, "SET GLOBAL relay_log_purge=1");
	/* Of a pair, both may just have been started: the next monitor knows whether one is alone. */
	if (!r && (pair_is_second(site) || !promote_is_possible(site)))
		call_keep(site->call, SETTLE_UNELECTABLE, "yes");
	return r;
}

/* What this node knew of the cluster lies in the data directory, too. */
static int settle_put_in_place(struct site *site)
{
	struct staging *staging = calloc(1, sizeof(*staging));
	int r = staging ? staging_init(staging, site->config, site->fault) :
			  fault_set(site->fault, FAULT_GENERIC, -ENOMEM, "out of memory");

	if (!r)
		r = staging_put_in_place(staging, &site->call->log, site->fault);
	free(staging);
	if (r > 0)
		site_recall(site);
	return r < 0 ? r : 0;
}

/* A copy has no binary log: what it has is told to the server, before it follows anybody. */
static int settle_adopt(struct site *site)
{
	AUTO_RECORD struct record copied = RECORD_INIT;
	AUTO_BUF struct buf lineage = BUF_INIT, position = BUF_INIT;
	AUTO_FREE char *path = NULL;
	int r = asprintf(&path, "%s/" STAGING_COPIED, site->config->datadir) < 0 ? -ENOMEM : 0;

	if (r)
		path = NULL;
	r = r ? r : record_load(&copied, path);
	if (r)
		return r == -ENOENT ? 0 :
				      fault_set(site->fault, FAULT_GENERIC, r, "%s: %s",
						path ? path : STAGING_COPIED, strerror(-r));
	if (site->dialect->gtid == GTID_MYSQL) {
		r = site_do(site, "%s",
			    site->dialect->reset); /* the donor's source was copied, too */
	} else {
		const char *words = record_get(&copied, "lineage");
		const char *place = record_get(&copied, "position");

		sql_quote(&lineage, words ? words : "");
		sql_quote(&position, place ? place : "");
		r = buf_error(&lineage) || buf_error(&position) ? -ENOMEM : 0;
		if (!r)
			r = site_do(site, "RESET MASTER");
		if (!r)
			r = site_do(site, "SET GLOBAL gtid_binlog_state=%s", lineage.data);
		if (!r)
			r = site_do(site, "SET GLOBAL gtid_slave_pos=%s", position.data);
	}
	return r || !unlink(path) ? r : -errno;
}

int settle_standby(struct site *site)
{
	const bool clustered = site_is_clustered(site);
	int r = clustered ? site_learn(site) : 0;

	if (!r && clustered)
		settle_weigh(site);
	if (!r && clustered)
		r = settle_put_in_place(site);
	if (!r)
		r = retire_restart(site, false);
	if (!r)
		r = site_connect(site, mysqld_find(site->config));
	if (!r && clustered)
		r = settle_adopt(site);
	if (!r)
		r = site_look(site);
	return r || !clustered ? r : settle_follow(site);
}

bool settle_waits(const struct site *site)
{
	return record_get(&site->call->record, SETTLE_RESYNC) &&
	       site->config->resync != RESYNC_NONE;
}

void settle_wait(struct site *site)
{
	const bool follows = site->view.receiving;

	if (follows)
		call_keep(site->call, SETTLE_RESYNC, NULL);
	if (watcher_copy(site, !follows))
		log_line(&site->call->log, LOG_WARNING,
			 "the watcher can't be told of the full copy that is needed");
}
