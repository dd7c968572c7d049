// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the daemon is asked over its socket, by the agent and by a person (rsync/cli.h).
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "daemon/server.h"
#include "rsync/config.h"
#include "rsync/daemon_inside.h"
#include "rsync/daemon_setup.h"
#include "rsync/guard.h"
#include "rsync/source.h"
#include "rsync/standing.h"
#include "rsync/target.h"

static void requests_answer(struct server_request *request, int result, const char *text,
			    const struct fault *fault)
{
	if (result)
		server_answer_fault(request, result, fault);
	else
		server_answer(request, 0, text);
}

static void requests_monitor(struct server_request *request, const char *line, struct daemon *d)
{
	AUTO_BUF struct buf text = BUF_INIT;
	struct standing standing;

	if (d->source)
		source_check(d->source);
	daemon_stand(d, &standing);
	if (standing_print(&standing, &text))
		server_answer(request, -ENOMEM, strerror(ENOMEM));
	else
		server_answer(request, 0, text.data);
}

static const char *requests_role(enum doorbell_role role)
{
	return role == DOORBELL_SOURCE ? "source" : "target";
}

static void requests_print_flags(struct buf *text, uint32_t flags)
{
	if (flags & DOORBELL_HELD)
		buf_adds(text, ", deletions wait for: quorate-rsync allow");
	if (flags & DOORBELL_SICK)
		buf_adds(text, ", sick");
}

static void requests_status_text(struct daemon *d, struct buf *text)
{
	struct source_facts source = {.serving = false};
	struct standing standing;

	daemon_stand(d, &standing);
	if (d->source)
		source_tell(d->source, &source);
	buf_addf(text, "%s: %s of %s%s\n", d->resource, standing.source ? "source" : "target",
		 d->config->directory, standing.quorate ? "" : ", no quorum");
	if (standing.text[0])
		buf_addf(text, "  %s\n", standing.text);
	if (d->source)
		buf_addf(text, "  watches %zu directories with %zu KiB%s\n", source.tree.watches,
			 source.tree.memory / 1024, source.tree.scanning ? ", scanning" : "");
	buf_addf(text, "  %-16s %-7s %10s %10s %8s %8s\n", "NODE", "ROLE", "GENERATION", "SEQUENCE",
		 "LAG", "PENDING");
	for (size_t i = 0; i < d->roster.count; i++) {
		const struct roster_entry *e = &d->roster.entries[i];

		buf_addf(text, "%c %-16s %-7s %10llu %10llu %7us %8u",
			 e->node == d->nodes.own ? '*' : ' ', daemon_node_name(d, e->node),
			 requests_role(e->state.role), (unsigned long long)e->generation,
			 (unsigned long long)e->sequence, e->state.lag, e->state.pending);
		requests_print_flags(text, e->state.flags);
		buf_addf(text, "%s%s\n", e->state.error[0] ? ": " : "", e->state.error);
	}
}

/* What is neither a quote, a backslash nor a control character stands for itself (RFC 8259). */
static void requests_add_json(struct buf *text, const char *key, const char *value)
{
	buf_addf(text, ",\"%s\":\"", key);
	for (const char *c = value; *c; c++)
		if (*c == '"' || *c == '\\' || (unsigned char)*c < 0x20)
			buf_addf(text, "\\u%04x", (unsigned char)*c);
		else
			buf_add(text, c, 1);
	buf_adds(text, "\"");
}

static void requests_status_json(struct daemon *d, struct buf *text)
{
	struct source_facts source = {.serving = false};
	struct standing s;

	daemon_stand(d, &s);
	if (d->source)
		source_tell(d->source, &source);
	buf_addf(text,
		 "{\"quorate\":%s,\"serving\":%s,\"sick\":%s,\"held\":%s,\"score\":%d,"
		 "\"watches\":%zu,\"watch_bytes\":%zu,\"scanning\":%s",
		 s.quorate ? "true" : "false", s.serving ? "true" : "false",
		 s.sick ? "true" : "false", s.held ? "true" : "false", s.score, source.tree.watches,
		 source.tree.memory, source.tree.scanning ? "true" : "false");
	requests_add_json(text, "resource", d->resource);
	requests_add_json(text, "directory", d->config->directory);
	requests_add_json(text, "role", s.source ? "source" : "target");
	requests_add_json(text, "error", s.text);
	buf_adds(text, ",\"nodes\":[");
	for (size_t i = 0; i < d->roster.count; i++) {
		const struct roster_entry *e = &d->roster.entries[i];

		buf_addf(text,
			 "%s{\"id\":%u,\"generation\":%llu,\"sequence\":%llu,\"lag\":%u,"
			 "\"pending\":%u,\"whole\":%s,\"dirty\":%s",
			 i ? "," : "", e->node, (unsigned long long)e->generation,
			 (unsigned long long)e->sequence, e->state.lag, e->state.pending,
			 e->state.flags & DOORBELL_WHOLE ? "true" : "false",
			 e->state.flags & DOORBELL_DIRTY ? "true" : "false");
		requests_add_json(text, "node", daemon_node_name(d, e->node));
		requests_add_json(text, "role", requests_role(e->state.role));
		requests_add_json(text, "error", e->state.error);
		buf_adds(text, "}");
	}
	buf_adds(text, "]}\n");
}

