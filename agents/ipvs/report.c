// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/report.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "ipvs/kind.h"
#include "ipvs/shift.h"

#define REPORT_NS 1000000000LL

static const struct ipvs_server *report_seen(const struct ipvs_table *seen,
					     const struct plan_server *server)
{
	const struct ipvs_service *service = ipvs_table_find(seen, &server->service->service.key);
	const struct ipvs_server *s = &server->server->server;

	return service ? ipvs_service_find(service, &s->address, s->port) : NULL;
}

static const char *report_state(const struct weighed *w)
{
	if (w->manual)
		return manual_mode_text(w->manual);
	if (!w->known)
		return "unknown";
	return w->alive ? "alive" : "dead";
}

static int report_weight(const struct plan_server *server, const struct weighed *w)
{
	return w->weight < 0 ? server->server->server.weight : w->weight;
}

/* "3d 04:05:06", "04:05:06" */
static const char *report_age(long long since, char text[32])
{
	const long long age = (deadline_now() - since) / REPORT_NS;
	char days[16] = "";

	if (age >= 86400)
		(void)snprintf(days, sizeof(days), "%lldd ", age / 86400);
	(void)snprintf(text, 32, "%s%02lld:%02lld:%02lld", days, age / 3600 % 24, age / 60 % 60,
		       age % 60);
	return text;
}

static void report_text_server(const struct shift *shift, size_t id, const struct ipvs_table *seen,
			       struct buf *text)
{
	const struct plan_server *server = &shift->plan.servers[id];
	const struct weighed *w = &shift->weighed[id];
	const struct ipvs_server *now = report_seen(seen, server);
	char name[IPVS_KEY_TEXT_MAX], age[32];

	buf_addf(text, "  %c %-28s %-7s %-12s weight %-5d", server->fallback ? '~' : '-',
		 ipvs_server_text(&server->server->server, name), report_state(w),
		 report_age(w->since, age), report_weight(server, w));
	if (now)
		buf_addf(
			text, " active %-6u inactive %-6u %llu conn/s %llu kB/s", now->active,
			now->inactive, (unsigned long long)now->stats.connections_rate,
			(unsigned long long)(now->stats.bytes_in_rate + now->stats.bytes_out_rate) /
				1000);
	else
		buf_adds(text, " not in the table");
	buf_addf(text, "  %s%s%s%s%s\n", outcome_text(w->code), *w->reason ? " " : "", w->reason,
		 server->server->name ? "  " : "",
		 server->server->name ? server->server->name : "");
}

void report_text(const struct shift *shift, const struct ipvs_table *seen, struct buf *text)
{
	for (size_t i = 0; i < shift->intent.service_count; i++) {
		const struct intent_service *service = &shift->intent.services[i];
		char name[IPVS_KEY_TEXT_MAX];

		buf_addf(text, "%s %s%s\n", ipvs_key_text(&service->service.key, name),
			 service->service.scheduler, shift->quorum[i] ? "" : "  no quorum");
		for (size_t k = 0; k < service->server_count; k++)
			report_text_server(shift, service->servers[k].id, seen, text);
		for (size_t k = 0; k < service->fallback_count; k++)
			report_text_server(shift, service->fallbacks[k].id, seen, text);
	}
}

void report_monitor(const struct shift *shift, struct buf *text)
{
	size_t dead = 0, all = 0;
	char name[IPVS_KEY_TEXT_MAX];

	buf_addf(text, "services %zu\n", shift->intent.service_count);
	for (size_t i = 0; i < shift->intent.service_count; i++)
		if (!shift->quorum[i])
			buf_addf(text, "below %s\n",
				 ipvs_key_text(&shift->intent.services[i].service.key, name));
	for (size_t i = 0; i < shift->plan.server_count; i++) {
		if (!shift->plan.servers[i].server || shift->plan.servers[i].fallback)
			continue;
		all++;
		dead += !shift->weighed[i].alive;
		if (shift->plan.servers[i].server->nameless)
			buf_addf(text, "nameless %s\n", shift->plan.servers[i].server->name);
	}
	buf_addf(text, "dead %zu %zu\n", dead, all);
}

