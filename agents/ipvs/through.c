// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/through.h"

#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fault.h"
#include "daemon/loop.h"
#include "ipvs/intent.h"
#include "ipvs/kind.h"
#include "ipvs/plan.h"
#include "ipvs/prober.h"
#include "ipvs/watch.h"

#define THROUGH_MARGIN_MS 500

/* A service that is its own only server. */
struct through_item {
	struct intent_service service;
	struct intent_server server;
	struct intent_check check, *checks[1];
};

struct through {
	struct loop *loop;
	void (*done)(const char *text, void *data);
	void *data;
	struct through_item *items; /* owned, as the two below */
	size_t count;
	struct intent_service *services;
	struct intent intent; /* of these */
	struct plan plan;
	struct prober prober;
	struct loop_timer limit;
};

/* Whether it is an address of this host. */
static bool through_is_here(const struct inet *address)
{
	struct sockaddr_in four = {.sin_family = AF_INET};
	struct sockaddr_in6 six = {.sin6_family = AF_INET6};
	AUTO_CLOSE int fd = socket(address->family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	if (address->family == AF_INET) {
		memcpy(&four.sin_addr, address->bytes, sizeof(four.sin_addr));
		return !bind(fd, (const struct sockaddr *)&four, sizeof(four));
	}
	memcpy(&six.sin6_addr, address->bytes, sizeof(six.sin6_addr));
	return !bind(fd, (const struct sockaddr *)&six, sizeof(six));
}

static bool through_can(const struct intent_service *service)
{
	const struct ipvs_key *key = &service->service.key;

	if (key->fwmark || !key->port || !service->server_count)
		return false;
	for (size_t i = 0; i < service->server_count; i++)
		if (service->servers[i].server.forward != IPVS_MASQ)
			return false;
	for (size_t i = 0; i < service->fallback_count; i++)
		if (service->fallbacks[i].server.forward != IPVS_MASQ)
			return false;
	return through_is_here(&key->address);
}

/* The check of the service's first server, if it asks what a client asks. False: nothing does. */
static bool through_check(const struct intent_service *service, struct intent_check *ret_check)
{
	static const struct intent_check plain = {.timeout = 5000};
	const struct intent_server *first = &service->servers[0];
	const struct intent_check *check = first->check_count ? first->checks[0] : &plain;
	const int protocol = service->service.key.protocol;
	const enum kind_way way = kind_of(check)->way;
	const bool same = check->port == first->server.port && !check->address.family;

	*ret_check = *check;
	if (protocol == IPPROTO_TCP && (way != KIND_STREAM || !same || check->kind == CHECK_AGENT))
		*ret_check =
			(struct intent_check){.kind = CHECK_CONNECT, .timeout = check->timeout};
	else if (protocol == IPPROTO_SCTP)
		*ret_check = (struct intent_check){.kind = CHECK_SCTP, .timeout = check->timeout};
	else if (protocol == IPPROTO_UDP && (way != KIND_DATAGRAM || !same))
		return false;
	ret_check->address = ret_check->bind = (struct inet){.family = 0};
	ret_check->bind_port = 0;
	ret_check->bind_link = NULL;
	ret_check->port = service->service.key.port;
	ret_check->interval = ret_check->retry_interval = 3600000;
	ret_check->fall = ret_check->rise = 1;
	ret_check->alpha = false;
	return true;
}

static void through_add(struct through *t, const struct intent_service *service)
{
	struct through_item *item = &t->items[t->count];

	if (!through_can(service) || !through_check(service, &item->check))
		return;
	item->checks[0] = &item->check;
	item->server =
		(struct intent_server){.id = t->count, .checks = item->checks, .check_count = 1};
	item->server.server.address = service->service.key.address;
	item->server.server.port = service->service.key.port;
	item->service.service = service->service;
	item->service.servers = &item->server;
	item->service.server_count = 1;
	t->services[t->count++] = item->service;
}

static bool through_is_over(const struct through *t)
{
	struct gauge gauge;
	bool over = true;

	for (size_t i = 0; i < t->count; i++)
		for (size_t n = 0; n < t->plan.servers[i].count; n++)
			over &= gauge_read(&t->prober.gauges->cells[t->plan.servers[i].checks[n]],
					   &gauge) &&
				gauge.known;
	return over;
}

static void through_tell(struct through *t)
{
	AUTO_BUF struct buf text = BUF_INIT;
	char name[IPVS_KEY_TEXT_MAX];

	for (size_t i = 0; i < t->count; i++) {
		const struct plan_server *server = &t->plan.servers[i];
		struct gauge gauge = {.code = OUTCOME_SILENT};

		for (size_t n = 0; n < server->count; n++) {
			if (gauge_read(&t->prober.gauges->cells[server->checks[n]], &gauge) &&
			    gauge.known && gauge.alive)
				continue;
			buf_addf(&text, "through %s: %s %s\n",
				 ipvs_key_text(&t->services[i].service.key, name),
				 outcome_text(gauge.code), gauge.reason);
			break;
		}
	}
	buf_addf(&text, "asked %zu\n", t->count);
	t->done(buf_error(&text) ? "" : text.data, t->data);
}

static void through_finish(void *data)
{
	struct through *t = data;

	through_tell(t);
	through_end(&t);
}

static void through_heard(int fd, short events, void *data)
{
	struct through *t = data;
	eventfd_t count;

	(void)eventfd_read(fd, &count);
	if (through_is_over(t))
		through_finish(t);
}

static int through_start(struct through *t, struct fault *fault)
{
	long long most = 0;
	int r;

	for (size_t i = 0; i < t->count; i++)
		if (t->items[i].check.timeout > most)
			most = t->items[i].check.timeout;
	t->intent.services = t->services;
	t->intent.service_count = t->intent.server_count = t->count;
	r = plan_make(&t->intent, fault, &t->plan);
	if (!r)
		r = prober_start(&t->plan, NULL, &t->prober, fault);
	if (!r)
		r = loop_watch(t->loop, t->prober.news, POLLIN, through_heard, t);
	if (!r)
		r = loop_timer_set(&t->limit, most + THROUGH_MARGIN_MS +
						      watch_pace((unsigned int)t->plan.count));
	return r;
}

int through_begin(struct loop *loop, const struct intent *intent,
		  void (*done)(const char *text, void *data), void *data,
		  struct through **ret_through, struct fault *fault)
{
	AUTO_THROUGH struct through *t = calloc(1, sizeof(*t));
	int r;

	if (t) {
		*t = (struct through){.loop = loop,
				      .done = done,
				      .data = data,
				      .plan = PLAN_INIT,
				      .prober = PROBER_INIT};
		loop_timer_init(&t->limit, loop, through_finish, t);
		t->items = calloc(intent->service_count + 1, sizeof(*t->items));
		t->services = calloc(intent->service_count + 1, sizeof(*t->services));
	}
	if (!t || !t->items || !t->services)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	for (size_t i = 0; i < intent->service_count; i++)
		through_add(t, &intent->services[i]);
	if (!t->count)
		return 1;
	r = through_start(t, fault);
	if (!r)
		*ret_through = TAKE(t);
	return r;
}

void through_end(struct through **through)
{
	struct through *given = TAKE(*through);

	if (!given)
		return;
	loop_timer_clear(&given->limit);
	if (given->prober.news >= 0)
		loop_unwatch(given->loop, given->prober.news);
	prober_end(&given->prober);
	plan_release(&given->plan);
	free(given->items);
	free(given->services);
	free(given);
}