static void requests_status(struct server_request *request, const char *line, struct daemon *d)
{
	AUTO_BUF struct buf text = BUF_INIT;

	daemon_tell(d); /* our own line of the roster is of now, too */
	if (strstr(line, "--json"))
		requests_status_json(d, &text);
	else
		requests_status_text(d, &text);
	if (buf_error(&text))
		server_answer(request, -ENOMEM, strerror(ENOMEM));
	else
		server_answer(request, 0, text.data);
}

static void requests_synced(int result, const struct fault *fault, void *data)
{
	struct daemon *d = data;

	requests_answer(TAKE(d->sync), result, "in step\n", fault);
}

static void requests_sync(struct server_request *request, const char *line, struct daemon *d)
{
	struct fault fault = FAULT_INIT;
	int r;

	if (!d->target) {
		server_answer(request, -EINVAL,
			      "this node is the source: ask on a node that is a target");
		return;
	}
	if (d->sync) {
		server_answer(request, -EBUSY, "another such request waits");
		return;
	}
	d->sync = request;
	r = target_sync(d->target, !strcmp(line, "allow"), requests_synced, d, &fault);
	if (r)
		requests_synced(r, &fault, d);
}

static void requests_progress(struct server_request *request, const char *line, struct daemon *d)
{
	struct target_facts facts = {.named = 0};
	char text[64];

	if (d->target)
		target_tell(d->target, &facts);
	(void)snprintf(text, sizeof(text), "%zu %zu\n", facts.named, facts.expected);
	server_answer(request, 0, text);
}

static void requests_reload(struct server_request *request, const char *line, struct daemon *d)
{
	struct fault fault = FAULT_INIT;
	int r = setup_read_parameters(d, &fault);

	if (!r && d->target)
		target_reload(d->target);
	requests_answer(request, r, "done\n", &fault);
}

/* Of which generation the tree is, as far as anything tells: the ledger, or in its place the token. */
static uint64_t requests_generation(const struct daemon *d)
{
	const struct guard_anchor none = {.set = false};
	struct guard_view view = {.token = false};
	struct fault fault = FAULT_INIT;

	if (d->damaged && !guard_look(d->config, &none, &view, &fault))
		return view.generation;
	return d->ledger.generation ? d->ledger.generation : d->ledger.highest;
}

/* A person says that the tree is right as it is: a copy of the generation that we know of. */
static void requests_accept(struct server_request *request, const char *line, struct daemon *d)
{
	const uint64_t generation = requests_generation(d);
	struct fault fault = FAULT_INIT;
	int r = guard_prepare(d->config->directory);

	if (!r && generation)
		r = guard_write_token(d->config->directory, generation);
	if (r) {
		(void)fault_set(&fault, FAULT_GENERIC, r, "%s: %s", d->config->directory,
				strerror(-r));
	} else if (!d->ledger.generation) {
		d->ledger.generation = generation;
		d->ledger.whole = generation != 0;
		/* Of the newer copies none was heard yet; what this one alone has is kept. */
		d->ledger.conflicts = d->ledger.conflicts || d->damaged;
		if (d->ledger.highest < generation)
			d->ledger.highest = generation;
		d->damaged = false;
		daemon_save(d);
	}
	daemon_judge_tree(d);
	requests_answer(request, r, "done\n", &fault);
	office_resume(d);
	daemon_tell(d);
	daemon_follow(d);
}

static void requests_promote(struct server_request *request, const char *line, struct daemon *d)
{
	office_promote(d, request);
}

static void requests_demote(struct server_request *request, const char *line, struct daemon *d)
{
	office_demote(d, request);
}

static void requests_roll_back(struct server_request *request, const char *line, struct daemon *d)
{
	office_roll_back(d, request);
}

void requests_handle(struct server_request *request, const char *line, void *data)
{
	static const struct {
		const char *line;
		void (*handle)(struct server_request *, const char *, struct daemon *);
	} rows[] = {
		{"monitor", requests_monitor},
		{"status", requests_status},
		{"status --json", requests_status},
		{"promote", requests_promote},
		{"demote", requests_demote},
		{"reload", requests_reload},
		{"sync", requests_sync},
		{"allow", requests_sync},
		{"progress", requests_progress},
		{"accept", requests_accept},
		{"rollback", requests_roll_back},
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (!strcmp(line, rows[i].line)) {
			rows[i].handle(request, line, data);
			return;
		}
	server_answer(request, -EINVAL, "there is no such request");
}
