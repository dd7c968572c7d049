// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/manual.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/num.h"

#define MANUAL_LINE_MAX 160

const char *manual_mode_text(enum manual_mode mode)
{
	static const char *const texts[] = {"", "drain", "maint"};

	return (unsigned int)mode < ARRAY_SIZE(texts) ? texts[mode] : "";
}

int manual_parse_server(const char *text, struct inet *ret_address, uint16_t *ret_port)
{
	const char *end, *colon = strrchr(text, ':');
	char address[INET_TEXT_MAX];
	struct inet inet;
	long long port;

	if (!inet_parse(text, &inet) && inet.prefix == INET_NO_PREFIX) {
		*ret_address = inet;
		*ret_port = 0;
		return 0;
	}
	end = *text == '[' ? strchr(text, ']') : colon;
	text += *text == '[';
	if (!colon || !end || end < text || (size_t)(end - text) >= sizeof(address) ||
	    colon != end + (*end == ']'))
		return -EINVAL;
	memcpy(address, text, (size_t)(end - text));
	address[end - text] = '\0';
	if (inet_parse(address, &inet) || inet.prefix != INET_NO_PREFIX ||
	    num_parse(colon + 1, 1, 65535, &port))
		return -EINVAL;
	*ret_address = inet;
	*ret_port = (uint16_t)port;
	return 0;
}

/* Whether what is said of b is said of a, too. */
static bool manual_covers(const struct manual *b, const struct manual *a)
{
	return inet_same(&b->address, &a->address) && (!b->port || b->port == a->port);
}

int manual_set(struct manual_list *list, const struct manual *manual)
{
	struct manual *items;
	size_t kept = 0;

	for (size_t i = 0; i < list->count; i++)
		if (!manual_covers(manual, &list->items[i]))
			list->items[kept++] = list->items[i];
	list->count = kept;
	if (manual->mode == MANUAL_NONE)
		return 0;
	if (list->count == MANUAL_MAX)
		return -ENOSPC;
	items = reallocarray(list->items, list->count + 1, sizeof(*items));
	if (!items)
		return -ENOMEM;
	list->items = items;
	items[list->count++] = *manual;
	return 0;
}

const struct manual *manual_find(const struct manual_list *list, const struct inet *address,
				 uint16_t port)
{
	const struct manual *found = NULL;

	for (size_t i = 0; i < list->count; i++) {
		const struct manual *m = &list->items[i];

		if (!inet_same(&m->address, address) || (m->port && m->port != port))
			continue;
		if (!found || m->port)
			found = m;
	}
	return found;
}

static int manual_read_line(char *line, struct manual *ret_manual)
{
	struct manual manual = {.mode = MANUAL_NONE};
	char *words[5] = {NULL}, *next = NULL;
	long long port;
	size_t count = 0;

	for (char *word = strtok_r(line, " ", &next); word; word = strtok_r(NULL, " ", &next)) {
		if (count == ARRAY_SIZE(words))
			return -EINVAL;
		words[count++] = word;
	}
	if (count != ARRAY_SIZE(words))
		return -EINVAL;
	for (int mode = MANUAL_DRAIN; mode <= MANUAL_MAINT; mode++)
		if (!strcmp(words[0], manual_mode_text((enum manual_mode)mode)))
			manual.mode = (enum manual_mode)mode;
	if (!manual.mode || inet_parse(words[1], &manual.address) ||
	    manual.address.prefix != INET_NO_PREFIX || num_parse(words[2], 0, 65535, &port) ||
	    num_parse(words[3], 0, 1LL << 40, &manual.since) ||
	    num_parse(words[4], 0, MANUAL_LIMIT_MAX, &manual.limit))
		return -EINVAL;
	manual.port = (uint16_t)port;
	*ret_manual = manual;
	return 0;
}

int manual_read(const char *text, struct manual_list *ret_list)
{
	int r = 0;

	*ret_list = MANUAL_LIST_INIT;
	while (*text) {
		const size_t length = strcspn(text, "\n");
		char line[MANUAL_LINE_MAX];
		struct manual manual;
		int bad = length >= sizeof(line) ? -EINVAL : 0;

		if (!bad) {
			memcpy(line, text, length);
			line[length] = '\0';
			bad = manual_read_line(line, &manual);
		}
		if (!bad)
			bad = manual_set(ret_list, &manual);
		if (bad)
			r = bad == -ENOMEM ? bad : -EINVAL;
		text += length + (text[length] == '\n');
	}
	return r;
}

void manual_print(const struct manual_list *list, struct buf *text)
{
	char address[INET_TEXT_MAX];

	for (size_t i = 0; i < list->count; i++) {
		const struct manual *m = &list->items[i];

		buf_addf(text, "%s %s %u %lld %lld\n", manual_mode_text(m->mode),
			 inet_host_text(&m->address, address), m->port, m->since, m->limit);
	}
}

void manual_list_release(struct manual_list *list)
{
	free(list->items);
	*list = MANUAL_LIST_INIT;
}
