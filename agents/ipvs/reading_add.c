// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <linux/ip_vs.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "ipvs/memory.h"
#include "ipvs/reading.h"

void reading_remark(const struct reading *reading, const char *format, ...)
{
	struct intent *intent = reading->intent;
	char said[FAULT_REASON_MAX], text[2 * FAULT_REASON_MAX];
	va_list arguments;

	va_start(arguments, format);
	(void)vsnprintf(said, sizeof(said), format, arguments);
	va_end(arguments);
	(void)snprintf(text, sizeof(text), "%.200s:%d: %s", reading->file ? reading->file : "",
		       reading->line, said);
	if (!memory_grow(intent, &intent->remarks, intent->remark_count, sizeof(char *)))
		intent->remarks[intent->remark_count++] = memory_text(intent, text, strlen(text));
}

struct intent_service *reading_add_service(const struct reading *reading)
{
	struct intent *intent = reading->intent;
	struct intent_service *service;

	if (memory_grow(intent, &intent->services, intent->service_count, sizeof(*service)))
		return NULL;
	service = &intent->services[intent->service_count++];
	service->quorum = 1;
	service->file = reading->file;
	service->line = reading->line;
	return service;
}

struct intent_server *reading_add_server(const struct reading *reading,
					 struct intent_service *service, bool fallback)
{
	struct intent_server **list = fallback ? &service->fallbacks : &service->servers;
	size_t *count = fallback ? &service->fallback_count : &service->server_count;
	struct intent_server *server;

	if (memory_grow(reading->intent, list, *count, sizeof(*server)))
		return NULL;
	server = &(*list)[(*count)++];
	server->server.weight = 1;
	return server;
}

struct intent_check reading_check_defaults(enum check_kind kind)
{
	return (struct intent_check){
		.kind = kind,
		.interval = 10000,
		.timeout = 5000,
		.retry_interval = 1000,
		.fall = 1,
		.rise = 1,
		.lag_limit = -1,
		.read_only = -1,
	};
}

int reading_add_check(const struct reading *reading, struct intent_server *server,
		      const struct intent_check *check)
{
	struct intent_check *copy = memory_take(reading->intent, sizeof(*copy));

	if (!copy || memory_grow(reading->intent, &server->checks, server->check_count,
				 sizeof(*server->checks)))
		return -ENOMEM;
	*copy = *check;
	server->checks[server->check_count++] = copy;
	return 0;
}

/* Who may fetch a file, where nobody was named. */
static int finish_ftp(const struct reading *at, struct intent_check *check)
{
	if (check->kind != CHECK_FTP || !check->request)
		return 0;
	if (check->tls)
		return reading_fault(at, "a file over FTP with TLS is not supported");
	if (!check->login) {
		check->login = "anonymous";
		check->password = "quorate@";
	}
	return 0;
}

static int finish_check(const struct reading *at, struct intent_check *check)
{
	if (check->kind == CHECK_EXTERNAL && !check->command)
		return reading_fault(at, "an external check needs its program");
	if (check->kind == CHECK_MYSQL && !check->login &&
	    (check->request || check->database || check->read_only >= 0 || check->lag_limit >= 0))
		return reading_fault(at, "a mysql check with a query needs a login");
	if (check->kind == CHECK_TALK && !check->request && !check->receive)
		return reading_fault(at, "this check needs request or receive");
	if (check->interval < 10)
		return reading_fault(at, "the interval of a check must be 10 ms at least");
	if (check->timeout < 1)
		return reading_fault(at, "the timeout of a check must not be 0");
	return finish_ftp(at, check);
}

static int finish_server(const struct reading *at, struct intent_service *service,
			 struct intent_server *server)
{
	const struct ipvs_key *key = &service->service.key;
	struct ipvs_server *s = &server->server;
	char text[IPVS_KEY_TEXT_MAX];

	server->id = at->intent->server_count++;
	if (server->name)
		s->address = (struct inet){.family = key->family, .prefix = INET_NO_PREFIX};
	if (s->address.family != key->family && s->forward != IPVS_TUNNEL)
		return reading_fault(at, "server %s: another address family needs a tunnel",
				     ipvs_server_text(s, text));
	if (s->lower > s->upper)
		return reading_fault(at, "server %s: the lower threshold is above the upper",
				     ipvs_server_text(s, text));
	for (size_t i = 0; i < server->check_count; i++) {
		if (!server->checks[i]->port)
			server->checks[i]->port = s->port;
		server->checks[i]->alpha = server->alpha;
		if (finish_check(at, server->checks[i]))
			return -EINVAL;
	}
	/* Without address translation a packet keeps its port. */
	if (s->forward != IPVS_MASQ || !s->port)
		s->port = key->port;
	return 0;
}

static bool finish_same(const struct intent_server *a, const struct intent_server *b)
{
	if (a->server.port != b->server.port || !a->name != !b->name)
		return false;
	return a->name ? !strcmp(a->name, b->name) :
			 inet_same(&a->server.address, &b->server.address);
}

static int finish_list(const struct reading *at, struct intent_service *service,
		       struct intent_server *list, size_t count)
{
	char text[IPVS_KEY_TEXT_MAX];

	for (size_t i = 0; i < count; i++) {
		if (finish_server(at, service, &list[i]))
			return -EINVAL;
		for (size_t n = 0; n < i; n++)
			if (finish_same(&list[n], &list[i]))
				return reading_fault(
					at, "server %s is there twice",
					list[i].name ? list[i].name :
						       ipvs_server_text(&list[i].server, text));
	}
	return 0;
}

static int finish_service(const struct reading *at, struct intent_service *service)
{
	struct ipvs_service *s = &service->service;
	char text[IPVS_KEY_TEXT_MAX];

	if (!s->netmask)
		s->netmask = inet_bits(s->key.family);
	if (!s->scheduler[0])
		return reading_fault(at, "%s has no scheduler", ipvs_key_text(&s->key, text));
	if (!s->key.fwmark && !s->key.port && !(s->flags & IP_VS_SVC_F_PERSISTENT))
		return reading_fault(at, "%s: a service of every port must be persistent",
				     ipvs_key_text(&s->key, text));
	if (!service->server_count && !service->fallback_count)
		return reading_fault(at, "%s has no servers", ipvs_key_text(&s->key, text));
	if (finish_list(at, service, service->servers, service->server_count))
		return -EINVAL;
	return finish_list(at, service, service->fallbacks, service->fallback_count);
}

int reading_finish(const struct reading *reading)
{
	struct intent *intent = reading->intent;
	char text[IPVS_KEY_TEXT_MAX];

	intent->server_count = 0;
	for (size_t i = 0; i < intent->service_count; i++) {
		struct intent_service *service = &intent->services[i];
		struct reading at = *reading;

		at.file = service->file;
		at.line = service->line;
		if (finish_service(&at, service))
			return -EINVAL;
		for (size_t n = 0; n < i; n++)
			if (ipvs_key_same(&intent->services[n].service.key, &service->service.key))
				return reading_fault(&at, "%s is there twice",
						     ipvs_key_text(&service->service.key, text));
	}
	if (memory_error(intent) && intent->service_count)
		return fault_set(reading->fault, FAULT_GENERIC, -ENOMEM, "%s", strerror(ENOMEM));
	return 0;
}
