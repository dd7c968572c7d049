// SPDX-License-Identifier: BSD-3-Clause
/*
 * The model check: two to four nodes in a random walk of everything that can happen to them, decided
 * by the agent's own machine, ledger and election. After every step:
 *	at most one writer in an epoch, and at most one node whose commits can be acknowledged
 *	nobody writes with an undrained relay log
 *	every writer of the latest epoch has every commit that was ever acknowledged
 *
 * What the walk takes for granted is what Pacemaker promises: it promotes where there is quorum, and
 * only when the old writer was demoted, fenced or found dead, or is cut off from all others (fencing
 * that has not come yet, or never comes). A writer that is cut off is ended by the fence of its own
 * watcher, at any time later: before, behind or without the return of its link. A receiver goes on
 * with a writer that is elected again, and its node may hear of that late or never. Commits are
 * numbers; a history is a list of them; its position is that of a MariaDB domain, so that two
 * histories of one length by different servers are a divergence.
 */

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "mysql/election.h"
#include "mysql/machine.h"

#define NODES_MAX 4
#define HISTORY_MAX 600
#define WALK_STEPS 6000
#define WALKS 1000

struct history {
	struct {
		int id, server;
	} commits[HISTORY_MAX];
	int length;
};

struct node {
	char name[16];
	enum machine_state state;
	struct history received; /* applied and relay log */
	int applied;		 /* of received */
	long long epoch;	 /* of the writer that it follows or was, as it knows */
	struct ledger known;	 /* the ledger of then */
	int source;		 /* that it follows; whether that was elected again or not */
	bool waits;		 /* a writer that waits for acknowledgements */
	bool acknowledges, partial, cut_off;
	bool killed;	  /* by its own watcher, which starts it as one that is replaced */
	int unacked_from; /* a writer's commits from here on are not acknowledged */
};

struct world {
	struct node nodes[NODES_MAX];
	int count, next_id, acked_count;
	int acked[HISTORY_MAX];
	struct ledger ledger;
	unsigned seed;
	long long promotions, refusals, walks_acked, divergences, shut, killed, returned;
};

static unsigned world_random(struct world *w, unsigned below)
{
	w->seed = w->seed * 1664525U + 1013904223U;
	return (w->seed >> 8) % below;
}

static bool history_has(const struct history *h, int id)
{
	for (int i = 0; i < h->length; i++)
		if (h->commits[i].id == id)
			return true;
	return false;
}

static bool history_begins(const struct history *longer, const struct history *shorter, int length)
{
	for (int i = 0; i < length; i++)
		if (i >= longer->length || longer->commits[i].id != shorter->commits[i].id)
			return false;
	return true;
}

static void world_acknowledge(struct world *w, struct node *writer, int upto)
{
	for (; writer->unacked_from < upto; writer->unacked_from++)
		w->acked[w->acked_count++] = writer->received.commits[writer->unacked_from].id;
}

static struct node *world_writer(struct world *w)
{
	for (int i = 0; i < w->count; i++)
		if (w->nodes[i].state == MACHINE_WRITER && w->nodes[i].epoch == w->ledger.epoch)
			return &w->nodes[i];
	return NULL;
}

static bool node_reaches(const struct node *a, const struct node *b)
{
	return !a->cut_off && !b->cut_off;
}

static void event_commit(struct world *w, struct node *n)
{
	if (n->state != MACHINE_WRITER || n->received.length == HISTORY_MAX ||
	    w->next_id == HISTORY_MAX)
		return;
	n->received.commits[n->received.length].id = w->next_id++;
	n->received.commits[n->received.length++].server = (int)(n - w->nodes);
	n->applied = n->received.length;
	if (!n->waits)
		world_acknowledge(w, n, n->received.length);
}

/* Its receiver connects by itself again, and a server replicates what goes on from its own. */
static bool node_receives(const struct world *w, const struct node *n)
{
	const struct node *from = &w->nodes[n->source];

	return n->state == MACHINE_FOLLOWING && from->state == MACHINE_WRITER &&
	       node_reaches(from, n) &&
	       history_begins(&from->received, &n->received, n->received.length);
}

/* One commit from the writer that it follows; the acknowledgement may come back or be lost. */
static void event_deliver(struct world *w, struct node *n)
{
	struct node *from = &w->nodes[n->source];

	if (!node_receives(w, n) || from->received.length == n->received.length)
		return;
	n->received.commits[n->received.length] = from->received.commits[n->received.length];
	n->received.length++;
	if (n->acknowledges && world_random(w, 4))
		world_acknowledge(w, from, n->received.length);
}

