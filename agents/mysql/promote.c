// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/promote.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "host/spawn.h"
#include "mysql/board.h"
#include "mysql/dialect.h"
#include "mysql/errant.h"
#include "mysql/machine.h"
#include "mysql/office.h"
#include "mysql/pair.h"
#include "mysql/replica.h"
#include "mysql/site.h"
#include "mysql/watcher.h"
#include "ocf/call.h"

struct promote_votes {
	struct election_vote votes[LEDGER_NODES_MAX];
	size_t count;
	const struct config_node *quiet[LEDGER_NODES_MAX]; /* seen not to be writers any more */
	size_t quiet_count;
	struct vote_report reports[LEDGER_NODES_MAX]; /* of the watchers */
	size_t report_count;
};

/* Pacemaker says which nodes are up, so that nobody waits for one that was just fenced. */
static bool promote_is_up(const char *node)
{
	const char *up = getenv("OCF_RESKEY_CRM_meta_notify_available_uname");
	const size_t length = strlen(node);

	if (!up || !*up)
		return true;
	for (; *up; up += strcspn(up, " ")) {
		up += strspn(up, " ");
		if (strcspn(up, " ") == length && !strncmp(up, node, length))
			return true;
	}
	return false;
}

static void promote_release(struct promote_votes *v)
{
	while (v->report_count)
		vote_release(&v->reports[--v->report_count]);
	while (v->count)
		gtid_release(&v->votes[--v->count].received);
}

static void promote_note_quiet(struct promote_votes *votes, const struct config_node *node)
{
	if (votes->quiet_count < ARRAY_SIZE(votes->quiet))
		votes->quiet[votes->quiet_count++] = node;
}

static struct election_vote *promote_find(struct promote_votes *v, const char *node)
{
	for (size_t i = 0; i < v->count; i++)
		if (!strcmp(v->votes[i].node, node))
			return &v->votes[i];
	return NULL;
}

/* The view's position becomes the vote's, in place of what that node said before. */
static struct election_vote *promote_add(struct promote_votes *v, const char *node, long long epoch,
					 bool frozen, struct view *view)
{
	struct election_vote *vote = promote_find(v, node);

	if (vote)
		gtid_release(&vote->received);
	else
		vote = &v->votes[v->count++];
	*vote = (struct election_vote){.epoch = epoch, .frozen = frozen};
	(void)snprintf(vote->node, sizeof(vote->node), "%s", node);
	vote->received = view->received;
	view->received = GTID_SET_INIT(vote->received.flavour);
	return vote;
}

/* Read-only and waiting for nobody: whatever it has acknowledged, others have received by now. */
static bool promote_is_quiet(const struct view *view)
{
	return view->read_only && !view->semi_writer;
}

/* A receiver is harmless that has stopped, finds nobody, or can get from a quiet one only. */
static bool promote_is_frozen(const struct promote_votes *votes, const struct view *view)
{
	if (!view->read_only || !view->settled || view->conflict)
		return false;
	for (size_t i = 0; view->receiving && i < votes->quiet_count; i++)
		if (view->source_port == votes->quiet[i]->port &&
		    !strcmp(view->source_host, votes->quiet[i]->address))
			return true;
	return !view->receiving;
}

/*
 * A server that answers says itself what it has received, at this moment: no vote can be an old one.
 * It counts when it can't receive anything any more that a client is then told of, and when no relay
 * log of before its start is waiting to be read.
 */
static void promote_ask(struct site *site, const struct config_node *node,
			struct promote_votes *votes)
{
	const struct deadline visit = deadline_within(&site->deadline, SITE_VISIT_MS);
	CLEANUP(view_release) struct view view = {.lag = 0};
	int r = site_visit(site, node, &visit, &view);
	bool frozen;

	if (r) {
		log_line(&site->call->log, LOG_INFO, "no vote: %s", site->fault->reason);
		*site->fault = FAULT_INIT;
		return;
	}
	if (promote_is_quiet(&view))
		promote_note_quiet(votes, node);
	frozen = promote_is_frozen(votes, &view);
	if (!frozen)
		log_line(&site->call->log, LOG_INFO,
			 "the vote of %s does not count: it is%s%s%s%s%s", node->name,
			 view.read_only ? "" : " not read-only", view.settled ? "" : " not settled",
			 view.conflict ? " in conflict with itself" : "",
			 view.receiving ? " receiving from " : "",
			 view.receiving ? view.source_host : "");
	(void)promote_add(votes, node->name, site->ledger.epoch, frozen, &view);
}

