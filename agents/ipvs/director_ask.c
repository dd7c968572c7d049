// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/director_parts.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/num.h"
#include "daemon/server.h"
#include "ipvs/report.h"
#include "net/ipvs_text.h"

#define DIRECTOR_WORDS 4
#define DIRECTOR_LINE_MAX 256

struct director_words {
	char line[DIRECTOR_LINE_MAX];
	char *words[DIRECTOR_WORDS]; /* NULL behind the last one */
};

static bool director_split(const char *line, struct director_words *w)
{
	char *next = NULL;
	size_t count = 0;

	*w = (struct director_words){.words = {NULL}};
	if (strlen(line) >= sizeof(w->line))
		return false;
	memcpy(w->line, line, strlen(line) + 1);
	for (char *word = strtok_r(w->line, " ", &next); word; word = strtok_r(NULL, " ", &next)) {
		if (count == DIRECTOR_WORDS)
			return false;
		w->words[count++] = word;
	}
	return count > 0;
}

static void director_ask_status(struct director *d, struct server_request *request,
				const struct director_words *w)
{
	const bool json = w->words[1] && !strcmp(w->words[1], "json");
	AUTO_BUF struct buf text = BUF_INIT;
	struct fault fault = FAULT_INIT;
	struct ipvs_table seen = IPVS_TABLE_INIT;
	int r = 0;

	d->patience = deadline_in(1000);
	if (d->kernel.netlink.fd >= 0)
		r = ipvs_dump(&d->kernel, &fault, &seen);
	if (r)
		ipvs_close(&d->kernel);
	(void)shift_refresh(d->shift);
	/* A server may be dead for another reason by now. */
	for (size_t i = 0; i < d->shift->plan.server_count; i++)
		weigh_why(&d->shift->plan.servers[i], d->shift->gauges, &d->shift->weighed[i]);
	if (!json && director_is_cut(d))
		buf_addf(&text, "cut off from quorum, the services are withdrawn: %s\n",
			 cluster_side_words(d->cluster));
	if (json)
		r = report_json(d->shift, director_is_cut(d), &seen, &text);
	else
		report_text(d->shift, &seen, &text);
	ipvs_table_release(&seen);
	if (r || buf_error(&text))
		server_answer(request, -ENOMEM, "out of memory");
	else
		server_answer(request, 0, text.data);
}

static void director_ask_table(struct director *d, struct server_request *request,
			       const struct director_words *w)
{
	AUTO_BUF struct buf text = BUF_INIT;

	ipvs_print(&d->want, &text);
	server_answer(request, buf_error(&text), text.data);
}

static void director_ask_monitor(struct director *d, struct server_request *request,
				 const struct director_words *w)
{
	AUTO_BUF struct buf text = BUF_INIT;

	report_monitor(d->shift, &text);
	if (director_is_cut(d))
		buf_addf(&text, "cut %s\n", cluster_side_words(d->cluster));
	server_answer(request, buf_error(&text), text.data);
}

static void director_gone_through(const char *text, void *data)
{
	struct director *d = data;

	d->through = NULL;
	server_answer(TAKE(d->asker), 0, text);
}

static void director_ask_through(struct director *d, struct server_request *request,
				 const struct director_words *w)
{
	struct fault fault = FAULT_INIT;
	int r;

	if (d->asker) {
		server_answer(request, -EBUSY, "a request through the services is under way");
		return;
	}
	r = through_begin(d->loop, &d->shift->intent, director_gone_through, d, &d->through,
			  &fault);
	if (r < 0)
		server_answer_fault(request, r, &fault);
	else if (r)
		server_answer(request, 0, "asked 0\n");
	else
		d->asker = request;
}

static void director_ask_repair(struct director *d, struct server_request *request,
				const struct director_words *w)
{
	struct fault fault = FAULT_INIT;
	char text[32];
	size_t changes;
	int r = director_repair(d, &fault, &changes);

	(void)snprintf(text, sizeof(text), "%zu\n", changes);
	if (r)
		server_answer_fault(request, r, &fault);
	else
		server_answer(request, 0, text);
}

static void director_ask_reload(struct director *d, struct server_request *request,
				const struct director_words *w)
{
	struct fault fault = FAULT_INIT;
	int r;

	if (d->reloader)
		server_answer(TAKE(d->reloader), -ECANCELED, "another reload has come");
	r = director_reload(d, &fault);
	if (r)
		server_answer_fault(request, r, &fault);
	else
		d->reloader = request;
}

/* What is said of a name is said of the address that it has now. */
static bool director_find_name(const struct director *d, const char *name, struct inet *ret_address)
{
	for (size_t i = 0; i < d->shift->plan.server_count; i++) {
		const struct intent_server *server = d->shift->plan.servers[i].server;

		if (!server || !server->name || server->nameless || strcmp(server->name, name) != 0)
			continue;
		*ret_address = server->server.address;
		return true;
	}
	return false;
}

static void director_ask_manual(struct director *d, struct server_request *request,
				const struct director_words *w)
{
	struct manual manual = {
		.mode = MANUAL_NONE, .since = time(NULL), .limit = d->shift->intent.drain_limit};
	struct fault fault = FAULT_INIT;
	int r;

	for (int mode = MANUAL_DRAIN; mode <= MANUAL_MAINT; mode++)
		if (!strcmp(w->words[0], manual_mode_text((enum manual_mode)mode)))
			manual.mode = (enum manual_mode)mode;
	if (!w->words[1] || (manual_parse_server(w->words[1], &manual.address, &manual.port) &&
			     !director_find_name(d, w->words[1], &manual.address))) {
		server_answer(request, -EINVAL,
			      "which server? An address, or an address with its port, or its name");
		return;
	}
	if (!director_knows(d, &manual.address, manual.port)) {
		server_answer(request, -ENOENT, "there is no such server");
		return;
	}
	if (w->words[2] && num_parse(w->words[2], 0, MANUAL_LIMIT_MAX, &manual.limit)) {
		server_answer(request, -EINVAL, "the limit is not a number of seconds");
		return;
	}
	r = director_say_manual(d, &manual, &fault);
	if (!r)
		r = director_apply(d, &fault, NULL);
	if (r)
		server_answer_fault(request, r, &fault);
	else
		server_answer(request, 0, "");
}

void director_ask(struct director *d, struct server_request *request, const char *line)
{
	static const struct {
		const char *name;
		void (*ask)(struct director *, struct server_request *,
			    const struct director_words *);
	} requests[] = {
		{"status", director_ask_status},   {"table", director_ask_table},
		{"through", director_ask_through}, {"repair", director_ask_repair},
		{"monitor", director_ask_monitor}, {"reload", director_ask_reload},
		{"drain", director_ask_manual},	   {"undrain", director_ask_manual},
		{"maint", director_ask_manual},
	};
	struct director_words words;

	if (!director_split(line, &words)) {
		server_answer(request, -EINVAL, "there is no such request");
		return;
	}
	if (!d->shift) {
		server_answer(request, -EAGAIN, "the first round of checks is not over");
		return;
	}
	for (size_t i = 0; i < ARRAY_SIZE(requests); i++)
		if (!strcmp(words.words[0], requests[i].name)) {
			requests[i].ask(d, request, &words);
			return;
		}
	server_answer(request, -EINVAL, "there is no such request");
}
