// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/plan.h"

#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "ipvs/kind.h"
#include "ipvs/pattern.h"
#include "ipvs/tls.h"

/* One use of a check by a server, before equal ones are found. */
struct plan_use {
	char *key; /* owned until the check takes it */
	size_t server;
	struct target target;
};

struct plan_uses {
	struct plan_use *items;
	size_t count, room;
};

static void plan_uses_release(struct plan_uses *uses)
{
	for (size_t i = 0; i < uses->count; i++)
		free(uses->items[i].key);
	free(uses->items);
}

/* With its length, so that no two lists of texts give the same key. */
static void plan_key_text(struct buf *key, const char *text)
{
	if (text)
		buf_addf(key, "%zu:%s ", strlen(text), text);
	else
		buf_adds(key, "- ");
}

static void plan_key_address(struct buf *key, const struct inet *address, unsigned int port)
{
	char text[INET_TEXT_MAX];

	buf_addf(key, "%s %u ", address->family ? inet_host_text(address, text) : "-", port);
}

static void plan_key_program(struct buf *key, const struct target *target)
{
	const struct intent_check *check = target->check;
	char text[IPVS_KEY_TEXT_MAX];

	for (const char *const *word = check->command; word && *word; word++)
		plan_key_text(key, *word);
	plan_key_text(key, check->user);
	if (check->style != EXTERNAL_LDIRECTORD)
		return;
	plan_key_text(key, ipvs_key_text(&target->service, text));
	plan_key_address(key, &target->server, target->server_port);
}

static void plan_key(struct buf *key, const struct target *target)
{
	const struct intent_check *check = target->check;
	const struct intent_url *url = target->url;

	buf_addf(key, "%s ", kind_of(check)->name);
	plan_key_address(key, &target->address, target->port);
	plan_key_address(key, &check->bind, check->bind_port);
	plan_key_text(key, check->bind_link);
	buf_addf(key, "%u %lld %lld %lld %d %d %d%d%d%d%d%d ", check->fwmark, check->interval,
		 check->timeout, check->retry_interval, check->fall, check->rise, check->tls,
		 check->verify, check->sni, check->hex, check->require_reply, check->alpha);
	buf_addf(key, "%lld %d %d %d ", check->lag_limit, check->read_only, check->lag_weight,
		 (int)check->style);
	const char *const texts[] = {check->ca_file,
				     check->tls_name,
				     check->method,
				     check->version,
				     check->host,
				     check->request,
				     check->receive,
				     check->type,
				     check->login,
				     check->password,
				     check->database,
				     url ? url->path : NULL,
				     url ? url->host : NULL,
				     url ? url->digest : NULL,
				     url ? url->status : NULL,
				     url ? url->receive : NULL};
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		plan_key_text(key, texts[i]);
	buf_addf(key, "%d ", url && url->no_match);
	if (check->kind == CHECK_EXTERNAL)
		plan_key_program(key, target);
}

static uint16_t plan_port(const struct intent_check *check, const struct intent_server *server)
{
	const struct kind *kind = kind_of(check);

	if (check->port)
		return check->port;
	if (server->server.port)
		return server->server.port;
	return check->tls ? kind->tls_port : kind->port;
}

static int plan_add(struct plan_uses *uses, const struct plan_server *server,
		    const struct intent_check *check, const struct intent_url *url)
{
	const struct intent_server *s = server->server;
	struct plan_use *use;
	AUTO_BUF struct buf key = BUF_INIT;

	if (uses->count == uses->room) {
		const size_t room = uses->room ? uses->room * 2 : 64;
		struct plan_use *items = reallocarray(uses->items, room, sizeof(*items));

		if (!items)
			return -ENOMEM;
		uses->items = items;
		uses->room = room;
	}
	use = &uses->items[uses->count];
	*use = (struct plan_use){.server = s->id};
	use->target = (struct target){.check = check,
				      .url = url,
				      .address = check->address.family ? check->address :
									 s->server.address,
				      .port = plan_port(check, s),
				      .service = server->service->service.key,
				      .server = s->server.address,
				      .server_port = s->server.port};
	plan_key(&key, &use->target);
	use->key = buf_error(&key) ? NULL : strdup(key.data);
	if (!use->key)
		return -ENOMEM;
	uses->count++;
	return 0;
}

