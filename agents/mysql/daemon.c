// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/daemon.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "daemon/ready.h"
#include "daemon/server.h"
#include "mysql/daemon_inside.h"
#include "ocf/agent.h"

long long daemon_now(void)
{
	return deadline_now() / 1000000;
}

static void daemon_ended(int number, void *data)
{
	loop_stop(((struct daemon *)data)->loop);
}

static void daemon_ticked(void *data)
{
	struct daemon *d = data;

	(void)loop_timer_set(&d->tick, DAEMON_TICK_MS);
	fence_step(d);
	if (!d->looking)
		sight_look(d, DAEMON_LOOK_MS);
}

/* "db:0" of a clone's instance is the resource "db". */
static void daemon_name(struct daemon *d)
{
	(void)snprintf(d->resource, sizeof(d->resource), "%.*s",
		       (int)strcspn(d->call.instance, ":"), d->call.instance);
	config_own_name(d->self);
}

static int daemon_begin(struct daemon *d, const char *base, struct fault *fault)
{
	const struct mysql_config *config;
	const struct rlimit none = {0, 0};
	int r = call_init(&d->call, &agent, "daemon");

	(void)setrlimit(RLIMIT_CORE, &none); /* the replication secret is in it */
	if (!r)
		r = call_load(&d->call);
	*fault = d->call.fault;
	if (r)
		return r;
	call_hide_secrets(&d->call);
	config = d->call.config;
	d->clustered = d->call.promotable && config->node_list;
	daemon_name(d);
	log_init(&d->log, "quorate-mysql", d->resource);
	r = keeper_init(&d->keeper, base);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%.80s: %s", base, strerror(-r));
	return keeper_hold(&d->keeper, &d->lock, fault);
}

static int daemon_set_up(struct daemon *d, const char *base, struct fault *fault)
{
	int r = daemon_begin(d, base, fault);

	if (!r)
		r = loop_new(&d->loop, fault);
	if (r)
		return r;
	fence_open(d);
	loop_timer_init(&d->tick, d->loop, daemon_ticked, d);
	r = voice_open(d, fault);
	if (!r)
		r = server_open(d->loop, d->keeper.socket, requests_handle, d, &d->server, fault);
	if (!r)
		r = copy_open(d);
	if (!r)
		r = loop_on_signal(d->loop, SIGTERM, daemon_ended, d);
	if (!r)
		r = loop_timer_set(&d->tick, 0);
	return r;
}

static void daemon_end(struct daemon *d)
{
	server_close(&d->server);
	if (d->loop) {
		copy_close(d);
		voice_close(d);
		fence_close(d);
		sight_close(d);
		loop_timer_clear(&d->tick);
	}
	loop_free(&d->loop);
	call_release(&d->call);
}

int daemon_run(const char *base)
{
	struct daemon *d = calloc(1, sizeof(*d));
	struct fault fault = FAULT_INIT;
	int r;

	if (!d)
		return EXIT_FAILURE;
	d->lock = d->pidfd = -1;
	r = daemon_set_up(d, base, &fault);
	if (!r) {
		loop_run(d->loop);
	} else {
		if (!fault.kind)
			(void)fault_set(&fault, FAULT_GENERIC, r, "%s", strerror(-r));
		if (!ready_say(&fault))
			(void)fprintf(stderr, "quorate-mysql: %s\n", fault.reason);
	}
	daemon_end(d);
	free(d);
	return r ? EXIT_FAILURE : EXIT_SUCCESS;
}
