// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a daemon says of itself: its state to the other nodes, its score and figures to Pacemaker.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "cluster/peers.h"
#include "rsync/config.h"
#include "rsync/daemon_inside.h"
#include "rsync/hooks.h"
#include "rsync/source.h"
#include "rsync/standing.h"
#include "rsync/target.h"

#define DAEMON_TELL_MS 100    /* states that change in quick succession are one message */
#define DAEMON_SETTLE_MS 1000 /* a burst makes the copies change places all the time */
#define DAEMON_TICK_MS 5000   /* for attributes that change with time, and a look at the tree */

static int daemon_score(const struct daemon *d)
{
	/* No copy, or a part of one: promoted, it would take the rest from the others. */
	if (d->unfit || d->empty || (d->ledger.highest && !d->ledger.generation))
		return -1000000;
	return roster_score(&d->roster, d->nodes.own);
}

void daemon_stand(const struct daemon *d, struct standing *ret_standing)
{
	struct target_facts target = {.in_step = true};
	struct source_facts source = {.serving = false};
	const bool serves = d->office == OFFICE_SOURCE || d->office == OFFICE_SINKING;
	unsigned long runs, failures;
	const char *hook = "";

	if (d->hooks)
		hooks_tell(d->hooks, &runs, &failures, &hook);
	if (d->target)
		target_tell(d->target, &target);
	if (d->source)
		source_tell(d->source, &source);
	*ret_standing = (struct standing){
		.source = serves,
		.quorate = daemon_holds(d),
		.serving = source.serving,
		.sick = target.sick || d->unfit,
		.held = target.held,
		.failing = serves ? d->failing : target.failing || *hook,
		.generation = d->ledger.generation,
		.sequence = d->ledger.sequence,
		.lag = d->following ? target.lag : 0,
		.pending = serves ? source.pending : target.pending,
		.score = daemon_score(d),
	};
	(void)snprintf(ret_standing->text, sizeof(ret_standing->text), "%.150s",
		       serves	     ? d->text :
		       *target.error ? target.error :
		       d->unfit	     ? d->text :
		       *hook	     ? hook :
				       d->text);
}

static void daemon_print_state(struct daemon *d, struct buf *message)
{
	struct doorbell_state state = {.role = DOORBELL_TARGET};
	struct standing standing;

	daemon_stand(d, &standing);
	if (standing.source)
		state.role = DOORBELL_SOURCE;
	if (standing.serving) {
		state.address = d->address;
		state.port = (uint16_t)d->config->port;
	}
	state.flags = (standing.pending || standing.lag ? DOORBELL_DIRTY : 0) |
		      (standing.held ? DOORBELL_HELD : 0) |
		      (standing.sick || d->unfit ? DOORBELL_SICK : 0) |
		      (d->ledger.whole ? DOORBELL_WHOLE : 0);
	state.pending = (uint32_t)standing.pending;
	state.lag = (uint32_t)standing.lag;
	(void)snprintf(state.error, sizeof(state.error), "%.120s", standing.text);
	(void)doorbell_state(standing.generation, standing.sequence, &state, message);
}

void daemon_tell_score(void *data)
{
	struct daemon *d = data;
	char text[16];

	(void)snprintf(text, sizeof(text), "%d", daemon_score(d));
	attribute_set(&d->score, text);
}

void daemon_settle(struct daemon *d)
{
	if (!d->settle.set)
		(void)loop_timer_set(&d->settle, DAEMON_SETTLE_MS);
}

void daemon_tell(struct daemon *d)
{
	AUTO_BUF struct buf message = BUF_INIT;
	const struct peer self = peers_self(d->peers);
	struct doorbell doorbell;

	loop_timer_clear(&d->tell);
	daemon_print_state(d, &message);
	if (!doorbell_read(message.data, message.length, &doorbell))
		roster_hear(&d->roster, d->nodes.own, self.pid, &doorbell);
	if (peers_send(d->peers, message.data, message.length) == -ENOBUFS)
		(void)loop_timer_set(&d->tell, DAEMON_SETTLE_MS);
	daemon_settle(d);
}

void daemon_tell_soon(struct daemon *d)
{
	if (!d->tell.set)
		(void)loop_timer_set(&d->tell, DAEMON_TELL_MS);
}

static void daemon_tell_now(void *data)
{
	daemon_tell(data);
}

static void daemon_tick(void *data)
{
	struct daemon *d = data;
	struct standing standing;
	char text[32];

	(void)loop_timer_set(&d->tick, DAEMON_TICK_MS);
	if (d->source)
		source_check(d->source);
	else
		daemon_judge_tree(d);
	daemon_stand(d, &standing);
	(void)snprintf(text, sizeof(text), "%lld", standing.lag);
	attribute_set(&d->lag, text);
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)standing.pending);
	attribute_set(&d->pending, text);
	(void)snprintf(text, sizeof(text), "%llu", (unsigned long long)standing.generation);
	attribute_set(&d->generation, text);
	daemon_tell_score(d);
}

void daemon_find_voice(struct daemon *d)
{
	loop_timer_init(&d->tell, d->loop, daemon_tell_now, d);
	loop_timer_init(&d->settle, d->loop, daemon_tell_score, d);
	loop_timer_init(&d->tick, d->loop, daemon_tick, d);
}

void daemon_lose_voice(struct daemon *d)
{
	loop_timer_clear(&d->tell);
	loop_timer_clear(&d->settle);
	loop_timer_clear(&d->tick);
}

void daemon_speak(struct daemon *d)
{
	daemon_tick(d);
}
