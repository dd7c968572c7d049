// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/shift.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/fault.h"
#include "ipvs/kind.h"
#include "ipvs/programs.h"
#include "ipvs/watch.h"

#define SHIFT_AGAIN_MS 1000

static void shift_watch_prober(struct shift *shift);

static void shift_news(void *data)
{
	struct shift *shift = data;

	shift->owner.ops->news(shift->owner.data);
}

static void shift_heard(int fd, short events, void *data)
{
	eventfd_t count;

	(void)eventfd_read(fd, &count);
	shift_news(data);
}

static void shift_unwatch_prober(struct shift *shift)
{
	if (shift->prober.process >= 0)
		loop_unwatch(shift->owner.loop, shift->prober.process);
	if (shift->prober.news >= 0)
		loop_unwatch(shift->owner.loop, shift->prober.news);
	prober_end(&shift->prober);
}

static void shift_hire(void *data)
{
	struct shift *shift = data;
	struct fault fault = FAULT_INIT;

	if (prober_start(&shift->plan, shift->gauges, &shift->prober, &fault)) {
		shift->owner.ops->lost(fault.reason, shift->owner.data);
		(void)loop_timer_set(&shift->again, SHIFT_AGAIN_MS);
		return;
	}
	memset(shift->heard, 0, shift->plan.count * sizeof(*shift->heard));
	shift_watch_prober(shift);
}

/* Not at once: one that dies at birth would keep the machine busy. */
static void shift_replace(struct shift *shift, const char *why)
{
	(void)shift_refresh(shift);
	shift_unwatch_prober(shift);
	shift->owner.ops->lost(why, shift->owner.data);
	(void)loop_timer_set(&shift->again, SHIFT_AGAIN_MS);
}

static void shift_died(int fd, short events, void *data)
{
	shift_replace(data, "the prober has died");
}

static void shift_watch_prober(struct shift *shift)
{
	(void)loop_watch(shift->owner.loop, shift->prober.process, POLLIN, shift_died, shift);
	(void)loop_watch(shift->owner.loop, shift->prober.news, POLLIN, shift_heard, shift);
}

void shift_guard(struct shift *shift)
{
	if (shift->prober.gauges && prober_silence(&shift->prober) > SHIFT_SILENCE_MS)
		shift_replace(shift, "the prober does not move");
}

/* What is known of the same checks and servers from before. */
static void shift_inherit(struct shift *shift, const struct shift *before)
{
	for (size_t i = 0; i < shift->plan.count; i++) {
		const struct plan_check *old = plan_find(&before->plan, shift->plan.checks[i].key);

		if (old)
			shift->gauges[i] = before->gauges[old - before->plan.checks];
	}
	for (size_t i = 0; i < shift->plan.server_count; i++) {
		const struct plan_server *new = &shift->plan.servers[i];

		for (size_t k = 0; k < before->plan.server_count; k++) {
			const struct plan_server *old = &before->plan.servers[k];

			if (!new->server || !old->server || new->fallback != old->fallback ||
			    new->server->server.port != old->server->server.port ||
			    !inet_same(&new->server->server.address,
				       &old->server->server.address) ||
			    !ipvs_key_same(&new->service->service.key, &old->service->service.key))
				continue;
			shift->weighed[i] = before->weighed[k];
			shift->balances[i] = before->balances[k];
			shift->drained[i] = before->drained[k];
		}
	}
	for (size_t i = 0; i < shift->intent.service_count; i++)
		for (size_t k = 0; k < before->intent.service_count; k++)
			if (ipvs_key_same(&shift->intent.services[i].service.key,
					  &before->intent.services[k].service.key))
				shift->quorum[i] = before->quorum[k];
}

