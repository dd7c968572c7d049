// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "cluster/peers.h"
#include "cluster/quorum.h"
#include "rsync/config.h"
#include "rsync/daemon_inside.h"
#include "rsync/daemon_setup.h"
#include "rsync/guard.h"
#include "rsync/hooks.h"
#include "rsync/target.h"

#define DAEMON_DOUBT_MS 10000 /* without own messages: longer than a ring takes to form anew */
#define DAEMON_SAVE_MS 1000
#define DAEMON_HOOKS_MS 500 /* without a pass: what came in several batches was one burst */
#define DAEMON_HOOKS_LATE_S 10
#define DAEMON_RESUME_MS 100 /* for the states of the others to come */

long long daemon_seconds(void)
{
	return deadline_now() / 1000000000;
}

bool daemon_holds(const struct daemon *d)
{
	return quorum_holds(d->quorum);
}

const char *daemon_node_name(const struct daemon *d, uint32_t node)
{
	const struct node *found = node_by_id(&d->nodes, node);

	return found && found->name[0] ? found->name : "a node without a name";
}

/* What we know ------------------------------------------------------------------------------- */

void daemon_save(struct daemon *d)
{
	/* What is left of a damaged one a person may still want to see. */
	int r = d->damaged ? 0 : ledger_save(d->ledger_path, &d->ledger);

	loop_timer_clear(&d->save);
	if (r)
		log_line(&d->log, LOG_ERR, "%s: %s", d->ledger_path, strerror(-r));
}

static void daemon_save_now(void *data)
{
	daemon_save(data);
}

/* Whether it could be the source's tree. */
void daemon_judge_tree(struct daemon *d)
{
	const struct guard_anchor none = {.set = false};
	struct fault fault = FAULT_INIT;
	struct guard_view view;
	const bool before = d->unfit, empty_before = d->empty;
	int r = guard_look(d->config, &none, &view, &fault);

	if (d->damaged)
		r = fault_set(&fault, FAULT_GENERIC, -ESTALE,
			      "%s is damaged: if the tree is right, say quorate-rsync accept",
			      d->ledger_path);
	else if (!r && !(d->config->mode == CONFIG_SNAPSHOT && !view.there))
		r = guard_judge_source(d->config, &view, d->ledger.generation, &fault);
	d->unfit = r != 0;
	d->empty = !r && !d->ledger.generation && (!view.there || view.empty);
	if (d->unfit)
		(void)snprintf(d->text, sizeof(d->text), "%.150s", fault.reason);
	else if (before)
		d->text[0] = '\0';
	if (before != d->unfit || empty_before != d->empty)
		daemon_tell_soon(d);
}

/* The target's side -------------------------------------------------------------------------- */

static void daemon_tell_unmarked(struct daemon *d)
{
	if (!d->unmarked || d->unmarked_told)
		return;
	d->unmarked_told = true;
	log_line(&d->log, LOG_WARNING,
		 "this node's rsync refuses its own --delete-missing-args (\"invalid file mode "
		 "00\", a defect of 3.4.3 and of security updates made of it): deletes in a "
		 "slower way until rsync is upgraded and this resource started again");
}

/* What stands in the way, once: it is tried again all the time. */
static void daemon_log_trouble(struct daemon *d, const struct target_facts *facts)
{
	const bool trouble = facts->failing || facts->held || facts->sick;
	const char *text = trouble ? facts->error : "";

	if ((!trouble && !facts->in_step) || !strcmp(text, d->trouble))
		return;
	(void)snprintf(d->trouble, sizeof(d->trouble), "%s", text);
	log_line(&d->log, trouble ? LOG_WARNING : LOG_INFO, "%s", trouble ? text : "in step again");
}

static void daemon_passed(const struct target_facts *facts, bool full, void *data)
{
	struct daemon *d = data;
	int r = 0;

	daemon_log_trouble(d, facts);

	if (full && facts->whole) {
		r = guard_write_token(d->config->directory, d->following_generation);
		if (r)
			log_line(&d->log, LOG_ERR, "%s: token: %s", d->config->directory,
				 strerror(-r));
	}
	if (full && facts->whole && !r) {
		const bool news = d->ledger.generation != d->following_generation;

		d->ledger.generation = d->following_generation;
		d->ledger.whole = true;
		d->ledger.source = d->ledger.conflicts = false;
		d->ledger.sequence = facts->sequence;
		if (news)
			log_line(&d->log, LOG_INFO, "has all of generation %llu",
				 (unsigned long long)d->ledger.generation);
		if (news)
			daemon_save(d);
	} else if (d->ledger.generation == d->following_generation) {
		d->ledger.sequence = facts->sequence;
	}
	if (facts->in_step)
		d->ledger.in_step = time(NULL);
	daemon_tell_unmarked(d);
	if (!d->save.set)
		(void)loop_timer_set(&d->save, DAEMON_SAVE_MS);
	daemon_tell_soon(d);
	if (d->office == OFFICE_RISING)
		(void)loop_timer_set(&d->step, 0); /* not from within the target */
}

