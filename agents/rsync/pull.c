// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/pull.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "daemon/child.h"
#include "rsync/argv.h"
#include "rsync/config.h"
#include "rsync/filter.h"
#include "rsync/report.h"
#include "rsync/setting.h"
#include "rsync/spare.h"
#include "rsync/upstream.h"

#define PULL_RSYNC "/usr/bin/rsync"

struct pull {
	struct loop *loop;
	struct child *child;
	struct argv argv, environment;
	struct buf input;
	bool lists; /* reads the input */
	bool spare; /* it was begun before the pull was */
	struct report report;
	const struct pull_ops *ops;
	void *data;
	long long started; /* deadline_now() */
};

static bool pull_lists(enum pull_kind kind)
{
	return kind == PULL_PATHS || kind == PULL_GONE || kind == PULL_COMPARE;
}

static void pull_argv_attributes(const struct rsync_config *config, struct argv *argv)
{
	/* Nanoseconds: two edits of the same size within a second would look the same (T1). */
	argv_add(argv, "--modify-window=-1");
	argv_add(argv, "-lptD");
	/* A directory with a file that a node has of its own has a time of its own. */
	argv_add(argv, "--omit-dir-times");
	argv_add(argv, "--one-file-system");
	if (config->owner) {
		argv_add(argv, "-go");
		argv_add(argv, "--numeric-ids");
	}
	if (config->acls)
		argv_add(argv, "--acls");
	if (config->xattrs)
		argv_add(argv, "--xattrs");
	if (config->hard_links)
		argv_add(argv, "--hard-links");
}

static void pull_argv_kind(const struct pull_order *order, struct argv *argv)
{
	static const char *const words[][5] = {
		/* Without -r: a directory in the list is itself, not all that is in it. */
		[PULL_PATHS] = {"--ignore-missing-args"},
		[PULL_GONE] = {"--delete-missing-args", "--force"},
		[PULL_ALL] = {"--recursive", "--stats"},
		[PULL_LOOK] = {"--recursive", "--stats", "--dry-run", "--delete", "--force"},
		[PULL_COMPARE] = {"--ignore-missing-args", "--dry-run", "--checksum"},
	};

	for (size_t i = 0; i < ARRAY_SIZE(words[0]) && words[order->kind][i]; i++)
		argv_add(argv, words[order->kind][i]);
	if (pull_lists(order->kind)) {
		argv_add(argv, "--files-from=-");
		argv_add(argv, "--from0");
	}
	if (order->force && (order->kind == PULL_PATHS || order->kind == PULL_ALL))
		argv_add(argv, "--force");
	if (order->checksum)
		argv_add(argv, "--checksum");
	if (order->backup && order->kind != PULL_LOOK && order->kind != PULL_COMPARE) {
		argv_add(argv, "--backup");
		argv_addf(argv, "--backup-dir=%s", order->backup);
	}
}

static int pull_argv(const struct setting *setting, const struct pull_order *order,
		     struct argv *argv)
{
	const struct rsync_config *config = setting->config;

	argv_add(argv, PULL_RSYNC);
	pull_argv_attributes(config, argv);
	pull_argv_kind(order, argv);
	argv_add(argv, "--out-format=" REPORT_FORMAT);
	/* A write a line would wake us for each path. */
	argv_add(argv, "--outbuf=Block");
	argv_add(argv, "--no-motd");
	/* Relative to the tree: rsync opens an absolute path anew, piece by piece, four times a file. */
	argv_add(argv, "--temp-dir=" CONFIG_OWN_DIRECTORY "/tmp");
	if (config->partial)
		argv_addf(argv, "--partial-dir=%s/" CONFIG_OWN_DIRECTORY "/partial", order->into);
	if (config->bwlimit)
		argv_addf(argv, "--bwlimit=%ld", config->bwlimit);
	/* The paths of a list were filtered where they were seen; rsync does not filter them. */
	if (!pull_lists(order->kind))
		filter_argv(setting->filter, argv);
	upstream_argv(setting, &order->source, order->port, argv);
	argv_addf(argv, "%s/", order->into);
	return argv_error(argv);
}

/* "./" in front, since rsync takes a '#' or ';' in the first place for a comment. */
static int pull_input(const struct pull_order *order, struct buf *input)
{
	for (size_t i = 0; pull_lists(order->kind) && i < order->paths->count; i++) {
		const char *path = order->paths->items[i].path;

		buf_add(input, "./", 2);
		buf_add(input, path, strlen(path) + 1);
	}
	return buf_error(input);
}

