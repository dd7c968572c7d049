// SPDX-License-Identifier: BSD-3-Clause
/*
 * Becoming the source, and ceasing to be it.
 *
 * A new source takes a generation that nobody has heard of, writes it into the tree's token and then
 * into the ledger, watches, serves, and only then says so: whoever hears of it can pull.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "cluster/peers.h"
#include "cluster/quorum.h"
#include "daemon/server.h"
#include "rsync/changes.h"
#include "rsync/config.h"
#include "rsync/daemon_inside.h"
#include "rsync/guard.h"
#include "rsync/snapshot.h"
#include "rsync/source.h"
#include "rsync/target.h"

#define OFFICE_RISE_S 10  /* for quorum, and for the old source to say that it is none */
#define OFFICE_PASS_S 3	  /* for the pass that runs; then it is abandoned */
#define OFFICE_SINK_S 10  /* for the targets to come into step */
#define OFFICE_LOOK_MS 50 /* between two looks at what the watcher still holds */
#define OFFICE_FRESH_S                                                                             \
	15 /* after a change of members a better copy may not have been weighed yet */

static void office_answer(struct server_request **request, int result, const struct fault *fault)
{
	struct server_request *taken = TAKE(*request);

	if (taken && result)
		server_answer_fault(taken, result, fault);
	else if (taken)
		server_answer(taken, 0, "done\n");
}

/* The source's side ------------------------------------------------------------------------ */

/* All pieces or none: those that went out of a set that did not go out whole are told twice. */
static bool office_ring(const struct changes *changes, void *data)
{
	struct daemon *d = data;
	size_t from = 0;

	if (!daemon_holds(d))
		return false;
	do {
		AUTO_BUF struct buf message = BUF_INIT;

		if (doorbell_ring(d->ledger.generation, d->ledger.sequence + 1, changes, &from,
				  &message) ||
		    peers_send(d->peers, message.data, message.length))
			return false;
		d->ledger.sequence++;
		d->ledger.in_step = time(NULL);
	} while (from < changes->count && !changes->full);
	if (!d->save.set)
		(void)loop_timer_set(&d->save, 1000);
	daemon_tell_soon(d);
	return true;
}

static void office_serving(void *data)
{
	struct daemon *d = data;

	d->failing = false;
	d->text[0] = '\0';
	log_line(&d->log, LOG_INFO, "serves %s, generation %llu", d->config->directory,
		 (unsigned long long)d->ledger.generation);
	daemon_tell(d);
	office_answer(&d->promote, 0, NULL);
}

static void office_failing(const struct fault *fault, void *data)
{
	struct daemon *d = data;

	d->failing = true;
	(void)snprintf(d->text, sizeof(d->text), "%.150s", fault->reason);
	log_line(&d->log, LOG_WARNING, "%s", fault->reason);
	daemon_tell(d);
}

/* Dealt with in office_step(): we are within the source. */
static void office_lost(const struct fault *fault, void *data)
{
	struct daemon *d = data;

	office_failing(fault, d);
	d->unfit = true;
	(void)loop_timer_set(&d->step, 0);
}

static int office_open_source(struct daemon *d, struct fault *fault)
{
	static const struct source_ops ops = {.ring = office_ring,
					      .serving = office_serving,
					      .failing = office_failing,
					      .lost = office_lost};

	return source_start(&d->setting, &d->address, &ops, d, &d->source, fault);
}

/* Rising ----------------------------------------------------------------------------------- */

static int office_prepare(struct daemon *d, uint64_t generation, struct fault *fault)
{
	const char *directory = d->config->directory;
	int r = 0;

	if (d->config->mode == CONFIG_SNAPSHOT)
		r = snapshot_prepare(directory, fault);
	if (!r)
		r = guard_prepare(directory);
	if (!r)
		r = guard_write_token(directory, generation);
	if (r && fault->kind == FAULT_NONE)
		return fault_set(fault, FAULT_GENERIC, r, "%s: %s", directory, strerror(-r));
	return r;
}

static int office_rise(struct daemon *d, struct fault *fault)
{
	const uint64_t heard = roster_highest(&d->roster);
	const uint64_t generation = (heard > d->ledger.highest ? heard : d->ledger.highest) + 1;
	struct ledger before = d->ledger;
	int r = office_prepare(d, generation, fault);

	if (r)
		return r;
	daemon_stop_target(d);
	d->ledger = (struct ledger){.generation = generation,
				    .highest = generation,
				    .source = true,
				    .whole = true,
				    .in_step = before.in_step};
	r = ledger_save(d->ledger_path, &d->ledger);
	if (r)
		(void)fault_set(fault, FAULT_GENERIC, r, "%s: %s", d->ledger_path, strerror(-r));
	else
		r = office_open_source(d, fault);
	if (r)
		return r;
	d->office = OFFICE_SOURCE;
	log_line(&d->log, LOG_INFO,
		 "becomes the source, generation %llu; its copy was generation %llu, sequence %llu",
		 (unsigned long long)generation, (unsigned long long)before.generation,
		 (unsigned long long)before.sequence);
	daemon_tell(d);
	return 0;
}

