// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/site.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/file.h"
#include "mysql/board.h"
#include "mysql/dialect.h"
#include "mysql/pair.h"
#include "mysql/sql.h"
#include "mysql/watcher.h"
#include "ocf/call.h"

#define SITE_PASSWORD_LIMIT 4096

static int site_read_password(struct site *site)
{
	const struct mysql_config *c = site->config;
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	if (c->replication_passwd)
		buf_adds(&text, c->replication_passwd);
	if (c->replication_passwd_file) {
		r = file_read(c->replication_passwd_file, SITE_PASSWORD_LIMIT, &text);
		if (r)
			return fault_set(site->fault, FAULT_ARGS, r,
					 "replication_passwd_file %s: %s",
					 c->replication_passwd_file, strerror(-r));
	}
	r = (int)strcspn(text.data, "\r\n");
	if (r >= (int)sizeof(site->password))
		return fault_set(site->fault, FAULT_ARGS, -EINVAL,
				 "the replication password is too long");
	(void)snprintf(site->password, sizeof(site->password), "%.*s", r, text.data);
	explicit_bzero(text.data, text.length);
	return 0;
}

static char *site_state_path(const struct site *site)
{
	char *path = NULL;

	return asprintf(&path, "%s/" SITE_STATE, site->config->datadir) < 0 ? NULL : path;
}

/* Without a readable file nothing is known, which is what a new node knows. */
void site_recall(struct site *site)
{
	struct ledger_nodes none = {.count = 0};
	AUTO_FREE char *path = site_state_path(site);
	int r = path ? vote_load_state(&site->state, path) : -ENOMEM;

	if (r && r != -ENOENT)
		log_line(&site->call->log, LOG_WARNING, "%s: %s", path ? path : SITE_STATE,
			 strerror(-r));
	if (r)
		site->state = (struct vote_state){.ledger = ledger_first(&none)};
}

int site_open(struct site *site, struct call *call, const struct mysql_config *config)
{
	int r = 0;

	*site = (struct site){.config = config, .call = call, .fault = &call->fault};
	site->deadline.at = call->deadline.at - SITE_MARGIN_MS * 1000000LL;
	config_own_name(site->self);
	if (config->node_list)
		r = config_read_nodes(config, &site->nodes, site->fault);
	if (!r)
		r = site_read_password(site);
	call_hide_secrets(call); /* no child needs them */
	if (!r)
		site_recall(site);
	return r;
}

void site_close(struct site *site)
{
	const struct deadline now = {.at = 0};
	struct fault ignored = FAULT_INIT;
	struct ledger ledger;

	if (site->question.begun)
		(void)board_end_consult(&site->question, &(struct ledger_nodes){.count = 0}, &now,
					&ignored, &ledger);
	board_drop_pen(&site->pen);
	sql_close(&site->sql);
	view_release(&site->view);
	explicit_bzero(site->password, sizeof(site->password));
}

bool site_is_clustered(const struct site *site)
{
	return site->call->promotable && site->nodes.count > 0;
}

int site_connect(struct site *site, pid_t server)
{
	const struct sql_target target = {
		.socket = site->config->socket,
		.port = site->config->replication_port, /* 0 would be looked up in /etc/services */
		.user = site->config->sql_option_file ? NULL : site->config->sql_user,
		.option_file = site->config->sql_option_file,
	};
	int r;

	sql_close(&site->sql);
	r = sql_open(&target, &site->deadline, site->fault, &site->sql);
	if (!r)
		r = dialect_choose(sql_version(site->sql), site->fault, &site->dialect);
	if (!r && sql_owner(site->sql) != server)
		r = fault_set(site->fault, FAULT_GENERIC, -EBUSY,
			      "%s is the socket of process %d, the data directory's server is %d",
			      site->config->socket, sql_owner(site->sql), server);
	return r;
}

int site_look(struct site *site)
{
	int r = view_take(&site->view, site->dialect, site->sql, &site->deadline, site->fault);

	if (!r)
		site->dialect = dialect_with_plugins(site->dialect, site->view.semi_old);
	return r;
}

