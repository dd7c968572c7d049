// SPDX-License-Identifier: BSD-3-Clause

#include "vip/routing.h"

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "net/link.h"
#include "net/netlink.h"
#include "net/route_image.h"
#include "ocf/call.h"
#include "vip/config.h"
#include "vip/homes.h"
#include "vip/seen.h"

#define ROUTING_ITEMS_MAX 64 /* of each parameter */

struct routing_list {
	struct routing_route routes[ROUTING_ITEMS_MAX];
	size_t route_count;
	struct rule rules[ROUTING_ITEMS_MAX];
	size_t rule_count;
};

static int routing_wrong(struct fault *fault, const char *name, const char *at, size_t length,
			 const char *form)
{
	return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "%s: '%.*s' is not of the form %s", name,
			 (int)(length < 60 ? length : 60), at, form);
}

/* The next piece of a list, its length in *length; NULL at the end. */
static const char *routing_piece(const char *text, const char *separators, size_t *length)
{
	text += *length;
	text += strspn(text, ", \t\n");
	*length = strcspn(text, separators);
	return *length ? text : NULL;
}

static int routing_read(const struct vip_config *config, struct routing_list *list,
			struct fault *fault)
{
	const int family = config->ip.items[0].family;
	const char *at;
	size_t length;

	list->route_count = list->rule_count = 0;
	for (at = config->routes, length = 0; at && (at = routing_piece(at, ",", &length));) {
		if (list->route_count == ROUTING_ITEMS_MAX ||
		    routing_read_route(at, length, family, &list->routes[list->route_count++]))
			return routing_wrong(
				fault, "routes", at, length,
				"NET [via IP] [dev NIC] [table N] [metric N] [src IP]");
	}
	for (at = config->rules, length = 0; at && (at = routing_piece(at, ",", &length));) {
		if (list->rule_count == ROUTING_ITEMS_MAX ||
		    routing_read_rule(at, length, &list->rules[list->rule_count++]))
			return routing_wrong(fault, "rules", at, length,
					     "from NET|to NET table N [priority N]");
	}
	return 0;
}

/* The n-th destination of src as a route, with the address that becomes its source. */
static int routing_read_source(const struct vip_config *config, size_t n,
			       struct routing_route *ret_route)
{
	const char *at = config->src;
	size_t length = 0;

	while (at && (at = routing_piece(at, ", \t\n", &length)) && n)
		n--;
	if (!at)
		return -ENOENT;
	if (routing_read_route(at, length, config->ip.items[0].family, ret_route))
		return -EINVAL;
	for (size_t i = 0; i < config->ip.count; i++) {
		ret_route->route.source = config->ip.items[i];
		ret_route->route.source.prefix = INET_NO_PREFIX;
		if (config->ip.items[i].family == ret_route->route.to.family)
			return 0;
	}
	return -EINVAL;
}

bool routing_wanted(const struct vip_config *config)
{
	return config->routes || config->rules || config->src;
}

static int routing_check_given(const struct vip_config *config, struct fault *fault)
{
	struct routing_list list;
	struct routing_route route;
	int r = routing_read(config, &list, fault);

	for (size_t n = 0; !r && (r = routing_read_source(config, n, &route)) != -ENOENT; n++)
		if (r)
			return routing_wrong(fault, "src", config->src, strlen(config->src),
					     "default or NET, of the family of an address of ip");
	return r == -ENOENT ? 0 : r;
}

/* The lists are large: most configurations have none, and pay for none. */
int routing_check(const struct vip_config *config, struct fault *fault)
{
	return routing_wanted(config) ? routing_check_given(config, fault) : 0;
}

/* Gives the route its link: the device written, else, without gateway, that of the addresses. */
static int routing_resolve(struct call *call, const struct vip_config *config, struct seen *seen,
			   struct routing_route *route)
{
	AUTO_FREE struct home *homes = homes_recall(call, config);
	char name[128];
	struct link link;
	const char *device = *route->device ? route->device : NULL;
	const struct addr *held;
	int r;

	if (!device && route->route.gateway.family)
		return 0;
	if (!device)
		device = vip_nic(config, name);
	held = addr_list_next(&seen->addrs, &config->ip.items[0], 0, NULL);
	if (!device && held) {
		route->route.index = held->index;
		return 0;
	}
	if (!device && homes && *homes[0].link)
		device = homes[0].link;
	if (!device) /* nothing tells which of the routes to there was ours */
		return -ENODEV;
	r = link_by_name(&seen->netlink, device, &call->fault, &link);
	if (!r)
		route->route.index = link.index;
	return r;
}