static void daemon_run_hooks(void *data)
{
	struct daemon *d = data;
	struct target_facts facts = {.busy = false};

	if (d->target)
		target_tell(d->target, &facts);
	if (facts.busy && daemon_seconds() < d->hooks_until) {
		(void)loop_timer_set(&d->hooking, DAEMON_HOOKS_MS);
		return;
	}
	d->hooks_until = 0;
	if (d->hooks)
		hooks_run(d->hooks, d->loop, d->config->directory, &d->log);
}

static void daemon_hooks(void *data)
{
	struct daemon *d = data;

	if (!d->hooks_until)
		d->hooks_until = daemon_seconds() + DAEMON_HOOKS_LATE_S;
	if (!d->hooking.set || daemon_seconds() < d->hooks_until)
		(void)loop_timer_set(&d->hooking, DAEMON_HOOKS_MS);
}

int daemon_start_target(struct daemon *d, struct fault *fault)
{
	static const struct target_ops ops = {.passed = daemon_passed, .hooks = daemon_hooks};

	d->following = false;
	return target_start(&d->setting, &ops, d, &d->target, fault);
}

void daemon_stop_target(struct daemon *d)
{
	target_stop(&d->target);
	d->following = false;
}

static void daemon_follow_entry(struct daemon *d, const struct roster_entry *entry)
{
	const struct target_source source = {.generation = entry->generation,
					     .sequence = entry->sequence,
					     .address = entry->state.address,
					     .port = entry->state.port};
	const bool same = d->ledger.generation == entry->generation;
	const struct target_basis basis = {.known = d->ledger.generation,
					   .sequence = same ? d->ledger.sequence : 0,
					   .whole = same && d->ledger.whole,
					   .conflicts = d->ledger.conflicts || d->ledger.source,
					   .in_step = d->ledger.in_step};

	if (!d->following || d->following_generation != entry->generation)
		log_line(&d->log, LOG_INFO, "follows %s, generation %llu",
			 daemon_node_name(d, entry->node), (unsigned long long)entry->generation);
	d->following = true;
	d->following_generation = entry->generation;
	target_follow(d->target, &source, &basis);
}

void daemon_follow(struct daemon *d)
{
	const struct roster_entry *entry = roster_source(&d->roster);

	if (!d->target || d->office != OFFICE_TARGET)
		return;
	if (d->damaged || !daemon_holds(d) || !entry || entry->node == d->nodes.own ||
	    entry->generation < d->ledger.highest || !entry->state.address.family) {
		if (d->following)
			target_follow(d->target, NULL, NULL);
		d->following = false;
		return;
	}
	if (entry->generation > d->ledger.highest) {
		d->ledger.highest = entry->generation;
		daemon_save(d);
	}
	if (d->following && d->following_generation == entry->generation)
		target_hear_sequence(d->target, entry->sequence);
	else
		daemon_follow_entry(d, entry);
}

/* The cluster -------------------------------------------------------------------------------- */

/* Another became the source on a copy that was worse than ours: ours must not be overwritten. */
static void daemon_weigh(struct daemon *d, const struct roster_entry *before,
			 const struct doorbell *now)
{
	const struct ledger base = {.generation = before->generation,
				    .sequence = before->sequence,
				    .whole = before->state.flags & DOORBELL_WHOLE};

	if (before->state.role == DOORBELL_SOURCE || now->state.role != DOORBELL_SOURCE ||
	    ledger_compare(&d->ledger, &base) <= 0)
		return;
	log_line(&d->log, LOG_WARNING, "the new source's copy is older: what differs is kept");
	d->ledger.conflicts = true;
	daemon_save(d);
}

static void daemon_hear_state(struct daemon *d, struct peer from, const struct doorbell *doorbell)
{
	const struct roster_entry *before = roster_find(&d->roster, from.node);

	if (from.node == d->nodes.own)
		return; /* in the roster since we said it */
	if (before)
		daemon_weigh(d, before, doorbell);
	roster_hear(&d->roster, from.node, from.pid, doorbell);
	daemon_settle(d);
	office_step(d);
	daemon_follow(d);
}

static void daemon_message(struct peer from, const void *bytes, size_t length, void *data)
{
	struct daemon *d = data;
	const struct roster_entry *source;
	struct doorbell doorbell;

	if (doorbell_read(bytes, length, &doorbell)) {
		log_line(&d->log, LOG_WARNING, "%s sends what is not understood: another release?",
			 daemon_node_name(d, from.node));
		return;
	}
	if (doorbell.kind == DOORBELL_STATE) {
		daemon_hear_state(d, from, &doorbell);
		return;
	}
	source = roster_source(&d->roster);
	if (d->target && d->following && source && source->node == from.node &&
	    doorbell.generation == d->following_generation)
		target_hear(d->target, &doorbell);
}

