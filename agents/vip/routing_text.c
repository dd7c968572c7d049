// SPDX-License-Identifier: BSD-3-Clause
/*
 * The words of routes and rules, read and written.
 */

#include <errno.h>
#include <linux/rtnetlink.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"
#include "vip/routing.h"

#define ROUTING_TEXT_MAX 512

/* The next word, cut out of the text; NULL at the end. */
static char *routing_word(char **rest)
{
	char *word;

	do
		word = strsep(rest, " \t\n");
	while (word && !*word);
	return word;
}

static int routing_copy(const char *text, size_t length, char copy[ROUTING_TEXT_MAX])
{
	if (length >= ROUTING_TEXT_MAX || memchr(text, '\0', length))
		return -EINVAL;
	memcpy(copy, text, length);
	copy[length] = '\0';
	return 0;
}

static int routing_number(const char *word, uint32_t *ret_number)
{
	long long number;

	if (num_parse(word, 0, UINT32_MAX, &number))
		return -EINVAL;
	*ret_number = (uint32_t)number;
	return 0;
}

static int routing_table(const char *word, uint32_t *ret_table)
{
	if (!strcmp(word, "main"))
		*ret_table = RT_TABLE_MAIN;
	else if (!strcmp(word, "default"))
		*ret_table = RT_TABLE_DEFAULT;
	else if (!strcmp(word, "local"))
		*ret_table = RT_TABLE_LOCAL;
	else
		return routing_number(word, ret_table);
	return 0;
}

/* An address, with all bits as prefix where none is written. */
static int routing_net(const char *word, struct inet *ret_net)
{
	if (inet_parse(word, ret_net))
		return -EINVAL;
	if (ret_net->prefix == INET_NO_PREFIX)
		ret_net->prefix = inet_bits(ret_net->family);
	return 0;
}

static int routing_host(const char *word, struct inet *ret_host)
{
	if (inet_parse(word, ret_host) || ret_host->prefix != INET_NO_PREFIX)
		return -EINVAL;
	return 0;
}

static int routing_route_word(struct routing_route *r, const char *key, const char *value)
{
	uint32_t number;

	if (!strcmp(key, "via"))
		return routing_host(value, &r->route.gateway);
	if (!strcmp(key, "src"))
		return routing_host(value, &r->route.source);
	if (!strcmp(key, "table"))
		return routing_table(value, &r->route.table);
	if (!strcmp(key, "metric"))
		return routing_number(value, &r->route.metric);
	if (!strcmp(key, "dev") && strlen(value) < sizeof(r->device))
		return snprintf(r->device, sizeof(r->device), "%s", value) < 0 ? -EINVAL : 0;
	if (!strcmp(key, "proto") && !routing_number(value, &number) && number < 256) {
		r->route.protocol = (unsigned char)number;
		return 0;
	}
	return -EINVAL;
}

int routing_read_route(const char *text, size_t length, int family, struct routing_route *ret_route)
{
	struct routing_route r = {.route = ROUTE_INIT};
	char copy[ROUTING_TEXT_MAX], *rest = copy, *key, *value;
	bool is_default;

	if (routing_copy(text, length, copy))
		return -EINVAL;
	key = routing_word(&rest);
	if (!key)
		return -EINVAL;
	is_default = !strcmp(key, "default");
	if (!is_default && routing_net(key, &r.route.to))
		return -EINVAL;
	while ((key = routing_word(&rest))) {
		value = routing_word(&rest);
		if (!value || routing_route_word(&r, key, value))
			return -EINVAL;
	}
	if (is_default)
		r.route.to.family = r.route.gateway.family ? r.route.gateway.family : family;
	if (r.route.gateway.family == AF_INET && r.route.to.family != AF_INET)
		return -EINVAL; /* the other way round is RFC 5549 */
	if (!r.route.gateway.family && r.route.to.family == AF_INET)
		r.route.scope = RT_SCOPE_LINK;
	*ret_route = r;
	return 0;
}

void routing_print_route(const struct routing_route *r, struct buf *text)
{
	/* A bare "default" is of its gateway's family, or of anybody's guess. */
	const bool plain = !r->route.to.prefix && r->route.gateway.family == r->route.to.family;
	char address[INET_TEXT_MAX];

	buf_adds(text, plain ? "default" : inet_text(&r->route.to, address));
	if (r->route.gateway.family)
		buf_addf(text, " via %s", inet_host_text(&r->route.gateway, address));
	if (*r->device)
		buf_addf(text, " dev %s", r->device);
	if (r->route.table)
		buf_addf(text, " table %u", r->route.table);
	if (r->route.metric)
		buf_addf(text, " metric %u", r->route.metric);
	if (r->route.source.family)
		buf_addf(text, " src %s", inet_host_text(&r->route.source, address));
	buf_addf(text, " proto %u", r->route.protocol);
}

int routing_read_rule(const char *text, size_t length, struct rule *ret_rule)
{
	struct rule rule = {.protocol = RTPROT_STATIC, .plain = true};
	char copy[ROUTING_TEXT_MAX], *rest = copy, *key, *value;
	int r = routing_copy(text, length, copy);

	while (!r && (key = routing_word(&rest))) {
		value = routing_word(&rest);
		if (!value)
			r = -EINVAL;
		else if (!strcmp(key, "from"))
			r = routing_net(value, &rule.from);
		else if (!strcmp(key, "to"))
			r = routing_net(value, &rule.to);
		else if (!strcmp(key, "table") || !strcmp(key, "lookup"))
			r = routing_table(value, &rule.table);
		else if (!strcmp(key, "priority") || !strcmp(key, "pref"))
			r = routing_number(value, &rule.priority);
		else
			r = -EINVAL;
	}
	rule.family = rule.from.family ? rule.from.family : rule.to.family;
	if (r || !rule.family || !rule.table || (rule.to.family && rule.to.family != rule.family))
		return -EINVAL;
	*ret_rule = rule;
	return 0;
}