/* What the watchers say counts where it is a vote; the server itself is asked otherwise. */
static void promote_take(struct site *site, const struct config_node *node,
			 struct promote_votes *votes)
{
	for (size_t i = 0; i < votes->report_count; i++) {
		const struct election_vote *vote = &votes->reports[i].vote;
		CLEANUP(view_release)
		struct view view = {.received = GTID_SET_INIT(site->dialect->gtid)};

		if (strcmp(vote->node, node->name) || !vote->frozen ||
		    gtid_unite(&view.received, &vote->received))
			continue;
		promote_add(votes, node->name, site->ledger.epoch, true, &view)->partial =
			vote->partial;
		if (votes->reports[i].semi != VOTE_SEMI_WRITER)
			promote_note_quiet(votes, node);
		return;
	}
}

static bool promote_is_complete(const struct site *site, const struct promote_votes *votes)
{
	const struct election_vote *best = NULL;
	struct fault fault = FAULT_INIT;
	const enum election_outcome outcome = election_decide(
		&site->ledger, site->self, votes->votes, votes->count, &best, &fault);

	return outcome == ELECTION_WON || outcome == ELECTION_BEHIND;
}

static bool promote_is_heard(const struct promote_votes *votes, const char *node)
{
	for (size_t i = 0; i < votes->report_count; i++)
		if (!strcmp(votes->reports[i].vote.node, node))
			return true;
	return false;
}

/* Whoever answers may acknowledge; who has no watcher is far away or off, and only asked in need. */
static bool promote_is_wanted(const struct site *site, const struct config_node *node,
			      struct promote_votes *votes)
{
	const struct election_vote *vote = promote_find(votes, node->name);

	return strcmp(node->name, site->self) && promote_is_up(node->name) &&
	       (!vote || !vote->frozen) &&
	       (!votes->report_count || promote_is_heard(votes, node->name) ||
		!promote_is_complete(site, votes));
}

/*
 * What a node says must be from after its source was quiet: the last writer is asked first, and twice
 * who receives from one that was asked later. A node that missed a notification may receive from a
 * former writer, which is a replica by now.
 */
static void promote_ask_each(struct site *site, struct promote_votes *votes)
{
	const struct config_node *last = config_find_node(&site->nodes, site->ledger.writer);
	const struct config_node *self = config_find_node(&site->nodes, site->self);

	if (self && promote_is_quiet(&site->view))
		promote_note_quiet(votes, self);
	if (last && promote_is_wanted(site, last, votes))
		promote_ask(site, last, votes);
	for (size_t i = 0; i < site->nodes.count; i++) {
		const struct config_node *node = &site->nodes.nodes[i];

		if (node != last && promote_is_wanted(site, node, votes))
			promote_ask(site, node, votes);
	}
	for (size_t i = 0; i < site->nodes.count; i++) {
		const struct config_node *node = &site->nodes.nodes[i];

		if (promote_find(votes, node->name) && promote_is_wanted(site, node, votes))
			promote_ask(site, node, votes);
	}
}

static void promote_hear(struct site *site, struct promote_votes *votes)
{
	votes->report_count = watcher_votes(site, votes->reports);
}

/* All at once by the watchers; then one by one who has given no vote that way. */
static void promote_ask_others(struct site *site, struct promote_votes *votes)
{
	for (size_t i = 0; i < site->nodes.count; i++)
		if (strcmp(site->nodes.nodes[i].name, site->self) != 0)
			promote_take(site, &site->nodes.nodes[i], votes);
	promote_ask_each(site, votes);
}

static int promote_collect(struct site *site, struct promote_votes *votes)
{
	AUTO_GTID struct gtid_set own = GTID_SET_INIT(site->dialect->gtid);
	struct election_vote *vote;
	int r = gtid_unite(&own, &site->view.received);

	if (r)
		return fault_set(site->fault, FAULT_GENERIC, r, "%s", strerror(-r));
	vote = promote_add(votes, site->self, site->ledger.epoch, !site->view.conflict,
			   &(struct view){.received = own});
	vote->partial = site->state.partial;
	own = GTID_SET_INIT(site->dialect->gtid);
	promote_ask_others(site, votes);
	return 0;
}