static json_t *report_json_check(const struct plan_check *check, const struct gauge *gauge)
{
	const struct target *target = &check->target;
	char address[INET_TEXT_MAX];

	return json_pack("{s:s, s:s, s:i, s:s*, s:s, s:s, s:s, s:f, s:I, s:I}", "kind",
			 kind_of(target->check)->name, "address",
			 inet_host_text(&target->address, address), "port", (int)target->port,
			 "path", target->url ? target->url->path : NULL, "state",
			 !gauge->known ? "unknown" :
			 gauge->alive  ? "alive" :
					 "dead",
			 "code", outcome_text(gauge->code), "reason", gauge->reason, "took_ms",
			 (double)gauge->took / 1e6, "probes", (json_int_t)gauge->probes, "failures",
			 (json_int_t)gauge->failures);
}

static json_t *report_json_server(const struct shift *shift, size_t id,
				  const struct ipvs_table *seen)
{
	const struct plan_server *server = &shift->plan.servers[id];
	const struct weighed *w = &shift->weighed[id];
	const struct ipvs_server *now = report_seen(seen, server);
	char name[IPVS_KEY_TEXT_MAX];
	const uint64_t rate = now ? now->stats.bytes_in_rate + now->stats.bytes_out_rate : 0;
	json_t *checks = json_array();

	for (size_t i = 0; i < server->count; i++)
		(void)json_array_append_new(
			checks, report_json_check(&shift->plan.checks[server->checks[i]],
						  &shift->gauges[server->checks[i]]));
	return json_pack("{s:s, s:s*, s:b, s:s, s:I, s:s, s:s, s:s, s:b, s:i, s:o*, s:o}", "server",
			 ipvs_server_text(&server->server->server, name), "name",
			 server->server->name, "fallback", server->fallback, "state",
			 !w->known ? "unknown" :
			 w->alive  ? "alive" :
				     "dead",
			 "since", (json_int_t)((deadline_now() - w->since) / REPORT_NS), "code",
			 outcome_text(w->code), "reason", w->reason, "manual",
			 manual_mode_text(w->manual), "in_table", now != NULL, "weight",
			 report_weight(server, w), "connections",
			 !now ? NULL :
				json_pack("{s:I, s:I, s:I, s:I}", "active", (json_int_t)now->active,
					  "inactive", (json_int_t)now->inactive, "per_second",
					  (json_int_t)now->stats.connections_rate,
					  "bytes_per_second", (json_int_t)rate),
			 "checks", checks);
}

static json_t *report_json_service(const struct shift *shift, size_t index,
				   const struct ipvs_table *seen)
{
	const struct intent_service *service = &shift->intent.services[index];
	char name[IPVS_KEY_TEXT_MAX];
	json_t *servers = json_array();

	for (size_t i = 0; i < service->server_count; i++)
		(void)json_array_append_new(
			servers, report_json_server(shift, service->servers[i].id, seen));
	for (size_t i = 0; i < service->fallback_count; i++)
		(void)json_array_append_new(
			servers, report_json_server(shift, service->fallbacks[i].id, seen));
	return json_pack("{s:s, s:s, s:b, s:o}", "service",
			 ipvs_key_text(&service->service.key, name), "scheduler",
			 service->service.scheduler, "quorum", shift->quorum[index], "servers",
			 servers);
}

int report_json(const struct shift *shift, bool cut, const struct ipvs_table *seen,
		struct buf *text)
{
	json_t *services = json_array();
	json_t *all;
	char *dump;

	for (size_t i = 0; i < shift->intent.service_count; i++)
		(void)json_array_append_new(services, report_json_service(shift, i, seen));
	all = json_pack("{s:b, s:o}", "cut_off", cut, "services", services);
	dump = all ? json_dumps(all, JSON_INDENT(1)) : NULL;
	json_decref(all);
	if (!dump)
		return -ENOMEM;
	buf_addf(text, "%s\n", dump);
	free(dump);
	return 0;
}