static int plan_collect(struct plan *plan, struct plan_uses *uses)
{
	int r = 0;

	for (size_t i = 0; !r && i < plan->server_count; i++) {
		const struct plan_server *server = &plan->servers[i];

		if (!server->server || server->server->nameless)
			continue;
		for (size_t k = 0; !r && k < server->server->check_count; k++) {
			const struct intent_check *check = server->server->checks[k];

			if (!check->url_count || check->kind != CHECK_HTTP)
				r = plan_add(uses, server, check, NULL);
			for (size_t u = 0; !r && check->kind == CHECK_HTTP && u < check->url_count;
			     u++)
				r = plan_add(uses, server, check, &check->urls[u]);
		}
	}
	return r;
}

static void plan_enlist(struct plan *plan, const struct intent_service *service,
			const struct intent_server *servers, size_t count, bool fallback)
{
	for (size_t i = 0; i < count; i++)
		if (servers[i].id < plan->server_count)
			plan->servers[servers[i].id] = (struct plan_server){
				.server = &servers[i], .service = service, .fallback = fallback};
}

static int plan_compare(const void *a, const void *b)
{
	return strcmp(((const struct plan_use *)a)->key, ((const struct plan_use *)b)->key);
}

static int plan_use(struct plan_server *server, size_t check)
{
	size_t *checks = reallocarray(server->checks, server->count + 1, sizeof(*checks));

	if (!checks)
		return -ENOMEM;
	server->checks = checks;
	checks[server->count++] = check;
	return 0;
}

static int plan_equip(struct plan_check *check, struct fault *fault)
{
	struct target *target = &check->target;
	const char *receive = target->url ? target->url->receive : target->check->receive;
	int r = 0;

	if (receive && *receive && !target->check->hex)
		r = pattern_compile(receive, fault, &check->pattern);
	if (!r && target->check->tls)
		r = tls_new(target->check, fault, &check->tls);
	target->pattern = check->pattern;
	target->tls = check->tls;
	return r;
}

/* Each group of equal uses becomes one check. */
static int plan_merge(struct plan *plan, struct plan_uses *uses, struct fault *fault)
{
	const char *last = "";
	int r = 0;

	if (uses->count)
		qsort(uses->items, uses->count, sizeof(*uses->items), plan_compare);
	plan->checks = calloc(uses->count + 1, sizeof(*plan->checks));
	if (!plan->checks)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	for (size_t i = 0; !r && i < uses->count; i++) {
		struct plan_use *use = &uses->items[i];

		if (strcmp(last, use->key)) {
			struct plan_check *check = &plan->checks[plan->count++];

			check->target = use->target;
			last = check->key = TAKE(use->key);
			r = plan_equip(check, fault);
		}
		if (!r && plan_use(&plan->servers[use->server], plan->count - 1))
			r = fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	}
	return r;
}

int plan_make(const struct intent *intent, struct fault *fault, struct plan *ret_plan)
{
	CLEANUP(plan_uses_release) struct plan_uses uses = {.items = NULL};
	AUTO_PLAN struct plan plan = PLAN_INIT;
	int r;

	plan.server_count = intent->server_count;
	plan.servers = calloc(plan.server_count + 1, sizeof(*plan.servers));
	if (!plan.servers)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	for (size_t i = 0; i < intent->service_count; i++) {
		const struct intent_service *s = &intent->services[i];

		plan_enlist(&plan, s, s->servers, s->server_count, false);
		plan_enlist(&plan, s, s->fallbacks, s->fallback_count, true);
	}
	r = plan_collect(&plan, &uses);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "out of memory");
	r = plan_merge(&plan, &uses, fault);
	if (r)
		return r;
	*ret_plan = plan;
	plan = PLAN_INIT;
	return 0;
}

void plan_release(struct plan *plan)
{
	for (size_t i = 0; i < plan->count; i++) {
		free(plan->checks[i].key);
		pattern_release(&plan->checks[i].pattern);
		tls_free(&plan->checks[i].tls);
	}
	for (size_t i = 0; plan->servers && i < plan->server_count; i++)
		free(plan->servers[i].checks);
	free(plan->checks);
	free(plan->servers);
	*plan = PLAN_INIT;
}

const struct plan_check *plan_find(const struct plan *plan, const char *key)
{
	size_t low = 0, high = plan->count;

	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const int order = strcmp(key, plan->checks[middle].key);

		if (!order)
			return &plan->checks[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}
