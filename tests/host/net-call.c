// SPDX-License-Identifier: BSD-3-Clause
/*
 * The network floor by hand, for tests/host/test-net: net-call VERB ARGUMENT...
 *
 * Prints what the call returned, and the fault's sentence. Exits 0 when the call returned 0 or a
 * positive outcome, which is printed as `outcome N`.
 */

#include <linux/if_addr.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/num.h"
#include "net/addr.h"
#include "net/announce.h"
#include "net/label.h"
#include "net/link.h"
#include "net/netlink.h"
#include "net/netns.h"
#include "net/probe.h"
#include "net/route.h"
#include "net/rule.h"
#include "net/sockets.h"
#include "net/sysctl.h"

struct scene {
	int argc;
	char **argv;
	struct deadline deadline;
	struct netlink netlink;
	struct fault fault;
};

static struct inet scene_inet(const struct scene *scene, int i)
{
	struct inet inet = {.family = AF_UNSPEC};

	if (i < scene->argc && strcmp(scene->argv[i], "any") != 0 &&
	    inet_parse(scene->argv[i], &inet)) {
		(void)fprintf(stderr, "no address: %s\n", scene->argv[i]);
		exit(2);
	}
	return inet;
}

static long long scene_number(const struct scene *scene, int i, long long fallback)
{
	long long value = fallback;

	if (i < scene->argc && num_parse(scene->argv[i], -1, 1LL << 40, &value)) {
		(void)fprintf(stderr, "no number: %s\n", scene->argv[i]);
		exit(2);
	}
	return value;
}

static int scene_link(struct scene *scene, int i, struct link *ret_link)
{
	const char *name = i < scene->argc ? scene->argv[i] : "";

	return link_by_name(&scene->netlink, name, &scene->fault, ret_link);
}

/* The addresses from argument i on: owned by the caller. */
static struct inet *scene_inets(const struct scene *scene, int i, size_t *ret_count)
{
	struct inet *list = calloc((size_t)scene->argc + 1, sizeof(*list));

	*ret_count = 0;
	for (; list && i < scene->argc; i++)
		list[(*ret_count)++] = scene_inet(scene, i);
	return list;
}

/* link NAME */
static int call_link(struct scene *scene)
{
	char text[LINK_ADDRESS_TEXT_MAX];
	struct link link;
	int r = scene_link(scene, 0, &link);

	if (!r)
		printf("%s index %d up %d carrier %d lower %d elsewhere %d master %d mtu %u %s\n",
		       link.name, link.index, link_is_up(&link), link_has_carrier(&link),
		       link.lower, link.lower_elsewhere, link.master, link.mtu,
		       link_address_text(link.address, link.address_length, text));
	return r;
}

/* links */
static int call_links(struct scene *scene)
{
	AUTO_LINK_LIST struct link_list list = LINK_LIST_INIT;
	int r = link_list(&scene->netlink, &scene->fault, &list);

	for (size_t i = 0; i < list.count; i++)
		printf("%s\n", list.items[i].name);
	return r;
}

/* set-up NAME */
static int call_set_up(struct scene *scene)
{
	struct link link;
	int r = scene_link(scene, 0, &link);

	return r ? r : link_set_up(&scene->netlink, &link, &scene->fault);
}

/* addresses */
static int call_addresses(struct scene *scene)
{
	AUTO_ADDR_LIST struct addr_list list = ADDR_LIST_INIT;
	char text[INET_TEXT_MAX], broadcast[INET_TEXT_MAX];
	int r = addr_list(&scene->netlink, AF_UNSPEC, &scene->fault, &list);

	for (size_t i = 0; i < list.count; i++) {
		const struct addr *a = &list.items[i];

		printf("%d %s label %s brd %s preferred %d protocol %d%s%s\n", a->index,
		       inet_text(&a->inet, text), a->label[0] ? a->label : "-",
		       a->broadcast.family ? inet_text(&a->broadcast, broadcast) : "-",
		       (int)a->preferred, a->protocol, a->flags & IFA_F_NODAD ? " nodad" : "",
		       a->flags & IFA_F_NOPREFIXROUTE ? " noprefixroute" : "");
	}
	return r;
}

