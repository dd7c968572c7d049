// SPDX-License-Identifier: BSD-3-Clause
/*
 * mysql: a replicated MariaDB or MySQL server, of which one node's accepts writes.
 */

#include <errno.h>
#include <limits.h>
#include <pwd.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/num.h"
#include "mysql/board.h"
#include "mysql/config.h"
#include "mysql/dialect.h"
#include "mysql/inspect.h"
#include "mysql/judge.h"
#include "mysql/mysqld.h"
#include "mysql/notify.h"
#include "mysql/pair.h"
#include "mysql/promote.h"
#include "mysql/replica.h"
#include "mysql/retire.h"
#include "mysql/settle.h"
#include "mysql/site.h"
#include "mysql/sql.h"
#include "mysql/tend.h"
#include "mysql/watcher.h"
#include "ocf/agent.h"
#include "ocf/call.h"
#include "ocf/role.h"

#define MYSQL_SCORE_REPLICA 50
#define MYSQL_SCORE_LAGS 10
#define MYSQL_SCORE_PARTIAL 5
#define MYSQL_SCORE_UNELECTABLE (-1000000)
#define MYSQL_READER "reader" /* in the record: the reader attribute as it was told last */
#define MYSQL_LAG "lag"	      /* in the record: "yes" while it lags too much */

/* Told when it has changed, and never in a probe. */
static void mysql_tell_reader(struct site *site, const char *value)
{
	struct call *call = site->call;
	const char *last = record_get(&call->record, MYSQL_READER);
	struct fault fault = FAULT_INIT;

	if (!call->promotable || !site->config->reader_attribute || (last && !strcmp(last, value)))
		return;
	call_hide_secrets(call);
	if (board_tell(site->config->reader_attribute, value, &site->deadline, &fault))
		log_line(&call->log, LOG_WARNING, "%s: %s", site->config->reader_attribute,
			 fault.reason);
	else
		call_keep(call, MYSQL_READER, value);
}

/* The watcher's kept conversation is the cheaper one; what it can't say, an own one says. */
static int mysql_see(struct site *site, pid_t server, bool recurring)
{
	int r = recurring && site_is_clustered(site) ? watcher_look(site, server) : -ESRCH;

	if (r != -ESRCH)
		return r;
	*site->fault = FAULT_INIT;
	r = site_connect(site, server);
	return r ? r : site_look(site);
}

/*
 * One that was killed or hangs is replaced; without it there is no write fence, which is said. Not of
 * a replica by 190: see DESIGN.md.
 */
static void mysql_keep_watcher(struct site *site, enum role_state *state)
{
	if (!site_is_clustered(site) || (*state != ROLE_ACTIVE && *state != ROLE_STANDBY))
		return;
	*site->fault = FAULT_INIT;
	if (!watcher_ensure(site->call))
		return;
	if (*state == ROLE_ACTIVE) {
		*state = ROLE_DEGRADED;
		return;
	}
	log_line(&site->call->log, LOG_WARNING, "%s", site->fault->reason);
	*site->fault = FAULT_INIT;
}

/* Nothing to be looked after, by what was seen. */
static bool mysql_is_well(const struct site *site, enum role_state state)
{
	const struct view *v = &site->view;

	if (pair_is(site) || state == ROLE_DEGRADED)
		return false;
	if (state == ROLE_ACTIVE)
		return site->state.ledger.sync.count >= site->nodes.count;
	if (record_get(&site->call->record, SETTLE_UNELECTABLE))
		return false;
	return v->has_source && v->receiving && v->applying && v->semi_replica && !v->outdated;
}

/* Others whose votes were missing may be back. */
static void mysql_reconsider(struct site *site)
{
	if (record_get(&site->call->record, SETTLE_UNELECTABLE) && promote_is_possible(site))
		call_keep(site->call, SETTLE_UNELECTABLE, NULL);
}

/* Who follows a writer would be refused until it is in sync. */
static bool mysql_may_be_next(struct site *site)
{
	return !site_learn(site) && ledger_has(&site->ledger.sync, site->self);
}

