// SPDX-License-Identifier: BSD-3-Clause
/*
 * Numbers, durations, addresses and lists of them out of one text: whatever is taken can be
 * written, and is the same when it is read again.
 */

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/inet.h"
#include "base/line.h"
#include "base/num.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void fuzz_number(const char *text)
{
	long long value = 0, again = 0, port = 0;
	char written[32];
	int r = num_parse(text, LLONG_MIN, LLONG_MAX, &value);

	demand(r == 0 || r == -EINVAL || r == -ERANGE);
	if (!r) {
		(void)snprintf(written, sizeof(written), "%lld", value);
		demand(!num_parse(written, value, value, &again) && again == value);
	}
	demand(num_parse(text, 1, 65535, &port) == (r				 ? r :
						    value >= 1 && value <= 65535 ? 0 :
										   -ERANGE));
	r = num_duration(text, &value);
	demand(r == 0 || r == -EINVAL || r == -ERANGE);
	if (!r && value <= LLONG_MAX / 1000) {
		(void)snprintf(written, sizeof(written), "%lldms", value);
		demand(!num_duration(written, &again) && again == value);
	}
}

static void fuzz_address(const struct inet *inet)
{
	char text[INET_TEXT_MAX];
	struct inet again;

	demand(inet->prefix >= INET_NO_PREFIX && inet->prefix <= inet_bits(inet->family));
	demand(!inet_parse(inet_text(inet, text), &again));
	demand(inet_same(inet, &again) && inet->prefix == again.prefix);
	demand(!inet_parse(inet_host_text(inet, text), &again) && again.prefix == INET_NO_PREFIX);
	demand(inet_in_net(inet, &again, inet_bits(inet->family)));
	(void)inet_is_link_local(inet);
	if (inet->family != AF_INET || inet->prefix == INET_NO_PREFIX)
		return;
	again = inet_broadcast(inet);
	demand(inet_in_net(&again, inet, inet->prefix));
}

static void fuzz_list(const char *text)
{
	AUTO_INET_LIST struct inet_list list = INET_LIST_INIT;
	const char *at = NULL;
	size_t length = 0;
	int r = inet_list_parse(text, &list, &at, &length);

	demand(r == 0 || r == -EINVAL);
	if (r)
		demand(!list.items && length && at >= text && at + length <= text + strlen(text));
	demand(!list.count == !list.items);
	for (size_t i = 0; i < list.count; i++)
		fuzz_address(&list.items[i]);
}

static void fuzz_prefix(const char *text, int family)
{
	int bits = INT_MIN, r = inet_prefix_parse(text, family, &bits);

	demand(r == 0 || r == -EINVAL);
	demand(r ? bits == INT_MIN : bits >= 0 && bits <= inet_bits(family));
}

static void fuzz_line(char *text, size_t size)
{
	for (size_t limit = 0; limit <= size && limit < 16; limit++)
		demand(line_cut(text, limit) <= limit);
	line_clean(text);
	demand(strlen(text) <= size);
	for (size_t limit = 0, cut; limit <= strlen(text); limit++) {
		cut = line_cut(text, limit);
		demand(cut <= limit && limit - cut < 4);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = malloc(size + 1);
	struct inet inet;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	fuzz_number(text);
	if (!inet_parse(text, &inet))
		fuzz_address(&inet);
	fuzz_list(text);
	fuzz_prefix(text, AF_INET);
	fuzz_prefix(text, AF_INET6);
	fuzz_line(text, size);
	return 0;
}