/* everything: all dumps over one socket, the first of them filtered by the kernel */
static int call_everything(struct scene *scene)
{
	AUTO_ROUTE_LIST struct route_list routes = ROUTE_LIST_INIT;
	AUTO_LABEL_LIST struct label_list labels = LABEL_LIST_INIT;
	AUTO_RULE_LIST struct rule_list rules = RULE_LIST_INIT;
	AUTO_LINK_LIST struct link_list links = LINK_LIST_INIT;
	AUTO_ADDR_LIST struct addr_list addrs = ADDR_LIST_INIT;
	struct link link;
	int r = route_list(&scene->netlink, AF_INET, RT_TABLE_MAIN, &scene->fault, &routes);

	if (!r)
		r = link_list(&scene->netlink, &scene->fault, &links);
	if (!r)
		r = link_by_index(&scene->netlink, links.items[0].index, &scene->fault, &link);
	if (!r)
		r = link_by_name(&scene->netlink, "lo", &scene->fault, &link);
	if (!r)
		r = addr_list(&scene->netlink, AF_UNSPEC, &scene->fault, &addrs);
	if (!r)
		r = rule_list(&scene->netlink, AF_INET6, &scene->fault, &rules);
	if (!r)
		r = label_list(&scene->netlink, &scene->fault, &labels);
	printf("%zu routes, %zu links, %zu addresses, %zu rules, %zu labels\n", routes.count,
	       links.count, addrs.count, rules.count, labels.count);
	return r;
}

/* look NAME: what a monitor does */
static int call_look(struct scene *scene)
{
	AUTO_ADDR_LIST struct addr_list list = ADDR_LIST_INIT;
	struct link link;
	int r = scene_link(scene, 0, &link);

	return r ? r : addr_list(&scene->netlink, AF_UNSPEC, &scene->fault, &list);
}

/* add|delete NAME ADDRESS [LABEL [BROADCAST [PREFERRED [PROTOCOL [METRIC]]]]] */
static int call_addr(struct scene *scene, bool add)
{
	struct addr addr = ADDR_INIT;
	struct link link;
	int r = scene_link(scene, 0, &link);

	if (r)
		return r;
	addr.index = link.index;
	addr.inet = scene_inet(scene, 1);
	if (scene->argc > 2)
		(void)snprintf(addr.label, sizeof(addr.label), "%s", scene->argv[2]);
	addr.broadcast = scene_inet(scene, 3);
	addr.preferred = (uint32_t)scene_number(scene, 4, ADDR_FOREVER);
	addr.protocol = (unsigned char)scene_number(scene, 5, 0);
	addr.metric = (uint32_t)scene_number(scene, 6, 0);
	addr.flags = addr.inet.family == AF_INET6 ? IFA_F_NODAD : 0;
	return add ? addr_add(&scene->netlink, &addr, &scene->fault) :
		     addr_delete(&scene->netlink, &addr, &scene->fault);
}

static int call_add(struct scene *scene)
{
	return call_addr(scene, true);
}

static int call_delete(struct scene *scene)
{
	return call_addr(scene, false);
}

/* choose TABLE ADDRESS */
static int call_choose(struct scene *scene)
{
	AUTO_ROUTE_LIST struct route_list list = ROUTE_LIST_INIT;
	const struct route_filter filter = ROUTE_FILTER_INIT;
	const struct inet address = scene_inet(scene, 1);
	struct route_choice choice = {.index = 0};
	char text[LINK_NAME_MAX + 8];
	int r = route_list(&scene->netlink, address.family, (uint32_t)scene_number(scene, 0, 0),
			   &scene->fault, &list);

	if (r)
		return r;
	r = route_choose(&list, &address, &filter, &choice);
	if (choice.index)
		printf("%s bits %d metric %u of %zu routes\n", link_index_text(choice.index, text),
		       choice.bits, choice.metric, list.count);
	else
		printf("none of %zu routes\n", list.count);
	return r;
}

