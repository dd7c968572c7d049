// SPDX-License-Identifier: BSD-3-Clause

#include "vip/place.h"

#include <errno.h>
#include <linux/if.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "net/label.h"
#include "net/probe.h"
#include "ocf/call.h"
#include "ocf/params.h"
#include "vip/config.h"
#include "vip/heirs.h"
#include "vip/herald.h"
#include "vip/homes.h"
#include "vip/realserver.h"
#include "vip/routing.h"
#include "vip/seen.h"
#include "vip/spot.h"

#define PLACE_PROBES_MAX 16

/* The whole job of one start, handed from step to step. */
struct place {
	struct call *call;
	const struct vip_config *config;
	struct seen seen;
	struct spot_list spots;
	int probes[PLACE_PROBES_MAX]; /* sockets whose close waits: not before the announcement */
	size_t probe_count;
};

static void place_release(struct place *place)
{
	seen_release(&place->seen);
	spot_list_release(&place->spots);
	while (place->probe_count)
		(void)close(place->probes[--place->probe_count]);
}

#define AUTO_PLACE CLEANUP(place_release)

static int place_prepare(struct place *place, struct call *call, const struct vip_config *config)
{
	const char *unique = params_environment("CRM_meta_globally_unique", NULL);
	int r = 0;

	*place = (struct place){
		.call = call, .config = config, .seen = SEEN_INIT, .spots = SPOT_LIST_INIT};
	if (unique && !strcmp(unique, "true"))
		return fault_set(
			&call->fault, FAULT_CONFIGURED, -EINVAL,
			"globally-unique must be false: a cluster IP is not supported, see "
			"ocf:quorate:ipvs");
	if (!seen_recall(&place->seen, call)) {
		r = seen_take(&place->seen, call, config);
		if (!r && spot_needs_routes(config))
			r = seen_routes(&place->seen, call, config);
	}
	return r ? r : spot_choose(config, &place->seen, &call->fault, &place->spots);
}

static const struct link *place_link(struct place *place, size_t i)
{
	return seen_link(&place->seen, place->spots.items[i].index);
}

static bool place_is_right(const struct place *place, size_t i)
{
	const struct addr *spot = &place->spots.items[i];
	const struct addr *there =
		addr_list_next(&place->seen.addrs, &spot->inet, spot->index, NULL);

	return there && spot_is(spot, there);
}

/* Whether the link of the i-th spot is that of an earlier one, so that its turn has been. */
static bool place_is_repeat(const struct place *place, size_t i)
{
	for (size_t k = 0; k < i; k++)
		if (place->spots.items[k].index == place->spots.items[i].index)
			return true;
	return false;
}

static int place_raise_links(struct place *place)
{
	struct fault *fault = &place->call->fault;
	int r = 0;

	for (size_t i = 0; !r && i < place->spots.count; i++) {
		const struct link *link = place_link(place, i);

		if (!link || place_is_repeat(place, i))
			continue;
		if (!link_is_up(link))
			r = link_set_up(&place->seen.netlink, link, fault);
		else if (place->config->check_link_status && !(link->flags & IFF_LOOPBACK) &&
			 !link_has_carrier(link))
			r = fault_set(fault, FAULT_GENERIC, -ENETDOWN, "%s has no carrier",
				      link->name);
	}
	return r;
}

/* Whether start asks the network for another owner of this address. */
static bool place_is_asked(const struct place *place, size_t i)
{
	const struct vip_config *config = place->config;
	bool wanted = place->spots.items[i].inet.family == AF_INET ? config->run_arping :
								     !config->nodad;

	return wanted && config->conflict_wait && !place_is_right(place, i);
}

static int place_ask_link(struct place *place, const struct link *link)
{
	AUTO_PROBE struct probe probe = PROBE_INIT;
	AUTO_PROBE_RESULT struct probe_result result = PROBE_RESULT_INIT;
	AUTO_FREE struct inet *asked = calloc(place->spots.count, sizeof(*asked));
	struct probe_question question = {.addresses = asked,
					  .budget = (int)place->config->conflict_wait};
	struct fault *fault = &place->call->fault;
	char address[INET_TEXT_MAX], hardware[LINK_ADDRESS_TEXT_MAX];
	int r;

	if (!asked)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	for (size_t i = 0; i < place->spots.count; i++)
		if (place->spots.items[i].index == link->index && place_is_asked(place, i))
			asked[question.count++] = place->spots.items[i].inet;
	if (!question.count)
		return 0;
	r = probe_open(&probe, link, &place->seen.links, fault);
	if (!r)
		r = probe_run(&probe, &question, &place->call->deadline, fault, &result);
	if (probe.fd >= 0 && place->probe_count < PLACE_PROBES_MAX)
		place->probes[place->probe_count++] = TAKE_FD(probe.fd);
	if (r < 0)
		return r;
	if (!result.count)
		return 0;
	return fault_set(fault, FAULT_GENERIC, -EADDRINUSE, "%s is in use on %s: %s answers for it",
			 inet_host_text(&result.owners[0].inet, address), link->name,
			 link_address_text(result.owners[0].address,
					   result.owners[0].address_length, hardware));
}

