// SPDX-License-Identifier: BSD-3-Clause
/*
 * rsync: a tree of files that follows the promoted node. The work is the daemon's; the agent starts,
 * asks, tells and ends it.
 */

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "daemon/control.h"
#include "daemon/keeper.h"
#include "host/lockfile.h"
#include "ocf/agent.h"
#include "ocf/call.h"
#include "ocf/role.h"
#include "rsync/config.h"
#include "rsync/filter.h"
#include "rsync/module.h"
#include "rsync/pull.h"
#include "rsync/standing.h"

#define RSYNC_DAEMON "quorate-rsync"

/* Pacemaker's record of us names the daemon's places: the keeper's base is the record's path. */
static int rsync_keeper(struct call *call, struct keeper *ret_keeper)
{
	int r = keeper_init(ret_keeper, call->record_path);

	return r ? fault_set(&call->fault, FAULT_GENERIC, r, "%s: %s", call->record_path,
			     strerror(-r)) :
		   0;
}

static int rsync_ask(struct call *call, const struct keeper *keeper, const char *request,
		     struct buf *answer)
{
	return control_ask(keeper->socket, request, &call->deadline, answer, &call->fault);
}

static int rsync_standing(struct call *call, const struct keeper *keeper,
			  struct standing *ret_standing)
{
	AUTO_BUF struct buf answer = BUF_INIT;
	int r = rsync_ask(call, keeper, "monitor", &answer);

	if (!r)
		r = standing_read(answer.data, ret_standing);
	if (r == -EPROTO)
		(void)fault_set(&call->fault, FAULT_GENERIC, r,
				"the daemon's answer is not understood: another release?");
	return r;
}

/* Whether this is a monitor, and another action has the instance's lock: it begins or ends just now. */
static bool rsync_is_changing(const struct call *call)
{
	struct deadline at_once = deadline_in(0);
	AUTO_CLOSE int lock = -1;

	return call->lock < 0 && !strcmp(call->action, "monitor") &&
	       lockfile_take(call->lock_path, &at_once, &lock) == -ETIMEDOUT;
}

/* After a start there should be a daemon; before, nothing is. */
static enum role_state rsync_judge(struct call *call, const struct rsync_config *config,
				   const struct keeper *keeper)
{
	struct standing standing;

	if (keeper_holder(keeper))
		return rsync_standing(call, keeper, &standing) ?
			       ROLE_BROKEN :
			       standing_judge(config, &standing, &call->fault);
	(void)fault_set(&call->fault, FAULT_GENERIC, 0, "the daemon of %s is not running",
			config->directory);
	return record_get(&call->record, "role") ? ROLE_BROKEN : ROLE_ABSENT;
}

static int rsync_look(struct call *call, const void *config, enum role_state *ret_state)
{
	struct keeper keeper;
	int r = rsync_keeper(call, &keeper);

	if (r)
		return r;
	*ret_state = rsync_judge(call, config, &keeper);
	if (*ret_state != ROLE_ACTIVE && *ret_state != ROLE_STANDBY && rsync_is_changing(call)) {
		*ret_state = ROLE_ABSENT;
		call->fault = FAULT_INIT;
	}
	return 0;
}

static int rsync_tell(struct call *call, const char *request)
{
	AUTO_BUF struct buf answer = BUF_INIT;
	struct keeper keeper;
	int r = rsync_keeper(call, &keeper);

	if (!r)
		r = keeper_ensure(&keeper, RSYNC_DAEMON, call->record_path, &call->deadline,
				  &call->fault);
	return r ? r : rsync_ask(call, &keeper, request, &answer);
}

static int rsync_activate(struct call *call, const void *config)
{
	return rsync_tell(call, "promote");
}

static int rsync_stand_by(struct call *call, const void *config)
{
	return rsync_tell(call, "demote");
}

static int rsync_reload(struct call *call, const void *config, enum role_state state)
{
	return rsync_tell(call, "reload");
}

/* A daemon that was killed leaves what it wrote. */
static void rsync_sweep(const struct call *call, const char *suffix)
{
	char path[sizeof(call->record_path) + 32];

	(void)snprintf(path, sizeof(path), "%s%s", call->record_path, suffix);
	file_remove(path);
}

static int rsync_halt(struct call *call, const void *config)
{
	struct keeper keeper;
	int r = rsync_keeper(call, &keeper);

	if (!r)
		r = keeper_end(&keeper, &call->deadline, &call->fault);
	if (!r) {
		rsync_sweep(call, MODULE_CONF);
		rsync_sweep(call, MODULE_TLS_CONF);
		rsync_sweep(call, PULL_RULES);
	}
	return r;
}