/* route add|delete NAME TO GATEWAY|any SOURCE|any METRIC TABLE */
static int call_route(struct scene *scene)
{
	struct route route = ROUTE_INIT;
	struct link link;
	int r = scene_link(scene, 1, &link);

	if (r)
		return r;
	route.index = link.index;
	route.to = scene_inet(scene, 2);
	route.gateway = scene_inet(scene, 3);
	route.source = scene_inet(scene, 4);
	route.metric = (uint32_t)scene_number(scene, 5, 0);
	route.table = (uint32_t)scene_number(scene, 6, 0);
	if (route.to.family == AF_INET && !route.gateway.family)
		route.scope = RT_SCOPE_LINK;
	if (!strcmp(scene->argv[0], "add"))
		return route_add(&scene->netlink, &route, &scene->fault);
	return route_delete(&scene->netlink, &route, &scene->fault);
}

/* rule add|delete|has 4|6 FROM|any TO|any TABLE PRIORITY */
static int call_rule(struct scene *scene)
{
	AUTO_RULE_LIST struct rule_list list = RULE_LIST_INIT;
	const struct rule rule = {
		.family = scene_number(scene, 1, 4) == 6 ? AF_INET6 : AF_INET,
		.from = scene_inet(scene, 2),
		.to = scene_inet(scene, 3),
		.table = (uint32_t)scene_number(scene, 4, 0),
		.priority = (uint32_t)scene_number(scene, 5, 0),
	};
	int r;

	if (!strcmp(scene->argv[0], "add"))
		return rule_add(&scene->netlink, &rule, &scene->fault);
	if (!strcmp(scene->argv[0], "delete"))
		return rule_delete(&scene->netlink, &rule, &scene->fault);
	r = rule_list(&scene->netlink, rule.family, &scene->fault, &list);
	if (!r)
		printf("%s\n", rule_list_has(&list, &rule) ? "yes" : "no");
	return r;
}

/* label add|delete|list [NET VALUE] */
static int call_label(struct scene *scene)
{
	AUTO_LABEL_LIST struct label_list list = LABEL_LIST_INIT;
	const struct label label = {
		.net = scene_inet(scene, 1),
		.value = (uint32_t)scene_number(scene, 2, 99),
	};
	char text[INET_TEXT_MAX];
	int r;

	if (!strcmp(scene->argv[0], "add"))
		return label_add(&scene->netlink, &label, &scene->fault);
	if (!strcmp(scene->argv[0], "delete"))
		return label_delete(&scene->netlink, &label, &scene->fault);
	r = label_list(&scene->netlink, &scene->fault, &list);
	for (size_t i = 0; i < list.count; i++)
		printf("%s %u\n", inet_text(&list.items[i].net, text), list.items[i].value);
	return r;
}

/* announce NAME ADDRESS... */
static int call_announce(struct scene *scene)
{
	AUTO_ANNOUNCER struct announcer announcer = ANNOUNCER_INIT;
	AUTO_FREE struct inet *addresses = NULL;
	struct link link;
	long long began;
	size_t count;
	int r = scene_link(scene, 0, &link);

	if (!r)
		r = announcer_open(&announcer, &scene->fault);
	if (r)
		return r;
	addresses = scene_inets(scene, 1, &count);
	began = deadline_now();
	r = announce_send(&announcer, &link, addresses, count, &scene->deadline, &scene->fault);
	printf("took %lld us\n", (deadline_now() - began) / 1000);
	return r;
}

/* probe|probe-held NAME BUDGET SOURCE|any ADDRESS... */
static int call_probe(struct scene *scene, bool held)
{
	AUTO_LINK_LIST struct link_list own = LINK_LIST_INIT;
	AUTO_PROBE struct probe probe = PROBE_INIT;
	AUTO_PROBE_RESULT struct probe_result result = PROBE_RESULT_INIT;
	AUTO_FREE struct inet *addresses = NULL;
	const struct inet source = scene_inet(scene, 2);
	struct probe_question question = {
		.held = held,
		.source = source.family ? &source : NULL,
		.budget = (int)scene_number(scene, 1, 150),
	};
	char address[INET_TEXT_MAX], text[LINK_ADDRESS_TEXT_MAX];
	struct link link;
	long long began;
	int r = scene_link(scene, 0, &link);

	if (!r)
		r = link_list(&scene->netlink, &scene->fault, &own);
	if (!r)
		r = probe_open(&probe, &link, &own, &scene->fault);
	if (r)
		return r;
	addresses = scene_inets(scene, 3, &question.count);
	question.addresses = addresses;
	began = deadline_now();
	r = probe_run(&probe, &question, &scene->deadline, &scene->fault, &result);
	printf("took %lld ms\n", (deadline_now() - began) / 1000000);
	for (size_t i = 0; i < result.count; i++)
		printf("%s is at %s%s\n", inet_text(&result.owners[i].inet, address),
		       link_address_text(result.owners[i].address, result.owners[i].address_length,
					 text),
		       result.owners[i].asking ? " (asking)" : "");
	return r;
}

