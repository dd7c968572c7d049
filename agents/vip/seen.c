// SPDX-License-Identifier: BSD-3-Clause

#include "vip/seen.h"

#include <errno.h>
#include <linux/rtnetlink.h>

#include "base/fault.h"
#include "ocf/call.h"
#include "vip/config.h"

static int seen_add_link(struct seen *seen, const struct link *link)
{
	struct link_list *list = &seen->links;
	struct link *items = reallocarray(list->items, list->count + 1, sizeof(*items));

	if (!items)
		return -ENOMEM;
	items[list->count++] = *link;
	list->items = items;
	list->room = list->count;
	return 0;
}

static int seen_find_nic(struct seen *seen, struct call *call, const struct vip_config *config)
{
	struct fault fault = FAULT_INIT;
	struct link link;
	char name[128];
	int r;

	if (!vip_nic(config, name))
		return 0;
	r = link_by_name(&seen->netlink, name, &fault, &link);
	if (r == -ENODEV) {
		seen->nic = -1;
		return 0;
	}
	if (r) {
		call->fault = fault;
		return r;
	}
	seen->nic = link.index;
	return seen_add_link(seen, &link);
}

static int seen_family(const struct vip_config *config)
{
	for (size_t i = 1; i < config->ip.count; i++)
		if (config->ip.items[i].family != config->ip.items[0].family)
			return AF_UNSPEC;
	return config->ip.items[0].family;
}

int seen_take(struct seen *seen, struct call *call, const struct vip_config *config)
{
	int r = netlink_open(&seen->netlink, NETLINK_ROUTE, &call->deadline, &call->fault);

	if (!r)
		r = seen_find_nic(seen, call, config);
	if (!r)
		r = addr_list(&seen->netlink, seen_family(config), &call->fault, &seen->addrs);
	return r;
}

int seen_routes(struct seen *seen, struct call *call, const struct vip_config *config)
{
	uint32_t table = config->table == PARAM_UNSET ? RT_TABLE_MAIN : (uint32_t)config->table;
	int r = route_list(&seen->netlink, AF_INET, table, &call->fault, &seen->v4);

	return r ? r : route_list(&seen->netlink, AF_INET6, table, &call->fault, &seen->v6);
}

int seen_all_links(struct seen *seen, struct call *call)
{
	link_list_release(&seen->links);
	return link_list(&seen->netlink, &call->fault, &seen->links);
}

static void seen_drop(void *view)
{
	seen_release(view);
	free(view);
}

void seen_keep(struct seen *seen, struct call *call)
{
	struct seen *view = malloc(sizeof(*view));

	if (!view)
		return;
	*view = *seen;
	*seen = SEEN_INIT;
	call_drop_view(call);
	call->view = view;
	call->release_view = seen_drop;
}

bool seen_recall(struct seen *seen, struct call *call)
{
	struct seen *view = call->view;

	if (!view)
		return false;
	*seen = *view;
	*view = SEEN_INIT;
	call_drop_view(call);
	return true;
}

struct seen *seen_kept(const struct call *call)
{
	return call->view;
}

int seen_addresses_again(struct seen *seen, struct call *call)
{
	addr_list_release(&seen->addrs);
	return addr_list(&seen->netlink, AF_UNSPEC, &call->fault, &seen->addrs);
}

const struct link *seen_link(struct seen *seen, int index)
{
	const struct link *known = link_list_find(&seen->links, index);
	struct link link;

	if (known || index <= 0)
		return known;
	if (link_by_index(&seen->netlink, index, NULL, &link) || seen_add_link(seen, &link))
		return NULL;
	return link_list_find(&seen->links, index);
}

void seen_release(struct seen *seen)
{
	netlink_close(&seen->netlink);
	addr_list_release(&seen->addrs);
	link_list_release(&seen->links);
	route_list_release(&seen->v4);
	route_list_release(&seen->v6);
}
