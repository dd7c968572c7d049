// SPDX-License-Identifier: BSD-3-Clause
/*
 * common/net/ipvs on the command line, in the caller's network namespace:
 *
 *	ipvs-call show			the kernel's table as net/ipvs_text.h prints it
 *	ipvs-call apply WANT [OWNED]	makes the kernel's table that of the file; prints what was not
 *					so, and "N changes"
 *	ipvs-call force WANT		the same as if the kernel's table were empty
 *	ipvs-call stats			"KEY SERVER CONNECTIONS BYTES-IN BYTES-OUT ACTIVE INACTIVE"
 *	ipvs-call sync ROLE LINK ID [GROUP [PORT [TTL]]], unsync ROLE, syncs
 *	ipvs-call timeouts [TCP FIN UDP], flush
 *	ipvs-call await SERVER:PORT 0|1 STEP SECONDS
 *					microseconds until no service has that server, or one has it, by
 *					a look every STEP milliseconds; after SECONDS it gives up
 *	ipvs-call cost COUNT		instructions of a change when COUNT are made at once, of a dump,
 *					of one that is found among COUNT, of one that is known
 */

#include <errno.h>
#include <linux/ip_vs.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/file.h"
#include "net/ipvs_change.h"
#include "net/ipvs_kernel.h"
#include "net/ipvs_text.h"

struct call {
	struct ipvs ipvs;
	struct fault fault;
	int argc;
	char **argv;
};

static const char *call_argument(const struct call *call, int n)
{
	return n < call->argc ? call->argv[n] : "";
}

static long call_number(const struct call *call, int n)
{
	return strtol(call_argument(call, n), NULL, 10);
}

static int call_read(struct call *call, int n, struct ipvs_table *ret_table)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = 0;

	*ret_table = IPVS_TABLE_INIT;
	if (n < call->argc)
		r = file_read(call->argv[n], 1 << 20, &text);
	if (!r)
		r = ipvs_parse(text.data, ret_table);
	if (r)
		(void)fault_set(&call->fault, FAULT_ARGS, r, "%s: %s", call_argument(call, n),
				strerror(-r));
	return r;
}

static int call_show(struct call *call)
{
	AUTO_IPVS_TABLE struct ipvs_table table = IPVS_TABLE_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	int r = ipvs_dump(&call->ipvs, &call->fault, &table);

	ipvs_print(&table, &text);
	fputs(text.data, stdout);
	return r;
}

static int call_apply(struct call *call)
{
	AUTO_IPVS_TABLE struct ipvs_table have = IPVS_TABLE_INIT, want, owned = IPVS_TABLE_INIT;
	AUTO_IPVS_CHANGES struct ipvs_changes changes = IPVS_CHANGES_INIT;
	char text[IPVS_CHANGE_TEXT_MAX];
	int r;

	r = call_read(call, 2, &want);
	if (!r)
		r = call_read(call, 3, &owned);
	if (!r && strcmp(call->argv[1], "force"))
		r = ipvs_dump(&call->ipvs, &call->fault, &have);
	if (!r)
		r = ipvs_difference(&have, &want, &owned, &changes);
	for (size_t i = 0; !r && i < changes.count; i++)
		puts(ipvs_change_text(&changes.items[i], text));
	if (!r)
		r = ipvs_apply(&call->ipvs, &changes, &call->fault);
	printf("%zu changes\n", changes.count);
	return r;
}

static int call_stats(struct call *call)
{
	AUTO_IPVS_TABLE struct ipvs_table table = IPVS_TABLE_INIT;
	char service[IPVS_KEY_TEXT_MAX], server[IPVS_KEY_TEXT_MAX];
	int r = ipvs_dump(&call->ipvs, &call->fault, &table);

	for (size_t i = 0; i < table.count; i++)
		for (size_t n = 0; n < table.services[i].count; n++) {
			const struct ipvs_server *d = &table.services[i].servers[n];

			printf("%s %s %llu %llu %llu %u %u\n",
			       ipvs_key_text(&table.services[i].key, service),
			       ipvs_server_text(d, server),
			       (unsigned long long)d->stats.connections,
			       (unsigned long long)d->stats.bytes_in,
			       (unsigned long long)d->stats.bytes_out, d->active, d->inactive);
		}
	return r;
}

