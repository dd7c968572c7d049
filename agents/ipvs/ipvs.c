// SPDX-License-Identifier: BSD-3-Clause
/*
 * ipvs: virtual services of the kernel's load balancer. The checks and the table are the daemon's; the
 * agent starts it, compares the kernel's table with what it wants, and takes everything down.
 */

#include <errno.h>
#include <linux/netlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/num.h"
#include "cluster/quorum_ask.h"
#include "daemon/control.h"
#include "daemon/keeper.h"
#include "host/lockfile.h"
#include "ipvs/config.h"
#include "ipvs/intent.h"
#include "ipvs/kernel_side.h"
#include "ipvs/settings.h"
#include "ipvs/source.h"
#include "ipvs/sync.h"
#include "ipvs/verdict.h"
#include "net/link.h"
#include "ocf/agent.h"
#include "ocf/call.h"
#include "ocf/role.h"

#define IPVS_DAEMON "quorate-ipvsd"
#define IPVS_PATH_MAX 600
#define IPVS_THROUGH_LEVEL 10 /* OCF_CHECK_LEVEL that sends a request through the services */

/* The side that the sync daemon was told; the core's role is ahead of it during a demote. */
#define IPVS_SIDE "side"

/* When a monitor started the daemon again, in seconds of CLOCK_MONOTONIC. */
#define IPVS_REVIVED "revived"
#define IPVS_SECOND_NS 1000000000LL

struct ipvs_places {
	struct keeper keeper;
	char base[IPVS_PATH_MAX];  /* the record's path without its suffix */
	char table[IPVS_PATH_MAX]; /* the daemon's table of what it made */
};

/* All that a look sees, with what its words lie in. */
struct ipvs_sight {
	struct verdict_view view;
	char wrong[IPVS_CHANGE_TEXT_MAX], sync[IPVS_CHANGE_TEXT_MAX];
	struct fault setting;
	struct buf servers, through;
};

static void ipvs_sight_release(struct ipvs_sight *sight)
{
	buf_release(&sight->servers);
	buf_release(&sight->through);
}

static int ipvs_places(struct call *call, struct ipvs_places *ret_places)
{
	char *suffix;
	int r;

	(void)snprintf(ret_places->base, sizeof(ret_places->base), "%s", call->record_path);
	suffix = strrchr(ret_places->base, '.');
	if (suffix)
		*suffix = '\0';
	(void)snprintf(ret_places->table, sizeof(ret_places->table), "%.590s.table",
		       ret_places->base);
	r = keeper_init(&ret_places->keeper, ret_places->base);
	return r ? fault_set(&call->fault, FAULT_GENERIC, r, "%s: %s", ret_places->base,
			     strerror(-r)) :
		   0;
}

static int ipvs_ask(struct call *call, const struct ipvs_places *places, const char *request,
		    struct buf *answer)
{
	return control_ask(places->keeper.socket, request, &call->deadline, answer, &call->fault);
}

static bool ipvs_is_active(const struct call *call)
{
	const char *side = record_get(&call->record, IPVS_SIDE);

	return side ? !strcmp(side, "active") : !call->promotable;
}

/* What the daemon knows: the lines of "monitor" (ipvs/director.h). */
static int ipvs_look_servers(struct call *call, const struct ipvs_places *places,
			     struct verdict_view *view, struct buf *answer)
{
	char *line, *next;
	int r;

	buf_clear(answer);
	r = ipvs_ask(call, places, "monitor", answer);
	for (line = r ? NULL : answer->data; line && *line; line = next) {
		next = line + strcspn(line, "\n");
		if (*next)
			*next++ = '\0';
		(void)sscanf(line, "dead %ld %ld", &view->dead, &view->servers);
		if (!strncmp(line, "below ", 6))
			view->below = view->below ? view->below : line + 6;
		else if (!strncmp(line, "cut ", 4))
			view->cut = line + 4;
		else if (!strncmp(line, "nameless ", 9))
			view->nameless = line + 9;
	}
	return r;
}

