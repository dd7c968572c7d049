// SPDX-License-Identifier: BSD-3-Clause

#include "vip/look.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "net/announce.h"
#include "net/probe.h"
#include "ocf/call.h"
#include "vip/config.h"
#include "vip/homes.h"
#include "vip/realserver.h"
#include "vip/routing.h"
#include "vip/seen.h"
#include "vip/verdict.h"

#define LOOK_WIRE_LEVEL 10 /* OCF_CHECK_LEVEL that asks the network */

#define LOOK_SCORE_ACTIVE 10
#define LOOK_SCORE_STANDBY 5
#define LOOK_SCORE_DEAF 1

/* The links of all instances found, and the links below those. */
static void look_at_links(struct seen *seen, const struct vip_config *config)
{
	for (size_t i = 0; i < config->ip.count; i++) {
		const struct addr *a = NULL;

		while ((a = addr_list_next(&seen->addrs, &config->ip.items[i], 0, a))) {
			const struct link *link = seen_link(seen, a->index);

			if (link && link->lower && config->check_link_status)
				(void)seen_link(seen, link->lower);
		}
	}
}

/* The link-local address of the link: the source of a question that changes no neighbour. */
static const struct inet *look_for_link_local(const struct seen *seen, int index)
{
	for (size_t i = 0; i < seen->addrs.count; i++)
		if (seen->addrs.items[i].index == index &&
		    inet_is_link_local(&seen->addrs.items[i].inet))
			return &seen->addrs.items[i].inet;
	return NULL;
}

static int look_at_wire_of(struct call *call, const struct vip_config *config, struct seen *seen,
			   const struct link *link, enum role_state *state)
{
	AUTO_PROBE struct probe probe = PROBE_INIT;
	AUTO_PROBE_RESULT struct probe_result result = PROBE_RESULT_INIT;
	AUTO_FREE struct inet *asked = calloc(config->ip.count, sizeof(*asked));
	struct probe_question question = {.addresses = asked,
					  .held = true,
					  .source = look_for_link_local(seen, link->index),
					  .budget = (int)config->conflict_wait};
	char address[INET_TEXT_MAX], hardware[LINK_ADDRESS_TEXT_MAX];
	int r;

	for (size_t i = 0; asked && i < config->ip.count; i++)
		if (addr_list_next(&seen->addrs, &config->ip.items[i], link->index, NULL) &&
		    (config->ip.items[i].family == AF_INET || question.source))
			asked[question.count++] = config->ip.items[i];
	if (!question.count)
		return 0;
	r = probe_open(&probe, link, &seen->links, &call->fault);
	if (!r)
		r = probe_run(&probe, &question, &call->deadline, &call->fault, &result);
	if (r < 0 || !result.count)
		return r < 0 ? r : 0;
	(void)fault_set(&call->fault, FAULT_GENERIC, 0,
			"%s is on another host too: %s answers for it on %s (split-brain)",
			inet_host_text(&result.owners[0].inet, address),
			link_address_text(result.owners[0].address, result.owners[0].address_length,
					  hardware),
			link->name);
	*state = ROLE_BROKEN;
	return 0;
}

static int look_at_wire(struct call *call, const struct vip_config *config, struct seen *seen,
			enum role_state *state)
{
	int r = 0;

	for (size_t i = 0; !r && *state == ROLE_ACTIVE && i < seen->links.count; i++) {
		const struct link link = seen->links.items[i];

		if (link.index != SEEN_LOOPBACK)
			r = look_at_wire_of(call, config, seen, &link, state);
	}
	return r;
}

/* A refresh of the neighbours' caches at every monitor. */
static int look_and_announce(struct call *call, const struct vip_config *config, struct seen *seen)
{
	AUTO_ANNOUNCER struct announcer announcer = ANNOUNCER_INIT;
	int r = announcer_open(&announcer, &call->fault);

	for (size_t i = 0; r >= 0 && i < config->ip.count; i++) {
		const struct addr *a = addr_list_next(&seen->addrs, &config->ip.items[i], 0, NULL);
		const struct link *link = a ? seen_link(seen, a->index) : NULL;

		for (long n = 0; r >= 0 && link && n < config->arp_count_refresh; n++)
			r = announce_send(&announcer, link, &config->ip.items[i], 1,
					  &call->deadline, &call->fault);
	}
	return r < 0 ? r : 0;
}

/*
 * Whether start has found addresses in a place that neither the user nor an earlier start has
 * chosen: it looks for the right one itself.
 */
static bool look_is_unplaced(const struct call *call, const struct vip_config *config,
			     const struct verdict_view *view)
{
	if (view->nic || (strcmp(call->action, "start") && strcmp(call->action, "promote")))
		return false;
	for (size_t i = 0; i < config->ip.count; i++)
		if (!view->homes || !*view->homes[i].link)
			return true;
	return false;
}

int look_around(struct call *call, const struct vip_config *config, enum role_state *ret_state)
{
	AUTO_SEEN struct seen own = SEEN_INIT;
	struct seen *const kept = seen_kept(call), *const seen = kept ? kept : &own;
	AUTO_FREE struct home *homes = homes_recall(call, config);
	const char *role = record_get(&call->record, "role");
	struct verdict_view view = {
		.loopback_standby = config->lvs_support,
		.standby = role && call->promotable && !strcmp(role, "standby"),
		.promotable = call->promotable,
		.homes = homes,
	};
	enum role_state state;
	int r = kept ? 0 : seen_take(&own, call, config);

	if (r)
		return r;
	look_at_links(seen, config);
	view.nic = seen->nic;
	view.addrs = &seen->addrs;
	view.links = &seen->links;
	state = verdict_reach(config, &view, &call->fault);
	if (state == ROLE_ACTIVE && look_is_unplaced(call, config, &view))
		state = ROLE_BROKEN;
	if (state == ROLE_STANDBY && realserver_look_arp(call))
		state = ROLE_BROKEN;
	if (state == ROLE_ACTIVE && routing_wanted(config)) {
		r = routing_look(call, config, seen);
		if (r == ROUTING_MISSING)
			state = ROLE_BROKEN;
	}
	if (r >= 0 && state == ROLE_ACTIVE && !strcmp(call->action, "monitor")) {
		r = 0;
		if (call->check_level >= LOOK_WIRE_LEVEL && config->conflict_wait)
			r = look_at_wire(call, config, seen, &state);
		if (!r && config->arp_count_refresh && !call->probe)
			r = look_and_announce(call, config, seen);
	}
	*ret_state = state;
	return r < 0 ? r : 0;
}

int look_score(struct call *call, const struct vip_config *config, enum role_state state)
{
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	struct link link;
	char name[128];

	if (state == ROLE_ACTIVE || state == ROLE_DEGRADED)
		return LOOK_SCORE_ACTIVE;
	if (!config->check_link_status || !vip_nic(config, name))
		return LOOK_SCORE_STANDBY;
	if (netlink_open(&netlink, NETLINK_ROUTE, &call->deadline, NULL) ||
	    link_by_name(&netlink, name, NULL, &link) || !link_has_carrier(&link))
		return LOOK_SCORE_DEAF;
	return LOOK_SCORE_STANDBY;
}