/* A replica that lost its writer looks for another; the ledger is only asked then. */
static int mysql_tend_replica(struct site *site, enum role_state *state)
{
	const struct view *v = &site->view;
	const struct config_node *writer;
	int r;

	if (settle_waits(site)) {
		settle_wait(site);
		return 0;
	}
	if (v->has_source && v->receiving) {
		if (record_get(&site->call->record, SETTLE_UNELECTABLE) && mysql_may_be_next(site))
			call_keep(site->call, SETTLE_UNELECTABLE, NULL);
		return tend_replica(site);
	}
	r = site_learn(site);
	writer = config_find_node(&site->nodes, site->ledger.writer);
	if (r)
		return r;
	mysql_reconsider(site);
	if (!writer || !strcmp(writer->name, site->self))
		return 0;
	if (v->connecting && site->ledger.epoch == site->state.ledger.epoch)
		return 0;
	if (v->has_source && v->applying && site->ledger.epoch == site->state.ledger.epoch &&
	    !v->io_error)
		return tend_replica(site);
	r = replica_follow(site, writer);
	if (r == -ESTALE && site->view.io_error == REPLICA_PURGED) {
		r = settle_ask_for_copy(site);
		settle_wait(site);
		return r;
	}
	if (r == -ESTALE) /* the start that follows takes that back, or says that a person must */
		*state = ROLE_BROKEN;
	return r == -EAGAIN ? 0 : r;
}

/* A recurring monitor looks after what only time brings about; a healthy cluster has nothing of it. */
static int mysql_tend(struct site *site, enum role_state *state)
{
	const bool standby = *state == ROLE_STANDBY;
	const bool active = *state == ROLE_ACTIVE || *state == ROLE_DEGRADED;
	const bool readable = active || (standby && !judge_lags(site) && site->view.applying);
	const bool outdated = site->view.outdated;
	int r = 0;

	mysql_tell_reader(site, readable ? "1" : "0");
	if (!site_is_clustered(site) || (!active && !standby) || mysql_is_well(site, *state))
		return 0;
	if (!site->sql)
		r = site_connect(site, mysqld_find(site->config));
	if (!r)
		r = site_look(site);
	if (r)
		return r;
	site->view.outdated = outdated;
	return standby ? mysql_tend_replica(site, state) : tend_writer(site);
}

static int mysql_read_test_table(struct site *site)
{
	int r = 0;

	if (site->call->check_level < 10 || !site->config->test_table)
		return 0;
	if (!site->sql)
		r = site_connect(site, mysqld_find(site->config));
	return r ? r : site_do(site, "SELECT 1 FROM %s LIMIT 1", site->config->test_table);
}

static void mysql_drop_site(void *view)
{
	site_close(view);
	free(view);
}

/* A promote begins with a look: what that has seen, it goes on with. */
static void mysql_leave_site(struct call *call, struct site *site)
{
	struct site *left = malloc(sizeof(*left));

	call_drop_view(call);
	if (!left)
		return;
	*left = *site;
	*site = (struct site){.config = left->config, .call = call, .fault = &call->fault};
	call->view = left;
	call->release_view = mysql_drop_site;
}

static int mysql_look(struct call *call, const void *config, enum role_state *ret_state)
{
	AUTO_SITE struct site site = {.sql = NULL};
	const bool promote = !strcmp(call->action, "promote");
	const bool recurring = !strcmp(call->action, "monitor") && !call->probe;
	const pid_t server = mysqld_find(config);
	struct fault fault;
	int r;

	*ret_state = ROLE_ABSENT;
	if (!server)
		return fault_set(&call->fault, FAULT_GENERIC, 0,
				 "no server runs on the data directory");
	(void)signal(SIGPIPE, SIG_IGN);
	r = site_open(&site, call, config);
	if (strcmp(call->action, "monitor")) /* what hangs is then to be dealt with, in time */
		site.deadline = deadline_within(&site.deadline, deadline_left(&site.deadline) / 4);
	if (!r && promote && site_is_clustered(&site))
		site_foresee(&site);
	if (!r)
		r = mysql_see(&site, server, recurring);
	if (r)
		return judge_blind(call, r, ret_state);
	(void)judge_site(&site, ret_state);
	if (promote)
		mysql_leave_site(call, &site);
	if (!recurring)
		return 0;
	r = mysql_read_test_table(&site);
	if (r) {
		*ret_state = ROLE_BROKEN;
		return 0;
	}
	if (judge_lags(&site) != !!record_get(&call->record, MYSQL_LAG))
		call_keep(call, MYSQL_LAG, judge_lags(&site) ? "yes" : NULL);
	fault = call->fault;
	r = mysql_tend(&site, ret_state);
	if (r)
		log_line(&call->log, LOG_WARNING, "%s", call->fault.reason);
	if (r != -ESTALE)
		call->fault = fault;
	if (site.sql)
		mysql_keep_watcher(&site, ret_state);
	return 0;
}