/*
 * Of a pair each has of its own domain what the other one may lack: it is fetched first, and only then
 * do the votes compare.
 */
static int promote_merge(struct site *site, struct promote_votes *votes)
{
	struct election_vote *own = &votes->votes[0], *theirs = &votes->votes[1];
	int r = replica_drain(site);

	if (r || votes->count < 2 || !theirs->frozen)
		return r;
	if (!gtid_covers(&site->view.executed, &theirs->received))
		r = replica_fetch(site, pair_other(site), &theirs->received);
	if (!r)
		r = gtid_unite(&own->received, &site->view.executed);
	return r == -ESTALE ? fault_set(site->fault, FAULT_GENERIC, r,
					"this node and %s exclude each other", theirs->node) :
			      r;
}

/* Drained, and with everything that any voter has. */
static int promote_catch_up(struct site *site, struct promote_votes *votes,
			    struct ledger_nodes *voters, struct office *office)
{
	const struct election_vote *best = NULL;
	enum election_outcome outcome;
	int r = promote_collect(site, votes);

	office_note(office, OFFICE_VOTES);
	if (!r && pair_is(site))
		r = promote_merge(site, votes);
	if (r)
		return r;
	outcome = election_decide(&site->ledger, site->self, votes->votes, votes->count, &best,
				  site->fault);
	/* What a wrong ledger would have it fetch, nobody takes back. */
	if (outcome != ELECTION_WON) {
		r = site_confirm(site);
		if (r)
			return r;
	}
	if (outcome != ELECTION_WON && outcome != ELECTION_BEHIND)
		return outcome == ELECTION_INCOMPLETE ? -EAGAIN : -EPERM;
	for (size_t i = 0; i < votes->count; i++)
		(void)ledger_add(voters, votes->votes[i].node);
	r = replica_drain(site);
	if (r || outcome == ELECTION_WON)
		return r;
	log_line(&site->call->log, LOG_INFO, "%s has received more: fetching that first",
		 best->node);
	return replica_fetch(site, config_find_node(&site->nodes, best->node), &best->received);
}

/* Of a pair that stands by, one begins, and the other joins it. Their positions may differ then. */
static bool promote_is_first(struct site *site, struct promote_votes *votes)
{
	if (votes->count < 2)
		return true;
	gtid_release(&votes->votes[1].received);
	if (!strcmp(site->nodes.nodes[0].name, site->self))
		return true;
	(void)fault_set(site->fault, FAULT_GENERIC, -EAGAIN, "%s begins", votes->votes[1].node);
	return false;
}

bool promote_is_possible(struct site *site)
{
	CLEANUP(promote_release) struct promote_votes votes = {.count = 0};
	const struct election_vote *best = NULL;
	enum election_outcome outcome = ELECTION_INCOMPLETE;

	promote_hear(site, &votes);
	if (!promote_collect(site, &votes) && (!pair_is(site) || promote_is_first(site, &votes)))
		outcome = election_decide(&site->ledger, site->self, votes.votes, votes.count,
					  &best, site->fault);
	if (outcome != ELECTION_WON && outcome != ELECTION_BEHIND)
		log_line(&site->call->log, LOG_INFO, "not to be promoted yet: %s",
			 site->fault->reason);
	*site->fault = FAULT_INIT;
	return outcome == ELECTION_WON || outcome == ELECTION_BEHIND;
}

int promote_wait_for_replicas(struct site *site, int wait)
{
	const char *name = site->dialect->semi_master;

	return site_do(site,
		       "SET GLOBAL %s_wait_point='AFTER_SYNC', GLOBAL %s_timeout=%s, "
		       "GLOBAL %s_wait_no_%s=1, GLOBAL %s_enabled=%d",
		       name, name, site->dialect->forever, name,
		       strstr(name, "source") ? "replica" : "slave", name, wait);
}