static bool routing_same(const struct route *wanted, const struct route *there)
{
	uint32_t table = wanted->table ? wanted->table : RT_TABLE_MAIN;

	return inet_same(&wanted->to, &there->to) && wanted->to.prefix == there->to.prefix &&
	       table == there->table && (!wanted->index || wanted->index == there->index) &&
	       (!wanted->gateway.family || inet_same(&wanted->gateway, &there->gateway)) &&
	       (!wanted->source.family || inet_same(&wanted->source, &there->source)) &&
	       (!wanted->metric || wanted->metric == there->metric);
}

static const struct route *routing_find(const struct route_list *list, const struct route *wanted)
{
	for (size_t i = 0; i < list->count; i++)
		if (routing_same(wanted, &list->items[i]))
			return &list->items[i];
	return NULL;
}

static void routing_source_key(size_t n, char key[32])
{
	(void)snprintf(key, 32, "src.%zu", n);
}

/* Writes the route as it was into the record, so that stop can put it back whatever happens. */
static int routing_remember(struct call *call, size_t n, const struct route_image *image)
{
	AUTO_BUF struct buf text = BUF_INIT;
	char key[32];
	int r;

	routing_source_key(n, key);
	route_image_print(image, &text);
	r = buf_error(&text);
	if (!r)
		r = record_set(&call->record, key, text.data);
	if (!r)
		r = record_save(&call->record, call->record_path);
	return r ? fault_set(&call->fault, FAULT_GENERIC, r, "%s: %s", call->record_path,
			     strerror(-r)) :
		   0;
}

/* The n-th route as it was before start; false when the record does not know. */
static bool routing_recall(const struct call *call, size_t n, struct route_image *ret_image)
{
	const char *text;
	char key[32];

	routing_source_key(n, key);
	text = record_get(&call->record, key);
	return text && !route_image_parse(text, ret_image);
}

static int routing_add_source(struct call *call, struct seen *seen, size_t n,
			      const struct routing_route *wanted)
{
	AUTO_ROUTE_LIST struct route_list list = ROUTE_LIST_INIT;
	AUTO_ROUTE_IMAGE struct route_image image = ROUTE_IMAGE_INIT;
	struct route any = wanted->route;
	const struct route *there;
	char text[INET_TEXT_MAX];
	int r = route_list(&seen->netlink, any.to.family, RT_TABLE_MAIN, &call->fault, &list);

	if (r || routing_find(&list, &wanted->route))
		return r;
	any.source.family = 0;
	there = routing_find(&list, &any);
	if (there) {
		r = route_image_take(&seen->netlink, there, &call->fault, &image);
		if (!r)
			r = routing_remember(call, n, &image);
	} else if (!routing_recall(call, n, &image)) { /* dropped when the address was deleted */
		return fault_set(&call->fault, FAULT_ARGS, -ENOENT,
				 "src: there is no route to %s in the main table",
				 any.to.prefix ? inet_text(&any.to, text) : "default");
	}
	if (!r)
		r = route_image_put(&seen->netlink, &image, &wanted->route.source, &call->fault);
	if (r)
		fault_prefix(&call->fault, "src: ");
	return r;
}

int routing_add(struct call *call, const struct vip_config *config, struct seen *seen)
{
	struct routing_list list;
	struct routing_route source;
	int r = routing_read(config, &list, &call->fault);

	for (size_t i = 0; r >= 0 && i < list.route_count; i++) {
		r = routing_resolve(call, config, seen, &list.routes[i]);
		if (!r)
			r = route_add(&seen->netlink, &list.routes[i].route, &call->fault);
	}
	for (size_t i = 0; r >= 0 && i < list.rule_count; i++)
		r = rule_add(&seen->netlink, &list.rules[i], &call->fault);
	for (size_t n = 0; r >= 0 && !routing_read_source(config, n, &source); n++)
		r = routing_add_source(call, seen, n, &source);
	return r < 0 ? r : 0;
}

static const struct route *routing_find_rival(const struct route_list *list,
					      const struct route *was)
{
	for (size_t i = 0; i < list->count; i++)
		if (inet_same(&list->items[i].to, &was->to) &&
		    list->items[i].to.prefix == was->to.prefix &&
		    list->items[i].metric == was->metric)
			return &list->items[i];
	return NULL;
}

/*
 * Puts the n-th route back as it was, unless somebody has set another in its place. Without a
 * record nobody knows how it was: it loses its source, with which it would vanish.
 */
