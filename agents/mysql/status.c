// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

/* Transactions that the node has and the writer lacks: 0 of the writer and where nobody is. */
static uint64_t status_errant(const struct status *s, const struct chorus_voice *voice,
			      struct buf *text)
{
	const struct chorus_voice *writer = chorus_writer(s->chorus);
	uint64_t count = 0;

	for (size_t i = 0; writer && writer != voice && i < s->heard_count; i++) {
		const struct gtid_set *theirs = &writer->report.vote.received;
		AUTO_GTID struct gtid_set errant = GTID_SET_INIT(theirs->flavour);

		if (strcmp(s->heard[i].node, voice->report.vote.node) ||
		    gtid_errant(&s->heard[i].received, theirs, &errant))
			continue;
		count = gtid_size(&errant);
		if (text)
			gtid_print(&errant, text);
	}
	return count;
}

static const struct ledger_nodes *status_sync(const struct status *s)
{
	const struct chorus_voice *writer = chorus_writer(s->chorus);

	return writer ? &writer->report.sync : NULL;
}

static void status_position(const struct vote_report *report, struct buf *text)
{
	const size_t before = text->length;

	gtid_print(&report->vote.received, text);
	if (text->length == before)
		buf_adds(text, "-");
}

static const char *const status_semis[] = {"-", "waits", "acknowledges"};

/* "7@1763790000:ledger=12,votes=3": the epoch, when, and milliseconds of what took them. */
struct status_office {
	long long epoch;
	time_t when;
	char phases[VOTE_OFFICE_MAX];
};

static bool status_read_office(const struct status *s, const char **ret_node,
			       struct status_office *office)
{
	const struct chorus_voice *writer = chorus_writer(s->chorus);
	long long when = 0;

	if (!writer || sscanf(writer->report.office, "%lld@%lld:%199s", &office->epoch, &when,
			      office->phases) != 3)
		return false;
	office->when = (time_t)when;
	*ret_node = writer->report.vote.node;
	return true;
}

static void status_time(time_t when, char text[40])
{
	struct tm broken;

	if (!gmtime_r(&when, &broken) || !strftime(text, 40, "%Y-%m-%dT%H:%M:%SZ", &broken))
		(void)snprintf(text, 40, "?");
}

static void status_print_office(const struct status *s, struct buf *text)
{
	struct status_office office;
	const char *node = NULL;
	char when[40];

	if (!status_read_office(s, &node, &office))
		return;
	status_time(office.when, when);
	for (char *c = office.phases; *c; c++)
		if (*c == ',' || *c == '=')
			*c = *c == ',' ? ';' : ' ';
	buf_addf(text, "last failover: %s became the writer of epoch %lld at %s; ms: %s\n", node,
		 office.epoch, when, office.phases);
}

static void status_print_voice(const struct status *s, const struct chorus_voice *voice,
			       struct buf *text)
{
	const struct vote_report *r = &voice->report;
	const struct ledger_nodes *sync = status_sync(s);
	AUTO_BUF struct buf errant = BUF_INIT, lag = BUF_INIT;
	const uint64_t count = status_errant(s, voice, &errant);

	if (r->lag == VOTE_LAG_UNKNOWN)
		buf_adds(&lag, "-");
	else
		buf_addf(&lag, "%llds", r->lag);
	buf_addf(text, "%c %-16s %-10s %5lld %-7s %7s %-12s %6" PRIu64 "  ",
		 strcmp(r->vote.node, s->self) ? ' ' : '*', r->vote.node,
		 machine_traits(r->state)->name, r->vote.epoch,
		 sync && ledger_has(sync, r->vote.node) ? "yes" : "no", lag.data,
		 status_semis[r->semi], count);
	status_position(r, text);
	if (r->waiting)
		buf_addf(text, ", %lld commits wait for an acknowledgement", r->waiting);
	if (r->vote.partial)
		buf_adds(text, ", recovery may have cut commits off");
	if (count)
		buf_addf(text, ", errant: %s", errant.data);
	buf_adds(text, "\n");
}

