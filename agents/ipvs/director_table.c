// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/director_parts.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "net/ipvs_change.h"
#include "net/ipvs_text.h"

#define DIRECTOR_KERNEL_MS 5000 /* for one conversation with the kernel */

/* Its cluster node, if that has left. */
static const char *director_missing(const struct director *d, const struct plan_server *server)
{
	const struct intent *intent = &d->shift->intent;

	if (!d->cluster || intent->strays || server->fallback)
		return NULL;
	return cluster_side_missing(d->cluster, intent, &server->server->server.address);
}

bool director_is_cut(const struct director *d)
{
	return d->cluster && !(d->shift && d->shift->intent.stays) &&
	       cluster_side_stand(d->cluster) == STAND_CUT;
}

static void director_weigh(struct director *d, struct standing *standings)
{
	struct shift *s = d->shift;
	const long long now = deadline_now();

	(void)shift_refresh(s);
	for (size_t i = 0; i < s->plan.server_count; i++) {
		const struct plan_server *server = &s->plan.servers[i];
		struct weighed *w = &s->weighed[i];
		const struct manual *said;
		const bool first = !w->since;
		unsigned int news;

		if (!server->server)
			continue;
		w->missing = director_missing(d, server);
		said = manual_find(&d->manual, &server->server->server.address,
				   server->server->server.port);
		if (!said || said->mode != MANUAL_DRAIN)
			s->drained[i] = false;
		news = weigh(server, s->gauges, said, s->drained[i], now, w);
		if ((news & WEIGH_STATE) && (!first || !w->alive))
			director_tell_server(d, server, w);
		else if ((news & WEIGH_WEIGHT) && !first)
			director_tell_weight(d, server, w);
		standings[i] = (struct standing){
			.alive = w->alive, .absent = w->gone, .weight = w->weight};
	}
}

/* The table that is wanted now, into d->want. */
static int director_want(struct director *d)
{
	const size_t services = d->shift->intent.service_count;
	AUTO_FREE struct standing *standings = NULL;
	AUTO_FREE bool *before = NULL;
	AUTO_IPVS_TABLE struct ipvs_table want = IPVS_TABLE_INIT;
	int r;

	standings = calloc(d->shift->plan.server_count + 1, sizeof(*standings));
	before = calloc(services + 1, sizeof(*before));
	if (!standings || !before)
		return -ENOMEM;
	director_weigh(d, standings);
	memcpy(before, d->shift->quorum, services * sizeof(*before));
	r = wanted_table(&d->shift->intent, standings, d->shift->quorum, &want);
	if (r)
		return r;
	director_tell_quorum(d, before);
	ipvs_table_release(&d->want);
	if (director_is_cut(d))
		return 0;
	d->want = want;
	want = IPVS_TABLE_INIT;
	return 0;
}

/* What is ours must be known before it is made, however this process ends. */
static int director_own(struct director *d)
{
	AUTO_BUF struct buf text = BUF_INIT;
	const size_t before = d->owned.count;

	for (size_t i = 0; i < d->want.count; i++)
		if (!ipvs_table_find(&d->owned, &d->want.services[i].key) &&
		    !ipvs_table_add(&d->owned, &d->want.services[i]))
			return -ENOMEM;
	if (d->owned.count == before)
		return 0;
	ipvs_print(&d->owned, &text);
	return buf_error(&text) ? -ENOMEM :
				  file_replace(d->options->table_path, text.data, text.length);
}

static int director_copy(const char *text, struct ipvs_table *table)
{
	struct ipvs_table copy = IPVS_TABLE_INIT;
	int r = ipvs_parse(text, &copy);

	if (r) {
		ipvs_table_release(&copy);
		return r;
	}
	ipvs_table_release(table);
	*table = copy;
	return 0;
}

static int director_connect(struct director *d, struct fault *fault)
{
	d->patience = deadline_in(DIRECTOR_KERNEL_MS);
	if (d->kernel.netlink.fd >= 0)
		return 0;
	return ipvs_open(&d->kernel, &d->patience, fault);
}

static int director_look(struct director *d, struct fault *fault)
{
	struct ipvs_table have = IPVS_TABLE_INIT;
	int r = director_connect(d, fault);

	if (!r)
		r = ipvs_dump(&d->kernel, fault, &have);
	if (r) {
		ipvs_table_release(&have);
		ipvs_close(&d->kernel);
		return r;
	}
	ipvs_table_release(&d->have);
	d->have = have;
	d->sure = true;
	return 0;
}

/* The kernel's table is d->want now: remember that, and what is still ours. */
static int director_settle(struct director *d)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	ipvs_print(&d->want, &text);
	r = buf_error(&text);
	if (!r)
		r = director_copy(text.data, &d->have);
	if (r || d->owned.count == d->want.count)
		return r;
	r = director_copy(text.data, &d->owned);
	return r ? r : file_replace(d->options->table_path, text.data, text.length);
}