/* The server runs, and we talk with it: what every change begins with. */
static int mysql_begin(struct site *site, struct call *call, const struct mysql_config *config)
{
	const pid_t server = mysqld_find(config);
	struct site *left = call->view;
	struct deadline whole;
	int r;

	if (left && server && sql_owner(left->sql) == server) {
		*site = *left;
		site->deadline.at = call->deadline.at - SITE_MARGIN_MS * 1000000LL;
		free(left);
		call->view = NULL;
		return 0;
	}
	call_drop_view(call);
	r = site_open(site, call, config);
	(void)signal(SIGPIPE, SIG_IGN);
	if (r || !server)
		return r;
	whole = site->deadline;
	/* One that hangs must leave time for its end. */
	site->deadline = deadline_within(&whole, config->retire_timeout);
	r = site_connect(site, server);
	if (!r)
		r = site_look(site);
	site->deadline = whole;
	return r;
}

/* The action was done without it, and the next monitor will say so. */
static void mysql_begin_watch(const struct site *site)
{
	if (!site_is_clustered(site) || !watcher_ensure(site->call))
		return;
	log_line(&site->call->log, LOG_WARNING, "%s", site->fault->reason);
	*site->fault = FAULT_INIT;
}

static int mysql_stand_by(struct call *call, const void *config)
{
	AUTO_SITE struct site site = {.sql = NULL};
	const pid_t server = mysqld_find(config);
	const bool demote = !strcmp(call->action, "demote");
	const char *role = record_get(&call->record, "role");
	int r = mysql_begin(&site, call, config);

	/* A writer that died is not started for a demote: stop and start come next. */
	if (!server && !r && !(demote && role && !strcmp(role, "active")))
		r = settle_standby(&site);
	if (!r)
		mysql_begin_watch(&site);
	if (!r && settle_waits(&site))
		settle_wait(&site);
	if (!server)
		return r;
	if (demote) /* also one that hangs: that is what the bound is for */
		return !r && site.view.read_only ? 0 : retire_site(&site);
	if (r)
		return r;
	if (site.view.read_only)
		return 0;
	if (!strcmp(call->action, "start"))
		log_line(&call->log, LOG_WARNING, "taking over a server that accepted writes");
	return retire_site(&site);
}

static int mysql_activate(struct call *call, const void *config)
{
	AUTO_SITE struct site site = {.sql = NULL};
	int r = mysql_begin(&site, call, config);

	if (!r && !site.sql && !call->promotable)
		r = settle_standby(&site);
	if (!r && !site.sql)
		r = fault_set(&call->fault, FAULT_GENERIC, -ESRCH, "the server is gone");
	if (r)
		return r;
	if (site_is_clustered(&site)) {
		r = promote_site(&site);
		if (!r)
			mysql_begin_watch(&site);
		return r;
	}
	r = site_do(&site, "SET GLOBAL relay_log_purge=1");
	return r ? r : site_do(&site, "%s", site.dialect->allow);
}

static int mysql_halt(struct call *call, const void *config)
{
	AUTO_SITE struct site site = {.config = config, .call = call, .deadline = call->deadline};
	const char *role = record_get(&call->record, "role");
	const int left = watcher_end(call);
	int r;

	/* Not demoted before, as a person's stop may be: clients' commits are not cut in two. */
	if (call->promotable && role && !strcmp(role, "active") && mysqld_find(config) &&
	    !mysql_begin(&site, call, config) && !site.view.read_only)
		(void)retire_site(&site);
	if (record_get(&call->record, MYSQL_READER))
		mysql_tell_reader(&site, "0");
	site_close(&site);
	call->fault = FAULT_INIT;
	r = mysqld_stop(config, false, &call->deadline, &call->fault);
	return r || !left ? r : watcher_end(call);
}

/* The watcher reads the parameters once. */
static int mysql_reload(struct call *call, const void *config, enum role_state state)
{
	const struct mysql_config *c = config;
	int r = watcher_end(call);

	return r || !call->promotable || !c->node_list ? r : watcher_ensure(call);
}

static int mysql_score(struct call *call, const void *config, enum role_state state)
{
	struct site site;
	const bool lags = record_get(&call->record, MYSQL_LAG);

	(void)site_open(&site, call, config);
	site_close(&site);
	if (state == ROLE_ACTIVE || state == ROLE_DEGRADED)
		return PROMOTE_SCORE;
	if (record_get(&call->record, SETTLE_UNELECTABLE))
		return MYSQL_SCORE_UNELECTABLE;
	if (site.state.partial)
		return MYSQL_SCORE_PARTIAL;
	return lags ? MYSQL_SCORE_LAGS : MYSQL_SCORE_REPLICA;
}

