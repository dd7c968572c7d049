// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/target.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "daemon/loop.h"
#include "rsync/changes.h"
#include "rsync/config.h"
#include "rsync/doorbell.h"
#include "rsync/hooks.h"
#include "rsync/outcome.h"
#include "rsync/pass.h"
#include "rsync/recent.h"
#include "rsync/setting.h"
#include "rsync/spare.h"

#define TARGET_PATIENCE 3 /* failed batches in a row, then the whole tree is compared */
#define TARGET_SICK_MS 10000
#define TARGET_RECENT_S 60 /* by how much the clocks of two nodes may differ, and more */

/* Somebody who waits for the end of a full pass. */
struct target_waiter {
	void (*done)(int result, const struct fault *fault, void *data);
	void *data;
	bool let_through;
	bool served; /* by the pass that runs */
};

struct target {
	const struct setting *setting;
	const struct target_ops *ops;
	void *data;
	bool following;
	struct target_source source;
	struct target_basis basis;
	struct changes pending; /* heard, and in no pass yet */
	struct changes running; /* of the pass that runs, or that failed */
	bool full_due;		/* something may be missing here */
	bool verify_due;	/* the interval is over: nothing is known to be missing */
	bool running_full;
	bool whole, held, sick;
	bool late;	      /* the next try waits for the timer */
	unsigned failures;    /* in a row */
	bool failing;	      /* a person should know of them */
	uint64_t heard, done; /* sequences of rings */
	uint64_t aimed;	      /* the sequence of which the running pass brings all */
	uint64_t files;
	unsigned slice;
	struct recent gone; /* paths that passes have deleted */
	struct pass *pass;
	struct spare *spare; /* for the next batch */
	struct loop_timer retry;
	struct loop_timer verify; /* the interval, since a full pass has ended well */
	struct target_waiter waiter;
	long long out_since; /* seconds of deadline_now(), 0: in step */
	long long in_step;   /* seconds of the wall clock */
	char error[256];
};

static void target_kick(struct target *t);

static bool target_in_step(const struct target *t)
{
	return t->whole && !changes_any(&t->pending) && !t->full_due && !t->failures && !t->held &&
	       !t->sick && t->done == t->heard && (!t->pass || t->running_full);
}

/* Keeps when we fell out of step. */
static void target_look_at_step(struct target *t)
{
	if (target_in_step(t)) {
		t->out_since = 0;
		t->in_step = time(NULL);
		return;
	}
	if (!t->out_since)
		t->out_since = deadline_now() / 1000000000;
}

static void target_say(struct target *t, const char *text)
{
	(void)snprintf(t->error, sizeof(t->error), "%s", text);
}

/* What was taken for a pass is pending again; what was heard since is newer. */
static void target_take_back(struct target *t)
{
	changes_add_all(&t->running, &t->pending);
	changes_release(&t->pending);
	changes_move(&t->pending, &t->running);
}

static void target_answer(struct target *t, int result, const struct fault *fault)
{
	struct target_waiter waiter = t->waiter;

	t->waiter = (struct target_waiter){.done = NULL};
	if (waiter.done)
		waiter.done(result, fault, waiter.data);
}

static void target_answer_pass(struct target *t, const struct pass_result *result)
{
	struct fault fault = FAULT_INIT;

	if (!t->waiter.done || !t->waiter.served)
		return;
	if (result->outcome != OUTCOME_DONE)
		target_answer(t, fault_set(&fault, FAULT_GENERIC, -EIO, "%s", result->reason),
			      &fault);
	else if (result->held)
		target_answer(t, fault_set(&fault, FAULT_GENERIC, -EDQUOT, "%s", result->reason),
			      &fault);
	else
		target_answer(t, 0, &fault);
}

static void target_count(struct target *t, const struct pass_result *result)
{
	recent_add(&t->gone, deadline_now() / 1000000000, result->deleted);
	if (t->waiter.served && t->waiter.let_through)
		t->gone = RECENT_INIT;
}

static void target_well(struct target *t, const struct pass_result *result)
{
	t->failures = 0;
	t->failing = false;
	t->done = t->aimed;
	changes_clear(&t->running);
	/* A batch knows nothing of what an earlier pass has held back. */
	t->held = t->running_full ? result->held : t->held || result->held;
	if (!t->held)
		target_say(t, "");
	else if (result->held)
		target_say(t, result->reason);
	if (!t->running_full)
		return;
	t->whole = true;
	t->basis.conflicts = false;
	t->basis.known = t->source.generation;
	t->files = result->files;
	t->slice++;
	(void)loop_timer_set(&t->verify, t->setting->config->interval);
}