static int promote_clear(struct site *site)
{
	int r = site->view.has_source ? site_do(site, "%s", site->dialect->reset) : 0;

	return r ? r :
		   site_do(site, "SET GLOBAL relay_log_purge=1, GLOBAL %s_enabled=0",
			   site->dialect->semi_slave);
}

/* The CIB writes while the server forgets the last writer: neither lets anybody write yet. */
static int promote_record(struct site *site, const struct ledger *next)
{
	const char *instance = site->call->instance;
	struct fault fault;
	int r, cleared;

	board_begin_write(&site->pen, instance, next);
	cleared = promote_clear(site);
	fault = *site->fault;
	r = board_end_write(&site->pen, instance, next, &site->deadline, site->fault);
	if (r || !cleared)
		return r;
	*site->fault = fault;
	return cleared;
}

/* From here on nothing is read from the own server that could still change. */
static int promote_take_office(struct site *site, const struct ledger_nodes *voters,
			       struct office *office)
{
	const struct ledger next = ledger_elect(&site->ledger, site->self, voters);
	enum machine_state state = MACHINE_DRAINED;
	int r = machine_move(&state, MACHINE_ELECTED);

	if (!r)
		r = errant_prepare(site);
	if (!r)
		r = promote_record(site, &next);
	if (r)
		return r;
	site->ledger = next;
	site->state.partial = false;
	r = promote_wait_for_replicas(site, next.acks.count > 1);
	if (!r)
		r = machine_move(&state, MACHINE_WRITER);
	if (!r)
		r = site_remember(site, state);
	office_note(office, OFFICE_EPOCH);
	if (!r && pair_is(site))
		r = pair_prepare(site);
	if (!r)
		r = site_do(site, "%s", site->dialect->allow);
	office_note(office, OFFICE_OPEN);
	return r;
}

/* Kept for people: it is in the table of quorate-mysql. */
static void promote_keep(struct site *site, const struct office *office)
{
	AUTO_BUF struct buf text = BUF_INIT;

	office_print(office, site->ledger.epoch, &text);
	if (!buf_error(&text))
		call_keep(site->call, "office", text.data);
}

/* A guess that others know better than, or that this node can't be elected by. */
static bool promote_is_doubtful(const struct site *site, const struct promote_votes *votes)
{
	long long epoch = site->state.ledger.epoch;

	for (size_t i = 0; i < votes->report_count; i++)
		if (votes->reports[i].vote.epoch > epoch)
			epoch = votes->reports[i].vote.epoch;
	return site->guessed &&
	       (epoch != site->ledger.epoch || !ledger_has(&site->ledger.sync, site->self));
}

/* -ESTALE: by the guessed ledger it can't be done. */
static int promote_by_ledger(struct site *site, struct office *office)
{
	CLEANUP(promote_release) struct promote_votes votes = {.count = 0};
	struct ledger_nodes voters = {.count = 0};
	int r;

	if (!site->guessed)
		board_take_pen(&site->pen, site->call->instance, NULL);
	promote_hear(site, &votes); /* all that while Pacemaker's programs answer */
	r = promote_is_doubtful(site, &votes) ? -ESTALE : site_consult(site);
	office_note(office, OFFICE_LEDGER);
	if (!r)
		r = replica_freeze(site);
	office_note(office, OFFICE_FREEZE);
	if (!r)
		r = promote_catch_up(site, &votes, &voters, office);
	if (!r)
		r = site_look(site);
	office_note(office, OFFICE_DRAIN);
	if (!r && !gtid_covers(&site->view.executed, &site->view.received))
		r = fault_set(site->fault, FAULT_GENERIC, -EAGAIN,
			      "not everything that was received is applied");
	return r ? r : promote_take_office(site, &voters, office);
}

int promote_site(struct site *site)
{
	struct office office;
	int r = pair_is(site) ? pair_join(site) : -EAGAIN;

	if (r != -EAGAIN)
		return r;
	office_begin(&office, site->call->begun);
	office_note(&office, OFFICE_LOOK);
	r = promote_by_ledger(site, &office);
	if (r == -ESTALE && site->guessed) {
		*site->fault = FAULT_INIT;
		site_doubt(site);
		r = site_look(site);
		if (!r)
			r = promote_by_ledger(site, &office);
	}
	if (!r)
		promote_keep(site, &office);
	return r;
}
