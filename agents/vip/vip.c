// SPDX-License-Identifier: BSD-3-Clause
/*
 * vip: a virtual address, or a set of them, that a cluster moves between its nodes.
 */

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <string.h>

#include "base/fault.h"
#include "net/netns.h"
#include "ocf/agent.h"
#include "ocf/call.h"
#include "ocf/role.h"
#include "vip/config.h"
#include "vip/look.h"
#include "vip/place.h"
#include "vip/withdraw.h"

/* Into the network namespace of the configuration, from wherever an earlier enter has led. */
static int vip_enter(struct call *call, const void *config)
{
	const struct vip_config *c = config;
	int r;

	if (call->home_netns >= 0 && setns(call->home_netns, CLONE_NEWNET) < 0)
		return fault_set(&call->fault, FAULT_PERM, -errno, "setns: %s", strerror(errno));
	if (!c->network_namespace)
		return 0;
	if (call->home_netns < 0)
		call->home_netns = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
	if (call->home_netns < 0)
		return fault_set(&call->fault, FAULT_GENERIC, -EIO, "/proc is not there");
	r = netns_enter(c->network_namespace, &call->fault);
	if (r)
		fault_prefix(&call->fault, "network_namespace: ");
	return r;
}

static int vip_look(struct call *call, const void *config, enum role_state *ret_state)
{
	return look_around(call, config, ret_state);
}

static int vip_activate(struct call *call, const void *config)
{
	return place_addresses(call, config);
}

static int vip_halt(struct call *call, const void *config)
{
	return withdraw_addresses(call, config);
}

static int vip_stand_by(struct call *call, const void *config)
{
	const struct vip_config *c = config;
	int r = withdraw_addresses(call, c);

	return r || !c->lvs_support ? r : place_standby(call, c);
}

/* What waits on the loopback is nobody's to hear of. */
static int vip_reload(struct call *call, const void *config, enum role_state state)
{
	return state == ROLE_STANDBY ? 0 : place_announce_again(call, config);
}

static int vip_check_host(struct call *call, const void *config)
{
	return place_check(call, config);
}

static int vip_score(struct call *call, const void *config, enum role_state state)
{
	return look_score(call, config, state);
}

static const struct role_ops vip_role = {
	.look = vip_look,
	.activate = vip_activate,
	.stand_by = vip_stand_by,
	.halt = vip_halt,
	.reload = vip_reload,
	.score = vip_score,
};

static const struct action vip_actions[] = {
	{"start", role_start, .timeout = "20s"},
	{"stop", role_stop, .timeout = "20s"},
	{"monitor", role_monitor, .timeout = "20s", .interval = "10s", .depth = "0"},
	{"monitor", role_monitor, .timeout = "20s", .interval = "11s", .role = "Promoted",
	 .depth = "0"},
	{"promote", role_promote, .timeout = "20s"},
	{"demote", role_demote, .timeout = "20s"},
	{"reload-agent", role_reload, .timeout = "20s"},
	{"validate-all", .timeout = "20s"},
	{"meta-data", .timeout = "5s"},
	{.name = NULL},
};

const struct agent agent = {
	.name = "vip",
	.version = "0.1.0",
	.brief = "virtual IPv4 and IPv6 addresses",
	.text = "Holds one or several virtual addresses as one resource: puts them on a network "
		"interface of the node where the resource is active, tells the neighbours within a "
		"millisecond, and takes them away again, every instance of them, before stop "
		"succeeds.\n\n"
		"The parameters are those of ocf:heartbeat:IPaddr2, by the same names; a "
		"configuration changes agents by changing the class name. Beyond it: lists of "
		"addresses, routes, rules and source addresses that move along, a question for "
		"another owner before every start, a monitor that sees a wrong interface, prefix or "
		"label, a failed duplicate address detection and a lost carrier, and promotable "
		"instances for LVS-DR real servers.",
	.example = "ip=192.0.2.10 nic=eth0",
	.params = vip_params,
	.actions = vip_actions,
	.config_size = sizeof(struct vip_config),
	.role = &vip_role,
	.check = vip_check,
	.check_host = vip_check_host,
	.enter = vip_enter,
};