static void event_apply(struct world *w, struct node *n)
{
	if ((n->state == MACHINE_FOLLOWING || n->state == MACHINE_FROZEN) &&
	    n->applied < n->received.length)
		n->applied++;
}

static void event_crash(struct world *w, struct node *n)
{
	(void)machine_move(&n->state, MACHINE_DOWN);
	n->cut_off = false; /* fenced */
}

/*
 * The watcher: no quorum, or a later epoch. In good order when all was acknowledged; else SIGKILL,
 * and the link is as it was.
 */
static void event_fence(struct world *w, struct node *n)
{
	if ((n->state != MACHINE_WRITER && n->state != MACHINE_ELECTED) ||
	    (!n->cut_off && n->epoch == w->ledger.epoch))
		return;
	assert_int_equal(machine_move(&n->state, MACHINE_RETIRING), 0);
	if (n->unacked_from == n->received.length && world_random(w, 4)) {
		assert_int_equal(machine_move(&n->state, MACHINE_DETACHED), 0);
		n->unacked_from = -1;
		w->shut++;
		return;
	}
	assert_int_equal(machine_move(&n->state, MACHINE_DOWN), 0);
	n->killed = true;
	w->killed++;
}

/* A writer that comes back while another could take its place begins in the role of a slave. */
static void event_start(struct world *w, struct node *n)
{
	const bool was_writer = n->unacked_from >= 0;
	bool others = false;

	if (n->state != MACHINE_DOWN || machine_move(&n->state, MACHINE_DETACHED))
		return;
	for (int i = 0; i < w->count; i++)
		others |= &w->nodes[i] != n && (n->killed || w->nodes[i].state != MACHINE_DOWN) &&
			  ledger_has(&w->ledger.sync, w->nodes[i].name);
	n->killed = false;
	if (was_writer && others) {
		n->received.length = n->unacked_from - (int)world_random(w, 3);
		if (n->received.length < 0)
			n->received.length = 0;
		n->applied = n->received.length;
		n->partial = true;
	}
	n->unacked_from = -1;
	if (ledger_counts_on(&w->ledger, n->name, &n->known))
		n->applied = n->received.length; /* replayed from the files of the relay log */
	else
		n->received.length = n->applied;
}

static void event_freeze(struct world *w, struct node *n)
{
	(void)machine_move(&n->state, MACHINE_FROZEN);
}

static void event_follow(struct world *w, struct node *n)
{
	struct node *writer = world_writer(w);

	if (!writer || writer == n || !node_reaches(writer, n) ||
	    !machine_may(n->state, MACHINE_FOLLOWING))
		return;
	if ((n->state == MACHINE_FROZEN || n->state == MACHINE_DRAINED) &&
	    n->epoch == w->ledger.epoch && world_random(w, 2))
		return;
	if (ledger_counts_on(&w->ledger, n->name, &n->known) && n->applied < n->received.length) {
		event_freeze(w, n); /* it applies what it has, and nothing is purged */
		return;
	}
	if (!history_begins(&writer->received, &n->received, n->applied)) {
		/* The rejoin ladder takes back what nobody else has. */
		w->divergences++;
		while (!history_begins(&writer->received, &n->received, n->applied))
			n->applied--;
	}
	n->state = MACHINE_FOLLOWING;
	n->received.length = n->applied; /* the relay log is purged */
	n->epoch = w->ledger.epoch;
	n->known = w->ledger;
	n->source = (int)(writer - w->nodes);
	n->partial = false;
	n->unacked_from = -1;
	n->acknowledges = ledger_has(&w->ledger.acks, n->name);
}

/* The position by number; MariaDB's server of the last commit makes a divergence visible. */
static void node_vote(const struct world *w, const struct node *n, struct election_vote *vote)
{
	char text[64] = "";

	*vote = (struct election_vote){.epoch = w->ledger.epoch,
				       .frozen = machine_traits(n->state)->votes,
				       .partial = n->partial};
	(void)snprintf(vote->node, sizeof(vote->node), "%s", n->name);
	if (n->received.length)
		(void)snprintf(text, sizeof(text), "0-%d-%d",
			       n->received.commits[n->received.length - 1].server + 1,
			       n->received.length);
	assert_int_equal(gtid_parse(&vote->received, text), 0);
}

static bool world_may_promote(struct world *w, const struct node *candidate)
{
	int alive = 0;

	for (int i = 0; i < w->count; i++) {
		const struct node *n = &w->nodes[i];

		alive += !n->cut_off;
		if (n != candidate && !n->cut_off &&
		    (n->state == MACHINE_WRITER || n->state == MACHINE_ELECTED ||
		     n->state == MACHINE_RETIRING))
			return false;
	}
	return !candidate->cut_off && (w->count == 2 || 2 * alive > w->count);
}