/* One request through each service; a second one where the first failed: a server may just have died. */
static int ipvs_look_through(struct call *call, const struct ipvs_places *places,
			     struct verdict_view *view, struct buf *answer)
{
	const char *line = NULL;
	int r = 0;

	for (int try = 0; !r && try < 2 && (line || !try); try++) {
		buf_clear(answer);
		r = ipvs_ask(call, places, "through", answer);
		line = r ? NULL : strstr(answer->data, "through ");
	}
	if (!line)
		return r;
	line += strlen("through ");
	answer->data[line - answer->data + (ptrdiff_t)strcspn(line, "\n")] = '\0';
	view->through = line;
	return 0;
}

/* What is wrong of the table is put right at once, and said. */
static int ipvs_look_table(struct call *call, struct kernel_side *side,
			   const struct ipvs_places *places, struct verdict_view *view,
			   char text[IPVS_CHANGE_TEXT_MAX])
{
	AUTO_BUF struct buf want = BUF_INIT, answer = BUF_INIT;
	struct fault fault = FAULT_INIT;
	int r = ipvs_ask(call, places, "table", &want);

	if (!r)
		r = kernel_side_compare(side, call, want.data, &view->wrong, text);
	if (r || !view->wrong)
		return r;
	view->first_wrong = text;
	view->repaired =
		!control_ask(places->keeper.socket, "repair", &call->deadline, &answer, &fault);
	return 0;
}

/* What the daemon says, and what the kernel has beside its table. */
static int ipvs_look_at_work(struct call *call, const void *config, struct kernel_side *side,
			     const struct ipvs_places *places, struct ipvs_sight *sight)
{
	struct verdict_view *view = &sight->view;
	int r = ipvs_look_table(call, side, places, view, sight->wrong);

	if (!r)
		r = ipvs_look_servers(call, places, view, &sight->servers);
	if (!r)
		r = sync_look(&side->ipvs, config, view->active, sight->sync, &call->fault);
	if (!r && view->active && call->check_level >= IPVS_THROUGH_LEVEL)
		r = ipvs_look_through(call, places, view, &sight->through);
	if (!r && settings_look(config, &sight->setting))
		view->setting_words = sight->setting.reason;
	view->sync_words = sight->sync[0] ? sight->sync : NULL;
	return r;
}

/*
 * In a monitor, and where no other action is at work: what the cluster would do, stop and start, takes
 * the last service away, and with it the connections that have traffic at that moment.
 */
static void ipvs_revive(struct call *call, const struct ipvs_places *places,
			struct verdict_view *view)
{
	const struct deadline at_once = deadline_in(0);
	const long long now = deadline_now() / IPVS_SECOND_NS;
	const char *last;
	char text[24];
	long long at;

	if (call->probe || strcmp(call->action, "monitor") != 0 ||
	    lockfile_take(call->lock_path, &at_once, &call->lock))
		return;
	call_load_record(call);
	last = record_get(&call->record, IPVS_REVIVED);
	view->revived_ago = last && !num_parse(last, 0, now, &at) ? now - at : VERDICT_NEVER;
	if (!record_get(&call->record, "role") || !verdict_revives(view) ||
	    keeper_ensure(&places->keeper, IPVS_DAEMON, places->base, &call->deadline,
			  &call->fault))
		return;
	(void)snprintf(text, sizeof(text), "%lld", now);
	call_keep(call, IPVS_REVIVED, text);
	log_line(&call->log, LOG_WARNING, "%s; it was started again", view->daemon_words);
	view->daemon = KEEPER_ANSWERS;
	view->revived = true;
}

