// SPDX-License-Identifier: BSD-3-Clause

#include "vip/withdraw.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "base/file.h"
#include "net/label.h"
#include "net/sockets.h"
#include "ocf/call.h"
#include "vip/config.h"
#include "vip/heirs.h"
#include "vip/realserver.h"
#include "vip/routing.h"
#include "vip/seen.h"

static int withdraw_one(struct call *call, const struct vip_config *config, struct seen *seen,
			const struct inet *address, size_t *count)
{
	const struct addr *a = NULL;
	int r = 0;

	while (r >= 0 && (a = addr_list_next(&seen->addrs, address, 0, a))) {
		if (config->lvs_support && !call->promotable && a->index == SEEN_LOOPBACK &&
		    seen->nic != SEEN_LOOPBACK)
			continue;
		r = heirs_delete(call, seen, a, &config->ip);
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

/* 0, or why it is no use to try again. */
static int withdraw_connections(struct call *call, const struct vip_config *config)
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
		log_line(&call->log, LOG_INFO, "ended %zu connection%s", total,
			 total > 1 ? "s" : "");
	return r;
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

/* Everything but the addresses themselves, after them. */
static int withdraw_rest(struct call *call, const struct vip_config *config, struct seen *seen)
{
	int r;

	for (size_t i = 0; config->lvs_ipv6_addrlabel && i < config->ip.count; i++)
		withdraw_label(call, seen, &config->ip.items[i]);
	r = realserver_return_to_loopback(call, config, seen);
	realserver_restore_arp(call);
	if (config->flush_routes) {
		(void)file_poke("/proc/sys/net/ipv4/route/flush", "1");
		(void)file_poke("/proc/sys/net/ipv6/route/flush", "1");
	}
	return r;
}

int withdraw_addresses(struct call *call, const struct vip_config *config)
{
	AUTO_SEEN struct seen seen = SEEN_INIT;
	struct fault routing = FAULT_INIT;
	size_t count = 0;
	int r = seen_take(&seen, call, config), late;
	bool again = false;

	if (r)
		return r;
	/* The kernel resets the other end only as long as the address is here. */
	if (config->kill_connections)
		again = !withdraw_connections(call, config);
	/* A route that can't be removed fails the stop, but must not keep the address here. */
	late = routing_remove(call, config, &seen);
	if (late)
		routing = call->fault;
	for (size_t i = 0; !r && i < config->ip.count; i++)
		r = withdraw_one(call, config, &seen, &config->ip.items[i], &count);
	if (r)
		return r;
	if (again) /* what was accepted meanwhile */
		(void)withdraw_connections(call, config);
	r = withdraw_rest(call, config, &seen);
	withdraw_tell(call, config, count);
	if (r || !late)
		return r;
	call->fault = routing;
	return late;
}
