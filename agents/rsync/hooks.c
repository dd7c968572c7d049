// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/hooks.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/line.h"
#include "base/log.h"
#include "daemon/child.h"
#include "rsync/filter.h"
#include "rsync/hook_text.h"

#define HOOK_OUTPUT_MAX 4096 /* bytes of a command's output that are kept */

struct hooks {
	struct hook_list list;
	bool *noted; /* of each */
	long long milliseconds;
	bool running;
	size_t at; /* the one that runs */
	struct child *child;
	struct buf output;
	struct loop *loop;
	char directory[PATH_MAX];
	const struct log *log;
	unsigned long runs, failures;
	char error[FAULT_REASON_MAX + 16];
};

int hooks_parse(const char *text, long long milliseconds, struct hooks **ret_hooks,
		struct fault *fault)
{
	AUTO_HOOKS struct hooks *hooks = calloc(1, sizeof(*hooks));
	int r = hooks ? 0 : -ENOMEM;

	if (r)
		return r;
	hooks->output = BUF_INIT;
	hooks->milliseconds = milliseconds;
	r = hook_list_read(text, &hooks->list, fault);
	if (r)
		return r;
	hooks->noted = calloc(hooks->list.count + 1, sizeof(*hooks->noted));
	if (!hooks->noted)
		return -ENOMEM;
	*ret_hooks = TAKE(hooks);
	return 0;
}

void hooks_free(struct hooks **hooks)
{
	struct hooks *h = *hooks;

	if (!h)
		return;
	if (h->child)
		child_kill(&h->child);
	hook_list_release(&h->list);
	buf_release(&h->output);
	free(h->noted);
	free(h);
	*hooks = NULL;
}

void hooks_note(struct hooks *hooks, const char *path)
{
	for (size_t i = 0; i < hooks->list.count; i++)
		if (!hooks->noted[i] && filter_matches(hooks->list.items[i].pattern, path))
			hooks->noted[i] = true;
}

bool hooks_due(const struct hooks *hooks)
{
	for (size_t i = 0; i < hooks->list.count; i++)
		if (hooks->noted[i])
			return true;
	return false;
}

bool hooks_running(const struct hooks *hooks)
{
	return hooks->running;
}

static void hooks_output(bool errors, const char *bytes, size_t length, void *data)
{
	struct hooks *hooks = data;
	size_t room = HOOK_OUTPUT_MAX - hooks->output.length;

	buf_add(&hooks->output, bytes, length < room ? length : room);
}

static void hooks_log_output(struct hooks *hooks, int level)
{
	char *line = hooks->output.data;

	for (size_t left = hooks->output.length; left;) {
		size_t length = strcspn(line, "\n");

		if (length) {
			line[length] = '\0';
			line_clean(line);
			log_line(hooks->log, level, "hook: %s", line);
		}
		if (length >= left)
			break;
		line += length + 1;
		left -= length + 1;
	}
	buf_clear(&hooks->output);
}

static void hooks_judge(struct hooks *hooks, int status, bool late)
{
	const char *command = hooks->list.items[hooks->at].command;
	const bool well = !late && WIFEXITED(status) && !WEXITSTATUS(status);

	hooks->runs++;
	hooks_log_output(hooks, well ? LOG_INFO : LOG_WARNING);
	if (well) {
		*hooks->error = '\0';
		return;
	}
	hooks->failures++;
	if (late)
		(void)snprintf(hooks->error, sizeof(hooks->error),
			       "hook '%s' took more than %lld ms and was ended", command,
			       hooks->milliseconds);
	else
		(void)snprintf(hooks->error, sizeof(hooks->error),
			       "hook '%s' failed with status %d", command,
			       WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
	line_clean(hooks->error);
	log_line(hooks->log, LOG_WARNING, "%s", hooks->error);
}

static void hooks_next(struct hooks *hooks);

static void hooks_done(int status, bool late, void *data)
{
	struct hooks *hooks = data;

	hooks->child = NULL;
	hooks_judge(hooks, status, late);
	hooks->at++;
	hooks_next(hooks);
}

static int hooks_start(struct hooks *hooks)
{
	static const struct child_ops ops = {.output = hooks_output, .done = hooks_done};
	const char *const argv[] = {"/bin/sh", "-c", hooks->list.items[hooks->at].command, NULL};
	const struct child_plan plan = {.argv = argv,
					.directory = hooks->directory,
					.milliseconds = hooks->milliseconds,
					.ops = &ops,
					.data = hooks};
	struct fault fault = FAULT_INIT;
	int r = child_start(hooks->loop, &plan, &hooks->child, &fault);

	if (r) {
		hooks->failures++;
		(void)snprintf(hooks->error, sizeof(hooks->error), "hook: %s", fault.reason);
		log_line(hooks->log, LOG_WARNING, "%s", hooks->error);
	}
	return r;
}

static void hooks_begin(struct hooks *hooks)
{
	if (!hooks_due(hooks))
		return;
	hooks->running = true;
	hooks->at = 0;
	hooks_next(hooks);
}

/* Goes on with the next that was noted, from the one at which it is; the round ends with the list. */
static void hooks_next(struct hooks *hooks)
{
	for (; hooks->at < hooks->list.count; hooks->at++) {
		if (!hooks->noted[hooks->at])
			continue;
		hooks->noted[hooks->at] = false;
		if (!hooks_start(hooks))
			return;
	}
	hooks->running = false;
	/* What was noted behind the round's back. */
	hooks_begin(hooks);
}

void hooks_run(struct hooks *hooks, struct loop *loop, const char *directory, const struct log *log)
{
	if (hooks->running)
		return;
	hooks->loop = loop;
	(void)snprintf(hooks->directory, sizeof(hooks->directory), "%s", directory);
	hooks->log = log;
	hooks_begin(hooks);
}

void hooks_tell(const struct hooks *hooks, unsigned long *ret_runs, unsigned long *ret_failures,
		const char **ret_error)
{
	*ret_runs = hooks->runs;
	*ret_failures = hooks->failures;
	*ret_error = hooks->error;
}
