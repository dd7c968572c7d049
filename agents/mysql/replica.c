// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/replica.h"

#include <errno.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/num.h"
#include "mysql/dialect.h"
#include "mysql/errant.h"
#include "mysql/pair.h"
#include "mysql/progress.h"
#include "mysql/relay.h"
#include "mysql/rows.h"
#include "mysql/sql.h"
#include "mysql/staging.h"
#include "ocf/call.h"
#include "ocf/record.h"

#define REPLICA_RELAX_FROM 500 /* transactions to apply from which on durability is relaxed */
#define REPLICA_BEGIN_MS 5000
#define REPLICA_TURN_MS 20
#define REPLICA_WAIT_MS 1000
#define REPLICA_RETRIES "86400"

/*
 * In the record, while a drain has other values in the server: those of before. One that is killed
 * can't put them back, so they are written down before they are changed.
 */
#define REPLICA_SYNC_BINLOG "drain.sync_binlog"
#define REPLICA_FLUSH_LOG "drain.flush_log"
#define REPLICA_APPLIERS "drain.appliers"

int replica_freeze(struct site *site)
{
	const struct view *v = &site->view;
	int r = 0;

	if (!v->has_source || (!v->receiving && !v->connecting))
		return 0;
	if (!v->applying)
		r = site_do(site, "%s", site->dialect->start_sql);
	if (!r)
		r = site_do(site, "%s", site->dialect->stop_io);
	return r ? r : site_look(site);
}

static void replica_note(struct site *site, const char *key, long long value)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", value);
	call_keep(site->call, key, text);
}

/* The value of before, or -1. */
static long long replica_noted(const struct site *site, const char *key)
{
	const char *text = record_get(&site->call->record, key);
	long long value;

	return text && !num_parse(text, 0, LLONG_MAX, &value) ? value : -1;
}

/*
 * After a restart only the files know what was received; from there it is applied, without purge.
 * By one applier: MariaDB 10.11 crashes when its parallel ones begin in the middle of a relay log.
 */
static int replica_replay(struct site *site)
{
	AUTO_RELAY struct relay relay = {.undrained = false};
	AUTO_ROWS struct rows rows = ROWS_INIT;
	AUTO_BUF struct buf file = BUF_INIT;
	const char *index;
	int r = sql_ask(site->sql, &site->deadline, site->fault, &rows,
			"SELECT @@global.relay_log_index AS path, "
			"@@global.slave_parallel_threads AS appliers");

	index = rows_get(&rows, 0, "path");
	if (r || !index || !*index)
		return r;
	r = relay_read(&relay, index, &site->view.executed, site->fault);
	if (r || !relay.undrained)
		return r;
	sql_quote(&file, strrchr(relay.file, '/') ? strrchr(relay.file, '/') + 1 : relay.file);
	log_line(&site->call->log, LOG_INFO, "replaying relay logs from %s:%" PRIu64, relay.file,
		 relay.position);
	if (replica_noted(site, REPLICA_APPLIERS) < 0)
		replica_note(site, REPLICA_APPLIERS, rows_number(&rows, 0, "appliers", 0));
	r = site_do(site, "SET GLOBAL slave_parallel_threads=0");
	if (!r)
		r = site_do(site,
			    "CHANGE MASTER TO MASTER_USE_GTID=no, RELAY_LOG_FILE=%s, "
			    "RELAY_LOG_POS=%" PRIu64,
			    file.data, relay.position);
	if (!r)
		r = site_do(site, "%s", site->dialect->start_sql);
	if (r)
		return r;
	gtid_release(&site->view.received);
	site->view.received = relay.received;
	relay.received = GTID_SET_INIT(GTID_MARIADB);
	return 0;
}

static int replica_relax(struct site *site)
{
	AUTO_GTID struct gtid_set backlog = GTID_SET_INIT(site->dialect->gtid);
	AUTO_ROWS struct rows rows = ROWS_INIT;
	int r = gtid_errant(&site->view.received, &site->view.executed, &backlog);

	if (r || gtid_size(&backlog) < REPLICA_RELAX_FROM)
		return r;
	r = sql_ask(site->sql, &site->deadline, site->fault, &rows,
		    "SELECT @@global.sync_binlog AS sync_binlog, "
		    "@@global.innodb_flush_log_at_trx_commit AS flush_log");
	if (r)
		return r;
	replica_note(site, REPLICA_SYNC_BINLOG, rows_number(&rows, 0, "sync_binlog", 1));
	replica_note(site, REPLICA_FLUSH_LOG, rows_number(&rows, 0, "flush_log", 1));
	return site_do(site, "SET GLOBAL sync_binlog=0, GLOBAL innodb_flush_log_at_trx_commit=2");
}

