// SPDX-License-Identifier: BSD-3-Clause
/*
 * One line and one notice a change.
 */

#include <stdio.h>

#include "base/log.h"
#include "ipvs/director_parts.h"

#define DIRECTOR_REASON_MAX (OUTCOME_REASON_MAX + 16)

/* "10.0.0.1:80", with the name that it was written by: "10.0.0.1:80 (web1)". */
static const char *director_server_text(const struct plan_server *server, char *text, size_t size)
{
	const char *name = server->server->name;
	char address[IPVS_KEY_TEXT_MAX];

	(void)snprintf(text, size, "%s%s%.250s%s",
		       ipvs_server_text(&server->server->server, address), name ? " (" : "",
		       name ? name : "", name ? ")" : "");
	return text;
}

static void director_notify(struct director *d, const struct intent_service *service,
			    const char *who, bool up, const char *reason)
{
	char key[IPVS_KEY_TEXT_MAX];
	const char *const words[NOTIFY_WORDS] = {ipvs_key_text(&service->service.key, key), who,
						 up ? "up" : "down", reason};

	notify_run(&d->notifier, d->shift->intent.notify, words);
}

void director_tell_server(struct director *d, const struct plan_server *server,
			  const struct weighed *w)
{
	char service[IPVS_KEY_TEXT_MAX], text[IPVS_KEY_TEXT_MAX + 256], reason[DIRECTOR_REASON_MAX];
	char address[IPVS_KEY_TEXT_MAX];

	(void)snprintf(reason, sizeof(reason), "%s%s%s", outcome_text(w->code),
		       *w->reason ? " " : "", w->reason);
	log_line(d->options->log, w->alive ? LOG_INFO : LOG_WARNING, "%s: %s %s is %s: %s",
		 ipvs_key_text(&server->service->service.key, service),
		 server->fallback ? "fallback" : "server",
		 director_server_text(server, text, sizeof(text)), w->alive ? "alive" : "dead",
		 reason);
	notify_run(&d->notifier, w->alive ? server->server->notify_up : server->server->notify_down,
		   NULL);
	director_notify(d, server->service, ipvs_server_text(&server->server->server, address),
			w->alive, reason);
}

void director_tell_weight(struct director *d, const struct plan_server *server,
			  const struct weighed *w)
{
	char service[IPVS_KEY_TEXT_MAX], text[IPVS_KEY_TEXT_MAX + 256];

	/* Those two turn the weight all the time. */
	if (!w->alive || w->growing || w->steered)
		return;
	log_line(d->options->log, LOG_INFO, "%s: server %s %s %d%s%s",
		 ipvs_key_text(&server->service->service.key, service),
		 director_server_text(server, text, sizeof(text)),
		 w->gone ? "has left, with weight" : "has weight",
		 w->weight < 0 ? server->server->server.weight : w->weight, w->manual ? ": " : "",
		 manual_mode_text(w->manual));
}

void director_tell_quorum(struct director *d, const bool *before)
{
	const struct shift *s = d->shift;
	char text[IPVS_KEY_TEXT_MAX];

	for (size_t i = 0; i < s->intent.service_count; i++) {
		const struct intent_service *service = &s->intent.services[i];

		if (s->quorum[i] == before[i])
			continue;
		log_line(d->options->log, s->quorum[i] ? LOG_INFO : LOG_WARNING, "%s: %s quorum%s",
			 ipvs_key_text(&service->service.key, text),
			 s->quorum[i] ? "has" : "has no",
			 s->quorum[i]		 ? "" :
			 service->fallback_count ? ", the fallback serves" :
						   "");
		notify_run(&d->notifier, s->quorum[i] ? service->quorum_up : service->quorum_down,
			   NULL);
		director_notify(d, service, "quorum", s->quorum[i],
				s->quorum[i]		? "enough servers are alive" :
				service->fallback_count ? "the fallback serves" :
							  "too few servers are alive");
	}
}

/* What was up ends with the resource. */
static void director_tell_end(struct director *d, const struct intent_service *service, bool quorum)
{
	for (size_t i = 0; i < service->server_count; i++) {
		const struct intent_server *server = &service->servers[i];
		char address[IPVS_KEY_TEXT_MAX];

		if (!d->shift->weighed[server->id].alive)
			continue;
		notify_run(&d->notifier, server->notify_down, NULL);
		director_notify(d, service, ipvs_server_text(&server->server, address), false,
				"the resource stops");
	}
	if (!quorum)
		return;
	notify_run(&d->notifier, service->quorum_down, NULL);
	director_notify(d, service, "quorum", false, "the resource stops");
}

void director_end(struct director *d, void (*done)(void *data), void *data)
{
	const struct shift *s = d->shift;

	if (d->notifier.idle)
		return; /* it ends already */
	for (size_t i = 0; s && i < s->intent.service_count; i++)
		if (s->intent.services[i].omega)
			director_tell_end(d, &s->intent.services[i], s->quorum[i]);
	d->notifier.idle = done;
	d->notifier.data = data;
	if (!d->notifier.running)
		done(data);
}