int site_do(struct site *site, const char *format, ...)
{
	AUTO_FREE char *statement = NULL;
	va_list arguments;
	int length;

	va_start(arguments, format);
	length = vasprintf(&statement, format, arguments);
	va_end(arguments);
	if (length < 0) {
		statement = NULL;
		return fault_set(site->fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	}
	return sql_ask(site->sql, &site->deadline, site->fault, NULL, "%s", statement);
}

static struct ledger_nodes site_configured(const struct site *site)
{
	struct ledger_nodes configured = {.count = 0};

	for (size_t i = 0; i < site->nodes.count; i++)
		(void)ledger_add(&configured, site->nodes.nodes[i].name);
	return configured;
}

int site_learn(struct site *site)
{
	const struct ledger_nodes configured = site_configured(site);

	return board_read(site->call->instance, &configured, &site->deadline, site->fault,
			  &site->ledger);
}

static int site_begin_consult(struct site *site)
{
	return board_begin_consult(site->call->instance, watcher_quorate(site), &site->question,
				   site->fault);
}

int site_consult(struct site *site)
{
	const struct ledger_nodes configured = site_configured(site);
	int r = site->guessed || site->question.begun ? 0 : site_begin_consult(site);

	return r || site->guessed ? r :
				    board_end_consult(&site->question, &configured, &site->deadline,
						      site->fault, &site->ledger);
}

void site_foresee(struct site *site)
{
	if (!pair_is(site) && watcher_quorate(site) &&
	    board_guess(site->call->instance, &site->ledger))
		board_take_pen(&site->pen, site->call->instance, &site->ledger);
	site->guessed = site->pen.ready;
	if (!site->guessed && site_begin_consult(site))
		*site->fault = FAULT_INIT; /* it is tried again when it is needed */
}

int site_confirm(struct site *site)
{
	const struct ledger guess = site->ledger;
	int r = site->guessed ? site_learn(site) : 0;

	return r ? r : ledger_same(&guess, &site->ledger) ? 0 : -ESTALE;
}

void site_doubt(struct site *site)
{
	board_drop_pen(&site->pen);
	site->guessed = false;
}

int site_remember(struct site *site, enum machine_state state)
{
	AUTO_FREE char *path = site_state_path(site);
	int r;

	site->state.ledger = site->ledger;
	site->state.state = state;
	r = path ? vote_save_state(&site->state, path) : -ENOMEM;
	return r ? fault_set(site->fault, FAULT_GENERIC, r, "%s: %s", path ? path : SITE_STATE,
			     strerror(-r)) :
		   0;
}

int site_record(struct site *site, const struct ledger *ledger)
{
	int r = board_write(site->call->instance, ledger, &site->deadline, site->fault);

	if (r)
		return r;
	site->ledger = *ledger;
	return site_remember(site, site->state.state);
}

static int site_call(struct site *site, const struct config_node *node,
		     const struct deadline *deadline, const struct dialect **ret_dialect,
		     struct sql **ret_sql)
{
	const struct sql_target target = {
		.host = node->address,
		.port = node->port,
		.user = site->config->replication_user,
		.password = site->password,
		.tls = site->config->replication_require_ssl,
	};
	int r = sql_open(&target, deadline, site->fault, ret_sql);

	return r ? r : dialect_choose(sql_version(*ret_sql), site->fault, ret_dialect);
}

int site_visit(struct site *site, const struct config_node *node, const struct deadline *deadline,
	       struct view *ret_view)
{
	const struct dialect *dialect;
	AUTO_SQL struct sql *sql = NULL;
	int r = site_call(site, node, deadline, &dialect, &sql);

	*ret_view = (struct view){.lag = VIEW_LAG_UNKNOWN};
	if (!r)
		r = view_take(ret_view, dialect, sql, deadline, site->fault);
	if (r)
		fault_prefix(site->fault, "%s: ", node->name);
	return r;
}

int site_question(struct site *site, const struct config_node *node,
		  const struct deadline *deadline, const char *statement, struct rows *rows)
{
	const struct dialect *dialect;
	AUTO_SQL struct sql *sql = NULL;
	int r = site_call(site, node, deadline, &dialect, &sql);

	if (!r)
		r = sql_ask(sql, deadline, site->fault, rows, "%s", statement);
	if (r)
		fault_prefix(site->fault, "%s: ", node->name);
	return r;
}

/* The server waits, until a little before the deadline, so that it is the one to say so. */
static int site_wait(struct sql *sql, const struct dialect *dialect,
		     const struct gtid_set *position, const struct deadline *deadline,
		     struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT, quoted = BUF_INIT;
	AUTO_ROWS struct rows rows = ROWS_INIT;
	const int left = deadline_left(deadline) * 9 / 10;
	char seconds[32];
	int r;

	gtid_print(position, &text);
	sql_quote(&quoted, text.data);
	(void)snprintf(seconds, sizeof(seconds), "%d.%03d", left / 1000, left % 1000);
	r = buf_error(&quoted);
	if (!r)
		r = sql_ask(sql, deadline, fault, &rows, "SELECT %s(%s, %s) AS late", dialect->wait,
			    quoted.data, seconds);
	if (r)
		return r;
	if (!rows_number(&rows, 0, "late", -1))
		return 0;
	return fault_set(fault, FAULT_TIMEOUT, -ETIMEDOUT,
			 "%.120s was not applied in time; a longer timeout may help", text.data);
}

int site_await(struct site *site, const struct config_node *node, const struct gtid_set *position,
	       const struct deadline *deadline)
{
	const struct dialect *dialect;
	AUTO_SQL struct sql *sql = NULL;
	int r = site_call(site, node, deadline, &dialect, &sql);

	if (!r)
		r = site_wait(sql, dialect, position, deadline, site->fault);
	if (r)
		fault_prefix(site->fault, "%s: ", node->name);
	return r;
}

int site_await_own(struct site *site, const struct gtid_set *position)
{
	return site_wait(site->sql, site->dialect, position, &site->deadline, site->fault);
}