static void pull_output(bool errors, const char *bytes, size_t length, void *data)
{
	struct pull *pull = data;

	report_feed(&pull->report, errors, bytes, length);
}

static void pull_free(struct pull **pull)
{
	if (!*pull)
		return;
	argv_release(&(*pull)->argv);
	argv_release(&(*pull)->environment);
	buf_release(&(*pull)->input);
	report_release(&(*pull)->report);
	free(*pull);
	*pull = NULL;
}

static int pull_run(struct pull *pull, struct fault *fault);

/* The connection of a spare may have ended without its knowing: that is no word of the source. */
static bool pull_run_again(struct pull *pull, enum outcome outcome)
{
	struct fault fault = FAULT_INIT;

	if (!pull->spare || outcome != OUTCOME_NETWORK || pull->report.brought)
		return false;
	pull->spare = false;
	report_release(&pull->report);
	report_init(&pull->report, pull->ops->seen, pull->data);
	return !pull_run(pull, &fault);
}

static void pull_done(int status, bool late, void *data)
{
	struct pull *pull = data;
	struct pull_result result = {.outcome = OUTCOME_DONE};
	struct report *report = &pull->report;

	pull->child = NULL;
	report_end(report);
	result.outcome = outcome_of(status, late, report->hidden, report->full_disk);
	if (pull_run_again(pull, result.outcome))
		return;
	result.brought = report->brought;
	result.deleted = report->deleted;
	result.files = report->files;
	result.created = report->created;
	result.milliseconds = (deadline_now() - pull->started) / 1000000;
	if (result.outcome != OUTCOME_DONE)
		(void)snprintf(result.reason, sizeof(result.reason), "%s%s%s",
			       outcome_text(result.outcome), *report->error ? ": " : "",
			       report->error);
	pull->ops->done(&result, pull->data);
	pull_free(&pull);
}

static const struct child_ops pull_child_ops = {.output = pull_output, .done = pull_done};

static int pull_run(struct pull *pull, struct fault *fault)
{
	const struct child_plan plan = {
		.argv = (const char *const *)pull->argv.items,
		.environment = (const char *const *)pull->environment.items,
		.input = pull->lists ? pull->input.data : NULL,
		.input_length = pull->input.length,
		.ops = &pull_child_ops,
		.data = pull,
	};

	return child_start(pull->loop, &plan, &pull->child, fault);
}

/* By the spare, or by one of its own. */
static int pull_begin(struct pull *pull, struct spare *spare, struct fault *fault)
{
	if (spare)
		pull->child = spare_take(spare, &pull->argv, &pull->environment);
	if (!pull->child)
		return pull_run(pull, fault);
	pull->spare = true;
	child_hand_over(pull->child, &pull_child_ops, pull);
	return child_give(pull->child, pull->input.data, pull->input.length);
}

static int pull_words(const struct setting *setting, const struct pull_order *order,
		      struct argv *argv, struct argv *environment, struct fault *fault)
{
	int r = pull_argv(setting, order, argv);

	return r ? r : upstream_environment(setting->config, order->port, environment, fault);
}

int pull_start(const struct setting *setting, const struct pull_order *order,
	       const struct pull_ops *ops, void *data, struct pull **ret_pull, struct fault *fault)
{
	struct pull *pull = calloc(1, sizeof(*pull));
	int r;

	if (!pull)
		return -ENOMEM;
	*pull = (struct pull){.loop = setting->loop,
			      .argv = ARGV_INIT,
			      .environment = ARGV_INIT,
			      .input = BUF_INIT,
			      .lists = pull_lists(order->kind),
			      .ops = ops,
			      .data = data,
			      .started = deadline_now()};
	report_init(&pull->report, ops->seen, data);
	r = pull_words(setting, order, &pull->argv, &pull->environment, fault);
	if (!r)
		r = pull_input(order, &pull->input);
	if (!r)
		r = pull_begin(pull, order->spare, fault);
	if (r)
		pull_kill(&pull);
	else
		*ret_pull = pull;
	return r;
}

void pull_keep_spare(const struct setting *setting, const struct pull_order *order)
{
	AUTO_ARGV struct argv argv = ARGV_INIT;
	AUTO_ARGV struct argv environment = ARGV_INIT;
	struct fault fault = FAULT_INIT;

	if (!pull_words(setting, order, &argv, &environment, &fault))
		spare_prepare(order->spare, &argv, &environment);
}

void pull_end(struct pull *pull)
{
	child_end(pull->child);
}

void pull_kill(struct pull **pull)
{
	if (!*pull)
		return;
	child_kill(&(*pull)->child);
	pull_free(pull);
}