static int director_change(struct director *d, struct fault *fault, size_t *ret_changes)
{
	AUTO_IPVS_CHANGES struct ipvs_changes changes = IPVS_CHANGES_INIT;
	int r = ipvs_difference(&d->have, &d->want, &d->owned, &changes);

	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "out of memory");
	*ret_changes = changes.count;
	if (!changes.count)
		return 0;
	r = director_connect(d, fault);
	if (!r)
		r = ipvs_apply(&d->kernel, &changes, fault);
	if (r)
		ipvs_close(&d->kernel);
	else
		r = director_settle(d);
	d->sure = !r;
	return r;
}

int director_apply(struct director *d, struct fault *fault, size_t *ret_changes)
{
	size_t changes = 0;
	int r = director_want(d);

	if (!r)
		r = director_own(d);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "cannot keep the table: %s",
				 strerror(-r));
	if (!d->sure)
		r = director_look(d, fault);
	if (!r)
		r = director_change(d, fault, &changes);
	if (r)
		log_line(d->options->log, LOG_ERR, "%s", fault->reason);
	if (ret_changes)
		*ret_changes = changes;
	return r;
}

int director_repair(struct director *d, struct fault *fault, size_t *ret_changes)
{
	d->sure = false;
	return director_apply(d, fault, ret_changes);
}

static const struct ipvs_server *director_seen(const struct ipvs_table *table,
					       const struct plan_server *server)
{
	const struct ipvs_service *service = ipvs_table_find(table, &server->service->service.key);
	const struct ipvs_server *s = &server->server->server;

	return service ? ipvs_service_find(service, &s->address, s->port) : NULL;
}

/* Whether any server is being drained, so that its connections are of interest. */
static bool director_drains(struct director *d, const struct ipvs_table *seen)
{
	const struct shift *s = d->shift;
	bool drains = false;

	for (size_t i = 0; i < s->plan.server_count; i++) {
		const struct plan_server *server = &s->plan.servers[i];
		const struct ipvs_server *now;
		const struct manual *said;

		if (!server->server || s->weighed[i].manual != MANUAL_DRAIN || s->drained[i])
			continue;
		drains = true;
		said = manual_find(&d->manual, &server->server->server.address,
				   server->server->server.port);
		if (!seen || !said)
			continue;
		now = director_seen(seen, server);
		s->drained[i] = !now || (!now->active && !now->inactive) ||
				(said->limit && time(NULL) >= said->since + said->limit);
	}
	return drains;
}

static void director_balance(struct director *d, const struct intent_service *service,
			     const struct ipvs_table *seen)
{
	AUTO_FREE struct balance_server *servers =
		calloc(service->server_count + 1, sizeof(*servers));
	struct shift *s = d->shift;

	for (size_t i = 0; servers && i < service->server_count; i++) {
		const size_t id = service->servers[i].id;
		const struct ipvs_server *now = director_seen(seen, &s->plan.servers[id]);

		servers[i] = (struct balance_server){
			.balance = &s->balances[id],
			.weight = service->servers[i].server.weight,
			.serves = s->weighed[id].alive && !s->weighed[id].manual,
			.counter = now ? now->stats.bytes_in + now->stats.bytes_out : 0};
	}
	if (!servers)
		return;
	balance_step(servers, service->server_count);
	for (size_t i = 0; i < service->server_count; i++)
		s->weighed[service->servers[i].id].steered = servers[i].steered;
}

int director_recall(struct director *d, struct fault *fault)
{
	struct shift *s = d->shift;
	int r = director_look(d, fault);

	for (size_t i = 0; !r && i < s->plan.server_count; i++)
		s->drained[i] = s->plan.servers[i].server &&
				!director_seen(&d->have, &s->plan.servers[i]);
	return r;
}

void director_count(struct director *d)
{
	const struct intent *intent = &d->shift->intent;
	const bool steer = d->ticks % (BALANCE_STEP_MS / 1000) == 0;
	bool need = director_drains(d, NULL);
	struct ipvs_table seen = IPVS_TABLE_INIT;
	struct fault fault = FAULT_INIT;

	for (size_t i = 0; steer && i < intent->service_count; i++)
		need |= intent->services[i].balance == BALANCE_TRAFFIC;
	if (!need)
		return;
	if (director_connect(d, &fault) || ipvs_dump(&d->kernel, &fault, &seen)) {
		log_line(d->options->log, LOG_WARNING, "%s", fault.reason);
	} else {
		(void)director_drains(d, &seen);
		for (size_t i = 0; steer && i < intent->service_count; i++)
			if (intent->services[i].balance == BALANCE_TRAFFIC)
				director_balance(d, &intent->services[i], &seen);
		(void)director_apply(d, &fault, NULL);
	}
	ipvs_table_release(&seen);
}
