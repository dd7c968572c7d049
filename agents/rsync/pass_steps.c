// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "base/attr.h"
#include "base/fault.h"
#include "daemon/child.h"
#include "daemon/errand.h"
#include "rsync/argv.h"
#include "rsync/filter.h"
#include "rsync/guard.h"
#include "rsync/hooks.h"
#include "rsync/pass_inside.h"
#include "rsync/pull.h"
#include "rsync/slice.h"
#include "rsync/snapshot.h"

struct pass_slice {
	char *directory; /* owned */
	unsigned index, percent;
	long long since;
	struct changes files;
	struct pass *pass;
};

static void pass_go(struct pass *p);

void pass_steps_note(struct pass *p, enum outcome outcome, const char *reason)
{
	if (outcome == OUTCOME_DONE || p->result.outcome != OUTCOME_DONE)
		return;
	p->result.outcome = outcome;
	(void)snprintf(p->result.reason, sizeof(p->result.reason), "%s", reason);
}

/* What was not done, but leaves the rest of the pass its sense. */
static bool pass_goes_on(const struct pass *p)
{
	return !p->ending &&
	       (p->result.outcome == OUTCOME_DONE || p->result.outcome == OUTCOME_PARTIAL);
}

void pass_steps_go(struct pass *p, enum pass_step step)
{
	p->step = step;
	pass_go(p);
}

/* Pulls. --------------------------------------------------------------------------------------- */

static void pass_seen(enum change_kind kind, const char *path, void *data)
{
	struct pass *p = data;

	p->named++;
	if (p->step == PASS_LOOK)
		changes_add(kind == CHANGE_GONE ? &p->gone : &p->present, kind, path);
	else if (p->step == PASS_COMPARE)
		changes_add(&p->rotten, kind, path);
	else if (p->setting.hooks)
		hooks_note(p->setting.hooks, path);
}

/* A burst that comes in several batches is judged as one. 0, or -EDQUOT with the fault set. */
static int pass_judge(const struct pass *p, size_t deletions, size_t paths, struct fault *fault)
{
	if (!deletions || p->order.let_through)
		return 0;
	if (p->order.withhold)
		return fault_set(fault, FAULT_GENERIC, -EDQUOT,
				 "%zu more paths would be deleted: quorate-rsync allow lets all "
				 "through that wait",
				 deletions);
	return guard_judge_deletions(p->setting.config, deletions + p->order.gone,
				     paths ? paths + p->order.gone : 0, fault);
}

void pass_steps_judge(struct pass *p, size_t deletions, uint64_t paths)
{
	struct fault fault = FAULT_INIT;

	p->force = true;
	if (!pass_judge(p, deletions, (size_t)paths, &fault))
		return;
	p->force = false;
	p->result.held = true;
	p->result.withheld = deletions;
	(void)snprintf(p->result.reason, sizeof(p->result.reason), "%s", fault.reason);
	changes_clear(&p->gone);
}

static void pass_looked(struct pass *p, const struct pull_result *looked)
{
	p->named = 0;
	/* Without the tree itself, which rsync counts as well. */
	p->result.files = looked->files ? looked->files - 1 : 0;
	p->result.differed = looked->brought || looked->deleted;
	pass_steps_judge(p, looked->deleted, p->result.files - looked->created + looked->deleted);
}

static void pass_pulled(const struct pull_result *result, void *data)
{
	struct pass *p = data;

	p->pull = NULL;
	pass_steps_note(p, result->outcome, result->reason);
	if (p->step == PASS_LOOK) {
		pass_looked(p, result);
	} else if (p->step == PASS_COMPARE) {
		p->result.rotten = result->brought;
		p->result.differed = p->result.differed || result->brought;
	} else {
		p->result.brought += result->brought;
		p->result.deleted += result->deleted;
	}
	pass_steps_go(p, p->step + 1);
}

static void pass_pull(struct pass *p, enum pull_kind kind, const struct changes *paths)
{
	static const struct pull_ops ops = {.seen = pass_seen, .done = pass_pulled};
	const struct pull_order order = {
		.kind = kind,
		.source = p->order.source,
		.port = p->order.port,
		.into = p->into.data,
		.backup = p->order.conflicts ? p->backup.data : NULL,
		.force = p->force,
		/* Twice within a tick of the kernel's clock: the same size, the same time. */
		.checksum = p->step == PASS_REPAIR || (kind == PULL_PATHS && !p->order.full),
		.paths = paths,
		.spare = p->step == PASS_BRING && !p->order.full ? p->order.spare : NULL,
	};
	struct fault fault = FAULT_INIT;
	int r = pull_start(&p->setting, &order, &ops, p, &p->pull, &fault);

	if (r) {
		pass_steps_note(p, OUTCOME_BROKEN, fault.reason);
		pass_steps_go(p, PASS_END);
	}
}