/* The winner's last steps: one of them may be the last of its life. */
static void world_elect(struct world *w, struct node *c, const struct ledger_nodes *voters)
{
	c->applied = c->received.length;
	assert_int_equal(machine_move(&c->state, MACHINE_DRAINED), 0);
	if (!world_random(w, 10))
		return;
	assert_int_equal(machine_move(&c->state, MACHINE_ELECTED), 0);
	w->ledger = ledger_elect(&w->ledger, c->name, voters);
	c->epoch = w->ledger.epoch;
	c->known = w->ledger;
	c->partial = false;
	c->waits = true;
	c->unacked_from = c->received.length;
	if (!world_random(w, 10))
		return;
	assert_int_equal(machine_move(&c->state, MACHINE_WRITER), 0);
	w->promotions++;
}

/* A server replicates from another only where its own history is the beginning of the other's. */
static bool world_fetch(struct world *w, struct node *c, const char *voter)
{
	for (int i = 0; i < w->count; i++) {
		const struct node *o = &w->nodes[i];

		if (strcmp(o->name, voter) != 0)
			continue;
		if (!history_begins(&o->received, &c->received, c->received.length))
			return false;
		c->received = o->received;
	}
	return true;
}

static void event_promote(struct world *w, struct node *c)
{
	struct election_vote votes[NODES_MAX] = {{.epoch = 0}};
	struct ledger_nodes voters = {.count = 0};
	const struct election_vote *best = NULL;
	struct fault fault = FAULT_INIT;
	enum election_outcome outcome;
	size_t count = 0;

	if (!world_may_promote(w, c))
		return;
	if (c->state == MACHINE_DRAINED && machine_move(&c->state, MACHINE_FROZEN))
		return;
	if (c->state != MACHINE_FROZEN && machine_move(&c->state, MACHINE_FROZEN))
		return;
	for (int i = 0; i < w->count; i++) {
		struct node *n = &w->nodes[i];

		if (n->cut_off || n->state == MACHINE_DOWN || (n != c && !world_random(w, 8)))
			continue; /* it does not answer */
		node_vote(w, n, &votes[count++]);
		if (machine_traits(n->state)->votes)
			(void)ledger_add(&voters, n->name);
	}
	outcome = election_decide(&w->ledger, c->name, votes, count, &best, &fault);
	if (outcome == ELECTION_BEHIND && !world_fetch(w, c, best->node))
		outcome = ELECTION_DIVERGED;
	if (outcome == ELECTION_WON || outcome == ELECTION_BEHIND)
		world_elect(w, c, &voters);
	else
		w->refusals++;
	while (count)
		gtid_release(&votes[--count].received);
}

/* It is found elected after a failed promote, or it is told to demote. */
static void event_demote(struct world *w, struct node *n)
{
	struct node *other = NULL;

	if (n->cut_off || machine_move(&n->state, MACHINE_RETIRING))
		return;
	for (int i = 0; i < w->count; i++)
		if (w->nodes[i].state == MACHINE_FOLLOWING && w->nodes[i].acknowledges &&
		    w->nodes[i].epoch == n->epoch &&
		    w->nodes[i].received.length == n->received.length)
			other = &w->nodes[i];
	if (other || n->unacked_from == n->received.length) {
		(void)machine_move(&n->state, MACHINE_DETACHED);
		n->unacked_from = -1;
	} else {
		event_crash(w, n);
	}
}

/* What the writer decides about another; the writer is where the quorum is. */
static void event_decide(struct world *w, struct node *n)
{
	struct node *writer = world_writer(w);
	bool all = true;

	if (!writer || writer->cut_off || writer == n)
		return;
	if (n->state == MACHINE_DOWN) {
		for (int i = 0; i < w->count; i++) {
			const struct node *o = &w->nodes[i];

			all &= o == n || o == writer || !ledger_has(&w->ledger.acks, o->name) ||
			       (o->state == MACHINE_FOLLOWING && o->epoch == writer->epoch &&
				o->received.length == writer->received.length);
		}
		if (all)
			(void)ledger_leave(&w->ledger, writer->name, n->name);
	} else if (!ledger_has(&w->ledger.acks, n->name)) {
		(void)ledger_admit(&w->ledger, writer->name, n->name);
	} else if (node_receives(w, n) && &w->nodes[n->source] == writer && n->acknowledges &&
		   writer->waits && n->received.length == writer->received.length) {
		for (int i = 0; i < w->count; i++) /* as the agent does before that */
			(void)ledger_admit(&w->ledger, writer->name, w->nodes[i].name);
		(void)ledger_join(&w->ledger, writer->name, n->name);
	}
	if (n->state == MACHINE_FOLLOWING && n->epoch == w->ledger.epoch)
		n->acknowledges = ledger_has(&w->ledger.acks, n->name);
}