static void target_failed(struct target *t, const struct pass_result *result)
{
	const bool news = changes_any(&t->pending);

	if (t->running_full)
		t->full_due = true;
	target_take_back(t);
	if (result->outcome == OUTCOME_STOPPED) /* another source, or none */
		return;
	t->failures++;
	/* What was renamed while it was listed is missed by its old name and heard of by its new one. */
	t->late = result->outcome != OUTCOME_PARTIAL || t->failures > 1 || !news;
	/* In a busy tree files vanish while they are sent: that is over when it is tried again. */
	t->failing = result->outcome != OUTCOME_PARTIAL || t->failures > 1;
	target_say(t, result->reason);
	if (t->failures >= TARGET_PATIENCE)
		t->full_due = true;
}

static void target_rest(struct target *t);

static void target_passed(const struct pass_result *result, void *data)
{
	struct target *t = data;
	const bool full = t->running_full;
	struct target_facts facts;

	t->pass = NULL;
	target_count(t, result);
	if (result->outcome == OUTCOME_DONE)
		target_well(t, result);
	else
		target_failed(t, result);
	if (t->setting->hooks && hooks_due(t->setting->hooks))
		t->ops->hooks(t->data);
	target_look_at_step(t);
	target_tell(t, &facts);
	t->ops->passed(&facts, full && result->outcome == OUTCOME_DONE, t->data);
	target_answer_pass(t, result);
	target_rest(t);
}

static void target_keep_spare(struct target *t)
{
	const struct pass_order order = {
		.source = t->source.address, .port = t->source.port, .spare = t->spare};

	pass_keep_spare(t->setting, &order);
}

/* What comes after a pass: the next one at once, or a try later. */
static void target_rest(struct target *t)
{
	if (!t->following)
		return;
	if (t->late)
		(void)loop_timer_set(&t->retry, outcome_delay(t->failures));
	else
		target_kick(t);
	if (!t->pass && t->whole && !t->failures)
		target_keep_spare(t);
}

/* The guard refuses our own tree: nothing is done to it, and it is looked at again. */
static void target_refused(struct target *t, const struct fault *fault)
{
	struct fault told = *fault;
	struct target_facts facts;

	t->sick = true;
	t->full_due = true;
	target_take_back(t);
	target_say(t, fault->reason);
	target_look_at_step(t);
	target_tell(t, &facts);
	t->ops->passed(&facts, false, t->data);
	if (t->waiter.done && t->waiter.served)
		target_answer(t, -EIO, &told);
	(void)loop_timer_set(&t->retry, TARGET_SICK_MS);
}

/*
 * From when on a file may have changed without its size and time telling: what was written twice
 * within a tick of the kernel's clock, and pulled between the two.
 */
static long long target_since(const struct target *t)
{
	const long long in_step = t->in_step ? t->in_step : t->basis.in_step;

	return in_step > TARGET_RECENT_S ? in_step - TARGET_RECENT_S : 0;
}

static void target_kick(struct target *t)
{
	struct fault fault = FAULT_INIT;
	struct pass_order order = {
		.generation = t->source.generation,
		.known = t->basis.known,
		.files = t->files,
		.conflicts = t->basis.conflicts,
		.source = t->source.address,
		.port = t->source.port,
		.slice = t->slice,
		.spare = t->spare,
		.paths = &t->running,
	};

	if (t->pass || !t->following)
		return;
	order.full = t->full_due || t->verify_due || !t->whole || t->pending.full || t->waiter.done;
	if (!order.full && !t->pending.count)
		return;
	if (t->full_due || !t->whole)
		order.since = target_since(t);
	order.withhold = t->held && !order.full;
	order.gone = recent_sum(&t->gone, deadline_now() / 1000000000);
	order.let_through = t->waiter.done && t->waiter.let_through;
	loop_timer_clear(&t->retry);
	t->late = t->full_due = t->verify_due = false;
	t->running_full = order.full;
	t->waiter.served = t->waiter.done != NULL;
	t->aimed = t->heard;
	changes_release(&t->running);
	changes_move(&t->running, &t->pending);
	if (pass_start(t->setting, &order, target_passed, t, &t->pass, &fault))
		target_refused(t, &fault);
	else
		t->sick = false;
	target_look_at_step(t);
}

static void target_try_again(void *data)
{
	target_kick(data);
}

static void target_verify(void *data)
{
	struct target *t = data;

	t->verify_due = true;
	if (!t->late)
		target_kick(t);
}

int target_start(const struct setting *setting, const struct target_ops *ops, void *data,
		 struct target **ret_target, struct fault *fault)
{
	const size_t most = (size_t)setting->config->list_max;
	struct target *t = calloc(1, sizeof(*t));
	int r;