static int mysql_check_host(struct call *call, const void *config)
{
	const struct mysql_config *c = config;
	const char *max = getenv("OCF_RESKEY_CRM_meta_promoted_max");
	struct config_nodes nodes = {.count = 0};
	AUTO_FREE char *tables = NULL;
	long long writers = 1;
	struct stat st;
	int r;

	r = c->node_list ? config_read_nodes(c, &nodes, &call->fault) : 0;
	if (!r && call->promotable && max && num_parse(max, 0, INT_MAX, &writers))
		writers = 1;
	if (!r && writers > 1 && (writers > 2 || nodes.count != 2))
		r = fault_set(&call->fault, FAULT_CONFIGURED, -EINVAL,
			      "promoted-max=%lld must be 1, or 2 with two nodes in node_list",
			      writers);
	if (r)
		return r;
	if (call->promotable && !c->node_list)
		return fault_set(
			&call->fault, FAULT_CONFIGURED, -EINVAL,
			"node_list must be given for a promotable clone: the nodes that hold "
			"the data");
	if (access(c->binary, X_OK) < 0)
		return fault_set(&call->fault, FAULT_INSTALLED, -errno, "binary: %s: %s", c->binary,
				 strerror(errno));
	if (access(c->config, R_OK) < 0)
		return fault_set(&call->fault, FAULT_INSTALLED, -errno, "config: %s: %s", c->config,
				 strerror(errno));
	if (!getpwnam(c->user))
		return fault_set(&call->fault, FAULT_INSTALLED, -ENOENT,
				 "user: there is no user '%.60s'", c->user);
	if (asprintf(&tables, "%s/mysql", c->datadir) < 0)
		tables = NULL;
	if (!tables || stat(tables, &st) < 0 || !S_ISDIR(st.st_mode))
		return fault_set(&call->fault, FAULT_INSTALLED, -ENOENT,
				 "datadir: %s holds no database; run mariadb-install-db",
				 c->datadir);
	return inspect_settings(call, c);
}

static const struct role_ops mysql_role = {
	.look = mysql_look,
	.activate = mysql_activate,
	.stand_by = mysql_stand_by,
	.halt = mysql_halt,
	.reload = mysql_reload,
	.score = mysql_score,
	.scores_later = true,
	.traced = true,
};

static const struct action mysql_actions[] = {
	{"start", role_start, .timeout = "120s"},
	{"stop", role_stop, .timeout = "120s"},
	{"monitor", role_monitor, .timeout = "30s", .interval = "10s", .depth = "0"},
	{"monitor", role_monitor, .timeout = "30s", .interval = "9s", .role = "Promoted",
	 .depth = "0"},
	{"promote", role_promote, .timeout = "120s"},
	{"demote", role_demote, .timeout = "120s"},
	{"notify", notify_run, .timeout = "60s"},
	{"reload-agent", role_reload, .timeout = "30s"},
	{"validate-all", .timeout = "20s"},
	{"meta-data", .timeout = "5s"},
	{.name = NULL},
};

const struct agent agent = {
	.name = "mysql",
	.version = "0.1.0",
	.brief = "replicated MariaDB and MySQL servers",
	.text = "Runs a MariaDB (10.5 or later) or MySQL (8.0.26 or later) server. As a promotable clone "
		"with notify=true, one node's server accepts writes, the others replicate from it by "
		"GTID, and no commit that a client was told of is ever lost by a failover: the writer "
		"waits for a replica to have it (semi-synchronous replication, AFTER_SYNC, without a "
		"timeout), and a node is promoted only when all that could know of a commit have been "
		"asked, and everything received is applied.\n\n"
		"Which nodes hold every commit is kept in the CIB (the cluster option "
		"RESOURCE-quorate-ledger). A node leaves that set only when Pacemaker has stopped or "
		"fenced it, and comes back when it has caught up; a writer that is alone in it waits "
		"for nobody.\n\n"
		"The server is started read-only and without replication, always: there is no moment "
		"in which it accepts writes before promote. demote is bounded in time. As a plain "
		"primitive the agent runs one server without replication.\n\n"
		"With promoted-max=2 and two nodes both accept writes (notify=true is needed then): each "
		"waits for the other, writes into a GTID domain of its own, and has auto-increment "
		"numbers of its own. A row that both write is a conflict, at which the applier stops.\n\n"
		"Beside each server of a clone runs a watcher, quorate-mysql: it tells Pacemaker of the "
		"server's death when it happens, answers the monitors, and ends the writing of a node that "
		"has lost its quorum, also while Pacemaker or corosync hang (write_fence). \"quorate-mysql "
		"status\" on any node is a table of all of them: role, epoch, in-sync set, lag, errant "
		"transactions, position, and how long each phase of the last promotion took; \"--json\" is "
		"the same for programs.",
	.example = "node_list=\"db1=192.0.2.1 db2=192.0.2.2\" replication_user=repl "
		   "replication_passwd_file=/etc/quorate/repl.secret",
	.params = mysql_params,
	.actions = mysql_actions,
	.config_size = sizeof(struct mysql_config),
	.role = &mysql_role,
	.check = config_check,
	.check_host = mysql_check_host,
};
