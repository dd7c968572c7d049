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
#include "base/file.h"
#include "daemon/child.h"
#include "rsync/argv.h"
#include "rsync/config.h"
#include "rsync/filter.h"
#include "rsync/report.h"
#include "rsync/setting.h"
#include "rsync/spare.h"
#include "rsync/upstream.h"
#include "rsync/weed.h"

#define PULL_RSYNC "/usr/bin/rsync"

struct pull {
	const struct setting *setting;
	struct pull_order order;
	struct child *child;
	struct argv argv, environment;
	struct buf input;
	bool spare;   /* it was begun before the pull was */
	bool weeds;   /* without --delete-missing-args, part by part: */
	bool partial; /* a part before was */
	size_t next;  /* path of the next one */
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

static void pull_argv_kind(const struct pull_order *order, bool weeds, struct argv *argv)
{
	static const char *const weeding[] = {
		"--ignore-missing-args", "--dirs", "--delete", "--force", "--existing",
		"--ignore-existing"};
	static const char *const words[][5] = {
		/* Without -r: a directory in the list is itself, not all that is in it. */
		[PULL_PATHS] = {"--ignore-missing-args"},
		[PULL_GONE] = {"--delete-missing-args", "--force"},
		[PULL_ALL] = {"--recursive", "--stats"},
		[PULL_LOOK] = {"--recursive", "--stats", "--dry-run", "--delete", "--force"},
		[PULL_COMPARE] = {"--ignore-missing-args", "--dry-run", "--checksum"},
	};

	for (size_t i = 0; weeds && i < ARRAY_SIZE(weeding); i++)
		argv_add(argv, weeding[i]);
	for (size_t i = 0; !weeds && i < ARRAY_SIZE(words[0]) && words[order->kind][i]; i++)
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

static int pull_argv(const struct setting *setting, const struct pull_order *order, bool weeds,
		     struct argv *argv)
{
	const struct rsync_config *config = setting->config;

	argv_add(argv, PULL_RSYNC);
	argv_add(argv, "--one-file-system");
	if (weeds)
		argv_add(argv, "-lD"); /* else it would set those of all that it looks at */
	else
		pull_argv_attributes(config, argv);
	pull_argv_kind(order, weeds, argv);
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
	if (weeds) /* read at once: behind --from0 */
		argv_addf(argv, "--filter=merge %s" PULL_RULES, setting->base);
	upstream_argv(setting, &order->source, order->port, argv);
	argv_addf(argv, "%s/", order->into);
	return argv_error(argv);
}

static int pull_rules(const struct pull *pull, struct buf *path)
{
	buf_addf(path, "%s" PULL_RULES, pull->setting->base);
	return buf_error(path);
}

/* The next part of the paths. */
static int pull_input_weeds(struct pull *pull, struct fault *fault)
{
	const struct changes *paths = pull->order.paths;
	const size_t left = paths->count - pull->next;
	const size_t count = left < WEED_PATHS_MAX ? left : WEED_PATHS_MAX;
	AUTO_BUF struct buf rules = BUF_INIT;
	AUTO_BUF struct buf file = BUF_INIT;
	int r = weed_rules(paths, pull->next, count, &rules);

	buf_clear(&pull->input);
	if (!r)
		r = weed_directories(paths, pull->next, count, &pull->input);
	if (!r)
		r = pull_rules(pull, &file);
	if (r)
		return r;
	pull->next += count;
	r = file_replace(file.data, rules.data, rules.length);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot write %s: %s", file.data,
				 strerror(-r));
	return 0;
}

/* "./" in front, since rsync takes a '#' or ';' in the first place for a comment. */
static int pull_input(struct pull *pull, struct fault *fault)
{
	const struct pull_order *order = &pull->order;

	if (pull->weeds)
		return pull_input_weeds(pull, fault);
	for (size_t i = 0; pull_lists(order->kind) && i < order->paths->count; i++) {
		const char *path = order->paths->items[i].path;

		buf_add(&pull->input, "./", 2);
		buf_add(&pull->input, path, strlen(path) + 1);
	}
	return buf_error(&pull->input);
}

static void pull_output(bool errors, const char *bytes, size_t length, void *data)
{
	struct pull *pull = data;

	report_feed(&pull->report, errors, bytes, length);
}

static void pull_free(struct pull **pull)
{
	AUTO_BUF struct buf rules = BUF_INIT;

	if (!*pull)
		return;
	if ((*pull)->weeds && !pull_rules(*pull, &rules))
		file_remove(rules.data);
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

static int pull_begin_weeding(struct pull *pull)
{
	*pull->setting->unmarked = pull->weeds = true;
	argv_release(&pull->argv);
	report_release(&pull->report);
	report_init(&pull->report, pull->ops->seen, pull->data);
	return pull_argv(pull->setting, &pull->order, true, &pull->argv);
}

/*
 * Whether a run follows the one that came to this: the first one that weeds, since rsync has refused
 * the marks, or the next part. A run that can't be started is what it all came to.
 */
static bool pull_goes_on(struct pull *pull, bool late, enum outcome *outcome)
{
	struct fault fault = FAULT_INIT;
	int r = 0;

	if (pull->order.kind != PULL_GONE || late)
		return false;
	if (!pull->weeds && *outcome == OUTCOME_BROKEN && pull->report.unmarked)
		r = pull_begin_weeding(pull);
	else if (!pull->weeds || pull->next == pull->order.paths->count ||
		 (*outcome != OUTCOME_DONE && *outcome != OUTCOME_PARTIAL))
		return false;
	pull->partial = pull->partial || *outcome == OUTCOME_PARTIAL;
	if (!r)
		r = pull_input(pull, &fault);
	if (!r)
		r = pull_run(pull, &fault);
	if (!r)
		return true;
	*outcome = OUTCOME_BROKEN;
	(void)snprintf(pull->report.error, sizeof(pull->report.error), "%.150s", fault.reason);
	return false;
}

static void pull_done(int status, bool late, void *data)
{
	struct pull *pull = data;
	const struct pull_ops *ops = pull->ops;
	struct pull_result result = {.outcome = OUTCOME_DONE};
	struct report *report = &pull->report;

	pull->child = NULL;
	report_end(report);
	result.outcome =
		outcome_of(status, late, report->hidden || pull->partial, report->full_disk);
	if (pull_run_again(pull, result.outcome) || pull_goes_on(pull, late, &result.outcome))
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
	data = pull->data;
	pull_free(&pull);
	ops->done(&result, data);
}

static const struct child_ops pull_child_ops = {.output = pull_output, .done = pull_done};

static int pull_run(struct pull *pull, struct fault *fault)
{
	const struct child_plan plan = {
		.argv = (const char *const *)pull->argv.items,
		.environment = (const char *const *)pull->environment.items,
		.input = pull_lists(pull->order.kind) ? pull->input.data : NULL,
		.input_length = pull->input.length,
		.ops = &pull_child_ops,
		.data = pull,
	};

	return child_start(pull->setting->loop, &plan, &pull->child, fault);
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

int pull_start(const struct setting *setting, const struct pull_order *order,
	       const struct pull_ops *ops, void *data, struct pull **ret_pull, struct fault *fault)
{
	struct pull *pull = calloc(1, sizeof(*pull));
	int r;

	if (!pull)
		return -ENOMEM;
	*pull = (struct pull){.setting = setting,
			      .order = *order,
			      .argv = ARGV_INIT,
			      .environment = ARGV_INIT,
			      .input = BUF_INIT,
			      .weeds = order->kind == PULL_GONE && *setting->unmarked,
			      .ops = ops,
			      .data = data,
			      .started = deadline_now()};
	report_init(&pull->report, ops->seen, data);
	r = pull_argv(setting, order, pull->weeds, &pull->argv);
	if (!r)
		r = upstream_environment(setting->config, order->port, &pull->environment, fault);
	if (!r)
		r = pull_input(pull, fault);
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

	if (!pull_argv(setting, order, false, &argv) &&
	    !upstream_environment(setting->config, order->port, &environment, &fault))
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