void status_print(const struct status *s, struct buf *text)
{
	const struct chorus_voice *writer = chorus_writer(s->chorus);
	char when[40];

	buf_addf(text, "%s: %s%s, epoch %lld%s%s\n", s->resource,
		 writer ? "the writer is " : "there is no writer",
		 writer ? writer->report.vote.node : "", chorus_epoch(s->chorus),
		 s->clustered && !s->quorate ? ", no quorum here" : "",
		 s->fenced ? ", writing was ended here when quorum was lost" : "");
	if (*s->error)
		buf_addf(text, "  %s\n", s->error);
	buf_addf(text, "  %-16s %-10s %5s %-7s %7s %-12s %6s  %s\n", "NODE", "ROLE", "EPOCH",
		 "IN SYNC", "LAG", "SEMI-SYNC", "ERRANT", "POSITION");
	for (size_t i = 0; i < s->chorus->count; i++)
		status_print_voice(s, &s->chorus->voices[i], text);
	status_print_office(s, text);
	if (s->died > 0) {
		status_time((time_t)s->died, when);
		buf_addf(text, "the server of this node was last seen to die at %s\n", when);
	}
	if (*s->copy)
		buf_addf(text, "%s\n", s->copy);
}

static void status_json_text(struct buf *text, const char *key, const char *value)
{
	buf_addf(text, "\"%s\":\"", key);
	for (const char *c = value; *c; c++)
		if (*c == '"' || *c == '\\' || (unsigned char)*c < 0x20)
			buf_addf(text, "\\u%04x", (unsigned char)*c);
		else
			buf_add(text, c, 1);
	buf_adds(text, "\",");
}

static const char *status_bool(bool value)
{
	return value ? "true" : "false";
}

static void status_json_office(const struct status *s, struct buf *text)
{
	struct status_office office;
	const char *node = NULL;
	char *phase, *rest = office.phases;
	bool first = true;

	if (!status_read_office(s, &node, &office)) {
		buf_adds(text, "\"last_failover\":null,");
		return;
	}
	buf_adds(text, "\"last_failover\":{");
	status_json_text(text, "node", node);
	buf_addf(text, "\"epoch\":%lld,\"at\":%lld,\"milliseconds\":{", office.epoch,
		 (long long)office.when);
	while ((phase = strsep(&rest, ","))) {
		const char *number = strchr(phase, '=');

		if (!number || strspn(number + 1, "0123456789") != strlen(number + 1) || !number[1])
			continue;
		buf_addf(text, "%s\"%.*s\":%s", first ? "" : ",", (int)(number - phase), phase,
			 number + 1);
		first = false;
	}
	buf_adds(text, "}},");
}

static void status_json_voice(const struct status *s, const struct chorus_voice *voice,
			      struct buf *text)
{
	const struct vote_report *r = &voice->report;
	const struct ledger_nodes *sync = status_sync(s);
	AUTO_BUF struct buf errant = BUF_INIT, position = BUF_INIT;
	const uint64_t count = status_errant(s, voice, &errant);

	gtid_print(&r->vote.received, &position);
	buf_adds(text, "{");
	status_json_text(text, "node", r->vote.node);
	status_json_text(text, "role", machine_traits(r->state)->name);
	status_json_text(text, "position", position.data);
	status_json_text(text, "errant_position", errant.data);
	status_json_text(text, "semi_sync",
			 r->semi == VOTE_SEMI_WRITER  ? "writer" :
			 r->semi == VOTE_SEMI_REPLICA ? "replica" :
							"off");
	if (r->lag == VOTE_LAG_UNKNOWN)
		buf_adds(text, "\"lag\":null,");
	else
		buf_addf(text, "\"lag\":%lld,", r->lag);
	buf_addf(text,
		 "\"epoch\":%lld,\"in_sync\":%s,\"waiting\":%lld,\"errant\":%" PRIu64
		 ",\"partial\":%s,\"settled\":%s}",
		 r->vote.epoch, status_bool(sync && ledger_has(sync, r->vote.node)), r->waiting,
		 count, status_bool(r->vote.partial), status_bool(r->settled));
}

void status_print_json(const struct status *s, struct buf *text)
{
	const struct chorus_voice *writer = chorus_writer(s->chorus);

	buf_adds(text, "{");
	status_json_text(text, "resource", s->resource);
	status_json_text(text, "node", s->self);
	status_json_text(text, "writer", writer ? writer->report.vote.node : "");
	status_json_text(text, "error", s->error);
	status_json_text(text, "copy", s->copy);
	status_json_office(s, text);
	buf_addf(text, "\"epoch\":%lld,\"quorate\":%s,\"fenced\":%s,\"died\":%.6f,\"nodes\":[",
		 chorus_epoch(s->chorus), status_bool(s->quorate), status_bool(s->fenced), s->died);
	for (size_t i = 0; i < s->chorus->count; i++) {
		buf_adds(text, i ? "," : "");
		status_json_voice(s, &s->chorus->voices[i], text);
	}
	buf_adds(text, "]}\n");
}
