// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/view.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/num.h"
#include "mysql/dialect.h"
#include "mysql/rows.h"
#include "mysql/sql.h"

void view_release(struct view *view)
{
	gtid_release(&view->executed);
	gtid_release(&view->received);
	gtid_release(&view->applied);
	lineage_release(&view->lineage);
}

/* Adds the position to the set; one that excludes what is there marks the conflict. */
static int view_add(struct view *view, struct gtid_set *set, const char *text)
{
	AUTO_GTID struct gtid_set more = GTID_SET_INIT(set->flavour);
	int r = gtid_parse(&more, text ? text : "");

	if (!r)
		r = gtid_unite(set, &more);
	if (r == -ESTALE)
		view->conflict = true;
	return r == -ESTALE ? 0 : r == -E2BIG ? -EINVAL : r;
}

static int view_read_lineage(struct view *view, const struct rows *positions)
{
	static const char *const columns[] = {"lineage", "executed", "applied"};
	int r = 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(columns); i++) {
		const char *text = rows_get(positions, 0, columns[i]);

		r = lineage_add(&view->lineage, text ? text : "");
	}
	return r == -E2BIG ? -EINVAL : r;
}

static void view_read_channel(struct view *view, const struct dialect *d, const struct rows *rows)
{
	const char *io = rows_get(rows, 0, d->io_running);
	const char *host = rows_get(rows, 0, d->source_host);
	const char *error = rows_get(rows, 0, "Last_SQL_Error");

	if (!error || !*error)
		error = rows_get(rows, 0, "Last_IO_Error");
	view->has_source = rows_count(rows) > 0;
	view->receiving = rows_true(rows, 0, d->io_running);
	view->connecting = io && !view->receiving && strcmp(io, "No") != 0;
	view->applying = rows_true(rows, 0, d->sql_running);
	view->lag = rows_number(rows, 0, d->lag, VIEW_LAG_UNKNOWN);
	view->io_error = rows_number(rows, 0, "Last_IO_Errno", 0);
	view->sql_error = rows_number(rows, 0, "Last_SQL_Errno", 0);
	view->source_port = (int)(rows_number(rows, 0, d->source_port, 0) & 0xffff);
	(void)snprintf(view->source_host, sizeof(view->source_host), "%s", host ? host : "");
	(void)snprintf(view->error, sizeof(view->error), "%s", error ? error : "");
}

/* The status behind the plugin's name, in the words of now or of old; NULL for another variable. */
static const char *view_semi_status(const char *name, const char *now, const char *old)
{
	static const char prefix[] = "rpl_semi_sync_";
	const size_t length = strlen(prefix);
	const char *word;

	if (!name || strncasecmp(name, prefix, length) != 0)
		return NULL;
	word = name + length;
	if (!strncasecmp(word, now, strlen(now)))
		return word + strlen(now);
	return strncasecmp(word, old, strlen(old)) ? NULL : word + strlen(old);
}

static void view_read_semi(struct view *view, const struct rows *rows)
{
	for (size_t i = 0; i < rows_count(rows); i++) {
		const char *name = rows_get(rows, i, "Variable_name");
		const char *writer = view_semi_status(name, "source_", "master_");
		const char *replica = view_semi_status(name, "replica_", "slave_");

		if (replica && !strcasecmp(replica, "status"))
			view->semi_replica = rows_true(rows, i, "Value");
		if (!writer)
			continue;
		if (!strcasecmp(writer, "status")) {
			view->semi_writer = rows_true(rows, i, "Value");
			view->semi_old = strcasestr(name, "master_") != NULL;
		} else if (!strcasecmp(writer, "clients")) {
			view->semi_clients = rows_number(rows, i, "Value", 0);
		} else if (!strcasecmp(writer, "wait_sessions")) {
			view->semi_waiting = rows_number(rows, i, "Value", 0);
		}
	}
}

int view_read(struct view *view, const struct dialect *dialect, const struct rows *positions,
	      const struct rows *channels, const struct rows *semi)
{
	int r;

	*view = (struct view){.lag = VIEW_LAG_UNKNOWN,
			      .executed = GTID_SET_INIT(dialect->gtid),
			      .received = GTID_SET_INIT(dialect->gtid),
			      .applied = GTID_SET_INIT(dialect->gtid)};
	if (!rows_count(positions) || !rows_get(positions, 0, "executed"))
		return -EINVAL;
	view->read_only = rows_true(positions, 0, "read_only");
	view->settled = rows_true(positions, 0, "settled");
	view_read_channel(view, dialect, channels);
	view_read_semi(view, semi);
	r = view_add(view, &view->executed, rows_get(positions, 0, "executed"));
	if (!r)
		r = view_add(view, &view->executed, rows_get(positions, 0, "applied"));
	if (!r)
		r = view_add(view, &view->applied, rows_get(positions, 0, "applied"));
	if (!r)
		r = gtid_unite(&view->received, &view->executed);
	if (!r && dialect->gtid == GTID_MARIADB)
		r = view_read_lineage(view, positions);
	for (size_t i = 0; !r && i < rows_count(channels); i++)
		r = view_add(view, &view->received, rows_get(channels, i, dialect->received));
	return r;
}

int view_take(struct view *view, const struct dialect *dialect, struct sql *sql,
	      const struct deadline *deadline, struct fault *fault)
{
	AUTO_ROWS struct rows positions = ROWS_INIT, channels = ROWS_INIT, semi = ROWS_INIT;
	int r = sql_ask(sql, deadline, fault, &positions,
			"%s, @@global.read_only AS read_only, "
			"@@global.relay_log_purge AS settled",
			dialect->positions);

	view_release(view);
	if (!r)
		r = sql_ask(sql, deadline, fault, &channels, "%s", dialect->channels);
	if (!r)
		r = sql_ask(sql, deadline, fault, &semi,
			    "SHOW GLOBAL STATUS LIKE 'rpl_semi_sync%%'");
	if (r)
		return r;
	r = view_read(view, dialect, &positions, &channels, &semi);
	return r ? fault_set(fault, FAULT_GENERIC, r,
			     "the server's replication position is not understood") :
		   0;
}