static void daemon_changed(const struct peers_change *changes, size_t count, void *data)
{
	struct daemon *d = data;
	const struct roster_entry *source = roster_source(&d->roster);
	const uint32_t leader = source ? source->node : 0;
	const uint64_t generation = source ? source->generation : 0;
	bool bereft = false;

	d->changed = daemon_seconds();
	for (size_t i = 0; i < count; i++) {
		if (changes[i].reason == PEERS_JOIN || changes[i].peer.node == d->nodes.own)
			continue;
		bereft |= changes[i].peer.node == leader;
		roster_drop(&d->roster, changes[i].peer.node, changes[i].peer.pid);
	}
	/* Of what came last the next source may have less than we: it is kept. */
	if (bereft && d->target && d->following_generation == generation) {
		d->ledger.conflicts = true;
		daemon_save(d);
	}
	daemon_tell(d);
	if (bereft) /* the cluster chooses now: it must not choose by an old score */
		daemon_tell_score(d);
	daemon_follow(d);
}

static void daemon_state(enum peers_state state, void *data)
{
	struct daemon *d = data;

	if (state == PEERS_AWAY) {
		while (d->roster.count)
			roster_drop(&d->roster, d->roster.entries[0].node,
				    d->roster.entries[0].pid);
		d->forgotten = true;
	}
	daemon_tell(d);
	if (state != PEERS_JOINED || !d->forgotten)
		return;
	/* Corosync was restarted, and Pacemaker with it: attributes are gone. */
	d->forgotten = false;
	attribute_again(&d->score);
	attribute_again(&d->lag);
	attribute_again(&d->pending);
	attribute_again(&d->generation);
}

/* In doubt nothing new begins; a doubt that lasts ends what runs. */
static void daemon_doubt(void *data)
{
	struct daemon *d = data;

	if (!daemon_holds(d))
		office_suspend(d);
}

static void daemon_signs(unsigned signs, const struct quorum_view *view, void *data)
{
	struct daemon *d = data;
	char text[128];

	log_line(&d->log, LOG_INFO, "cluster: %s", quorum_signs_text(signs, text));
	if (signs & (QUORUM_LOST | QUORUM_GONE))
		office_suspend(d);
	else if (!daemon_holds(d) && !d->doubt.set)
		(void)loop_timer_set(&d->doubt, DAEMON_DOUBT_MS);
	if (signs & QUORUM_BACK) {
		loop_timer_clear(&d->doubt);
		setup_ready(d);
		daemon_tell(d);
		/* Should another have become the source, its state comes before ours: agreed order. */
		(void)loop_timer_set(&d->resume, DAEMON_RESUME_MS);
	}
	daemon_follow(d);
}

static void daemon_resume(void *data)
{
	struct daemon *d = data;

	if (daemon_holds(d))
		office_resume(d);
}

static int daemon_join(struct daemon *d, struct fault *fault)
{
	static const struct peers_ops peers_ops = {
		.message = daemon_message, .changed = daemon_changed, .state = daemon_state};
	static const struct quorum_ops quorum_ops = {.changed = daemon_signs};
	char group[121];
	int r;

	daemon_find_voice(d);
	loop_timer_init(&d->save, d->loop, daemon_save_now, d);
	loop_timer_init(&d->doubt, d->loop, daemon_doubt, d);
	loop_timer_init(&d->resume, d->loop, daemon_resume, d);
	loop_timer_init(&d->step, d->loop, office_step, d);
	loop_timer_init(&d->hooking, d->loop, daemon_run_hooks, d);
	setup_group(d, group);
	r = daemon_start_target(d, fault);
	if (!r)
		r = peers_open(d->loop, group, &peers_ops, d, &d->peers, fault);
	if (!r)
		r = quorum_open(d->loop, d->peers, &quorum_ops, d, &d->quorum, fault);
	return r;
}

static void daemon_leave(struct daemon *d)
{
	office_close(d);
	daemon_stop_target(d);
	quorum_close(&d->quorum);
	peers_close(&d->peers);
	if (d->save.set)
		daemon_save(d);
	daemon_lose_voice(d);
	loop_timer_clear(&d->doubt);
	loop_timer_clear(&d->resume);
	loop_timer_clear(&d->hooking);
}

int daemon_run(const char *record)
{
	struct daemon daemon = {.lock = -1};
	struct daemon *d = &daemon;
	struct fault fault = FAULT_INIT;
	int r = setup_begin(d, record, &fault);

	if (!r)
		r = daemon_join(d, &fault);
	if (!r)
		r = setup_listen(d, &fault);
	if (!r) {
		daemon_judge_tree(d);
		daemon_speak(d);
		loop_run(d->loop);
	}
	if (r)
		setup_fail(d, &fault);
	daemon_leave(d);
	setup_end(d);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
