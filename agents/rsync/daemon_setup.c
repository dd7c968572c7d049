// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/daemon_setup.h"

#include <errno.h>
#include <ifaddrs.h>
#include <inttypes.h>
#include <netdb.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/hash.h"
#include "daemon/ready.h"
#include "daemon/server.h"
#include "rsync/config.h"
#include "rsync/daemon_inside.h"
#include "rsync/hooks.h"
#include "rsync/target.h"

#define SETUP_NAME_MAX 100
#define SETUP_LEDGER_PARENT "/var/lib/quorate"
#define SETUP_READY_MS 5000 /* for the cluster to be known; without it the daemon is ready, too */
#define SETUP_SEQUENCE_ALL INT64_MAX

/* "web:0" of a clone's instance is the resource "web". */
static void setup_resource(struct daemon *d)
{
	const char *instance = getenv("OCF_RESOURCE_INSTANCE");
	size_t length;

	if (!instance || !*instance)
		instance = strrchr(d->record_path, '/') + 1;
	length = strcspn(instance, ":");
	(void)snprintf(d->resource, sizeof(d->resource), "%.*s", (int)length, instance);
}

void setup_group(const struct daemon *d, char group[121])
{
	if (strlen(d->resource) <= SETUP_NAME_MAX)
		(void)snprintf(group, 121, "rsync/%.*s", SETUP_NAME_MAX, d->resource);
	else
		(void)snprintf(group, 121, "rsync/%.80s-%016" PRIx64, d->resource,
			       hash_text(d->resource));
}

static bool setup_same_hooks(const struct rsync_config *a, const struct rsync_config *b)
{
	return a && a->hook_timeout == b->hook_timeout &&
	       !strcmp(a->hooks ? a->hooks : "", b->hooks ? b->hooks : "");
}

int setup_read_parameters(struct daemon *d, struct fault *fault)
{
	AUTO_RECORD struct record record = RECORD_INIT;
	AUTO_CONFIG struct rsync_config *config = NULL;
	AUTO_HOOKS struct hooks *hooks = NULL;
	int r = record_load(&record, d->record_path);

	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s: %s", d->record_path, strerror(-r));
	r = config_read(&record, &config, fault);
	if (!r)
		r = hooks_parse(config->hooks, config->hook_timeout, &hooks, fault);
	if (r)
		return r;
	/* Where they are the same, those that run or are due go on. */
	if (setup_same_hooks(d->config, config))
		hooks_free(&hooks);
	else
		hooks_free(&d->hooks);
	config_free(&d->config);
	record_release(&d->record);
	d->record = record;
	record = RECORD_INIT;
	d->setting.config = d->config = TAKE(config);
	if (hooks)
		d->hooks = TAKE(hooks);
	d->setting.hooks = d->hooks;
	return 0;
}

static int setup_ledger(struct daemon *d, struct fault *fault)
{
	const char *directory = ledger_directory();
	const char *name = strrchr(d->record_path, '/') + 1;
	int r = 0;

	if (!strcmp(directory, LEDGER_DIRECTORY))
		r = file_directory(SETUP_LEDGER_PARENT);
	if (!r)
		r = file_directory(directory);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s: %s", directory, strerror(-r));
	r = ledger_path(name, d->config->directory, d->ledger_path);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s: %s", name, strerror(-r));
	r = ledger_load(d->ledger_path, &d->ledger, fault);
	if (r == -EBADMSG) { /* a person is asked, and needs somebody to answer to */
		log_line(&d->log, LOG_ERR, "%s", fault->reason);
		*fault = FAULT_INIT;
		d->damaged = true;
		r = 0;
	}
	/* Whatever was rung of the generation last: its source had it all. */
	if (!r && d->ledger.source)
		d->ledger.sequence = SETUP_SEQUENCE_ALL;
	return r;
}

static bool setup_address_of(const struct sockaddr *from, struct inet *ret_address)
{
	if (!from)
		return false;
	if (from->sa_family == AF_INET)
		*ret_address = inet_from_bytes(
			AF_INET, &((const struct sockaddr_in *)(const void *)from)->sin_addr);
	else if (from->sa_family == AF_INET6)
		*ret_address = inet_from_bytes(
			AF_INET6, &((const struct sockaddr_in6 *)(const void *)from)->sin6_addr);
	else
		return false;
	return true;
}

