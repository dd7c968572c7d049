// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/weigh.h"

#include <stdio.h>
#include <string.h>

#include "ipvs/plan.h"

#define WEIGH_NS 1000000LL /* of a millisecond */

/* Dead without a check: by its name or its node. False: the checks decide. */
static bool weigh_doom(const struct plan_server *server, struct weighed *w)
{
	const struct intent_server *s = server->server;

	if (!s->nameless && !w->missing)
		return false;
	w->code = s->nameless ? OUTCOME_NAME : OUTCOME_NODE;
	(void)snprintf(w->reason, sizeof(w->reason), "%.60s %s", s->nameless ? s->name : w->missing,
		       s->nameless ? "has no address" : "is no member of the cluster");
	return true;
}

/* Alive if all checks say so; the one that decides gives code and reason. */
static void weigh_state(const struct plan_server *server, const struct gauge *gauges,
			struct weighed *w, bool *ret_known, bool *ret_alive)
{
	const struct gauge *decides = NULL;

	*ret_alive = !weigh_doom(server, w);
	*ret_known = true;
	if (!*ret_alive)
		return;
	for (size_t i = 0; i < server->count; i++) {
		const struct gauge *g = &gauges[server->checks[i]];

		*ret_known &= g->known;
		*ret_alive &= g->known && g->alive;
		if (!decides || (decides->alive && (!g->alive || decides->code == OUTCOME_OK)))
			decides = g;
	}
	w->code = decides ? decides->code : OUTCOME_OK;
	memcpy(w->reason, decides ? decides->reason : "", decides ? sizeof(w->reason) : 1);
}

/* A weight as a check says it: in a service whose weights are steered, in their measure. */
static int weigh_part(const struct plan_server *server, int weight, int steered)
{
	const int configured = server->server->server.weight;

	if (!steered || configured <= 0)
		return weight;
	return (int)((long long)weight * steered / configured);
}

void weigh_why(const struct plan_server *server, const struct gauge *gauges, struct weighed *w)
{
	struct weighed now = *w;
	bool known, alive;

	if (!server->server)
		return;
	weigh_state(server, gauges, &now, &known, &alive);
	if (known == w->known && alive == w->alive)
		*w = now;
}

/* What the checks make of the configured weight, or of the one that traffic steers. */
static int weigh_checks(const struct plan_server *server, const struct gauge *gauges, int steered)
{
	int weight = steered ? steered : server->server->server.weight, percent = 100;

	for (size_t i = 0; i < server->count; i++) {
		const struct gauge *g = &gauges[server->checks[i]];

		if (g->weight == OUTCOME_NO_WEIGHT)
			continue;
		if (!g->percent)
			weight = weigh_part(server, g->weight, steered);
		else if (g->weight < percent)
			percent = g->weight;
	}
	if (!weight || !percent)
		return 0;
	weight = (int)((long long)weight * percent / 100);
	return weight ? weight : 1;
}

static int weigh_slow(const struct plan_server *server, long long now, int weight,
		      struct weighed *w)
{
	const long long slow = server->service->slow_start * WEIGH_NS;

	w->growing = w->alive && slow && w->risen && now - w->risen < slow;
	if (!w->growing || weight <= 1)
		return weight;
	weight = (int)((double)weight * (double)(now - w->risen) / (double)slow);
	return weight ? weight : 1;
}

static void weigh_turn(struct weighed *w, bool known, bool alive, long long now)
{
	if (alive && w->known && !w->alive)
		w->risen = now;
	if (!w->since || !w->known || alive != w->alive)
		w->since = now;
	w->known = known;
	w->alive = alive;
}

unsigned int weigh(const struct plan_server *server, const struct gauge *gauges,
		   const struct manual *said, bool drained, long long now, struct weighed *w)
{
	const struct weighed before = *w;
	bool known, alive;
	int weight;

	weigh_state(server, gauges, w, &known, &alive);
	weigh_turn(w, known, alive, now);
	weight = weigh_checks(server, gauges, w->steered);
	weight = weigh_slow(server, now, weight, w);
	w->manual = said ? said->mode : MANUAL_NONE;
	w->gone = w->manual == MANUAL_MAINT || (w->manual == MANUAL_DRAIN && drained);
	if (w->manual)
		weight = 0;
	w->weight = weight == server->server->server.weight ? -1 : weight;
	return (w->weight != before.weight || w->gone != before.gone ? WEIGH_WEIGHT : 0U) |
	       (w->alive != before.alive || w->known != before.known ? WEIGH_STATE : 0U);
}
