// SPDX-License-Identifier: BSD-3-Clause
/*
 * The end of a virtual_server block: what was given somewhere is put together.
 */

#include <errno.h>
#include <string.h>

#include "ipvs/keepalived_block.h"

static long long ka_pick(long long check, long long server, long long service, long long fallback)
{
	if (check != KA_UNSET)
		return check;
	if (server != KA_UNSET)
		return server;
	return service != KA_UNSET ? service : fallback;
}

static struct intent_check ka_check_of(const struct ka_check *from, const struct ka_server *server,
				       const struct ka_virtual *virtual)
{
	const struct ka_times *c = &from->times, *s = &server->times, *v = &virtual->times;
	struct intent_check check = from->check;

	check.interval = ka_pick(c->delay_loop, s->delay_loop, v->delay_loop, 60000);
	check.timeout = ka_pick(c->connect_timeout, s->connect_timeout, v->connect_timeout, 5000);
	check.retry_interval = ka_pick(c->delay_before_retry, s->delay_before_retry,
				       v->delay_before_retry,
				       from->delay_default ? from->delay_default : check.interval);
	check.warmup = ka_pick(c->warmup, s->warmup, v->warmup, check.interval);
	check.fall = 1 + (int)ka_pick(c->retry, s->retry, v->retry, from->retry_default);
	if (check.kind == CHECK_HTTP) {
		check.host = c->virtualhost ? c->virtualhost :
			     s->virtualhost ? s->virtualhost :
					      v->virtualhost;
		check.tls_name = check.host;
	}
	return check;
}

static int ka_add_server(const struct ka_virtual *virtual, const struct ka_server *from,
			 struct intent_service *service)
{
	struct intent_server *server = reading_add_server(&virtual->at, service, false);
	int r = 0;

	if (!server)
		return -ENOMEM;
	*server = from->server;
	if (!from->method) {
		server->server.forward = virtual->method.forward;
		server->server.tunnel_type = virtual->method.tunnel_type;
		server->server.tunnel_port = virtual->method.tunnel_port;
		server->server.tunnel_flags = virtual->method.tunnel_flags;
	}
	server->quiescent = ka_pick(KA_UNSET, from->times.inhibit, virtual->times.inhibit, 0);
	server->alpha = ka_pick(KA_UNSET, from->times.alpha, virtual->times.alpha, 0);
	for (size_t i = 0; !r && i < from->check_count; i++) {
		struct intent_check check = ka_check_of(&from->checks[i], from, virtual);

		server->alpha |= from->checks[i].times.alpha == 1;
		r = reading_add_check(&virtual->at, server, &check);
	}
	return r;
}

int ka_virtual_end(struct ka *ka, const struct ka_virtual *virtual)
{
	struct intent_service *service = reading_add_service(&virtual->at);
	int r = 0;

	if (!service)
		return -ENOMEM;
	*service = virtual->service;
	for (size_t i = 0; !r && i < virtual->server_count; i++)
		r = ka_add_server(virtual, &virtual->servers[i], service);
	if (!r && (virtual->sorry.server.address.family || virtual->sorry.name)) {
		struct intent_server *sorry = reading_add_server(&virtual->at, service, true);

		if (!sorry)
			return -ENOMEM;
		*sorry = virtual->sorry;
		if (!virtual->sorry_method)
			sorry->server = virtual->method;
		sorry->server.address = virtual->sorry.server.address;
		sorry->server.port = virtual->sorry.server.port;
		sorry->server.weight = 1;
	}
	return r;
}