static int call_probe_new(struct scene *scene)
{
	return call_probe(scene, false);
}

static int call_probe_held(struct scene *scene)
{
	return call_probe(scene, true);
}

/* sockets ADDRESS */
static int call_sockets(struct scene *scene)
{
	AUTO_NETLINK struct netlink diag = NETLINK_INIT;
	const struct inet address = scene_inet(scene, 0);
	size_t count = 0;
	int r = netlink_open(&diag, NETLINK_SOCK_DIAG, &scene->deadline, &scene->fault);

	if (!r)
		r = sockets_destroy(&diag, &address, &scene->fault, &count);
	printf("ended %zu\n", count);
	return r;
}

/* sysctl 4|6 LINK KEY [VALUE] */
static int call_sysctl(struct scene *scene)
{
	int family = scene_number(scene, 0, 4) == 6 ? AF_INET6 : AF_INET;
	int value = (int)scene_number(scene, 3, 0);
	int r;

	if (scene->argc > 3)
		return sysctl_link_write(family, scene->argv[1], scene->argv[2], value,
					 &scene->fault);
	r = sysctl_link_read(family, scene->argv[1], scene->argv[2], &scene->fault, &value);
	if (!r)
		printf("%d\n", value);
	return r;
}

/* netns NAME: enters it and lists its links */
static int call_netns(struct scene *scene)
{
	int r = netns_enter(scene->argv[0], &scene->fault);

	netlink_close(&scene->netlink);
	if (!r)
		r = netlink_open(&scene->netlink, NETLINK_ROUTE, &scene->deadline, &scene->fault);
	return r ? r : call_links(scene);
}

static const struct verb {
	const char *name;
	int (*call)(struct scene *scene);
	int least; /* arguments */
} verbs[] = {
	{"link", call_link, 1},	      {"links", call_links, 0},
	{"set-up", call_set_up, 1},   {"addresses", call_addresses, 0},
	{"look", call_look, 1},	      {"add", call_add, 2},
	{"delete", call_delete, 2},   {"choose", call_choose, 2},
	{"route", call_route, 3},     {"rule", call_rule, 5},
	{"label", call_label, 1},     {"announce", call_announce, 2},
	{"probe", call_probe_new, 4}, {"probe-held", call_probe_held, 4},
	{"sockets", call_sockets, 1}, {"sysctl", call_sysctl, 3},
	{"netns", call_netns, 1},     {"everything", call_everything, 0},
};

static int scene_play(struct scene *scene, const struct verb *verb)
{
	int r = netlink_open(&scene->netlink, NETLINK_ROUTE, &scene->deadline, &scene->fault);

	if (!r)
		r = verb->call(scene);
	if (r > 0)
		printf("outcome %d\n", r);
	if (r < 0 || scene->fault.reason[0])
		printf("%s\n", scene->fault.reason);
	netlink_close(&scene->netlink);
	return r < 0;
}

int main(int argc, char **argv)
{
	struct scene scene = {
		.argc = argc - 2,
		.argv = argv + 2,
		.deadline = deadline_in(10000),
		.netlink = NETLINK_INIT,
		.fault = FAULT_INIT,
	};

	for (size_t i = 0; argc > 1 && i < ARRAY_SIZE(verbs); i++)
		if (!strcmp(argv[1], verbs[i].name) && scene.argc >= verbs[i].least)
			return scene_play(&scene, &verbs[i]);
	(void)fprintf(stderr, "net-call: no such verb, or too few arguments\n");
	return 2;
}