static bool setup_own_in_network(const struct inet *network, struct inet *ret_address)
{
	struct ifaddrs *all = NULL;
	bool found = false;

	if (getifaddrs(&all) < 0)
		return false;
	for (const struct ifaddrs *a = all; a && !found; a = a->ifa_next)
		found = setup_address_of(a->ifa_addr, ret_address) &&
			inet_in_net(ret_address, network,
				    network->prefix == INET_NO_PREFIX ? inet_bits(network->family) :
									network->prefix);
	freeifaddrs(all);
	return found;
}

static int setup_address(struct daemon *d, struct fault *fault)
{
	const struct node *own = node_by_id(&d->nodes, d->nodes.own);
	struct addrinfo *found = NULL;
	char text[INET_TEXT_MAX];
	bool known;

	if (d->config->network.family) {
		if (setup_own_in_network(&d->config->network, &d->address))
			return 0;
		return fault_set(fault, FAULT_ARGS, -EADDRNOTAVAIL,
				 "network: this node has no address in %s",
				 inet_text(&d->config->network, text));
	}
	if (!inet_parse(own->address, &d->address))
		return 0;
	known = !getaddrinfo(own->address, NULL, NULL, &found) && found &&
		setup_address_of(found->ai_addr, &d->address);
	if (found)
		freeaddrinfo(found);
	return known ? 0 :
		       fault_set(fault, FAULT_GENERIC, -EADDRNOTAVAIL,
				 "ring0_addr %.80s of this node is no address: set network",
				 own->address);
}

int setup_begin(struct daemon *d, const char *record, struct fault *fault)
{
	const struct rlimit none = {0, 0};
	int r;

	/* The environment of what it starts holds the secret. */
	(void)setrlimit(RLIMIT_CORE, &none);
	d->lock = -1;
	d->record_path = record;
	if (*record != '/')
		return fault_set(fault, FAULT_ARGS, -EINVAL, "'%.80s' is no absolute path", record);
	setup_resource(d);
	log_init(&d->log, "quorate-rsync", d->resource);
	r = keeper_init(&d->keeper, record);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%.80s: %s", record, strerror(-r));
	r = keeper_hold(&d->keeper, &d->lock, fault);
	if (!r)
		r = setup_read_parameters(d, fault);
	if (!r)
		r = filter_read(d->config, &d->filter, fault);
	if (!r)
		r = setup_ledger(d, fault);
	if (!r)
		r = loop_new(&d->loop, fault);
	if (!r)
		r = node_list_read(&d->nodes, fault);
	if (!r)
		r = setup_address(d, fault);
	d->setting.loop = d->loop;
	d->setting.filter = &d->filter;
	d->setting.base = d->record_path;
	d->setting.unmarked = &d->unmarked;
	return r;
}

static void setup_on_term(int number, void *data)
{
	struct daemon *d = data;

	loop_stop(d->loop);
}

static void setup_waited(void *data)
{
	setup_ready(data);
}

static void setup_attribute(struct daemon *d, struct attribute *attribute, const char *prefix,
			    const char *suffix)
{
	char name[ATTRIBUTE_NAME_MAX];

	(void)snprintf(name, sizeof(name), "%s%s%s", prefix, d->resource, suffix);
	attribute_init(attribute, d->loop, name);
}

int setup_listen(struct daemon *d, struct fault *fault)
{
	int r;

	setup_attribute(d, &d->score, "master-", "");
	setup_attribute(d, &d->lag, "", "-lag");
	setup_attribute(d, &d->pending, "", "-pending");
	setup_attribute(d, &d->generation, "", "-generation");
	loop_timer_init(&d->unready, d->loop, setup_waited, d);
	r = loop_on_signal(d->loop, SIGTERM, setup_on_term, d);
	if (!r)
		r = loop_timer_set(&d->unready, SETUP_READY_MS);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "signals: %s", strerror(-r));
	return server_open(d->loop, d->keeper.socket, requests_handle, d, &d->server, fault);
}

void setup_ready(struct daemon *d)
{
	loop_timer_clear(&d->unready);
	(void)ready_say(NULL);
}

void setup_fail(struct daemon *d, const struct fault *fault)
{
	log_line(&d->log, LOG_ERR, "%s", fault->reason);
	if (!ready_say(fault))
		(void)fprintf(stderr, "%s\n", fault->reason);
}

void setup_end(struct daemon *d)
{
	server_close(&d->server);
	if (d->loop) {
		loop_timer_clear(&d->unready);
		attribute_release(&d->score);
		attribute_release(&d->lag);
		attribute_release(&d->pending);
		attribute_release(&d->generation);
	}
	hooks_free(&d->hooks);
	config_free(&d->config);
	filter_release(&d->filter);
	record_release(&d->record);
	node_list_release(&d->nodes);
	loop_free(&d->loop);
}