/* What stands against it; 0, -EAGAIN to wait, or an errno that no time heals. */
static int office_may_rise(struct daemon *d, struct fault *fault)
{
	const struct roster_entry *source = roster_source(&d->roster);
	const uint32_t own = d->nodes.own;
	struct target_facts facts;

	if (!daemon_holds(d))
		return fault_set(fault, FAULT_GENERIC, -EAGAIN, "there is no quorum here");
	if (source && source->node != own)
		return fault_set(fault, FAULT_GENERIC, -EAGAIN, "%s is the source still",
				 daemon_node_name(d, source->node));
	if (d->unfit)
		return fault_set(fault, FAULT_GENERIC, -ESTALE, "%s", d->text);
	if (d->empty)
		return fault_set(fault, FAULT_GENERIC, -ESTALE,
				 "%s is empty: put the content there, then it can be the source",
				 d->config->directory);
	if (d->ledger.highest && !d->ledger.generation)
		return fault_set(fault, FAULT_GENERIC, -ESTALE,
				 "%s has never been a whole copy: if it is right, say "
				 "quorate-rsync accept",
				 d->config->directory);
	if (roster_better(&d->roster, own) && daemon_seconds() - d->changed < OFFICE_FRESH_S)
		return fault_set(fault, FAULT_GENERIC, -ESTALE,
				 "another node has a newer copy: the scores say so now");
	target_tell(d->target, &facts);
	if (facts.busy && daemon_seconds() < d->step_until - OFFICE_RISE_S + OFFICE_PASS_S)
		return fault_set(fault, FAULT_GENERIC, -EAGAIN, "a pass is running");
	return 0;
}

static void office_fall_back(struct daemon *d, int result, const struct fault *why)
{
	struct fault fault = FAULT_INIT;

	source_stop(&d->source);
	d->office = OFFICE_TARGET;
	log_line(&d->log, LOG_ERR, "cannot become the source: %s", why->reason);
	office_answer(&d->promote, result, why);
	if (!d->target && daemon_start_target(d, &fault))
		log_line(&d->log, LOG_ERR, "%s", fault.reason);
	daemon_tell(d);
	daemon_follow(d);
}

static void office_try_to_rise(struct daemon *d)
{
	struct fault fault = FAULT_INIT;
	int r;

	daemon_judge_tree(d);
	r = office_may_rise(d, &fault);
	if (r == -EAGAIN && daemon_seconds() < d->step_until) {
		(void)loop_timer_set(&d->step, OFFICE_LOOK_MS);
		return;
	}
	if (!r)
		r = office_rise(d, &fault);
	if (r)
		office_fall_back(d, r, &fault);
}

void office_promote(struct daemon *d, struct server_request *request)
{
	if (d->promote || d->demote) {
		server_answer(request, -EBUSY, "another change of role is under way");
		return;
	}
	d->promote = request;
	if (d->office == OFFICE_SOURCE) {
		struct source_facts facts = {.serving = false};

		if (d->source)
			source_tell(d->source, &facts);
		if (facts.serving)
			office_answer(&d->promote, 0, NULL);
		return;
	}
	d->office = OFFICE_RISING;
	d->step_until = daemon_seconds() + OFFICE_RISE_S;
	office_try_to_rise(d);
}

/* Sinking ---------------------------------------------------------------------------------- */

/* How many targets there are, and how many of them have all that we have told. */
static size_t office_count_targets(const struct daemon *d, size_t *ret_level)
{
	size_t count = 0;

	*ret_level = 0;
	for (size_t i = 0; i < d->roster.count; i++) {
		const struct roster_entry *entry = &d->roster.entries[i];

		if (entry->node == d->nodes.own)
			continue;
		count++;
		*ret_level += entry->generation == d->ledger.generation &&
			      entry->sequence >= d->ledger.sequence;
	}
	return count;
}