static int call_sync(struct call *call)
{
	struct ipvs_sync sync = {.role = call_argument(call, 2)[0] == 'm' ? IPVS_SYNC_MASTER :
									    IPVS_SYNC_BACKUP};

	if (!strcmp(call->argv[1], "unsync"))
		return ipvs_sync_stop(&call->ipvs, sync.role, &call->fault);
	(void)snprintf(sync.link, sizeof(sync.link), "%s", call_argument(call, 3));
	sync.id = (uint32_t)call_number(call, 4);
	(void)inet_parse(call_argument(call, 5), &sync.group);
	sync.port = (uint16_t)call_number(call, 6);
	sync.ttl = (uint8_t)call_number(call, 7);
	return ipvs_sync_start(&call->ipvs, &sync, &call->fault);
}

static int call_syncs(struct call *call)
{
	struct ipvs_sync syncs[2];
	char group[INET_TEXT_MAX];
	size_t count;
	int r = ipvs_sync_list(&call->ipvs, &call->fault, syncs, &count);

	for (size_t i = 0; !r && i < count; i++)
		printf("%s %s %u %s %u %u\n",
		       syncs[i].role == IPVS_SYNC_MASTER ? "master" : "backup", syncs[i].link,
		       syncs[i].id, inet_text(&syncs[i].group, group), syncs[i].port, syncs[i].ttl);
	return r;
}

static int call_timeouts(struct call *call)
{
	struct ipvs_timeouts t = {
		.tcp = (uint32_t)call_number(call, 2),
		.fin = (uint32_t)call_number(call, 3),
		.udp = (uint32_t)call_number(call, 4),
	};
	int r = 0;

	if (call->argc > 2)
		r = ipvs_set_timeouts(&call->ipvs, &t, &call->fault);
	if (!r)
		r = ipvs_timeouts(&call->ipvs, &call->fault, &t);
	if (!r)
		printf("%u %u %u\n", t.tcp, t.fin, t.udp);
	return r;
}

static int call_flush(struct call *call)
{
	return ipvs_flush(&call->ipvs, &call->fault);
}

static bool call_has(const struct ipvs_table *table, const char *server)
{
	char text[IPVS_KEY_TEXT_MAX];

	for (size_t i = 0; i < table->count; i++)
		for (size_t n = 0; n < table->services[i].count; n++)
			if (!strcmp(ipvs_server_text(&table->services[i].servers[n], text), server))
				return true;
	return false;
}

static int call_await(struct call *call)
{
	const long long since = deadline_now();
	const struct deadline end = deadline_in(call_number(call, 5) * 1000);
	bool has = false;
	int r = 0;

	for (int looks = 0; !r; looks++) {
		AUTO_IPVS_TABLE struct ipvs_table table = IPVS_TABLE_INIT;
		struct deadline patience = deadline_in(20000);

		call->ipvs.netlink.deadline = &patience;
		if (looks)
			(void)poll(NULL, 0, (int)call_number(call, 4));
		r = ipvs_dump(&call->ipvs, &call->fault, &table);
		has = call_has(&table, call_argument(call, 2));
		if (has == (call_number(call, 3) != 0) || deadline_passed(&end))
			break;
	}
	printf("%lld\n", (deadline_now() - since) / 1000);
	return r;
}

/* In the virtual machine a nanosecond of CPU time is an instruction. */
static long long call_spent(void)
{
	struct timespec time;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
	return time.tv_sec * 1000000000LL + time.tv_nsec;
}

