// SPDX-License-Identifier: BSD-3-Clause

#include "floatip/plumb.h"

#include <linux/if_addr.h>

#include "base/fault.h"
#include "floatip/config.h"
#include "net/addr.h"
#include "net/link.h"
#include "net/netlink.h"
#include "ocf/call.h"

static struct addr plumb_addr(const struct floatip_config *config, int index)
{
	struct addr addr = ADDR_INIT;

	addr.index = index;
	addr.inet = config->ip;
	addr.inet.prefix = inet_bits(config->ip.family);
	addr.flags = config->ip.family == AF_INET6 ? IFA_F_NODAD : 0;
	return addr;
}

int plumb_add(struct call *call, const struct floatip_config *config)
{
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	struct link link = {.index = 0};
	struct addr addr;
	int r;

	if (!config->interface)
		return 0;
	r = netlink_open(&netlink, NETLINK_ROUTE, &call->deadline, &call->fault);
	if (!r)
		r = link_by_name(&netlink, config->interface, &call->fault, &link);
	if (!r) {
		addr = plumb_addr(config, link.index);
		r = addr_add(&netlink, &addr, &call->fault);
	}
	return r < 0 ? r : 0;
}

int plumb_check(struct call *call, const struct floatip_config *config)
{
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	struct link link;
	int r;

	if (!config->interface)
		return 0;
	r = netlink_open(&netlink, NETLINK_ROUTE, &call->deadline, &call->fault);
	if (!r)
		r = link_by_name(&netlink, config->interface, &call->fault, &link);
	if (r)
		fault_prefix(&call->fault, "interface: ");
	return r;
}

int plumb_remove(struct call *call, const struct floatip_config *config)
{
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	AUTO_ADDR_LIST struct addr_list list = ADDR_LIST_INIT;
	const struct addr *a = NULL;
	int r;

	if (!config->interface)
		return 0;
	r = netlink_open(&netlink, NETLINK_ROUTE, &call->deadline, &call->fault);
	if (!r)
		r = addr_list(&netlink, config->ip.family, &call->fault, &list);
	while (r >= 0 && (a = addr_list_next(&list, &config->ip, 0, a)))
		r = addr_delete(&netlink, a, &call->fault);
	return r < 0 ? r : 0;
}

int plumb_look(struct call *call, const struct floatip_config *config, bool *ret_there)
{
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	AUTO_ADDR_LIST struct addr_list list = ADDR_LIST_INIT;
	int r;

	*ret_there = true;
	if (!config->interface)
		return 0;
	r = netlink_open(&netlink, NETLINK_ROUTE, &call->deadline, &call->fault);
	if (!r)
		r = addr_list(&netlink, config->ip.family, &call->fault, &list);
	if (!r)
		*ret_there = addr_list_next(&list, &config->ip, 0, NULL) != NULL;
	return r;
}