static int rsync_score(struct call *call, const void *config, enum role_state state)
{
	struct fault fault = call->fault;
	struct standing standing = {.score = 1};
	struct keeper keeper;

	if (!rsync_keeper(call, &keeper))
		(void)rsync_standing(call, &keeper, &standing);
	call->fault = fault;
	return standing.score;
}

static int rsync_need(struct call *call, const char *program, const char *package)
{
	if (access(program, X_OK) == 0)
		return 0;
	return fault_set(&call->fault, FAULT_INSTALLED, -ENOENT, "%s is missing: install %s",
			 program, package);
}

static int rsync_check_file(struct call *call, const char *name, const char *path)
{
	if (!path || access(path, R_OK) == 0)
		return 0;
	return fault_set(&call->fault, FAULT_ARGS, -errno, "%s: %s: %s", name, path,
			 strerror(errno));
}

static int rsync_check_directory(struct call *call, const struct rsync_config *c)
{
	struct stat st;

	/* A snapshot's link is made by the daemon. */
	if (stat(c->directory, &st) < 0 && !(errno == ENOENT && c->mode == CONFIG_SNAPSHOT))
		return fault_set(&call->fault, FAULT_ARGS, -errno, "directory: %s: %s",
				 c->directory, strerror(errno));
	if (c->mode != CONFIG_SNAPSHOT && !S_ISDIR(st.st_mode))
		return fault_set(&call->fault, FAULT_ARGS, -ENOTDIR, "directory: %s is none",
				 c->directory);
	return 0;
}

static int rsync_check_host(struct call *call, const void *config)
{
	AUTO_FILTER struct filter filter = FILTER_INIT;
	const struct rsync_config *c = config;
	int r = rsync_need(call, "/usr/bin/rsync", "rsync");

	if (!r && c->transport == CONFIG_SSH)
		r = rsync_need(call, "/usr/bin/ssh", "openssh-client");
	if (!r && c->transport == CONFIG_TLS)
		r = rsync_need(call, "/usr/bin/stunnel", "stunnel4");
	if (!r && c->transport == CONFIG_TLS)
		r = rsync_need(call, "/usr/bin/openssl", "openssl");
	if (!r)
		r = rsync_check_directory(call, c);
	if (!r)
		r = rsync_check_file(call, "tls_certificate_file", c->tls_certificate_file);
	if (!r)
		r = rsync_check_file(call, "tls_ca_file", c->tls_ca_file);
	if (!r)
		r = filter_read(c, &filter, &call->fault);
	return r;
}

static const struct role_ops rsync_role = {
	.look = rsync_look,
	.activate = rsync_activate,
	.stand_by = rsync_stand_by,
	.halt = rsync_halt,
	.reload = rsync_reload,
	.score = rsync_score,
};

static const struct action rsync_actions[] = {
	{"start", role_start, .timeout = "60s"},
	{"stop", role_stop, .timeout = "60s"},
	{"monitor", role_monitor, .timeout = "20s", .interval = "10s", .depth = "0"},
	{"monitor", role_monitor, .timeout = "20s", .interval = "9s", .role = "Promoted",
	 .depth = "0"},
	{"promote", role_promote, .timeout = "60s"},
	{"demote", role_demote, .timeout = "60s"},
	{"reload-agent", role_reload, .timeout = "20s"},
	{"validate-all", .timeout = "20s"},
	{"meta-data", .timeout = "5s"},
	{.name = NULL},
};

const struct agent agent = {
	.name = "rsync",
	.version = "0.1.0",
	.brief = "a directory tree that follows the promoted node",
	.text = "Keeps a directory tree on all nodes as it is on the promoted one, the source. A "
		"change there reaches the others in milliseconds: the source watches the tree and "
		"rings, and each target pulls what has changed with rsync. Once in an interval each "
		"target compares the whole tree and repairs what differs.\n\n"
		"A tree is never wiped: a source that is empty, unmounted or an older copy is refused, "
		"deletions are counted before the first one is done, and nothing is pulled or "
		"deleted without quorum. What a failed source alone had is kept aside when it comes "
		"back.\n\n"
		"It is a promotable clone: one instance a node, one promoted.",
	.example = "directory=/srv/www secrets_file=/etc/quorate/www.secret",
	.params = rsync_params,
	.actions = rsync_actions,
	.config_size = sizeof(struct rsync_config),
	.role = &rsync_role,
	.check = rsync_check,
	.check_host = rsync_check_host,
};