static int place_ask(struct place *place)
{
	bool asked = false;
	int r;

	for (size_t i = 0; !asked && i < place->spots.count; i++)
		asked = place_is_asked(place, i);
	if (!asked)
		return 0;
	r = seen_all_links(&place->seen, place->call); /* the host's own answers are no conflict */
	for (size_t i = 0; !r && i < place->spots.count; i++) {
		const struct link *link = place_link(place, i);

		if (link && !place_is_repeat(place, i))
			r = place_ask_link(place, link);
	}
	return r;
}

/* An instance of one of the addresses that is not what its spot asks for goes first. */
static int place_clear_wrong(struct place *place)
{
	struct call *call = place->call;
	char text[INET_TEXT_MAX], link[LINK_NAME_MAX + 8];
	int r = 0;

	for (size_t i = 0; i < place->spots.count; i++) {
		const struct addr *spot = &place->spots.items[i], *a = NULL;

		while (r >= 0 && (a = addr_list_next(&place->seen.addrs, &spot->inet, 0, a))) {
			bool waits = place->config->lvs_support && a->index == SEEN_LOOPBACK &&
				     spot->index != SEEN_LOOPBACK;

			if (waits || spot_is(spot, a))
				continue;
			log_line(&call->log, LOG_WARNING,
				 "removing %s from %s, where it doesn't belong",
				 inet_text(&a->inet, text), link_index_text(a->index, link));
			r = heirs_delete(call, &place->seen, a, NULL);
		}
	}
	return r < 0 ? r : 0;
}

static int place_add_label(struct place *place, const struct inet *address)
{
	struct label label = {.net = *address,
			      .value = (uint32_t)place->config->lvs_ipv6_addrlabel_value};
	int r;

	if (address->family != AF_INET6 || !place->config->lvs_ipv6_addrlabel)
		return 0;
	label.net.prefix = inet_bits(AF_INET6);
	r = label_add(&place->seen.netlink, &label, &place->call->fault);
	return r < 0 ? r : 0;
}

static int place_add(struct place *place)
{
	int r = 0;

	for (size_t i = 0; r >= 0 && i < place->spots.count; i++) {
		const struct addr *spot = &place->spots.items[i];

		r = place_add_label(place, &spot->inet);
		if (r >= 0 && !place_is_right(place, i))
			r = addr_add(&place->seen.netlink, spot, &place->call->fault);
	}
	return r < 0 ? r : 0;
}

static int place_announce(struct place *place)
{
	AUTO_HERALD struct herald herald = HERALD_INIT;
	int r;

	if (!place->config->arp_count)
		return 0;
	r = herald_open(&herald, place->call, &place->seen, &place->spots);
	if (!r)
		r = herald_announce(&herald, place->call);
	if (!r)
		r = herald_repeat(&herald, place->call, place->config);
	if (r)
		fault_prefix(&place->call->fault, "the address was not announced: ");
	return r;
}

static void place_tell(struct place *place)
{
	const struct addr *first = &place->spots.items[0];
	char address[INET_TEXT_MAX], link[LINK_NAME_MAX + 8];

	(void)inet_text(&first->inet, address);
	(void)link_index_text(first->index, link);
	if (place->spots.count == 1)
		log_line(&place->call->log, LOG_INFO, "%s is on %s now", address, link);
	else
		log_line(&place->call->log, LOG_INFO,
			 "%zu addresses are here now, the first %s on %s", place->spots.count,
			 address, link);
}

int place_addresses(struct call *call, const struct vip_config *config)
{
	AUTO_PLACE struct place place;
	int r = place_prepare(&place, call, config);

	if (!r)
		r = place_raise_links(&place);
	if (!r)
		r = place_ask(&place);
	if (!r)
		r = homes_remember(call, &place.seen, &place.spots);
	if (!r)
		r = realserver_leave_loopback(call, config, &place.seen);
	if (!r)
		r = place_clear_wrong(&place);
	if (!r)
		r = place_add(&place);
	if (!r && routing_wanted(config)) {
		r = seen_addresses_again(&place.seen, call);
		if (!r)
			r = routing_add(call, config, &place.seen);
	}
	if (!r)
		r = place_announce(&place);
	if (!r)
		place_tell(&place);
	return r;
}

int place_check(struct call *call, const struct vip_config *config)
{
	AUTO_PLACE struct place place;
	int r = place_prepare(&place, call, config);

	if (!r)
		r = homes_note(call, &place.seen, &place.spots);
	if (!r)
		seen_keep(&place.seen, call);
	return r;
}

int place_standby(struct call *call, const struct vip_config *config)
{
	AUTO_PLACE struct place place;
	int r = place_prepare(&place, call, config);

	return r ? r : realserver_stand_by(call, config, &place.seen, &place.spots);
}

int place_announce_again(struct call *call, const struct vip_config *config)
{
	AUTO_PLACE struct place place;
	int r = place_prepare(&place, call, config);

	return r ? r : place_announce(&place);
}
