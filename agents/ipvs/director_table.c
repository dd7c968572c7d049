// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/director_parts.h"

#include <errno.h>
#include <linux/ip_vs.h>
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

static void director_weigh_server(struct director *d, size_t id, long long now)
{
	struct shift *s = d->shift;
	const struct plan_server *server = &s->plan.servers[id];
	struct weighed *w = &s->weighed[id];
	const struct manual *said;
	const bool first = !w->since;
	unsigned int news;

	if (!server->server)
		return;
	w->missing = director_missing(d, server);
	said = manual_find(&d->manual, &server->server->server.address,
			   server->server->server.port);
	if (!said || said->mode != MANUAL_DRAIN)
		s->drained[id] = false;
	news = weigh(server, s->gauges, said, s->drained[id], now, w);
	if ((news & WEIGH_STATE) && (!first || !w->alive))
		director_tell_server(d, server, w);
	else if ((news & WEIGH_WEIGHT) && !first)
		director_tell_weight(d, server, w);
	s->standings[id] =
		(struct standing){.alive = w->alive, .absent = w->gone, .weight = w->weight};
}

static void director_weigh(struct director *d)
{
	const long long now = deadline_now();

	(void)shift_refresh(d->shift);
	for (size_t i = 0; i < d->shift->plan.server_count; i++)
		director_weigh_server(d, i, now);
}

/* The table that is wanted now. */
static int director_want(struct director *d, struct ipvs_table *ret_want)
{
	const size_t services = d->shift->intent.service_count;
	AUTO_FREE bool *before = calloc(services + 1, sizeof(*before));
	int r;

	*ret_want = IPVS_TABLE_INIT;
	if (!before)
		return -ENOMEM;
	director_weigh(d);
	memcpy(before, d->shift->quorum, services * sizeof(*before));
	r = wanted_table(&d->shift->intent, d->shift->standings, d->shift->quorum, ret_want);
	if (r)
		return r;
	director_tell_quorum(d, before);
	if (director_is_cut(d))
		ipvs_table_release(ret_want);
	return 0;
}

static int director_write_owned(struct director *d)
{
	AUTO_BUF struct buf text = BUF_INIT;

	ipvs_print(&d->owned, &text);
	return buf_error(&text) ? -ENOMEM :
				  file_replace(d->options->table_path, text.data, text.length);
}

/* What is ours must be known before it is made, however this process ends. */
static int director_own(struct director *d, const struct ipvs_table *want)
{
	const size_t before = d->owned.count;

	for (size_t i = 0; i < want->count; i++)
		if (!ipvs_table_find(&d->owned, &want->services[i].key) &&
		    !ipvs_table_add(&d->owned, &want->services[i]))
			return -ENOMEM;
	return d->owned.count == before ? 0 : director_write_owned(d);
}

/* What has left the kernel's table is not ours any more. */
static int director_disown(struct director *d)
{
	if (d->owned.count == d->want.count)
		return 0;
	ipvs_table_release(&d->owned);
	for (size_t i = 0; i < d->want.count; i++)
		if (!ipvs_table_add(&d->owned, &d->want.services[i]))
			return -ENOMEM;
	return director_write_owned(d);
}

static int director_connect(struct director *d, struct fault *fault)
{
	d->patience = deadline_in(DIRECTOR_KERNEL_MS);
	if (d->kernel.netlink.fd >= 0)
		return 0;
	return ipvs_open(&d->kernel, &d->patience, fault);
}

/* The kernel's table, into ret_have. */
static int director_look(struct director *d, struct ipvs_table *ret_have, struct fault *fault)
{
	int r;

	*ret_have = IPVS_TABLE_INIT;
	r = director_connect(d, fault);
	if (!r)
		r = ipvs_dump(&d->kernel, fault, ret_have);
	if (r)
		ipvs_close(&d->kernel);
	return r;
}

/* Brings the kernel's table from have to what is wanted. */
static int director_change(struct director *d, const struct ipvs_table *have, struct fault *fault,
			   size_t *ret_changes)
{
	AUTO_IPVS_CHANGES struct ipvs_changes changes = IPVS_CHANGES_INIT;
	int r = ipvs_difference(have, &d->want, &d->owned, &changes);

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
	return r ? r : director_disown(d);
}