/*
 * Everything that was applied meanwhile goes to the disk, before anybody builds on it. LOCAL: a FLUSH in
 * the binary log would be a transaction that no other node has.
 */
static int replica_unrelax(struct site *site)
{
	const long long sync_binlog = replica_noted(site, REPLICA_SYNC_BINLOG);
	const long long flush_log = replica_noted(site, REPLICA_FLUSH_LOG);
	int r;

	if (sync_binlog < 0 || flush_log < 0)
		return 0;
	r = site_do(site, "SET GLOBAL sync_binlog=%lld, GLOBAL innodb_flush_log_at_trx_commit=%lld",
		    sync_binlog, flush_log);
	if (!r)
		r = site_do(site, "FLUSH LOCAL BINARY LOGS");
	if (!r)
		r = site_do(site, "FLUSH LOCAL ENGINE LOGS");
	if (r)
		return r;
	call_keep(site->call, REPLICA_SYNC_BINLOG, NULL);
	call_keep(site->call, REPLICA_FLUSH_LOG, NULL);
	return 0;
}

/* Nothing is applied any more; the appliers are as many again as they were before a replay. */
static int replica_rest(struct site *site)
{
	const long long appliers = replica_noted(site, REPLICA_APPLIERS);
	int r = site_do(site, "%s", site->dialect->stop_all);

	if (r || appliers < 0)
		return r;
	r = site_do(site, "SET GLOBAL slave_parallel_threads=%lld", appliers);
	if (!r)
		call_keep(site->call, REPLICA_APPLIERS, NULL);
	return r;
}

/* As the server has just been looked at; a drain that is over within a turn says nothing. */
static void replica_tell(struct site *site, const struct gtid_set *wanted,
			 struct progress *progress)
{
	AUTO_GTID struct gtid_set rest = GTID_SET_INIT(wanted->flavour);
	AUTO_BUF struct buf text = BUF_INIT;
	const long long now = deadline_now();
	long long left;

	if (gtid_errant(wanted, &site->view.executed, &rest))
		return;
	left = (long long)gtid_size(&rest);
	if (left > progress->total)
		progress->total = left;
	progress->done = progress->total - left;
	if (!progress_is_due(progress, now))
		return;
	progress_print(progress, now, &text);
	log_line(&site->call->log, LOG_INFO, "applying what was received: %s", text.data);
}

/*
 * In turns, so that an applier that stops is not waited for until the deadline. What the server has
 * written itself no applier brings, nor is it waited for.
 */
static int replica_wait(struct site *site, const struct gtid_set *wanted)
{
	const struct deadline whole = site->deadline;
	AUTO_GTID struct gtid_set position = GTID_SET_INIT(wanted->flavour);
	struct progress progress = progress_begin(PROGRESS_TRANSACTIONS, 0);
	int r = gtid_errant(wanted, &site->view.executed, &position);

	if (!r)
		replica_tell(site, &position, &progress);
	while (!r) {
		site->deadline = deadline_within(&whole, REPLICA_WAIT_MS);
		r = site_await_own(site, &position);
		site->deadline = whole;
		if (r != -ETIMEDOUT || deadline_passed(&whole))
			break;
		r = site_look(site);
		if (!r)
			replica_tell(site, &position, &progress);
		if (!r && !site->view.applying)
			r = fault_set(site->fault, FAULT_GENERIC, -EIO,
				      "the applier has stopped: %s", site->view.error);
	}
	return r;
}

int replica_drain(struct site *site)
{
	struct fault fault;
	int r = replica_unrelax(site), restored; /* a drain that was killed may have left it so */

	if (r)
		return r;
	if (site->view.has_source && !site->view.applying && site->dialect->gtid == GTID_MARIADB)
		r = replica_replay(site);
	else if (site->view.has_source && !site->view.applying)
		r = site_do(site, "%s", site->dialect->start_sql);
	if (r || (site->view.has_source && gtid_covers(&site->view.executed, &site->view.received)))
		return r ? r : replica_rest(site);
	if (!site->view.has_source)
		return 0;
	r = replica_relax(site);
	if (!r)
		r = replica_wait(site, &site->view.received);
	fault = *site->fault;
	restored = replica_unrelax(site);
	if (r) {
		*site->fault = fault;
		return r;
	}
	if (!restored)
		restored = replica_rest(site);
	return restored ? restored : site_look(site);
}

