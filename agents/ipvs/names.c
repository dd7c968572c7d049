// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/names.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/inet.h"
#include "base/log.h"
#include "daemon/errand.h"
#include "daemon/loop.h"
#include "ipvs/intent.h"
#include "ipvs/name.h"

/* One question to the resolver, in a thread that may hang. */
struct names_question {
	struct names_item *item;
	char host[NAME_LENGTH_MAX];
	int family;
	struct inet_list found;
	int result;
};

struct names_item {
	struct names *names;
	struct names_item *next;
	char host[NAME_LENGTH_MAX];
	struct inet address; /* of the family, zeros while unknown */
	bool asked, known;   /* it had an answer; an address */
	bool wanted;	     /* by the last intent */
	struct errand *errand;
	struct loop_timer again;
};

struct names {
	struct names_owner owner;
	struct names_item *items; /* owned */
};

static void names_ask(void *data);

static void question_run(void *data)
{
	struct names_question *q = data;

	q->result = name_look_up(q->host, q->family, &q->found);
}

static void question_free(void *data)
{
	struct names_question *q = data;

	inet_list_release(&q->found);
	free(q);
}

/* Whether the item has another address now. */
static bool names_choose(struct names_item *item, const struct inet_list *found)
{
	for (size_t i = 0; item->known && i < found->count; i++)
		if (inet_same(&found->items[i], &item->address))
			return false;
	item->address = found->items[0];
	item->known = true;
	return true;
}

static void question_done(void *data)
{
	struct names_question *q = data;
	struct names_item *item = q->item;
	const struct names_owner *owner = &item->names->owner;
	const bool first = !item->asked;
	const bool news = !q->result && names_choose(item, &q->found);
	char text[INET_TEXT_MAX];

	item->errand = NULL;
	item->asked = true;
	if (news)
		log_line(owner->log, LOG_INFO, "%s is %s", item->host,
			 inet_host_text(&item->address, text));
	else if (q->result && (first || !item->known))
		log_line(owner->log, LOG_WARNING, "%s has no address: %s", item->host,
			 q->result == -EAGAIN ? "no name server answers" : "the name is not known");
	(void)loop_timer_set(&item->again, q->result ? NAMES_HURRY_MS : NAMES_AGAIN_MS);
	question_free(q);
	if (news || first)
		owner->changed(owner->data);
}

static void names_ask(void *data)
{
	static const struct errand_ops ops = {question_run, question_done, question_free};
	struct names_item *item = data;
	struct names_question *q;

	if (item->errand)
		return;
	q = calloc(1, sizeof(*q));
	if (q) {
		q->item = item;
		q->family = item->address.family;
		memcpy(q->host, item->host, sizeof(q->host));
	}
	if (!q || errand_start(item->names->owner.loop, &ops, q, &item->errand, NULL)) {
		free(q);
		(void)loop_timer_set(&item->again, NAMES_HURRY_MS);
	}
}

static struct names_item *names_find(struct names *names, const char *host, int family)
{
	struct names_item *item = names->items;

	while (item && (item->address.family != family || strcmp(item->host, host) != 0))
		item = item->next;
	if (item)
		return item;
	item = calloc(1, sizeof(*item));
	if (!item)
		return NULL;
	item->names = names;
	(void)snprintf(item->host, sizeof(item->host), "%s", host);
	item->address = (struct inet){.family = family, .prefix = INET_NO_PREFIX};
	loop_timer_init(&item->again, names->owner.loop, names_ask, item);
	item->next = names->items;
	names->items = item;
	names_ask(item);
	return item;
}

static bool names_taken(const struct intent_server *servers, size_t index,
			const struct inet *address)
{
	for (size_t i = 0; i < index; i++)
		if (!servers[i].nameless && servers[i].server.port == servers[index].server.port &&
		    inet_same(&servers[i].server.address, address))
			return true;
	return false;
}

static bool names_fill_list(struct names *names, struct intent_server *servers, size_t count)
{
	bool whole = true;

	for (size_t i = 0; i < count; i++) {
		struct intent_server *server = &servers[i];
		struct names_item *item;

		if (!server->name)
			continue;
		server->nameless = true;
		item = names_find(names, server->name, server->server.address.family);
		if (!item)
			continue;
		item->wanted = true;
		whole &= item->asked;
		if (!item->known || names_taken(servers, i, &item->address))
			continue;
		server->server.address = item->address;
		server->nameless = false;
	}
	return whole;
}

static void names_drop(struct names_item **place)
{
	struct names_item *item = *place;

	*place = item->next;
	errand_abandon(&item->errand);
	loop_timer_clear(&item->again);
	free(item);
}

bool names_fill(struct names *names, struct intent *intent)
{
	bool whole = true;

	for (struct names_item *item = names->items; item; item = item->next)
		item->wanted = false;
	for (size_t i = 0; i < intent->service_count; i++) {
		struct intent_service *service = &intent->services[i];

		whole &= names_fill_list(names, service->servers, service->server_count);
		whole &= names_fill_list(names, service->fallbacks, service->fallback_count);
	}
	for (struct names_item **place = &names->items; *place;) {
		if ((*place)->wanted)
			place = &(*place)->next;
		else
			names_drop(place);
	}
	return whole;
}

int names_new(const struct names_owner *owner, struct names **ret_names, struct fault *fault)
{
	struct names *names = calloc(1, sizeof(*names));

	if (!names)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	names->owner = *owner;
	*ret_names = names;
	return 0;
}

void names_free(struct names **names)
{
	struct names *given = *names;

	while (given && given->items)
		names_drop(&given->items);
	free(given);
	*names = NULL;
}
