// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/clone.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>
#include <time.h>

#include "base/fault.h"
#include "mysql/mysqld.h"
#include "mysql/porter.h"
#include "mysql/rows.h"
#include "mysql/sql.h"

#define CLONE_MOST_MS (7LL * 24 * 3600 * 1000)
#define CLONE_ASK_MS 5000

struct clone {
	struct site *site;
	struct buf statement;
	int result;
};

static void *clone_work(void *data)
{
	struct clone *clone = data;

	clone->result = site_do(clone->site, "%s", clone->statement.data);
	return NULL;
}

/* The statement has the password: it goes to the own server's socket and nowhere else. */
static int clone_say(const struct site *site, const struct config_node *donor, const char *path,
		     struct buf *text)
{
	buf_adds(text, "CLONE INSTANCE FROM ");
	sql_quote(text, site->config->replication_user);
	buf_adds(text, "@");
	sql_quote(text, donor->address);
	buf_addf(text, ":%d IDENTIFIED BY ", donor->port);
	sql_quote(text, site->password);
	buf_adds(text, " DATA DIRECTORY = ");
	sql_quote(text, path);
	if (site->config->replication_require_ssl)
		buf_adds(text, " REQUIRE SSL");
	return buf_error(text);
}

/* A conversation of its own says how far the other one is. */
static void clone_look(struct porter *porter, struct site *beside, const char *donor)
{
	AUTO_ROWS struct rows rows = ROWS_INIT;
	long long counts[2] = {0, 0};

	beside->deadline = deadline_in(CLONE_ASK_MS);
	if (!beside->sql && site_connect(beside, mysqld_find(beside->config)))
		return;
	if (!sql_ask(beside->sql, &beside->deadline, beside->fault, &rows,
		     "SELECT SUM(DATA) AS done, SUM(ESTIMATE) AS total "
		     "FROM performance_schema.clone_progress")) {
		counts[0] = rows_number(&rows, 0, "done", 0);
		counts[1] = rows_number(&rows, 0, "total", 0);
	}
	porter_tell(porter, false, donor, "clone", counts);
}

static int clone_run(struct porter *porter, struct clone *clone, const char *donor)
{
	struct fault ignored = FAULT_INIT;
	struct site beside = {.config = porter->config, .call = &porter->call, .fault = &ignored};
	struct timespec until;
	pthread_t thread;
	int r = pthread_create(&thread, NULL, clone_work, clone);

	if (r)
		return fault_set(clone->site->fault, FAULT_GENERIC, -r, "no thread: %s",
				 strerror(r));
	do {
		clone_look(porter, &beside, donor);
		(void)clock_gettime(CLOCK_REALTIME, &until);
		until.tv_sec++;
	} while (pthread_timedjoin_np(thread, NULL, &until) == ETIMEDOUT);
	sql_close(&beside.sql);
	return clone->result;
}

int clone_into(struct porter *porter, const struct config_node *donor, const char *path)
{
	struct site *site = &porter->site;
	AUTO_BUF struct buf list = BUF_INIT, quoted = BUF_INIT;
	struct clone clone = {.site = site, .statement = BUF_INIT};
	int r;

	buf_addf(&list, "%s:%d", donor->address, donor->port);
	sql_quote(&quoted, list.data);
	r = buf_error(&quoted) ? -ENOMEM : clone_say(site, donor, path, &clone.statement);
	site->deadline = deadline_in(CLONE_MOST_MS);
	if (!r)
		r = site_do(site, "SET GLOBAL clone_valid_donor_list=%s", quoted.data);
	if (!r)
		r = clone_run(porter, &clone, donor->name);
	explicit_bzero(clone.statement.data, clone.statement.length);
	buf_release(&clone.statement);
	return r;
}