void pass_keep_spare(const struct setting *setting, const struct pass_order *order)
{
	/* Words as pass_pull() will have them. A snapshot is copied first: what is saved is little. */
	const struct pull_order pull = {.kind = PULL_PATHS,
					.source = order->source,
					.port = order->port,
					.into = setting->config->directory,
					.force = true,
					.checksum = true,
					.spare = order->spare};

	if (setting->config->mode != CONFIG_SNAPSHOT)
		pull_keep_spare(setting, &pull);
}

/* Other children. ------------------------------------------------------------------------------ */

static void pass_child_done(int status, bool late, void *data)
{
	struct pass *p = data;

	p->child = NULL;
	if (!WIFEXITED(status) || WEXITSTATUS(status))
		pass_steps_note(p, OUTCOME_BROKEN,
				p->step == PASS_COPY ? "cp could not copy the snapshot" :
						       "rm could not remove a snapshot");
	pass_steps_go(p, p->step + 1);
}

/* An empty command line is nothing to do. */
static void pass_child(struct pass *p, const struct argv *argv)
{
	static const struct child_ops ops = {.done = pass_child_done};
	const struct child_plan plan = {
		.argv = (const char *const *)argv->items, .ops = &ops, .data = p};
	struct fault fault = FAULT_INIT;
	int r = argv_error(argv);

	if (!r && !argv->count) {
		pass_steps_go(p, p->step + 1);
		return;
	}
	if (!r)
		r = child_start(p->setting.loop, &plan, &p->child, &fault);
	if (r) {
		pass_steps_note(p, OUTCOME_BROKEN, fault.reason);
		pass_steps_go(p, PASS_END);
	}
}

static void pass_slice_free(struct pass_slice *slice)
{
	free(slice->directory);
	changes_release(&slice->files);
	free(slice);
}

static void pass_slice_run(void *data)
{
	struct pass_slice *slice = data;

	slice_read(slice->directory, slice->index, slice->percent, slice->since, &slice->files);
}

static void pass_slice_done(void *data)
{
	struct pass_slice *slice = data;
	struct pass *p = slice->pass;

	p->errand = NULL;
	for (size_t i = 0; i < slice->files.count; i++)
		if (!filter_hides(p->setting.filter, slice->files.items[i].path, false))
			changes_add(&p->slice, CHANGE_FILE, slice->files.items[i].path);
	pass_slice_free(slice);
	pass_steps_go(p, PASS_COMPARE);
}

static void pass_slice_abandon(void *data)
{
	pass_slice_free(data);
}

static void pass_slice(struct pass *p)
{
	static const struct errand_ops ops = {pass_slice_run, pass_slice_done, pass_slice_abandon};
	struct pass_slice *slice = calloc(1, sizeof(*slice));
	struct fault fault = FAULT_INIT;

	if (slice) {
		*slice = (struct pass_slice){.directory = strdup(p->into.data),
					     .index = p->order.slice,
					     .percent = (unsigned)p->setting.config->checksum_slice,
					     .since = p->order.since,
					     .files = CHANGES_INIT(PASS_DELETIONS_MAX),
					     .pass = p};
		if (slice->directory &&
		    !errand_start(p->setting.loop, &ops, slice, &p->errand, &fault))
			return;
		pass_slice_free(slice);
	}
	pass_steps_go(p, PASS_COMPARE);
}

/* The steps. ----------------------------------------------------------------------------------- */

/* Whether a directory above goes as well, and takes it along. */
static bool pass_goes_along(const struct pass *p, const char *path)
{
	AUTO_FREE char *part = strdup(path);

	for (char *at = part ? strchr(part, '/') : NULL; at; at = strchr(at + 1, '/')) {
		*at = '\0';
		if (changes_find(&p->gone, part))
			return true;
		*at = '/';
	}
	return false;
}

/*
 * Drops what another pull has removed already, or what went with a directory that made way; and what
 * is below a directory that goes: rsync would complain that its parent is not there.
 */
