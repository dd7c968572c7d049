// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/notify.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/log.h"
#include "daemon/child.h"

struct notify {
	struct notifier *notifier;
	struct child *child;
	char name[128];
};

static void notify_done(int status, bool late, void *data)
{
	struct notify *notify = data;
	struct notifier *notifier = notify->notifier;

	if (late)
		log_line(notifier->log, LOG_WARNING, "%s did not end in %d ms", notify->name,
			 NOTIFY_MS);
	else if (!WIFEXITED(status) || WEXITSTATUS(status))
		log_line(notifier->log, LOG_WARNING, "%s failed with status %d", notify->name,
			 WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	free(notify);
	if (!--notifier->running && notifier->idle)
		notifier->idle(notifier->data);
}

static const char **notify_argv(const char *const *argv, const char *const *more)
{
	size_t count = 0;
	const char **all;

	while (argv[count])
		count++;
	all = calloc(count + NOTIFY_WORDS + 1, sizeof(*all));
	if (!all)
		return NULL;
	memcpy(all, argv, count * sizeof(*all));
	if (more)
		memcpy(all + count, more, NOTIFY_WORDS * sizeof(*all));
	return all;
}

void notify_run(struct notifier *notifier, const char *const *argv, const char *const *more)
{
	static const struct child_ops ops = {.done = notify_done};
	struct child_plan plan = {.milliseconds = NOTIFY_MS, .ops = &ops};
	AUTO_FREE const char **all = argv ? notify_argv(argv, more) : NULL;
	struct fault fault = FAULT_INIT;
	struct notify *notify;

	if (!all)
		return;
	notify = calloc(1, sizeof(*notify));
	if (!notify)
		return;
	notify->notifier = notifier;
	(void)snprintf(notify->name, sizeof(notify->name), "%s", argv[0]);
	plan.argv = all;
	plan.data = notify;
	if (!child_start(notifier->loop, &plan, &notify->child, &fault)) {
		notifier->running++;
		return;
	}
	log_line(notifier->log, LOG_WARNING, "%s", fault.reason);
	free(notify);
}