static void office_sink(struct daemon *d)
{
	struct source_facts facts = {.pending = 0};
	struct fault fault = FAULT_INIT;
	size_t have, targets = office_count_targets(d, &have);
	bool settled, level;

	if (d->source)
		source_tell(d->source, &facts);
	settled = !facts.pending && have == targets;
	/* Where there is no target, there is nothing to wait for, and nobody who has it. */
	level = d->source && settled && targets;
	if (d->source && daemon_holds(d) && !settled && daemon_seconds() < d->step_until) {
		(void)loop_timer_set(&d->step, OFFICE_LOOK_MS);
		return;
	}
	source_stop(&d->source);
	d->office = OFFICE_TARGET;
	d->failing = false;
	/* Nobody has what we alone have: it must not be lost when we follow somebody. */
	d->ledger.conflicts = !level;
	d->ledger.source = false;
	daemon_save(d);
	log_line(&d->log, LOG_INFO, "is the source no longer%s",
		 level ? ": all targets have everything" : "");
	if (daemon_start_target(d, &fault))
		log_line(&d->log, LOG_ERR, "%s", fault.reason);
	daemon_tell(d);
	daemon_follow(d);
	office_answer(&d->demote, 0, NULL);
}

void office_demote(struct daemon *d, struct server_request *request)
{
	struct fault fault = FAULT_INIT;

	if (d->office == OFFICE_RISING) {
		(void)fault_set(&fault, FAULT_GENERIC, -ECANCELED, "a demotion has come");
		office_fall_back(d, -ECANCELED, &fault);
	}
	if (d->demote) {
		server_answer(request, -EBUSY, "another change of role is under way");
		return;
	}
	d->demote = request;
	if (d->office == OFFICE_TARGET) {
		office_answer(&d->demote, 0, NULL);
		return;
	}
	d->office = OFFICE_SINKING;
	d->step_until = daemon_seconds() + OFFICE_SINK_S;
	office_sink(d);
}

/* Another has become the source while we were away: what we have since is ours alone. */
static void office_step_down(struct daemon *d)
{
	struct fault fault = FAULT_INIT;

	log_line(&d->log, LOG_WARNING, "a newer generation has another source: steps down");
	source_stop(&d->source);
	d->office = OFFICE_TARGET;
	d->ledger.conflicts = true;
	d->ledger.source = false;
	daemon_save(d);
	(void)fault_set(&fault, FAULT_GENERIC, -ECANCELED, "another node is the source");
	office_answer(&d->promote, -ECANCELED, &fault);
	if (daemon_start_target(d, &fault))
		log_line(&d->log, LOG_ERR, "%s", fault.reason);
	office_answer(&d->demote, 0, NULL);
	daemon_tell(d);
	daemon_follow(d);
}

/* Between the two -------------------------------------------------------------------------- */

void office_step(void *data)
{
	struct daemon *d = data;
	const struct roster_entry *source = roster_source(&d->roster);

	if (d->office == OFFICE_RISING) {
		office_try_to_rise(d);
	} else if (d->office == OFFICE_SOURCE || d->office == OFFICE_SINKING) {
		if (source && source->node != d->nodes.own &&
		    source->generation > d->ledger.generation)
			office_step_down(d);
		else if (d->unfit && d->source)
			source_stop(&d->source);
		else if (d->office == OFFICE_SINKING)
			office_sink(d);
	}
}

void office_suspend(struct daemon *d)
{
	if (!d->source)
		return;
	log_line(&d->log, LOG_WARNING, "no quorum: serves nobody");
	source_stop(&d->source);
}

void office_resume(struct daemon *d)
{
	struct fault fault = FAULT_INIT;

	office_step(d);
	if (d->office != OFFICE_SOURCE || d->source || d->unfit)
		return;
	if (office_open_source(d, &fault))
		office_failing(&fault, d);
}

void office_close(struct daemon *d)
{
	loop_timer_clear(&d->step);
	source_stop(&d->source);
}

void office_roll_back(struct daemon *d, struct server_request *request)
{
	struct fault fault = FAULT_INIT;
	int r;

	if (d->office != OFFICE_SOURCE || d->config->mode != CONFIG_SNAPSHOT) {
		server_answer(request, -EINVAL,
			      d->config->mode == CONFIG_SNAPSHOT ?
				      "only the source can roll back: the targets follow it" :
				      "only with mode=snapshot is there something to go back to");
		return;
	}
	source_stop(&d->source);
	r = snapshot_roll_back(d->config->directory, &fault);
	if (!r)
		r = office_prepare(d, d->ledger.generation, &fault);
	if (r)
		server_answer_fault(request, r, &fault);
	else
		server_answer(request, 0, "done\n");
	office_resume(d);
}
