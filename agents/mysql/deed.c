// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/deed.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "daemon/errand.h"
#include "host/lockfile.h"
#include "mysql/dialect.h"
#include "mysql/mysqld.h"
#include "mysql/retire.h"
#include "mysql/sql.h"

struct deed *deed_new(const struct call *call, const struct deadline *deadline)
{
	struct deed *deed = calloc(1, sizeof(*deed));

	if (!deed)
		return NULL;
	deed->call = *call;
	deed->call.fault = FAULT_INIT;
	deed->call.lock = deed->pidfd = -1;
	deed->call.deadline = *deadline;
	return deed;
}

static void deed_free(struct deed *deed)
{
	if (!deed)
		return;
	site_close(&deed->site);
	if (deed->pidfd >= 0)
		(void)close(deed->pidfd);
	free(deed);
}

static void deed_run(void *data)
{
	struct deed *deed = data;
	struct sql *kept = TAKE(deed->site.sql);

	deed->result = site_open(&deed->site, &deed->call, deed->call.config);
	deed->site.deadline = deed->call.deadline;
	deed->site.sql = kept;
	if (!deed->result)
		deed->result = deed->act(deed);
}

static void deed_done(void *data)
{
	struct deed *deed = data;

	deed->done(deed, deed->data);
	deed_free(deed);
}

static void deed_abandon(void *data)
{
	deed_free(data);
}

int deed_start(struct loop *loop, struct deed *deed, struct errand **ret_errand)
{
	static const struct errand_ops ops = {
		.run = deed_run, .done = deed_done, .abandon = deed_abandon};
	int r = errand_start(loop, &ops, deed, ret_errand, NULL);

	if (r)
		deed_free(deed);
	return r;
}

/* The kept conversation, if it is with this server and still one; or a new one. */
static int deed_talk(struct deed *deed)
{
	struct site *site = &deed->site;
	const pid_t server = mysqld_find(site->config);
	int r;

	if (!server || server != deed->server)
		sql_close(&site->sql);
	deed->server = server;
	if (!server)
		return fault_set(site->fault, FAULT_GENERIC, -ESRCH,
				 "no server runs on the data directory");
	if (site->sql && !dialect_choose(sql_version(site->sql), site->fault, &site->dialect)) {
		r = site_look(site);
		if (!r || r == -ETIMEDOUT)
			return r;
	}
	*site->fault = FAULT_INIT;
	r = site_connect(site, server);
	return r ? r : site_look(site);
}

/* What the state file says is read after the server was: it is as new, or newer. */
int deed_look(struct deed *deed)
{
	struct site *site = &deed->site;
	const pid_t known = deed->server;
	int r = deed_talk(deed);

	if (deed->server && deed->server != known)
		deed->pidfd = mysqld_open(site->config);
	if (r)
		sql_close(&site->sql);
	site_recall(site);
	return r;
}

int deed_learn(struct deed *deed)
{
	int r = deed_look(deed);

	if (r)
		return r;
	deed->learned = !site_learn(&deed->site);
	deed->call.fault = FAULT_INIT;
	return 0;
}

int deed_shut(struct deed *deed)
{
	struct site *site = &deed->site;
	int r = deed_talk(deed);

	if (!r)
		r = retire_shut(site, deed->server);
	/* Nobody waits any more; as a replica it would wait for ever to apply anything. */
	return r ? r : site_do(site, "SET GLOBAL %s_enabled=0", site->dialect->semi_master);
}

int deed_restart(struct deed *deed)
{
	const struct deadline now = {.at = 0};
	struct site *site = &deed->site;
	int lock, r = lockfile_take(deed->call.lock_path, &now, &lock);

	/* Not kept: a stop must be able to end it while it recovers. */
	if (!r)
		(void)close(lock);
	else
		return fault_set(site->fault, FAULT_GENERIC, -EBUSY, "an action is at work");
	if (mysqld_find(site->config))
		return 0;
	site->ledger = site->state.ledger; /* nobody can be asked */
	return retire_restart(site, true);
}