	if (!t)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	*t = (struct target){.setting = setting,
			     .ops = ops,
			     .data = data,
			     .pending = CHANGES_INIT(most),
			     .running = CHANGES_INIT(most)};
	loop_timer_init(&t->retry, setting->loop, target_try_again, t);
	loop_timer_init(&t->verify, setting->loop, target_verify, t);
	r = spare_open(setting->loop, &t->spare);
	if (r) {
		target_stop(&t);
		return fault_set(fault, FAULT_GENERIC, r, "out of memory");
	}
	*ret_target = t;
	return 0;
}

void target_stop(struct target **target)
{
	struct target *t = *target;
	struct fault fault = FAULT_INIT;

	if (!t)
		return;
	loop_timer_clear(&t->retry);
	loop_timer_clear(&t->verify);
	pass_kill(&t->pass);
	spare_close(&t->spare);
	(void)fault_set(&fault, FAULT_GENERIC, -ECANCELED, "it is no target any more");
	target_answer(t, -ECANCELED, &fault);
	changes_release(&t->pending);
	changes_release(&t->running);
	free(t);
	*target = NULL;
}

static void target_unfollow(struct target *t)
{
	struct fault fault = FAULT_INIT;

	t->following = false;
	/* No pass will look at the tree again, and whether it is fit to be a source is not asked here. */
	if (t->sick)
		target_say(t, "");
	t->sick = false;
	loop_timer_clear(&t->retry);
	loop_timer_clear(&t->verify);
	spare_drop(t->spare);
	if (t->pass)
		pass_end(t->pass);
	(void)fault_set(&fault, FAULT_GENERIC, -EAGAIN, "there is no source to follow");
	target_answer(t, -EAGAIN, &fault);
}

void target_follow(struct target *target, const struct target_source *source,
		   const struct target_basis *basis)
{
	struct target *t = target;
	bool same, seen;

	if (!source) {
		target_unfollow(t);
		return;
	}
	same = t->source.generation == source->generation &&
	       inet_same(&t->source.address, &source->address) && t->source.port == source->port;
	seen = same && t->following;
	if (!same)
		spare_drop(t->spare);
	if (!same && t->pass)
		pass_end(t->pass);
	t->following = true;
	t->source = *source;
	if (!same) {
		changes_clear(&t->pending);
		t->basis = *basis;
		t->whole = basis->whole;
		t->heard = t->done = basis->sequence;
		t->failures = 0;
		t->late = t->failing = false;
	}
	/* A copy that was whole may have been tampered with since: it is looked at soon. */
	t->verify_due = t->verify_due || !seen;
	t->full_due = t->full_due || !t->whole;
	if (source->sequence > t->heard)
		t->full_due = true;
	if (source->sequence > t->heard)
		t->heard = source->sequence;
	target_look_at_step(t);
	target_kick(t);
}

void target_hear(struct target *target, const struct doorbell *ring)
{
	struct target *t = target;

	if (!t->following || ring->generation != t->source.generation || ring->sequence <= t->heard)
		return;
	if (ring->sequence != t->heard + 1)
		t->full_due = true;
	t->heard = ring->sequence;
	doorbell_hear(ring, &t->pending);
	target_look_at_step(t);
	target_kick(t);
}

void target_hear_sequence(struct target *target, uint64_t sequence)
{
	if (!target->following || sequence <= target->heard)
		return;
	target->heard = sequence;
	target->full_due = true;
	target_look_at_step(target);
	target_kick(target);
}

int target_sync(struct target *target, bool let_through,
		void (*done)(int result, const struct fault *fault, void *data), void *data,
		struct fault *fault)
{
	if (!target->following)
		return fault_set(fault, FAULT_GENERIC, -EAGAIN, "there is no source to follow");
	if (target->waiter.done)
		return fault_set(fault, FAULT_GENERIC, -EBUSY, "another such request waits");
	target->waiter =
		(struct target_waiter){.done = done, .data = data, .let_through = let_through};
	target_kick(target);
	return 0;
}

void target_reload(struct target *target)
{
	if (target->verify.set)
		(void)loop_timer_set(&target->verify, target->setting->config->interval);
	/* What the guard has refused may be right now. */
	if (!target->late)
		target_kick(target);
}

void target_tell(const struct target *target, struct target_facts *ret_facts)
{
	const struct target *t = target;

	*ret_facts = (struct target_facts){
		.busy = t->pass != NULL,
		.whole = t->whole,
		.in_step = target_in_step(t),
		.held = t->held,
		.sick = t->sick,
		.failing = t->failing,
		.sequence = t->done,
		.pending = t->pending.count + t->running.count + (t->full_due || t->pending.full),
		.files = t->files,
	};
	if (t->out_since)
		ret_facts->lag = deadline_now() / 1000000000 - t->out_since;
	if (t->pass)
		pass_progress(t->pass, &ret_facts->named, &ret_facts->expected);
	(void)snprintf(ret_facts->error, sizeof(ret_facts->error), "%s", t->error);
}