static int routing_restore_source(struct call *call, struct seen *seen, size_t n,
				  const struct routing_route *wanted)
{
	AUTO_ROUTE_LIST struct route_list list = ROUTE_LIST_INIT;
	AUTO_ROUTE_IMAGE struct route_image image = ROUTE_IMAGE_INIT;
	const struct inet none = {.family = 0};
	const bool known = routing_recall(call, n, &image);
	const struct route *there;
	struct route was;
	int r = route_list(&seen->netlink, wanted->route.to.family, RT_TABLE_MAIN, &call->fault,
			   &list);

	if (r)
		return r;
	there = routing_find(&list, &wanted->route);
	if (known) {
		was = route_image_route(&image);
		if (!there && routing_find_rival(&list, &was))
			return 0;
		return route_image_put(&seen->netlink, &image, NULL, &call->fault);
	}
	if (there)
		r = route_image_take(&seen->netlink, there, &call->fault, &image);
	if (there && !r)
		r = route_image_put(&seen->netlink, &image, &none, &call->fault);
	return r;
}

/* Failing must not keep the address from being removed. */
static void routing_remove_source(struct call *call, const struct vip_config *config,
				  struct seen *seen, size_t n)
{
	struct routing_route wanted;
	char key[32];
	int r = 0;

	if (!routing_read_source(config, n, &wanted))
		r = routing_restore_source(call, seen, n, &wanted);
	if (r && r != -ENODEV) /* without its link the route is gone for good */
		log_line(&call->log, LOG_WARNING, "src: a route could not be put back: %s",
			 call->fault.reason);
	call->fault = FAULT_INIT;
	routing_source_key(n, key);
	(void)record_set(&call->record, key, NULL);
}

int routing_remove(struct call *call, const struct vip_config *config, struct seen *seen)
{
	struct routing_list list;
	struct routing_route source;
	size_t sources = 0;
	int r = routing_read(config, &list, &call->fault);

	while (!routing_read_source(config, sources, &source))
		sources++;
	while (sources-- > 0)
		routing_remove_source(call, config, seen, sources);
	for (size_t i = list.rule_count; r >= 0 && i-- > 0;)
		r = rule_delete(&seen->netlink, &list.rules[i], &call->fault);
	for (size_t i = list.route_count; r >= 0 && i-- > 0;) {
		r = routing_resolve(call, config, seen, &list.routes[i]);
		if (!r)
			r = route_delete(&seen->netlink, &list.routes[i].route, &call->fault);
		if (r == -ENODEV)
			r = 0;
	}
	return r < 0 ? r : 0;
}

static int routing_look_route(struct call *call, struct seen *seen, const char *name,
			      const struct routing_route *wanted)
{
	AUTO_ROUTE_LIST struct route_list list = ROUTE_LIST_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	uint32_t table = wanted->route.table ? wanted->route.table : RT_TABLE_MAIN;
	int r = route_list(&seen->netlink, wanted->route.to.family, table, &call->fault, &list);

	if (r || routing_find(&list, &wanted->route))
		return r;
	routing_print_route(wanted, &text);
	(void)fault_set(&call->fault, FAULT_GENERIC, 0, "%s: the route %s is missing", name,
			text.data);
	return ROUTING_MISSING;
}

static int routing_look_rule(struct call *call, struct seen *seen, const struct rule *wanted)
{
	AUTO_RULE_LIST struct rule_list list = RULE_LIST_INIT;
	char text[INET_TEXT_MAX];
	int r = rule_list(&seen->netlink, wanted->family, &call->fault, &list);

	if (r || rule_list_has(&list, wanted))
		return r;
	(void)fault_set(&call->fault, FAULT_GENERIC, 0, "rules: the rule %s %s table %u is missing",
			wanted->from.family ? "from" : "to",
			inet_text(wanted->from.family ? &wanted->from : &wanted->to, text),
			wanted->table);
	return ROUTING_MISSING;
}

int routing_look(struct call *call, const struct vip_config *config, struct seen *seen)
{
	struct routing_list list;
	struct routing_route source;
	char to[INET_TEXT_MAX], from[INET_TEXT_MAX];
	int r = routing_read(config, &list, &call->fault);

	for (size_t i = 0; !r && i < list.route_count; i++) {
		r = routing_resolve(call, config, seen, &list.routes[i]);
		if (!r)
			r = routing_look_route(call, seen, "routes", &list.routes[i]);
	}
	for (size_t i = 0; !r && i < list.rule_count; i++)
		r = routing_look_rule(call, seen, &list.rules[i]);
	for (size_t n = 0; !r && !routing_read_source(config, n, &source); n++) {
		r = routing_look_route(call, seen, "src", &source);
		if (r == ROUTING_MISSING)
			(void)fault_set(&call->fault, FAULT_GENERIC, 0,
					"src: no route to %s has the source %s",
					source.route.to.prefix ? inet_text(&source.route.to, to) :
								 "default",
					inet_host_text(&source.route.source, from));
	}
	return r;
}