static int ipvs_look(struct call *call, const void *config, enum role_state *ret_state)
{
	AUTO_KERNEL_SIDE struct kernel_side side = KERNEL_SIDE_INIT;
	const struct deadline patience =
		deadline_within(&call->deadline, deadline_left(&call->deadline) / 4);
	CLEANUP(ipvs_sight_release)
	struct ipvs_sight sight = {.view = {.active = ipvs_is_active(call),
					    .revived_ago = VERDICT_NEVER},
				   .servers = BUF_INIT,
				   .through = BUF_INIT};
	struct verdict_view *view = &sight.view;
	struct fault fault = FAULT_INIT;
	struct ipvs_places places;
	int r = ipvs_places(call, &places);

	if (r)
		return r;
	view->daemon = keeper_look(&places.keeper, &patience, &fault);
	view->daemon_words = fault.reason;
	r = kernel_side_open(&side, call);
	if (r && view->daemon == KEEPER_GONE) {
		/* Without IPVS nothing of it can be here. */
		call->fault = FAULT_INIT;
		*ret_state = ROLE_ABSENT;
		return 0;
	}
	if (!r && view->daemon != KEEPER_ANSWERS) {
		r = kernel_side_own(&side, call, config, places.table);
		if (!r)
			r = kernel_side_count(&side, call, &view->here);
		if (!r)
			ipvs_revive(call, &places, view);
	}
	if (!r && view->daemon == KEEPER_ANSWERS)
		r = ipvs_look_at_work(call, config, &side, &places, &sight);
	if (!r)
		*ret_state = verdict_reach(view, &call->fault);
	return r;
}

/*
 * A director without quorum takes no role. No corosync, or no library of its: there is no cluster to be
 * asked, and the daemon says so.
 */
static int ipvs_ask_quorum(struct call *call, const struct ipvs_config *config)
{
	struct fault fault = FAULT_INIT;
	bool quorate;
	int r;

	if (config->no_quorum)
		return 0;
	r = quorum_ask(&call->deadline, &quorate, &fault);
	if (r == -ETIMEDOUT)
		call->fault = fault;
	else if (r || quorate)
		return 0;
	else
		r = fault_set(&call->fault, FAULT_GENERIC, -EAGAIN,
			      "this node has no quorum: it serves nobody (no_quorum=ignore would)");
	return r;
}

static int ipvs_take_side(struct call *call, const struct ipvs_config *config, bool active)
{
	AUTO_KERNEL_SIDE struct kernel_side side = KERNEL_SIDE_INIT;
	struct ipvs_places places;
	int r = ipvs_places(call, &places);

	if (!r)
		r = kernel_side_open(&side, call);
	if (!r)
		r = settings_make(config, &call->fault);
	if (!r)
		r = kernel_side_timeouts(&side, call, config);
	if (!r) /* the table of a daemon that is replaced stays meanwhile */
		r = keeper_ensure(&places.keeper, IPVS_DAEMON, places.base, &call->deadline,
				  &call->fault);
	if (!r)
		r = sync_take(&side.ipvs, config, active, &call->fault);
	if (!r)
		call_keep(call, IPVS_SIDE, active ? "active" : "standby");
	return r;
}

static int ipvs_activate(struct call *call, const void *config)
{
	const int r = ipvs_ask_quorum(call, config);

	return r ? r : ipvs_take_side(call, config, true);
}

static int ipvs_stand_by(struct call *call, const void *config)
{
	return ipvs_take_side(call, config, false);
}

static int ipvs_reload(struct call *call, const void *config, enum role_state state)
{
	AUTO_BUF struct buf answer = BUF_INIT;
	struct ipvs_places places;
	int r = ipvs_places(call, &places);

	if (!r)
		r = ipvs_ask(call, &places, "reload", &answer);
	return r ? r : ipvs_take_side(call, config, ipvs_is_active(call));
}

