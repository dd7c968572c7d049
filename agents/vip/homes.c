// SPDX-License-Identifier: BSD-3-Clause

#include "vip/homes.h"

#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "ocf/call.h"
#include "vip/config.h"
#include "vip/seen.h"
#include "vip/spot.h"

#define HOMES_PREFIX "home."
#define HOMES_KEY_MAX (INET_TEXT_MAX + 8)

static void homes_key(const struct inet *address, char key[HOMES_KEY_MAX])
{
	char text[INET_TEXT_MAX];

	(void)snprintf(key, HOMES_KEY_MAX, HOMES_PREFIX "%s", inet_host_text(address, text));
}

int homes_remember(struct call *call, struct seen *seen, const struct spot_list *spots)
{
	char key[HOMES_KEY_MAX];
	int r = 0;

	record_drop(&call->record, HOMES_PREFIX);
	for (size_t i = 0; !r && i < spots->count; i++) {
		const struct link *link = seen_link(seen, spots->items[i].index);

		homes_key(&spots->items[i].inet, key);
		r = record_set(&call->record, key, link ? link->name : NULL);
	}
	if (!r)
		r = record_save(&call->record, call->record_path);
	if (r)
		return fault_set(&call->fault, FAULT_GENERIC, r, "%s: %s", call->record_path,
				 strerror(-r));
	return 0;
}

const char **homes_recall(const struct call *call, const struct vip_config *config)
{
	const char **homes = calloc(config->ip.count, sizeof(*homes));
	char key[HOMES_KEY_MAX];

	for (size_t i = 0; homes && i < config->ip.count; i++) {
		homes_key(&config->ip.items[i], key);
		homes[i] = record_get(&call->record, key);
	}
	return homes;
}