static void call_weigh(struct call *call, const char *name, struct ipvs_table *have,
		       struct ipvs_table *want)
{
	AUTO_IPVS_CHANGES struct ipvs_changes changes = IPVS_CHANGES_INIT;
	long long before = call_spent();
	int r = ipvs_difference(have, want, NULL, &changes);

	if (!r)
		r = ipvs_apply(&call->ipvs, &changes, &call->fault);
	printf("%s %zu %lld %d\n", name, changes.count,
	       (call_spent() - before) / (long long)(changes.count ? changes.count : 1), r);
}

/* Servers that die and return, one after the other: changes that are known, each sent alone. */
static int call_single(struct call *call, struct ipvs_service *service)
{
	struct ipvs_change change = {.command = IPVS_CMD_SET_DEST, .service = service};
	struct ipvs_changes changes = {.items = &change, .count = 1};
	const size_t turns = 2 * service->count;
	const long long before = call_spent();
	int r = 0;

	if (!turns)
		return -EINVAL;
	for (size_t i = 0; !r && i < turns; i++) {
		struct ipvs_server *server = &service->servers[i / 2];

		server->weight = i % 2 ? 1 : 0;
		change.server = server;
		r = ipvs_apply(&call->ipvs, &changes, &call->fault);
	}
	printf("single %zu %lld %d\n", turns, (call_spent() - before) / (long long)turns, r);
	return r;
}

static int call_cost(struct call *call)
{
	AUTO_IPVS_TABLE struct ipvs_table none = IPVS_TABLE_INIT, old = IPVS_TABLE_INIT,
					  table = IPVS_TABLE_INIT;
	struct ipvs_service service = {
		.scheduler = "wrr",
		.netmask = 32,
		.key = {.family = AF_INET, .protocol = IPPROTO_TCP, .port = 80}};
	struct ipvs_service *was, *is;
	long long before;
	int r = inet_parse("192.0.2.1", &service.key.address);

	was = ipvs_table_add(&old, &service);
	is = ipvs_table_add(&table, &service);
	for (long i = 0; !r && is && was && i < call_number(call, 2); i++) {
		struct ipvs_server server = {.port = 80, .weight = 1};

		server.address.family = AF_INET;
		memcpy(server.address.bytes, "\012\007", 2);
		server.address.bytes[2] = (unsigned char)(i >> 8);
		server.address.bytes[3] = (unsigned char)i;
		server.address.prefix = INET_NO_PREFIX;
		(void)ipvs_service_add(was, &server);
		server.weight = 2;
		(void)ipvs_service_add(is, &server);
	}
	call_weigh(call, "create", &none, &old);
	call_weigh(call, "weights", &old, &table);
	if (is)
		is->servers[0].weight = 0;
	before = call_spent();
	r = ipvs_dump(&call->ipvs, &call->fault, &none);
	printf("dump %zu %lld %d\n", none.count, call_spent() - before, r);
	call_weigh(call, "one", &none, &table);
	if (!r && is && is->count)
		r = call_single(call, is);
	return r;
}

static const struct {
	const char *name;
	int (*run)(struct call *call);
} calls[] = {
	{"show", call_show},   {"apply", call_apply},	    {"force", call_apply},
	{"stats", call_stats}, {"sync", call_sync},	    {"unsync", call_sync},
	{"syncs", call_syncs}, {"timeouts", call_timeouts}, {"flush", call_flush},
	{"cost", call_cost},   {"await", call_await},
};

int main(int argc, char **argv)
{
	struct call call = {.ipvs = IPVS_INIT, .fault = FAULT_INIT, .argc = argc, .argv = argv};
	const struct deadline deadline = deadline_in(20000);
	int r = ipvs_open(&call.ipvs, &deadline, &call.fault);

	for (size_t i = 0; !r && i < ARRAY_SIZE(calls); i++)
		if (argc > 1 && !strcmp(argv[1], calls[i].name))
			r = calls[i].run(&call);
	ipvs_close(&call.ipvs);
	if (r)
		printf("error %d: %s\n", r, call.fault.reason);
	return r ? 1 : 0;
}
