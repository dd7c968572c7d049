// SPDX-License-Identifier: BSD-3-Clause

#include "vip/spot.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "base/fault.h"
#include "base/line.h"
#include "vip/config.h"
#include "vip/seen.h"

#define SPOT_SHORT_PREFIX 30 /* longer IPv4 prefixes have no broadcast address (RFC 3021) */

/* The prefix of the link's own network: while it is down, it has addresses and no routes. */
static int spot_own_prefix(const struct seen *seen, const struct addr *spot)
{
	int bits = INET_NO_PREFIX;

	for (size_t i = 0; i < seen->addrs.count; i++) {
		const struct addr *addr = &seen->addrs.items[i];

		if (addr->index == spot->index && addr->inet.prefix > bits &&
		    addr->inet.prefix < inet_bits(addr->inet.family) &&
		    !inet_same(&addr->inet, &spot->inet) &&
		    inet_in_net(&spot->inet, &addr->inet, addr->inet.prefix))
			bits = addr->inet.prefix;
	}
	return bits;
}

static int spot_by_route(const struct vip_config *config, struct seen *seen, struct addr *spot,
			 struct fault *fault)
{
	const struct route_list *routes = spot->inet.family == AF_INET ? &seen->v4 : &seen->v6;
	struct route_filter filter = {
		.index = seen->nic,
		.protocol = vip_proto(config) < 0 ? ROUTE_PROTOCOL_ANY : vip_proto(config),
		.metric = config->metric == PARAM_UNSET ? ROUTE_METRIC_ANY : config->metric,
	};
	struct route_choice choice;
	char name[INET_TEXT_MAX], one[LINK_NAME_MAX + 8], two[LINK_NAME_MAX + 8];
	int r = route_choose(routes, &spot->inet, &filter, &choice);

	if (r == ROUTE_NONE && seen->nic) {
		spot->inet.prefix = spot_own_prefix(seen, spot);
		if (spot->inet.prefix != INET_NO_PREFIX)
			return 0;
	}
	(void)inet_host_text(&spot->inet, name);
	if (r == ROUTE_AMBIGUOUS)
		return fault_set(fault, FAULT_ARGS, -EINVAL,
				 "nic must be given: the routes to %s over %s and %s are equal",
				 name, link_index_text(choice.index, one),
				 link_index_text(choice.other, two));
	if (r == ROUTE_NONE && seen->nic)
		return fault_set(fault, FAULT_ARGS, -EINVAL,
				 "cidr_netmask must be given: no connected route of %s contains %s",
				 link_index_text(seen->nic, one), name);
	if (r == ROUTE_NONE)
		return fault_set(fault, FAULT_ARGS, -EINVAL,
				 "nic must be given: no connected route contains %s", name);
	spot->index = choice.index;
	if (spot->inet.prefix == INET_NO_PREFIX)
		spot->inet.prefix = choice.bits;
	return 0;
}

static int spot_set_label(const struct vip_config *config, const struct link *link,
			  struct addr *spot, struct fault *fault)
{
	const char *label = vip_label(config);

	if (spot->inet.family != AF_INET)
		return 0;
	if (LINE_JOIN(spot->label, link->name, label ? ":" : NULL, label) >= sizeof(spot->label))
		return fault_set(fault, FAULT_ARGS, -EINVAL,
				 "iflabel: '%s:%.40s' is longer than %d characters", link->name,
				 label, ADDR_LABEL_MAX - 1);
	return 0;
}

static void spot_set_form(const struct vip_config *config, struct addr *spot)
{
	const char *broadcast = config->broadcast ? config->broadcast : "+";

	spot->valid = ADDR_FOREVER;
	spot->preferred = ADDR_FOREVER;
	if (spot->index == SEEN_LOOPBACK)
		spot->scope = RT_SCOPE_HOST;
	if (config->noprefixroute)
		spot->flags |= IFA_F_NOPREFIXROUTE;
	if (spot->inet.family == AF_INET6) {
		spot->flags |= IFA_F_NODAD;
		spot->preferred = vip_preferred_lft(config);
		return;
	}
	if (!strcmp(broadcast, "-") || spot->index == SEEN_LOOPBACK)
		return;
	if (strcmp(broadcast, "+"))
		(void)inet_parse(broadcast, &spot->broadcast);
	else if (spot->inet.prefix <= SPOT_SHORT_PREFIX)
		spot->broadcast = inet_broadcast(&spot->inet);
}

static int spot_choose_one(const struct vip_config *config, struct seen *seen,
			   const struct inet *address, struct addr *spot, struct fault *fault)
{
	const struct link *link;
	int r = 0;

	*spot = (struct addr){.index = seen->nic, .inet = *address};
	spot->inet.prefix = vip_prefix(config, address);
	if (!spot->index || spot->inet.prefix == INET_NO_PREFIX)
		r = spot_by_route(config, seen, spot, fault);
	if (r)
		return r;
	link = seen_link(seen, spot->index);
	if (!link)
		return fault_set(fault, FAULT_GENERIC, -ENODEV, "link %d is gone", spot->index);
	spot_set_form(config, spot);
	return spot_set_label(config, link, spot, fault);
}

bool spot_needs_routes(const struct vip_config *config)
{
	char name[128];

	if (!vip_nic(config, name))
		return true;
	for (size_t i = 0; i < config->ip.count; i++)
		if (vip_prefix(config, &config->ip.items[i]) == INET_NO_PREFIX)
			return true;
	return false;
}

int spot_choose(const struct vip_config *config, struct seen *seen, struct fault *fault,
		struct spot_list *ret_list)
{
	AUTO_SPOT_LIST struct spot_list list = {calloc(config->ip.count, sizeof(*list.items)), 0};
	int r;

	if (!list.items)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	if (seen->nic < 0)
		return fault_set(fault, FAULT_ARGS, -EINVAL,
				 "nic: there is no network interface '%.40s' here", config->nic);
	for (; list.count < config->ip.count; list.count++) {
		r = spot_choose_one(config, seen, &config->ip.items[list.count],
				    &list.items[list.count], fault);
		if (r)
			return r;
	}
	*ret_list = list;
	list = SPOT_LIST_INIT;
	return 0;
}

void spot_list_release(struct spot_list *list)
{
	free(list->items);
	*list = SPOT_LIST_INIT;
}

bool spot_is(const struct addr *spot, const struct addr *instance)
{
	return inet_same(&spot->inet, &instance->inet) && spot->index == instance->index &&
	       spot->inet.prefix == instance->inet.prefix &&
	       (spot->inet.family == AF_INET6 || !strcmp(spot->label, instance->label)) &&
	       !(instance->flags & (IFA_F_DADFAILED | IFA_F_TENTATIVE));
}
