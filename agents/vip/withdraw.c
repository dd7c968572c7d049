// SPDX-License-Identifier: BSD-3-Clause

#include "vip/withdraw.h"

#include <errno.h>
#include <linux/if_addr.h>
#include <string.h>

#include "base/fault.h"
#include "base/file.h"
#include "net/label.h"
#include "net/sockets.h"
#include "net/sysctl.h"
#include "ocf/call.h"
#include "vip/config.h"
#include "vip/realserver.h"
#include "vip/routing.h"
#include "vip/seen.h"

static bool withdraw_is_ours(const struct vip_config *config, const struct addr *addr)
{
	for (size_t i = 0; i < config->ip.count; i++)
		if (inet_same(&config->ip.items[i], &addr->inet))
			return true;
	return false;
}

/* Whether the kernel would take other addresses away with this one (promote_secondaries=0). */
static bool withdraw_takes_others(const struct vip_config *config, const struct seen *seen,
				  const struct addr *addr)
{
	if (addr->inet.family != AF_INET || (addr->flags & IFA_F_SECONDARY))
		return false;
	for (size_t i = 0; i < seen->addrs.count; i++) {
		const struct addr *other = &seen->addrs.items[i];

		if (other->index == addr->index && (other->flags & IFA_F_SECONDARY) &&
		    other->inet.prefix == addr->inet.prefix &&
		    inet_in_net(&other->inet, &addr->inet, addr->inet.prefix) &&
		    !withdraw_is_ours(config, other))
			return true;
	}
	return false;
}

/*
 * The first address of a subnet carries the others: without promote_secondaries they would vanish
 * with it. The setting is lent for the moment of the deletion.
 */
static int withdraw_with_heirs(struct call *call, struct seen *seen, const struct addr *addr)
{
	const struct link *link = seen_link(seen, addr->index);
	int all = 0, own = 0, r = 0;
	bool lent;

	if (link) {
		r = sysctl_link_read(AF_INET, "all", "promote_secondaries", &call->fault, &all);
		if (!r)
			r = sysctl_link_read(AF_INET, link->name, "promote_secondaries",
					     &call->fault, &own);
	}
	lent = !r && link && !all && !own;
	if (lent)
		r = sysctl_link_write(AF_INET, link->name, "promote_secondaries", 1, &call->fault);
	if (r)
		return r;
	r = addr_delete(&seen->netlink, addr, &call->fault);
	if (lent)
		(void)sysctl_link_write(AF_INET, link->name, "promote_secondaries", 0, NULL);
	return r;
}

static int withdraw_one(struct call *call, const struct vip_config *config, struct seen *seen,
			const struct inet *address, size_t *count)
{
	const struct addr *a = NULL;
	int r = 0;

	while (r >= 0 && (a = addr_list_next(&seen->addrs, address, 0, a))) {
		if (config->lvs_support && !call->promotable && a->index == SEEN_LOOPBACK &&
		    seen->nic != SEEN_LOOPBACK)
			continue;
		if (withdraw_takes_others(config, seen, a))
			r = withdraw_with_heirs(call, seen, a);
		else
			r = addr_delete(&seen->netlink, a, &call->fault);
		if (!r)
			++*count;
	}
	return r < 0 ? r : 0;
}

static void withdraw_label(struct call *call, struct seen *seen, const struct inet *address)
{
	struct label label = {.net = *address};

	if (address->family != AF_INET6)
		return;
	label.net.prefix = inet_bits(AF_INET6);
	if (label_delete(&seen->netlink, &label, &call->fault) < 0)
		log_line(&call->log, LOG_WARNING, "address label: %s", call->fault.reason);
}

static void withdraw_connections(struct call *call, const struct vip_config *config)
{
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	struct fault fault = FAULT_INIT;
	size_t total = 0, count = 0;
	int r = netlink_open(&netlink, NETLINK_SOCK_DIAG, &call->deadline, &fault);

	for (size_t i = 0; !r && i < config->ip.count; i++, total += count) {
		count = 0;
		r = sockets_destroy(&netlink, &config->ip.items[i], &fault, &count);
	}
	if (r == SOCKETS_UNSUPPORTED)
		log_line(&call->log, LOG_WARNING,
			 "kill_connections: this kernel can't do it "
			 "(CONFIG_INET_DIAG_DESTROY)");
	else if (r)
		log_line(&call->log, LOG_WARNING, "kill_connections: %s", fault.reason);
	else if (total)
		log_line(&call->log, LOG_INFO, "ended %zu connections", total);
}

static void withdraw_tell(struct call *call, const struct vip_config *config, size_t count)
{
	char text[INET_TEXT_MAX];

	(void)inet_host_text(&config->ip.items[0], text);
	if (count && config->ip.count == 1)
		log_line(&call->log, LOG_INFO, "%s is gone from here", text);
	else if (count)
		log_line(&call->log, LOG_INFO, "%zu addresses are gone from here, the first %s",
			 config->ip.count, text);
}

int withdraw_addresses(struct call *call, const struct vip_config *config)
{
	AUTO_SEEN struct seen seen = SEEN_INIT;
	size_t count = 0;
	int r = seen_take(&seen, call, config);

	if (!r)
		r = routing_remove(call, config, &seen);
	for (size_t i = 0; !r && i < config->ip.count; i++)
		r = withdraw_one(call, config, &seen, &config->ip.items[i], &count);
	if (r)
		return r;
	for (size_t i = 0; config->lvs_ipv6_addrlabel && i < config->ip.count; i++)
		withdraw_label(call, &seen, &config->ip.items[i]);
	if (config->kill_connections)
		withdraw_connections(call, config);
	r = realserver_return_to_loopback(call, config, &seen);
	realserver_restore_arp(call);
	if (config->flush_routes) {
		(void)file_poke("/proc/sys/net/ipv4/route/flush", "1");
		(void)file_poke("/proc/sys/net/ipv6/route/flush", "1");
	}
	withdraw_tell(call, config, count);
	return r;
}
