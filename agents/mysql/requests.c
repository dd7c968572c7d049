// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the watcher is asked over its socket: by the agent ("look MS", "quorum", "votes", "copy yes",
 * "copy no") and by a person ("status", "status --json").
 */

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/num.h"
#include "cluster/peers.h"
#include "daemon/server.h"
#include "mysql/daemon_inside.h"
#include "mysql/status.h"

static void requests_forget(struct daemon_inquiry *inquiry)
{
	while (inquiry->heard_count)
		gtid_release(&inquiry->heard[--inquiry->heard_count].received);
}

/* Positions of now, against which the writer's next one is held. */
static void requests_keep(struct daemon *d)
{
	struct daemon_inquiry *inquiry = &d->inquiry;

	requests_forget(inquiry);
	for (size_t i = 0; i < d->chorus.count; i++) {
		const struct election_vote *vote = &d->chorus.voices[i].report.vote;
		struct status_heard *heard = &inquiry->heard[inquiry->heard_count++];

		*heard = (struct status_heard){.received = GTID_SET_INIT(vote->received.flavour)};
		(void)snprintf(heard->node, sizeof(heard->node), "%s", vote->node);
		(void)gtid_unite(&heard->received, &vote->received);
	}
}

static void requests_status(struct daemon *d, struct daemon_asker *asker)
{
	AUTO_BUF struct buf copy = BUF_INIT;
	struct status status = {
		.resource = d->resource,
		.self = d->self,
		.chorus = &d->chorus,
		.heard = d->inquiry.heard,
		.heard_count = d->inquiry.heard_count,
		.clustered = d->clustered,
		.quorate = voice_holds(d),
		.fenced = d->fenced,
		.died = d->died,
		.error = d->result ? d->fault.reason : "",
	};
	AUTO_BUF struct buf text = BUF_INIT;

	copy_print(d, &copy);
	status.copy = copy.data;
	if (asker->wish == DAEMON_STATUS)
		status_print(&status, &text);
	else
		status_print_json(&status, &text);
	server_answer(asker->request, buf_error(&text),
		      buf_error(&text) ? strerror(ENOMEM) : text.data);
}

/* Answers to the question that is out, of this ring: a line each. */
static void requests_votes(struct daemon *d, struct daemon_asker *asker)
{
	AUTO_BUF struct buf text = BUF_INIT;
	uint32_t ring_node;
	uint64_t ring_seq;

	peers_ring(d->peers, &ring_node, &ring_seq);
	for (size_t i = 0; i < d->chorus.count; i++) {
		const struct vote_report *r = &d->chorus.voices[i].report;

		if (r->asked.node != peers_self(d->peers).node ||
		    r->asked.number != d->inquiry.number || r->ring_node != ring_node ||
		    r->ring_seq != ring_seq)
			continue;
		vote_print(r, &text);
		buf_adds(&text, "\n");
	}
	server_answer(asker->request, buf_error(&text),
		      buf_error(&text) ? strerror(ENOMEM) : text.data);
}

static void requests_ask(struct daemon *d)
{
	for (size_t i = 0; i < d->inquiry.count; i++)
		d->inquiry.askers[i].asked = true;
	if (d->inquiry.count)
		voice_ask(d);
}

void requests_answered(struct daemon *d)
{
	struct daemon_inquiry *inquiry = &d->inquiry;
	size_t kept = 0;

	loop_timer_clear(&inquiry->late);
	for (size_t i = 0; i < inquiry->count; i++) {
		struct daemon_asker *asker = &inquiry->askers[i];

		if (!asker->asked || (asker->wish != DAEMON_VOTES && !asker->round)) {
			asker->round += asker->asked;
			inquiry->askers[kept++] = *asker;
		} else if (asker->wish == DAEMON_VOTES) {
			requests_votes(d, asker);
		} else {
			requests_status(d, asker);
		}
	}
	inquiry->count = kept;
	inquiry->number = 0;
	requests_keep(d);
	requests_ask(d);
}

static void requests_inquire(struct daemon *d, struct server_request *request,
			     enum daemon_wish wish)
{
	struct daemon_inquiry *inquiry = &d->inquiry;

	if (!d->peers || peers_state(d->peers) != PEERS_JOINED) {
		struct daemon_asker asker = {request, wish, false, 0};

		if (wish == DAEMON_VOTES) {
			server_answer(request, -ENOTCONN, "there is no cluster to ask");
			return;
		}
		voice_hear_own(d);
		requests_status(d, &asker);
		chorus_drop(&d->chorus, 0, 0);
		return;
	}
	if (inquiry->count == DAEMON_REQUESTS) {
		server_answer(request, -EBUSY, "too many questions at once");
		return;
	}
	inquiry->askers[inquiry->count++] = (struct daemon_asker){request, wish, false, 0};
	if (!inquiry->number)
		requests_ask(d);
}

static void requests_look(struct daemon *d, struct server_request *request, const char *number)
{
	long long milliseconds;

	if (num_parse(number, 1, INT_MAX, &milliseconds))
		server_answer(request, -EINVAL, "look needs milliseconds");
	else
		sight_wait(d, request, milliseconds);
}

static void requests_copy(struct daemon *d, struct server_request *request, bool wanted)
{
	int r = copy_want(d, wanted);

	server_answer(request, r, r ? "resync is none" : "");
}

void requests_handle(struct server_request *request, const char *line, void *data)
{
	struct daemon *d = data;

	if (!strncmp(line, "look ", 5))
		requests_look(d, request, line + 5);
	else if (!strcmp(line, "copy yes") || !strcmp(line, "copy no"))
		requests_copy(d, request, line[5] == 'y');
	else if (!strcmp(line, "quorum"))
		server_answer(request, voice_holds(d) ? 0 : -EPERM, "");
	else if (!strcmp(line, "votes"))
		requests_inquire(d, request, DAEMON_VOTES);
	else if (!strcmp(line, "status"))
		requests_inquire(d, request, DAEMON_STATUS);
	else if (!strcmp(line, "status --json"))
		requests_inquire(d, request, DAEMON_STATUS_JSON);
	else
		server_answer(request, -EINVAL, "there is no such request");
}
