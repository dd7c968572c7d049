// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/hash.h"
#include "cluster/node.h"
#include "cluster/peers.h"
#include "cluster/quorum.h"
#include "daemon/errand.h"
#include "mysql/daemon_inside.h"

#define VOICE_NAME_MAX 100
#define VOICE_RING_RETRY_MS 10000
#define VOICE_GAP_GRACE_MS 1000 /* for the own message to come back, after we slept for long */

bool voice_holds(const struct daemon *d)
{
	return d->quorum && quorum_holds(d->quorum);
}

/* Saying ------------------------------------------------------------------------------------- */

/* How it became the writer stands in the record, once that action is over. */
static const char *voice_office(struct daemon *d)
{
	char epoch[32];
	const char *kept;

	(void)snprintf(epoch, sizeof(epoch), "%lld@", d->state.ledger.epoch);
	if (!sight_writes(d) || !strncmp(d->office, epoch, strlen(epoch)))
		return d->office;
	call_load_record(&d->call);
	kept = record_get(&d->call.record, "office");
	(void)snprintf(d->office, sizeof(d->office), "%s", kept ? kept : "");
	return d->office;
}

static int voice_report(struct daemon *d, const struct vote_question *asked,
			struct vote_report *report)
{
	const struct view *v = &d->view;

	*report = (struct vote_report){.state = sight_state(d), .lag = VOTE_LAG_UNKNOWN};
	(void)snprintf(report->vote.node, sizeof(report->vote.node), "%s", d->self);
	(void)snprintf(report->office, sizeof(report->office), "%s", voice_office(d));
	report->vote.epoch = d->state.ledger.epoch;
	report->vote.partial = d->state.partial;
	report->vote.received.flavour = v->received.flavour;
	report->asked = *asked;
	report->sync = d->state.ledger.sync;
	if (d->peers)
		peers_ring(d->peers, &report->ring_node, &report->ring_seq);
	if (!d->seen)
		return 0;
	report->settled = v->settled;
	report->vote.frozen = v->settled && machine_traits(report->state)->votes;
	report->lag = v->has_source ? v->lag : VOTE_LAG_UNKNOWN;
	report->semi = v->semi_writer  ? VOTE_SEMI_WRITER :
		       v->semi_replica ? VOTE_SEMI_REPLICA :
					 VOTE_SEMI_OFF;
	report->waiting = v->semi_waiting;
	return gtid_unite(&report->vote.received, &v->received);
}

static void voice_send(struct daemon *d, const struct vote_question *asked)
{
	AUTO_REPORT struct vote_report report = {.lag = VOTE_LAG_UNKNOWN};
	AUTO_BUF struct buf text = BUF_INIT;

	if (!d->peers || voice_report(d, asked, &report))
		return;
	vote_print(&report, &text);
	if (!buf_error(&text))
		(void)peers_send(d->peers, text.data, text.length);
}

void voice_hear_own(struct daemon *d)
{
	struct vote_report report = {.lag = VOTE_LAG_UNKNOWN};

	if (voice_report(d, &(struct vote_question){.node = 0}, &report))
		vote_release(&report);
	else
		(void)chorus_hear(&d->chorus, 0, 0, deadline_now(), &report);
}

void voice_answer(struct daemon *d, const struct vote_question *questions, size_t count)
{
	if (!count)
		voice_say(d);
	for (size_t i = 0; i < count; i++)
		voice_send(d, &questions[i]);
}

void voice_say(struct daemon *d)
{
	voice_send(d, &(struct vote_question){.node = 0});
}

void voice_ask(struct daemon *d)
{
	struct daemon_inquiry *inquiry = &d->inquiry;
	const struct vote_question question = {peers_self(d->peers).node, daemon_now()};
	AUTO_BUF struct buf text = BUF_INIT;

	inquiry->number = question.number;
	vote_print_question(&question, &text);
	(void)loop_timer_set(&inquiry->late, DAEMON_ANSWER_MS);
	if (buf_error(&text) || peers_send(d->peers, text.data, text.length))
		(void)loop_timer_set(&inquiry->late, 0);
}

/* Hearing ------------------------------------------------------------------------------------ */

static bool voice_all_answered(const struct daemon *d)
{
	size_t members = 0, answers = 0;

	(void)peers_members(d->peers, &members);
	for (size_t i = 0; i < d->chorus.count; i++) {
		const struct vote_question *asked = &d->chorus.voices[i].report.asked;

		answers += asked->node == peers_self(d->peers).node &&
			   asked->number == d->inquiry.number;
	}
	return answers >= members;
}

static void voice_check_inquiry(struct daemon *d)
{
	if (d->inquiry.number && voice_all_answered(d))
		requests_answered(d);
}

static void voice_late(void *data)
{
	requests_answered(data);
}