int director_apply(struct director *d, struct fault *fault, size_t *ret_changes)
{
	AUTO_IPVS_TABLE struct ipvs_table have = IPVS_TABLE_INIT;
	const bool sure = d->sure;
	struct ipvs_table want;
	size_t changes = 0;
	int r = director_want(d, &want);

	if (!r)
		r = director_own(d, &want);
	if (r) {
		ipvs_table_release(&want);
		return fault_set(fault, FAULT_GENERIC, r, "cannot keep the table: %s",
				 strerror(-r));
	}
	have = d->want;
	d->want = want;
	d->sure = false;
	if (!sure) {
		ipvs_table_release(&have);
		r = director_look(d, &have, fault);
	}
	if (!r)
		r = director_change(d, &have, fault, &changes);
	d->sure = !r;
	if (r)
		log_line(d->options->log, LOG_ERR, "%s", fault->reason);
	if (ret_changes)
		*ret_changes = changes;
	return r;
}

/* The change that leads from what a service has of a server to what it shall have, if any. */
static bool director_step(const struct ipvs_server *has, const struct ipvs_server *wanted,
			  struct ipvs_change *change)
{
	if (!has && !wanted)
		return false;
	if (has && wanted && has->weight == wanted->weight)
		return false;
	change->command = !wanted ? IPVS_CMD_DEL_DEST : has ? IPVS_CMD_SET_DEST : IPVS_CMD_NEW_DEST;
	change->server = wanted ? wanted : has;
	return true;
}

static bool director_keep(struct ipvs_service *service, struct ipvs_server *has,
			  const struct ipvs_server *wanted)
{
	if (!has)
		return ipvs_service_add(service, wanted) != NULL;
	if (wanted)
		*has = *wanted;
	else
		ipvs_service_remove(service, has);
	return true;
}

bool director_turn(struct director *d, size_t id)
{
	const struct plan_server *server = &d->shift->plan.servers[id];
	const struct intent_service *service = server->service;
	const bool *quorum = &d->shift->quorum[service - d->shift->intent.services];
	struct ipvs_server *has, wanted;
	struct ipvs_change change = {.command = 0};
	struct ipvs_changes changes = {.items = &change, .count = 1};
	struct ipvs_service *to;
	struct fault fault = FAULT_INIT;
	bool in;

	if (!d->sure || server->fallback || !*quorum)
		return false;
	director_weigh_server(d, id, deadline_now());
	to = ipvs_table_find(&d->want, &service->service.key);
	if (!to || !wanted_quorum(service, d->shift->standings, true))
		return false;
	has = ipvs_service_find(to, &server->server->server.address, server->server->server.port);
	in = wanted_server(server->server, &d->shift->standings[id], &wanted);
	change.service = to;
	if (!director_step(has, in ? &wanted : NULL, &change))
		return true;
	d->sure = !director_connect(d, &fault) && !ipvs_apply(&d->kernel, &changes, &fault) &&
		  director_keep(to, has, in ? &wanted : NULL);
	return d->sure;
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
	AUTO_IPVS_TABLE struct ipvs_table have;
	struct shift *s = d->shift;
	int r = director_look(d, &have, fault);

	for (size_t i = 0; !r && i < s->plan.server_count; i++)
		s->drained[i] = s->plan.servers[i].server &&
				!director_seen(&have, &s->plan.servers[i]);
	return r;
}

void director_count(struct director *d)
{
	const struct intent *intent = &d->shift->intent;
	const bool steer = d->ticks % (BALANCE_STEP_MS / 1000) == 0;
	bool need = director_drains(d, NULL);
	AUTO_IPVS_TABLE struct ipvs_table seen = IPVS_TABLE_INIT;
	struct fault fault = FAULT_INIT;

	for (size_t i = 0; steer && i < intent->service_count; i++)
		need |= intent->services[i].balance == BALANCE_TRAFFIC;
	if (!need)
		return;
	if (director_look(d, &seen, &fault)) {
		log_line(d->options->log, LOG_WARNING, "%s", fault.reason);
	} else {
		(void)director_drains(d, &seen);
		for (size_t i = 0; steer && i < intent->service_count; i++)
			if (intent->services[i].balance == BALANCE_TRAFFIC)
				director_balance(d, &intent->services[i], &seen);
		(void)director_apply(d, &fault, NULL);
	}
}
