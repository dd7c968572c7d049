// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/notify.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>

#include "base/fault.h"
#include "base/log.h"
#include "daemon/child.h"

struct notify {
	const struct log *log;
	struct child *child;
	char name[128];
};

static void notify_done(int status, bool late, void *data)
{
	struct notify *notify = data;

	if (late)
		log_line(notify->log, LOG_WARNING, "%s did not end in %d ms", notify->name,
			 NOTIFY_MS);
	else if (!WIFEXITED(status) || WEXITSTATUS(status))
		log_line(notify->log, LOG_WARNING, "%s failed with status %d", notify->name,
			 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	free(notify);
}

void notify_run(struct loop *loop, const char *const *argv, const struct log *log)
{
	static const struct child_ops ops = {.done = notify_done};
	struct child_plan plan = {.argv = argv, .milliseconds = NOTIFY_MS, .ops = &ops};
	struct fault fault = FAULT_INIT;
	struct notify *notify;

	if (!argv)
		return;
	notify = calloc(1, sizeof(*notify));
	if (!notify)
		return;
	notify->log = log;
	(void)snprintf(notify->name, sizeof(notify->name), "%s", argv[0]);
	plan.data = notify;
	if (!child_start(loop, &plan, &notify->child, &fault))
		return;
	log_line(log, LOG_WARNING, "%s", fault.reason);
	free(notify);
}
