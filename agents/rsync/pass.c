// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/pass.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "daemon/child.h"
#include "daemon/errand.h"
#include "rsync/filter.h"
#include "rsync/guard.h"
#include "rsync/pass_inside.h"
#include "rsync/pull.h"
#include "rsync/snapshot.h"

static void pass_free(struct pass **pass)
{
	struct pass *p = *pass;

	if (!p)
		return;
	loop_timer_clear(&p->timer);
	changes_release(&p->present);
	changes_release(&p->gone);
	changes_release(&p->slice);
	changes_release(&p->rotten);
	buf_release(&p->into);
	buf_release(&p->backup);
	free(p);
	*pass = NULL;
}

static void pass_finish(void *data)
{
	CLEANUP(pass_free) struct pass *p = data;

	p->result.milliseconds = (deadline_now() - p->started) / 1000000;
	/*
	 * Parts of files that nobody waits for any more, that fill the disk, or that rsync can't go
	 * on with: some releases since 3.4.0 open none of them and fail for ever.
	 */
	if (p->result.outcome == OUTCOME_SPACE || p->result.outcome == OUTCOME_PARTIAL ||
	    (p->order.full && !p->result.differed && p->result.outcome == OUTCOME_DONE))
		(void)guard_drop_partial(p->into.data);
	if (p->ending)
		pass_steps_note(p, OUTCOME_STOPPED, outcome_text(OUTCOME_STOPPED));
	p->done(&p->result, p->data);
}

/*
 * Parts a batch into what is there and what is gone, and counts what would be deleted here: what is
 * below each path that is gone, and below each directory that a file takes the place of.
 */
static void pass_sort(struct pass *p)
{
	const char *directory = p->setting.config->directory;
	const size_t limit = (size_t)p->setting.config->max_delete + 1;
	size_t deletions = 0;

	for (size_t i = 0; i < p->order.paths->count; i++) {
		const struct change *c = &p->order.paths->items[i];
		size_t count = 0;

		if (filter_hides(p->setting.filter, c->path, c->kind == CHANGE_DIRECTORY))
			continue;
		if (c->kind != CHANGE_DIRECTORY && deletions < limit)
			count = guard_count(directory, c->path, limit - deletions);
		if (c->kind == CHANGE_GONE && (count || deletions >= limit))
			changes_add(&p->gone, c->kind, c->path);
		else if (c->kind != CHANGE_GONE)
			changes_add(&p->present, c->kind, c->path);
		if (c->kind == CHANGE_GONE || count > 1)
			deletions += count;
	}
	pass_steps_judge(p, deletions, p->order.files);
}

/* What was heard of before a full pass may have been changed without its size and time telling. */
static void pass_suspect(struct pass *p)
{
	for (size_t i = 0; p->order.paths && i < p->order.paths->count; i++) {
		const struct change *c = &p->order.paths->items[i];

		if (c->kind == CHANGE_FILE && !filter_hides(p->setting.filter, c->path, false))
			changes_add(&p->slice, CHANGE_FILE, c->path);
	}
}

static int pass_prepare(struct pass *p, struct fault *fault)
{
	const char *directory = p->setting.config->directory;
	const struct guard_anchor none = {.set = false};
	const time_t now = time(NULL);
	struct guard_view view;
	struct tm day;
	char text[32];
	int r = pass_snapshots(p) ? snapshot_prepare(directory, fault) : 0;

	if (!r)
		r = guard_look(p->setting.config, &none, &view, fault);
	if (!r)
		r = guard_judge_target(p->setting.config, &view, p->order.known, fault);
	if (r)
		return r;
	r = guard_prepare(directory);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot write in %s: %s", directory,
				 strerror(-r));
	(void)strftime(text, sizeof(text), "%Y%m%d-%H%M%S", gmtime_r(&now, &day));
	buf_adds(&p->into, directory);
	if (p->setting.config->conflict_dir)
		buf_adds(&p->backup, p->setting.config->conflict_dir);
	else
		buf_addf(&p->backup, "%s/" CONFIG_OWN_DIRECTORY "/conflicts", directory);
	buf_addf(&p->backup, "/%s-%llu", text, (unsigned long long)p->order.generation);
	return buf_error(&p->into) ? -ENOMEM : buf_error(&p->backup);
}

int pass_start(const struct setting *setting, const struct pass_order *order,
	       void (*done)(const struct pass_result *result, void *data), void *data,
	       struct pass **ret_pass, struct fault *fault)
{
	CLEANUP(pass_free) struct pass *p = calloc(1, sizeof(*p));
	const size_t most = (size_t)setting->config->list_max;
	int r;

	if (!p)
		return -ENOMEM;
	*p = (struct pass){.setting = *setting,
			   .order = *order,
			   .done = done,
			   .data = data,
			   .into = BUF_INIT,
			   .backup = BUF_INIT,
			   .present = CHANGES_INIT(most),
			   .gone = CHANGES_INIT(PASS_DELETIONS_MAX),
			   .slice = CHANGES_INIT(PASS_DELETIONS_MAX),
			   .rotten = CHANGES_INIT(most),
			   .started = deadline_now()};
	loop_timer_init(&p->timer, setting->loop, pass_finish, p);
	r = pass_prepare(p, fault);
	if (r)
		return r;
	if (!order->full)
		pass_sort(p);
	else
		pass_suspect(p);
	p->order.paths = NULL;
	*ret_pass = p;
	pass_steps_go(TAKE(p), order->full ? PASS_LOOK : PASS_CLEAR);
	return 0;
}

void pass_end(struct pass *pass)
{
	pass->ending = true;
	if (pass->pull)
		pull_end(pass->pull);
	if (pass->child)
		child_end(pass->child);
}

void pass_kill(struct pass **pass)
{
	struct pass *p = *pass;

	if (!p)
		return;
	if (p->pull)
		pull_kill(&p->pull);
	if (p->child)
		child_kill(&p->child);
	if (p->errand)
		errand_abandon(&p->errand);
	pass_free(pass);
}

void pass_progress(const struct pass *pass, size_t *ret_named, size_t *ret_expected)
{
	*ret_named = pass->named;
	*ret_expected = pass->present.full ? 0 : pass->present.count + pass->gone.count;
}