static void pass_forget_removed(struct pass *p)
{
	struct changes left = CHANGES_INIT(p->gone.limit);

	for (size_t i = 0; i < p->gone.count; i++) {
		AUTO_BUF struct buf full = BUF_INIT;
		struct stat st;

		if (pass_goes_along(p, p->gone.items[i].path))
			continue;
		buf_addf(&full, "%s/%s", p->into.data, p->gone.items[i].path);
		if (buf_error(&full) || !lstat(full.data, &st))
			changes_add(&left, CHANGE_GONE, p->gone.items[i].path);
	}
	changes_release(&p->gone);
	changes_move(&p->gone, &left);
}

static void pass_flip(struct pass *p)
{
	struct fault fault = FAULT_INIT;

	/* A copy that is not whole is never shown. */
	if (p->result.outcome == OUTCOME_DONE &&
	    snapshot_flip(p->setting.config->directory, p->order.generation, &fault))
		pass_steps_note(p, OUTCOME_BROKEN, fault.reason);
	pass_steps_go(p, PASS_PRUNE);
}

static void pass_stage(struct pass *p)
{
	AUTO_ARGV struct argv argv = ARGV_INIT;
	int r = 0;

	if (p->step == PASS_CLEAR)
		snapshot_clear_argv(p->setting.config->directory, &argv);
	else if (p->step == PASS_COPY)
		snapshot_copy_argv(p->setting.config->directory, &argv);
	else
		r = snapshot_prune_argv(p->setting.config->directory, p->setting.config->keep,
					&argv);
	if (r) {
		pass_steps_note(p, OUTCOME_BROKEN, strerror(-r));
		pass_steps_go(p, PASS_END);
		return;
	}
	pass_child(p, &argv);
}

/* From here on the pulls work on the copy. */
static void pass_enter_copy(struct pass *p)
{
	buf_clear(&p->into);
	(void)snapshot_new_path(p->setting.config->directory, &p->into);
	(void)guard_prepare(p->into.data);
}

static void pass_bring(struct pass *p)
{
	if (pass_snapshots(p))
		pass_enter_copy(p);
	if (p->present.full)
		pass_pull(p, PULL_ALL, NULL);
	else if (p->present.count)
		pass_pull(p, PULL_PATHS, &p->present);
	else
		pass_steps_go(p, PASS_REPAIR);
}

static void pass_remove(struct pass *p)
{
	pass_forget_removed(p);
	if (p->gone.count)
		pass_pull(p, PULL_GONE, &p->gone);
	else
		pass_steps_go(p, PASS_FLIP);
}

static bool pass_has_work(const struct pass *p)
{
	return changes_any(&p->present) || p->gone.count || p->rotten.count;
}

/* Over what does not apply to this pass. */
static enum pass_step pass_skip(const struct pass *p)
{
	enum pass_step step = p->step;

	if (!pass_goes_on(p) && step < PASS_END)
		return PASS_END;
	if (step == PASS_SLICE && !p->setting.config->checksum_slice && !p->order.since)
		step = PASS_COMPARE;
	if (step == PASS_COMPARE && !p->slice.count)
		step = PASS_CLEAR;
	if (step == PASS_CLEAR && !pass_has_work(p))
		return PASS_END;
	if ((step == PASS_CLEAR || step == PASS_COPY) && !pass_snapshots(p))
		step = PASS_BRING;
	if (step == PASS_REPAIR && !p->rotten.count)
		step = PASS_REMOVE;
	if ((step == PASS_FLIP || step == PASS_PRUNE) && !pass_snapshots(p))
		step = PASS_END;
	return step;
}

static void pass_go(struct pass *p)
{
	p->step = pass_skip(p);
	switch (p->step) {
	case PASS_LOOK:
		pass_pull(p, PULL_LOOK, NULL);
		break;
	case PASS_SLICE:
		pass_slice(p);
		break;
	case PASS_COMPARE:
		pass_pull(p, PULL_COMPARE, &p->slice);
		break;
	case PASS_BRING:
		pass_bring(p);
		break;
	case PASS_REPAIR:
		pass_pull(p, PULL_PATHS, &p->rotten);
		break;
	case PASS_REMOVE:
		pass_remove(p);
		break;
	case PASS_FLIP:
		pass_flip(p);
		break;
	case PASS_CLEAR:
	case PASS_COPY:
	case PASS_PRUNE:
		pass_stage(p);
		break;
	case PASS_END:
		(void)loop_timer_set(&p->timer, 0);
		break;
	}
}