/* Alone in sync it need not wait; it waits again before it takes anybody in. */
static void event_wait(struct world *w, struct node *n)
{
	if (n->state != MACHINE_WRITER || n->epoch != w->ledger.epoch || n->cut_off)
		return;
	n->waits = !(w->ledger.sync.count == 1 && world_random(w, 2));
	if (!n->waits)
		world_acknowledge(w, n, n->received.length);
}

/*
 * The link of one node goes, or comes back: a writer without it is fenced before, or not at all when
 * there is no fencing.
 */
static void event_cut(struct world *w, struct node *n)
{
	for (int i = 0; i < w->count; i++) {
		struct node *o = &w->nodes[i];

		const bool writes = o->state == MACHINE_WRITER || o->state == MACHINE_ELECTED;

		if (o->cut_off && writes && !world_random(w, 4))
			event_crash(w, o);
		else if (o->cut_off && writes && o->epoch < w->ledger.epoch)
			w->returned++;
		if (o->cut_off) {
			o->cut_off = false;
			return;
		}
	}
	n->cut_off = true;
}

static void world_check(struct world *w)
{
	const struct node *writer = world_writer(w);

	for (int i = 0; i < w->count; i++) {
		const struct node *n = &w->nodes[i];

		if (!machine_traits(n->state)->writes)
			continue;
		assert_int_equal(n->applied, n->received.length);
		for (int k = 0; k < w->count; k++)
			assert_false(k != i && w->nodes[k].state == MACHINE_WRITER &&
				     w->nodes[k].epoch == n->epoch);
		/* An old writer that is cut off may not be the one who acknowledges alone. */
		assert_false(n != writer && writer && !n->waits);
	}
	for (int i = 0; writer && i < w->acked_count; i++)
		assert_true(history_has(&writer->received, w->acked[i]));
}

static void walk(struct world *w, int nodes, unsigned seed)
{
	/* Failures are rarer than work, so that something is at stake. */
	static const struct {
		void (*happens)(struct world *, struct node *);
		unsigned weight;
	} events[] = {
		{event_commit, 20}, {event_deliver, 40}, {event_apply, 30}, {event_start, 6},
		{event_follow, 10}, {event_decide, 12},	 {event_wait, 3},   {event_promote, 4},
		{event_freeze, 1},  {event_demote, 1},	 {event_crash, 2},  {event_cut, 5},
		{event_fence, 1},
	};
	struct ledger_nodes names = {.count = 0};

	w->count = nodes;
	w->seed = seed;
	w->next_id = w->acked_count = 0;
	for (int i = 0; i < nodes; i++) {
		w->nodes[i] = (struct node){.unacked_from = -1};
		(void)snprintf(w->nodes[i].name, sizeof(w->nodes[i].name), "n%d", i);
		assert_int_equal(ledger_add(&names, w->nodes[i].name), 0);
	}
	w->ledger = ledger_first(&names);
	for (int step = 0; step < WALK_STEPS; step++) {
		unsigned lot = world_random(w, 135), event = 0;

		while (lot >= events[event].weight)
			lot -= events[event++].weight;
		events[event].happens(w, &w->nodes[world_random(w, (unsigned)nodes)]);
		world_check(w);
	}
	w->walks_acked += w->acked_count;
}

static void test_walks(void **state)
{
	static struct world w;

	for (unsigned seed = 1; seed <= WALKS; seed++)
		walk(&w, 2 + (int)(seed % 3), seed * 2654435761U);
	print_message(
		"%d walks of %d steps: %lld commits acknowledged, %lld promotions, %lld "
		"refused, %lld tails taken back; by the fence %lld writers shut, %lld killed; %lld "
		"came back as they were\n",
		WALKS, WALK_STEPS, w.walks_acked, w.promotions, w.refusals, w.divergences, w.shut,
		w.killed, w.returned);
	assert_true(w.walks_acked > 1000 && w.promotions > 1000 && w.refusals > 1000 &&
		    w.divergences > 0 && w.shut > 20 && w.killed > 50 && w.returned > 2);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_walks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
