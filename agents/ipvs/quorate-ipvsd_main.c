// SPDX-License-Identifier: BSD-3-Clause
/*
 * quorate-ipvsd: the daemon of an ipvs resource, started by the agent with its environment.
 */

#include <errno.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "base/log.h"
#include "daemon/keeper.h"
#include "daemon/loop.h"
#include "daemon/ready.h"
#include "daemon/server.h"
#include "ipvs/config.h"
#include "ipvs/director.h"
#include "ipvs/source.h"
#include "ipvs/sync.h"
#include "net/ipvs_kernel.h"
#include "ocf/agent.h"
#include "ocf/call.h"

#define DAEMON_STATE_DIRECTORY "/var/lib/quorate"
#define DAEMON_PATH_MAX 600
#define DAEMON_KERNEL_MS 5000

struct daemon {
	struct call call;
	bool reads_record; /* after the start: a changed resource is reloaded by its record */
	struct log log;
	struct director_options options;
	struct loop *loop;
	struct director *director;
	struct server *server;
	bool paused; /* the sync daemon was ended as master */
	char manual[DAEMON_PATH_MAX], table[DAEMON_PATH_MAX];
	int status;
};

static int daemon_read(void *data, struct intent *ret_intent, struct fault *fault)
{
	struct daemon *daemon = data;
	const void *config = daemon->call.config;

	if (daemon->reads_record) {
		call_load_record(&daemon->call);
		if (daemon->call.started)
			config = daemon->call.started;
	}
	daemon->reads_record = true;
	return source_read(config, ret_intent, fault);
}

static void daemon_ready(void *data, const struct fault *fault)
{
	struct daemon *daemon = data;

	if (!ready_say(fault) && fault)
		(void)fprintf(stderr, "%s\n", fault->reason);
	if (!fault)
		return;
	daemon->status = 1;
	if (daemon->loop)
		loop_stop(daemon->loop);
}

/* Without quorum no other director may take our connections for the master's. */
static void daemon_withdrawn(void *data, bool withdrawn)
{
	struct daemon *daemon = data;
	const struct deadline deadline = deadline_in(DAEMON_KERNEL_MS);
	const struct ipvs_config *config = daemon->call.started ? daemon->call.started :
								  daemon->call.config;
	struct fault fault = FAULT_INIT;
	struct ipvs ipvs = IPVS_INIT;
	int r = ipvs_open(&ipvs, &deadline, &fault);

	if (!r && withdrawn)
		r = sync_pause(&ipvs, config, &daemon->paused, &fault);
	else if (!r && daemon->paused)
		r = sync_resume(&ipvs, config, &fault);
	if (r)
		log_line(&daemon->log, LOG_ERR, "%s", fault.reason);
	ipvs_close(&ipvs);
}

static void daemon_asked(struct server_request *request, const char *line, void *data)
{
	const struct daemon *daemon = data;

	director_ask(daemon->director, request, line);
}

static void daemon_finish(void *data)
{
	loop_stop(((const struct daemon *)data)->loop);
}

static void daemon_ended(int number, void *data)
{
	const struct daemon *daemon = data;

	director_end(daemon->director, daemon_finish, data);
}

static void daemon_paths(struct daemon *daemon, const char *base)
{
	const char *state = getenv("QUORATE_STATEDIR");
	const char *name = strrchr(base, '/');

	if (!state || !*state)
		state = DAEMON_STATE_DIRECTORY;
	(void)file_directory(state);
	(void)snprintf(daemon->manual, sizeof(daemon->manual), "%.200s/%.300s.manual", state,
		       name ? name + 1 : base);
	(void)snprintf(daemon->table, sizeof(daemon->table), "%.500s.table", base);
}

/* Every probe is a descriptor. */
static void daemon_allow_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit))
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int daemon_set_up(struct daemon *daemon, const char *base, struct fault *fault)
{
	struct keeper keeper;
	int lock, r = call_init(&daemon->call, &agent, "daemon");

	if (!r)
		r = call_load(&daemon->call);
	*fault = daemon->call.fault;
	if (r)
		return r;
	daemon->options.instance = daemon->call.instance;
	daemon_paths(daemon, base);
	daemon_allow_descriptors();
	r = keeper_init(&keeper, base);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s is too long", base);
	r = keeper_hold(&keeper, &lock, fault);
	if (!r)
		r = loop_new(&daemon->loop, fault);
	if (!r)
		r = director_new(daemon->loop, &daemon->options, &daemon->director, fault);
	if (!r)
		r = server_open(daemon->loop, keeper.socket, daemon_asked, daemon, &daemon->server,
				fault);
	if (!r)
		r = loop_on_signal(daemon->loop, SIGTERM, daemon_ended, daemon);
	if (!r)
		r = loop_on_signal(daemon->loop, SIGINT, daemon_ended, daemon);
	return r;
}

int main(int argc, char **argv)
{
	struct daemon daemon = {.loop = NULL};
	struct fault fault = FAULT_INIT;

	if (argc != 3 || strcmp(argv[1], "daemon")) {
		(void)fprintf(stderr, "usage: quorate-ipvsd daemon BASE (the agent starts it)\n");
		return 2;
	}
	log_init(&daemon.log, "ipvs", getenv("OCF_RESOURCE_INSTANCE"));
	daemon.options = (struct director_options){.read = daemon_read,
						   .ready = daemon_ready,
						   .withdrawn = daemon_withdrawn,
						   .data = &daemon,
						   .manual_path = daemon.manual,
						   .table_path = daemon.table,
						   .log = &daemon.log};
	if (daemon_set_up(&daemon, argv[2], &fault)) {
		if (!fault.kind)
			(void)fault_set(&fault, FAULT_GENERIC, 0, "the daemon cannot begin");
		daemon_ready(&daemon, &fault);
	} else {
		loop_run(daemon.loop);
	}
	server_close(&daemon.server);
	director_free(&daemon.director);
	loop_free(&daemon.loop);
	call_release(&daemon.call);
	return daemon.status;
}
