// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/inspect.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "host/spawn.h"
#include "mysql/demands.h"
#include "mysql/dialect.h"
#include "mysql/mysqld.h"
#include "mysql/site.h"
#include "mysql/sql.h"
#include "ocf/call.h"

static int inspect_error(struct call *call, int error)
{
	return fault_set(&call->fault, FAULT_GENERIC, error, "the server's settings: %s",
			 strerror(-error));
}

/* The option file as the server itself understands it, and behind it additional_parameters. */
static int inspect_read_options(struct call *call, const struct mysql_config *c,
				struct rows *options)
{
	AUTO_BUF struct buf output = BUF_INIT;
	char file[PATH_MAX + 20];
	const char *const argv[] = {c->binary, file, "--print-defaults", NULL};
	int status = 0, r;

	(void)snprintf(file, sizeof(file), "--defaults-file=%s", c->config);
	r = spawn_run(argv, &call->deadline, &output, &status);
	if (!r)
		r = demands_begin(options);
	if (!r)
		r = demands_add_options(options, output.data ? output.data : "");
	if (!r && c->additional_parameters)
		r = demands_add_options(options, c->additional_parameters);
	return r ? inspect_error(call, r) : 0;
}

/* Tells all of them, and keeps the first that nothing works without as the fault. */
static int inspect_judge(struct call *call, const struct rows *settings,
			 const struct demand_scene *scene)
{
	struct fault worst = FAULT_INIT;

	for (const struct demand *d = NULL; (d = demands_next(d, settings, scene));) {
		AUTO_BUF struct buf text = BUF_INIT;

		demands_tell(d, settings, scene, &text);
		if (buf_error(&text))
			return inspect_error(call, -ENOMEM);
		if (d->needed && worst.kind == FAULT_NONE)
			(void)fault_set(&worst, FAULT_ARGS, -EINVAL, "%s", text.data);
		else
			log_line(&call->log, d->needed ? LOG_ERR : LOG_WARNING, "%s", text.data);
	}
	if (worst.kind == FAULT_NONE)
		return 0;
	call->fault = worst;
	return -EINVAL;
}

/* Two servers of one number drop each other's transactions as their own. */
static int inspect_number(struct site *site, const struct config_node *node, const char *own)
{
	const struct deadline visit = deadline_within(&site->deadline, SITE_VISIT_MS);
	AUTO_ROWS struct rows rows = ROWS_INIT;
	const char *theirs;
	int r = site_question(site, node, &visit, "SELECT @@global.server_id AS number", &rows);

	theirs = r ? NULL : rows_get(&rows, 0, "number");
	if (r) {
		log_line(&site->call->log, LOG_INFO, "its server_id could not be compared: %s",
			 site->fault->reason);
		*site->fault = FAULT_INIT;
	}
	if (!theirs || !own || strcmp(theirs, own) != 0)
		return 0;
	return fault_set(site->fault, FAULT_ARGS, -EINVAL,
			 "server_id is %s here and at %s: each server needs a number of its own",
			 own, node->name);
}

/* Who but root may write to a replica, by name. */
static int inspect_accounts(struct site *site)
{
	AUTO_ROWS struct rows rows = ROWS_INIT;
	int r = sql_ask(
		site->sql, &site->deadline, site->fault, &rows,
		"SELECT DISTINCT grantee AS account FROM information_schema.user_privileges "
		"WHERE privilege_type IN ('READ_ONLY ADMIN', 'READ ONLY ADMIN') AND grantee "
		"NOT IN ('''root''@''localhost''', '''mysql''@''localhost''', "
		"'''mariadb.sys''@''localhost''')");

	for (size_t i = 0; !r && i < rows_count(&rows); i++) {
		const char *account = rows_get(&rows, i, "account");

		log_line(&site->call->log, LOG_WARNING,
			 "%s may write past read_only (READ_ONLY ADMIN): what it writes to a "
			 "replica is there alone",
			 account ? account : "an account");
	}
	return r;
}

static int inspect_server(struct site *site, pid_t server, struct demand_scene scene)
{
	AUTO_ROWS struct rows variables = ROWS_INIT;
	const char *own = NULL;
	int r = site_connect(site, server);

	scene.running = true;
	if (!r)
		r = sql_ask(site->sql, &site->deadline, site->fault, &variables,
			    "SHOW GLOBAL VARIABLES");
	if (!r)
		r = inspect_judge(site->call, &variables, &scene);
	if (!r && scene.flavour == GTID_MARIADB)
		r = inspect_accounts(site);
	for (size_t i = 0; !r && i < rows_count(&variables); i++)
		if (!strcmp(rows_get(&variables, i, "Variable_name"), "server_id"))
			own = rows_get(&variables, i, "Value");
	for (size_t i = 0; !r && i < site->nodes.count; i++)
		if (strcmp(site->nodes.nodes[i].name, site->self) != 0)
			r = inspect_number(site, &site->nodes.nodes[i], own);
	return r;
}

int inspect_settings(struct call *call, const struct mysql_config *config)
{
	AUTO_SITE struct site site = {.sql = NULL};
	AUTO_ROWS struct rows options = ROWS_INIT;
	char version[MYSQLD_VERSION_MAX];
	const struct dialect *dialect = NULL;
	const struct config_node *self;
	struct demand_scene scene;
	pid_t server;
	int r = site_open(&site, call, config);

	if (!r)
		r = mysqld_ask_version(config, &call->deadline, &call->fault, version, &dialect);
	if (!r)
		r = inspect_read_options(call, config, &options);
	if (r)
		return r;
	self = config_find_node(&site.nodes, site.self);
	scene = (struct demand_scene){
		.flavour = dialect->gtid,
		.replicates = call->promotable && site.nodes.count > 1,
		.abroad = self && strncmp(self->address, "127.", 4) != 0,
	};
	r = inspect_judge(call, &options, &scene);
	server = strcmp(call->action, "validate-all") ? 0 : mysqld_find(config);
	(void)signal(SIGPIPE, SIG_IGN);
	return r || !server ? r : inspect_server(&site, server, scene);
}