static int shift_room(struct shift *shift)
{
	const size_t servers = shift->plan.server_count + 1;

	shift->gauges = calloc(shift->plan.count + 1, sizeof(*shift->gauges));
	shift->heard = calloc(shift->plan.count + 1, sizeof(*shift->heard));
	shift->weighed = calloc(servers, sizeof(*shift->weighed));
	shift->standings = calloc(servers, sizeof(*shift->standings));
	shift->balances = calloc(servers, sizeof(*shift->balances));
	shift->drained = calloc(servers, sizeof(*shift->drained));
	shift->quorum = calloc(shift->intent.service_count + 1, sizeof(*shift->quorum));
	if (!shift->gauges || !shift->heard || !shift->weighed || !shift->standings ||
	    !shift->balances || !shift->drained || !shift->quorum)
		return -ENOMEM;
	for (size_t i = 0; i < shift->plan.count; i++)
		shift->gauges[i].weight = OUTCOME_NO_WEIGHT;
	return 0;
}

int shift_new(const struct shift_owner *owner, struct intent *intent, const struct shift *before,
	      struct shift **ret_shift, struct fault *fault)
{
	AUTO_SHIFT struct shift *shift = calloc(1, sizeof(*shift));
	int r;

	if (!shift)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	*shift = (struct shift){.owner = *owner, .intent = *intent, .prober = PROBER_INIT};
	*intent = INTENT_INIT;
	loop_timer_init(&shift->again, owner->loop, shift_hire, shift);
	r = plan_make(&shift->intent, fault, &shift->plan);
	if (r)
		return r;
	r = shift_room(shift);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "out of memory");
	if (before)
		shift_inherit(shift, before);
	r = prober_start(&shift->plan, shift->gauges, &shift->prober, fault);
	if (r)
		return r;
	shift_watch_prober(shift);
	r = programs_start(owner->loop, &shift->plan, shift->gauges, shift_news, shift,
			   &shift->programs);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "out of memory");
	*ret_shift = TAKE(shift);
	return 0;
}

void shift_free(struct shift **shift)
{
	struct shift *given = *shift;

	if (!given)
		return;
	loop_timer_clear(&given->again);
	shift_unwatch_prober(given);
	programs_end(&given->programs);
	plan_release(&given->plan);
	intent_release(&given->intent);
	free(given->gauges);
	free(given->heard);
	free(given->weighed);
	free(given->standings);
	free(given->balances);
	free(given->drained);
	free(given->quorum);
	free(given);
	*shift = NULL;
}

static uint32_t shift_news_of(const struct shift *shift, size_t check)
{
	return __atomic_load_n(&shift->prober.gauges->cells[check].news, __ATOMIC_SEQ_CST);
}

static void shift_read(struct shift *shift, size_t check)
{
	const uint32_t news = shift_news_of(shift, check);

	/* Of a gauge that is being written there will be news. */
	if (gauge_read(&shift->prober.gauges->cells[check], &shift->gauges[check]))
		shift->heard[check] = news;
}

bool shift_refresh(struct shift *shift)
{
	bool known = true;

	for (size_t i = 0; i < shift->plan.count; i++) {
		if (shift->prober.gauges &&
		    kind_of(shift->plan.checks[i].target.check)->way != KIND_PROGRAM)
			shift_read(shift, i);
		known &= shift->gauges[i].known;
	}
	return known;
}

/* How many servers have the check; *ret_server is one of them. */
static size_t shift_servers_of(const struct shift *shift, size_t check, size_t *ret_server)
{
	size_t count = 0;

	for (size_t i = 0; i < shift->plan.server_count; i++)
		for (size_t k = 0; k < shift->plan.servers[i].count; k++)
			if (shift->plan.servers[i].checks[k] == check) {
				*ret_server = i;
				count++;
			}
	return count;
}

bool shift_hear(struct shift *shift, size_t *ret_server)
{
	size_t servers = 0;

	for (size_t i = 0; shift->prober.gauges && i < shift->plan.count; i++) {
		if (shift_news_of(shift, i) == shift->heard[i])
			continue;
		shift_read(shift, i);
		servers += shift_servers_of(shift, i, ret_server);
	}
	return servers == 1;
}

long long shift_first_round(const struct shift *shift)
{
	long long most = 0;

	for (size_t i = 0; i < shift->plan.count; i++) {
		const struct intent_check *check = shift->plan.checks[i].target.check;
		const long long time =
			check->timeout + (check->alpha ? check->rise - 1 : 0) *
						 (check->timeout + WATCH_HURRY_MOST_MS);

		most = time > most ? time : most;
	}
	return most + watch_pace((unsigned int)shift->plan.count);
}
