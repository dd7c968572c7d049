// SPDX-License-Identifier: BSD-3-Clause

#include "vip/homes.h"

#include <string.h>

#include "base/fault.h"
#include "base/line.h"
#include "base/num.h"
#include "ocf/call.h"
#include "vip/config.h"
#include "vip/seen.h"
#include "vip/spot.h"

#define HOMES_PREFIX "home."
#define HOMES_KEY_MAX (INET_TEXT_MAX + 8)
#define HOMES_VALUE_MAX (LINK_NAME_MAX + 8)

static void homes_key(const struct inet *address, char key[HOMES_KEY_MAX])
{
	char text[INET_TEXT_MAX];

	(void)line_join(key, HOMES_KEY_MAX,
			(const char *const[]){HOMES_PREFIX, inet_host_text(address, text), NULL});
}

static void homes_entry(struct seen *seen, const struct addr *spot, char key[HOMES_KEY_MAX],
			char value[HOMES_VALUE_MAX])
{
	const struct link *link = seen_link(seen, spot->index);
	char prefix[24];

	homes_key(&spot->inet, key);
	(void)line_join(value, HOMES_VALUE_MAX,
			(const char *const[]){link ? link->name : "", "/",
					      num_text((unsigned int)spot->inet.prefix, prefix),
					      NULL});
}

static bool homes_are(const struct call *call, struct seen *seen, const struct spot_list *spots)
{
	char key[HOMES_KEY_MAX], value[HOMES_VALUE_MAX];
	const char *known;

	for (size_t i = 0; i < spots->count; i++) {
		homes_entry(seen, &spots->items[i], key, value);
		known = record_get(&call->record, key);
		if (!known || strcmp(known, value))
			return false;
	}
	return true;
}

int homes_note(struct call *call, struct seen *seen, const struct spot_list *spots)
{
	char key[HOMES_KEY_MAX], value[HOMES_VALUE_MAX];
	int r = 0;

	record_drop(&call->record, HOMES_PREFIX);
	for (size_t i = 0; !r && i < spots->count; i++) {
		homes_entry(seen, &spots->items[i], key, value);
		r = record_set(&call->record, key, value);
	}
	return r ? fault_set(&call->fault, FAULT_GENERIC, r, "out of memory") : 0;
}

int homes_remember(struct call *call, struct seen *seen, const struct spot_list *spots)
{
	int r;

	if (homes_are(call, seen, spots))
		return 0;
	r = homes_note(call, seen, spots);
	if (r)
		return r;
	r = record_save(&call->record, call->record_path);
	return r ? fault_set(&call->fault, FAULT_GENERIC, r, "%s: %s", call->record_path,
			     strerror(-r)) :
		   0;
}

static void homes_read(const char *text, struct home *home)
{
	const char *slash = text ? strrchr(text, '/') : NULL;
	long long prefix;

	if (!slash || slash - text >= LINK_NAME_MAX || num_parse(slash + 1, 0, 128, &prefix))
		return;
	memcpy(home->link, text, (size_t)(slash - text));
	home->link[slash - text] = '\0';
	home->prefix = (int)prefix;
}

struct home *homes_recall(const struct call *call, const struct vip_config *config)
{
	struct home *homes = calloc(config->ip.count, sizeof(*homes));
	char key[HOMES_KEY_MAX];

	for (size_t i = 0; homes && i < config->ip.count; i++) {
		homes_key(&config->ip.items[i], key);
		homes_read(record_get(&call->record, key), &homes[i]);
	}
	return homes;
}
