// SPDX-License-Identifier: BSD-3-Clause
/*
 * The words of routes and rules (the vip agent's parameters, and its record): a route that was read
 * is written so that it is read again as the same, whatever family the reader would guess.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "vip/routing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void fuzz_route(const char *text, size_t size, int family)
{
	AUTO_BUF struct buf first = BUF_INIT, second = BUF_INIT;
	struct routing_route route, again;

	if (routing_read_route(text, size, family, &route))
		return;
	demand(route.route.to.family == AF_INET || route.route.to.family == AF_INET6);
	demand(route.route.to.prefix >= 0 &&
	       route.route.to.prefix <= inet_bits(route.route.to.family));
	routing_print_route(&route, &first);
	demand(!routing_read_route(first.data, first.length, family == AF_INET ? AF_INET6 : AF_INET,
				   &again));
	demand(again.route.to.family == route.route.to.family);
	demand(again.route.scope == route.route.scope);
	routing_print_route(&again, &second);
	demand(!strcmp(first.data, second.data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rule rule;

	fuzz_route((const char *)data, size, AF_INET);
	fuzz_route((const char *)data, size, AF_INET6);
	if (routing_read_rule((const char *)data, size, &rule))
		return 0;
	demand(rule.family == AF_INET || rule.family == AF_INET6);
	demand(rule.table && rule.plain);
	demand(!rule.from.family || rule.from.family == rule.family);
	demand(!rule.to.family || rule.to.family == rule.family);
	return 0;
}