static void voice_message(struct peer from, const void *bytes, size_t length, void *data)
{
	struct daemon *d = data;
	struct vote_question question;
	struct vote_report report = {.vote.received = GTID_SET_INIT(d->view.received.flavour)};

	if (!vote_parse_question(&question, bytes, length)) {
		if (d->question_count < DEED_QUESTIONS)
			d->questions[d->question_count++] = question;
		sight_look(d, DAEMON_LOOK_MS);
		return;
	}
	if (vote_parse(&report, bytes, length)) {
		log_line(&d->log, LOG_WARNING, "node %u sends what is not understood", from.node);
		return;
	}
	if (chorus_hear(&d->chorus, from.node, from.pid, deadline_now(), &report))
		return;
	if (sight_writes(d) && chorus_epoch(&d->chorus) > d->state.ledger.epoch && !d->looking)
		sight_look(d, DAEMON_LOOK_MS);
	voice_check_inquiry(d);
}

static void voice_changed(const struct peers_change *changes, size_t count, void *data)
{
	struct daemon *d = data;

	for (size_t i = 0; i < count; i++)
		if (changes[i].reason != PEERS_JOIN)
			chorus_drop(&d->chorus, changes[i].peer.node, changes[i].peer.pid);
	voice_say(d);
	voice_check_inquiry(d);
}

static void voice_state(enum peers_state state, void *data)
{
	struct daemon *d = data;

	if (state == PEERS_AWAY)
		chorus_release(&d->chorus);
	else
		voice_say(d);
}

/* Who is the writer, is asked anew whenever it may have become another one. */
static void voice_signs(unsigned signs, const struct quorum_view *view, void *data)
{
	struct daemon *d = data;
	const long long silent = daemon_now() - PEERS_SILENT_MS - PEERS_PING_MS;
	char text[128];

	log_line(&d->log, LOG_INFO, "cluster: %s", quorum_signs_text(signs, text));
	if (signs & QUORUM_GONE)
		d->gone = true;
	if ((signs & QUORUM_SILENT) && d->proof > silent)
		d->proof = silent;
	if (signs & QUORUM_BACK) {
		d->armed = true;
		d->gone = false;
		d->proof = daemon_now();
		if (d->fenced)
			sight_tell_pacemaker(d, "it was the writer when quorum was lost");
		d->fenced = false;
	}
	if (signs & (QUORUM_BACK | QUORUM_LEFT) && sight_writes(d)) {
		d->learn = true;
		sight_look(d, DAEMON_TICK_MS * 10);
	}
	fence_step(d);
}

/* Told before the quorum's own sign of it. */
static void voice_slept(long long milliseconds, void *data)
{
	struct daemon *d = data;
	const long long now = daemon_now(), grace = now - d->patience + VOICE_GAP_GRACE_MS;

	if (d->proof > now - milliseconds)
		d->proof = now - milliseconds;
	if (d->proof < grace)
		d->proof = grace;
}

/* Corosync's timing -------------------------------------------------------------------------- */

struct voice_timing {
	struct daemon *daemon;
	long long milliseconds;
	int result;
};

static void voice_timing_run(void *data)
{
	struct voice_timing *timing = data;

	timing->result = node_ring_time(&timing->milliseconds, NULL);
}

static void voice_timing_done(void *data)
{
	struct voice_timing *timing = data;
	struct daemon *d = timing->daemon;

	d->timing = NULL;
	if (!timing->result)
		d->patience = timing->milliseconds;
	free(timing);
}

static void voice_time(struct daemon *d)
{
	static const struct errand_ops ops = {voice_timing_run, voice_timing_done, free};
	struct voice_timing *timing = calloc(1, sizeof(*timing));

	if (!timing)
		return;
	timing->daemon = d;
	if (errand_start(d->loop, &ops, timing, &d->timing, NULL))
		free(timing);
}

/* Coming and going --------------------------------------------------------------------------- */

static void voice_group(const struct daemon *d, char group[121])
{
	if (strlen(d->resource) <= VOICE_NAME_MAX)
		(void)snprintf(group, 121, "mysql/%.*s", VOICE_NAME_MAX, d->resource);
	else
		(void)snprintf(group, 121, "mysql/%.80s-%016" PRIx64, d->resource,
			       hash_text(d->resource));
}

int voice_open(struct daemon *d, struct fault *fault)
{
	static const struct peers_ops peers_ops = {
		.message = voice_message, .changed = voice_changed, .state = voice_state};
	static const struct quorum_ops quorum_ops = {.changed = voice_signs};
	char group[121];
	int r;

	if (!d->clustered)
		return 0;
	voice_group(d, group);
	loop_timer_init(&d->inquiry.late, d->loop, voice_late, d);
	r = loop_on_gap(d->loop, QUORUM_GAP_MS, voice_slept, d);
	if (!r)
		r = peers_open(d->loop, group, &peers_ops, d, &d->peers, fault);
	if (!r)
		r = quorum_open(d->loop, d->peers, &quorum_ops, d, &d->quorum, fault);
	if (!r)
		voice_time(d);
	return r;
}

void voice_close(struct daemon *d)
{
	errand_abandon(&d->timing);
	if (d->peers) {
		loop_timer_clear(&d->inquiry.late);
		loop_off_gap(d->loop, d);
	}
	quorum_close(&d->quorum);
	peers_close(&d->peers);
	chorus_release(&d->chorus);
}