static int ipvs_halt(struct call *call, const void *config)
{
	AUTO_KERNEL_SIDE struct kernel_side side = KERNEL_SIDE_INIT;
	struct fault fault = call->fault;
	struct ipvs_places places;
	int r = ipvs_places(call, &places);

	if (!r)
		r = keeper_end(&places.keeper, &call->deadline, &call->fault);
	if (r)
		return r;
	r = kernel_side_open(&side, call);
	if (r == -ENOENT) {
		call->fault = fault;
		file_remove(places.table);
		return 0;
	}
	if (!r)
		r = kernel_side_own(&side, call, config, places.table);
	if (!r)
		r = kernel_side_remove(&side, call);
	if (!r)
		r = sync_end(&side.ipvs, config, &call->fault);
	if (r)
		return r;
	(void)record_set(&call->record, IPVS_SIDE, NULL);
	file_remove(places.table);
	return 0;
}

static int ipvs_check_link(struct call *call, const struct ipvs_config *config)
{
	AUTO_NETLINK struct netlink netlink = NETLINK_INIT;
	struct link link;
	int r;

	if (!config->sync_interface)
		return 0;
	r = netlink_open(&netlink, NETLINK_ROUTE, &call->deadline, &call->fault);
	if (!r)
		r = link_by_name(&netlink, config->sync_interface, &call->fault, &link);
	if (r)
		fault_prefix(&call->fault, "sync_interface: ");
	return r;
}

static int ipvs_check_host(struct call *call, const void *config)
{
	AUTO_KERNEL_SIDE struct kernel_side side = KERNEL_SIDE_INIT;
	AUTO_INTENT struct intent intent = INTENT_INIT;
	int r = source_read(config, &intent, &call->fault);

	for (size_t i = 0; !r && i < intent.remark_count; i++)
		log_line(&call->log, LOG_INFO, "%s", intent.remarks[i]);
	if (!r)
		r = ipvs_check_link(call, config);
	return r ? r : kernel_side_open(&side, call);
}

static const struct role_ops ipvs_role = {
	.look = ipvs_look,
	.activate = ipvs_activate,
	.stand_by = ipvs_stand_by,
	.halt = ipvs_halt,
	.reload = ipvs_reload,
};

static const struct action ipvs_actions[] = {
	{"start", role_start, .timeout = "60s"},
	{"stop", role_stop, .timeout = "30s"},
	{"monitor", role_monitor, .timeout = "20s", .interval = "10s", .depth = "0"},
	{"monitor", role_monitor, .timeout = "20s", .interval = "11s", .role = "Promoted",
	 .depth = "0"},
	{"promote", role_promote, .timeout = "60s"},
	{"demote", role_demote, .timeout = "30s"},
	{"reload-agent", role_reload, .timeout = "60s"},
	{"validate-all", .timeout = "20s"},
	{"meta-data", .timeout = "5s"},
	{.name = NULL},
};

const struct agent agent = {
	.name = "ipvs",
	.version = "0.1.0",
	.brief = "virtual services of the kernel's load balancer",
	.text = "Serves virtual addresses by IPVS, the load balancer of the Linux kernel: a table of "
		"services and their servers, checked by a daemon that takes dead servers out. It does "
		"what keepalived's virtual_server and ldirectord do, as a resource of the cluster, and "
		"reads their configurations.\n\n"
		"The table is changed by differences: what is right in the kernel is left alone, "
		"services of others are never touched, and what somebody changed by hand is put right "
		"and reported by the next monitor. All servers are checked once before anything is "
		"programmed. A monitor with OCF_CHECK_LEVEL=10 sends a request through each service, too, "
		"where the address is here and the servers answer through this host (masq).\n\n"
		"As a promotable clone the unpromoted instances are warm: table and checks are alive, "
		"and with sync_interface they receive the connections of the promoted one. The address "
		"itself is ocf:quorate:vip's.",
	.example =
		"vip=192.0.2.10 port=80 realservers=\"192.0.2.21:80 masq 2, 192.0.2.22:80 masq 1\" "
		"check=http",
	.params = ipvs_params,
	.actions = ipvs_actions,
	.config_size = sizeof(struct ipvs_config),
	.role = &ipvs_role,
	.check = ipvs_check,
	.check_host = ipvs_check_host,
};