/*
 * gtid_slave_pos is what it asks the writer to go on from: all that it has, also as a former writer.
 * Of a pair the other one may lack some of this one's domain, and will get it.
 */
static int replica_set_position(struct site *site, const struct gtid_set *theirs)
{
	AUTO_GTID struct gtid_set shared = GTID_SET_INIT(site->dialect->gtid);
	AUTO_BUF struct buf text = BUF_INIT, quoted = BUF_INIT;
	int r = 0;

	if (site->dialect->gtid != GTID_MARIADB)
		return 0;
	if (theirs && pair_shared(&site->view.executed, theirs, &shared))
		return fault_set(site->fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	gtid_print(theirs ? &shared : &site->view.executed, &text);
	sql_quote(&quoted, text.data);
	if (theirs) /* what only this one has of its own domain is no conflict */
		r = site_do(site, "SET GLOBAL gtid_strict_mode=0");
	if (!r)
		r = site_do(site, "SET GLOBAL gtid_slave_pos=%s", quoted.data);
	if (!r && theirs)
		r = site_do(site, "SET GLOBAL gtid_strict_mode=1");
	return r;
}

static void replica_ssl(const struct mysql_config *c, const char *word, struct buf *text)
{
	const struct {
		const char *name, *value;
	} files[] = {{"CA", c->ssl_ca}, {"CERT", c->ssl_cert}, {"KEY", c->ssl_key}};

	buf_addf(text, ", %s_SSL=%d", word, c->replication_require_ssl);
	for (size_t i = 0; i < ARRAY_SIZE(files); i++) {
		if (!files[i].value)
			continue;
		buf_addf(text, ", %s_SSL_%s=", word, files[i].name);
		sql_quote(text, files[i].value);
	}
}

/* The statement has the password: it goes to the own server's socket and nowhere else. */
static int replica_point_at(struct site *site, const struct config_node *node)
{
	const bool maria = site->dialect->gtid == GTID_MARIADB;
	const char *word = maria ? "MASTER" : "SOURCE";
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_addf(&text, "CHANGE %s TO %s_HOST=", maria ? "MASTER" : "REPLICATION SOURCE", word);
	sql_quote(&text, node->address);
	buf_addf(&text, ", %s_PORT=%d, %s_USER=", word, node->port, word);
	sql_quote(&text, site->config->replication_user);
	buf_addf(&text, ", %s_PASSWORD=", word);
	sql_quote(&text, site->password);
	buf_addf(&text, ", %s_CONNECT_RETRY=1, %s_HEARTBEAT_PERIOD=1", word, word);
	replica_ssl(site->config, word, &text);
	buf_adds(&text, maria ? ", MASTER_USE_GTID=slave_pos" :
				", SOURCE_AUTO_POSITION=1, GET_SOURCE_PUBLIC_KEY=1, "
				"SOURCE_RETRY_COUNT=" REPLICA_RETRIES); /* 8.4 gives up after 10 */
	r = buf_error(&text);
	if (!r)
		r = site_do(site, "%s", text.data);
	explicit_bzero(text.data, text.length);
	return r;
}

/* Nothing comes from it yet. What the relay logs held is gone. */
static int replica_aim(struct site *site, const struct config_node *node,
		       const struct gtid_set *theirs)
{
	int r = replica_set_position(site, theirs);

	if (!r)
		r = replica_point_at(site, node);
	if (!r)
		r = site_do(site, "SET GLOBAL relay_log_purge=1");
	return r;
}

int replica_attach(struct site *site, const struct config_node *node, const struct gtid_set *theirs)
{
	int r = replica_aim(site, node, theirs);

	return r ? r : site_do(site, "%s", site->dialect->start);
}

static int replica_check_divergence(struct site *site, const struct config_node *writer,
				    const struct view *theirs)
{
	AUTO_GTID struct gtid_set errant = GTID_SET_INIT(site->dialect->gtid);
	AUTO_BUF struct buf text = BUF_INIT;
	int r = gtid_errant(&site->view.executed, &theirs->executed, &errant);

	if (r || (!errant.count && !lineage_strays(&site->view.lineage, &theirs->lineage)))
		return r;
	gtid_print(errant.count ? &errant : &site->view.executed, &text);
	return fault_set(
		site->fault, FAULT_GENERIC, -ESTALE,
		"this server has what the writer %s lacks (%.80s): it was never acknowledged, "
		"or written past the cluster",
		writer->name, text.data);
}

/* A monitor has no lock; it reports, and the start that follows repairs. */
static bool replica_may_take_back(const struct site *site)
{
	return site->config->rejoin == REJOIN_AUTO && strcmp(site->call->action, "monitor") != 0;
}

/*
 * Catching up may take long and is monitor's to watch; whether it begins is told here. The server
 * has no event to wait for, so it is asked again and again, for a while.
 */
static int replica_see_begin(struct site *site, const struct config_node *writer)
{
	const struct deadline patience = deadline_within(&site->deadline, REPLICA_BEGIN_MS);
	int r = site_look(site);

	while (!r && site->view.connecting && !deadline_passed(&patience)) {
		(void)poll(NULL, 0, REPLICA_TURN_MS);
		r = site_look(site);
	}
	if (!r && !site->view.receiving) /* a step of the ladder may help where the writer can't */
		r = fault_set(site->fault, FAULT_GENERIC,
			      site->view.io_error == REPLICA_PURGED &&
					      site->config->resync != RESYNC_NONE ?
				      -ESTALE :
				      -EIO,
			      "it does not receive from %s: %s", writer->name,
			      *site->view.error ? site->view.error : "no connection yet");
	return r;
}

static int replica_visit(struct site *site, const struct config_node *writer, struct view *ret_view)
{
	const struct deadline visit = deadline_within(&site->deadline, SITE_VISIT_MS);
	int r = site_visit(site, writer, &visit, ret_view);

	if (r) /* it may be ending, or not be up yet: that is for later */
		return r == -EACCES ? r : -EAGAIN;
	if (!ret_view->read_only)
		return 0;
	return fault_set(site->fault, FAULT_GENERIC, -EAGAIN,
			 "%s is the writer by the ledger, but read-only now", writer->name);
}

/* Nothing is received any more, and nothing that counts is lost. */
static int replica_halt(struct site *site)
{
	const bool counted = ledger_counts_on(&site->ledger, site->self, &site->state.ledger);
	int r = replica_freeze(site);

	if (!r && counted)
		r = replica_drain(site);
	else if (!r && site->view.has_source)
		r = site_do(site, "%s", site->dialect->stop_all);
	return r ? r : site_look(site);
}

/* The writer is seen again when nothing comes from it any more: what it has then is not errant here. */
static int replica_reconcile(struct site *site, const struct config_node *writer)
{
	const bool pair = pair_is(site);
	AUTO_VIEW struct view theirs = {.lag = 0};
	int r = replica_visit(site, writer, &theirs);

	if (!r && !pair)
		r = replica_check_divergence(site, writer, &theirs);
	if (r == -ESTALE && replica_may_take_back(site))
		r = errant_take_back(site, &theirs);
	if (!r)
		r = site_do(site, "SET GLOBAL %s_enabled=%d", site->dialect->semi_slave,
			    ledger_has(&site->ledger.acks, site->self));
	if (!r) /* a copy from before may lack what is acknowledged here from now on */
		staging_forget(site->config);
	return r ? r : replica_aim(site, writer, pair ? pair_position(site, &theirs) : NULL);
}

static bool replica_follows(const struct site *site, const struct config_node *writer)
{
	const struct view *v = &site->view;

	return v->receiving && v->applying && v->source_port == writer->port &&
	       !strcmp(v->source_host, writer->address) &&
	       site->state.ledger.epoch == site->ledger.epoch &&
	       v->semi_replica == ledger_has(&site->ledger.acks, site->self);
}

int replica_follow(struct site *site, const struct config_node *writer)
{
	AUTO_VIEW struct view theirs = {.lag = 0};
	int r = replica_visit(site, writer, &theirs);

	if (r || replica_follows(site, writer))
		return r;
	r = replica_halt(site);
	if (!r)
		r = replica_unrelax(site);
	if (!r)
		r = replica_reconcile(site, writer);
	if (r)
		return r;
	site->state.partial = false;
	r = site_remember(site, MACHINE_FOLLOWING); /* its relay log counts with the first event */
	if (!r)
		r = site_do(site, "%s", site->dialect->start);
	return r ? r : replica_see_begin(site, writer);
}

int replica_fetch(struct site *site, const struct config_node *voter,
		  const struct gtid_set *position)
{
	int r = replica_attach(site, voter, pair_is(site) ? position : NULL);

	if (!r)
		r = replica_wait(site, position);
	if (!r)
		r = site_do(site, "%s", site->dialect->stop_all);
	return r ? r : site_look(site);
}
