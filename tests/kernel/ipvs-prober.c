// SPDX-License-Identifier: BSD-3-Clause
/*
 * ipvs-prober KIND FIRST COUNT PORT SECONDS [NAME=VALUE]...
 *
 * Lets the prober of ipvs check COUNT servers, at FIRST and the addresses behind it, for so long,
 * and prints every change ("4012 10.2.1.7 dead L4CON": milliseconds since the start), and at the
 * end what it cost:
 *	probes N failures N nanoseconds N rss N
 * nanoseconds is the prober's time on the CPU, user and system, which in the laboratory counts
 * instructions; rss its resident memory in KiB. NAMEs: interval timeout retry fall rise (numbers), path
 * digest receive.
 */

#include <arpa/inet.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/num.h"
#include "ipvs/intent.h"
#include "ipvs/kind.h"
#include "ipvs/plan.h"
#include "ipvs/prober.h"

struct bench {
	struct intent intent;
	struct intent_service service;
	struct intent_server *servers;
	struct intent_check check, *checks[1];
	struct intent_url url;
	struct plan plan;
	struct prober prober;
	bool *alive;
	long long since;
};

static bool set_number(struct bench *bench, const char *name, const char *text)
{
	struct intent_check *check = &bench->check;
	const struct {
		const char *name;
		long long *field;
	} times[] = {{"interval", &check->interval},
		     {"timeout", &check->timeout},
		     {"retry", &check->retry_interval}};
	long long number;

	if (num_parse(text, 0, 1000000, &number))
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(times); i++)
		if (!strcmp(name, times[i].name)) {
			*times[i].field = number;
			return true;
		}
	if (!strcmp(name, "fall"))
		check->fall = (int)number;
	else if (!strcmp(name, "rise"))
		check->rise = (int)number;
	else
		return false;
	return true;
}

static bool set(struct bench *bench, char *word)
{
	char *value = strchr(word, '=');

	if (!value)
		return false;
	*value++ = '\0';
	if (!strcmp(word, "path"))
		bench->url.path = value;
	else if (!strcmp(word, "digest"))
		bench->url.digest = value;
	else if (!strcmp(word, "receive"))
		bench->url.receive = value;
	else
		return set_number(bench, word, value);
	return true;
}

static bool kind_named(const char *name, enum check_kind *ret_kind)
{
	for (int kind = 0; kind < CHECK_KINDS; kind++) {
		const struct intent_check check = {.kind = (enum check_kind)kind};

		if (!strcmp(kind_of(&check)->name, name)) {
			*ret_kind = (enum check_kind)kind;
			return true;
		}
	}
	return false;
}

static int make_servers(struct bench *bench, const char *first, size_t count, uint16_t port)
{
	struct inet inet;
	uint32_t word;

	if (inet_parse(first, &inet) || inet.family != AF_INET)
		return -1;
	memcpy(&word, inet.bytes, sizeof(word));
	bench->checks[0] = &bench->check;
	bench->servers = calloc(count, sizeof(*bench->servers));
	bench->alive = calloc(count, sizeof(*bench->alive));
	if (!bench->servers || !bench->alive)
		return -1;
	for (size_t i = 0; i < count; i++) {
		const uint32_t address = htonl(ntohl(word) + (uint32_t)i);

		bench->servers[i] = (struct intent_server){.id = i,
							   .server = {.port = port, .weight = 1},
							   .checks = bench->checks,
							   .check_count = 1};
		bench->servers[i].server.address = inet_from_bytes(AF_INET, &address);
	}
	bench->service.servers = bench->servers;
	bench->service.server_count = count;
	bench->intent.services = &bench->service;
	bench->intent.service_count = 1;
	bench->intent.server_count = count;
	return 0;
}

static void tell(struct bench *bench)
{
	char text[INET_TEXT_MAX];

	for (size_t i = 0; i < bench->plan.count; i++) {
		struct gauge gauge;

		if (!gauge_read(&bench->prober.gauges->cells[i], &gauge) || !gauge.known ||
		    gauge.alive == bench->alive[i])
			continue;
		bench->alive[i] = gauge.alive;
		(void)printf("%lld %s %s %s\n", (gauge.since - bench->since) / 1000000,
			     inet_host_text(&bench->plan.checks[i].target.address, text),
			     gauge.alive ? "alive" : "dead", outcome_text(gauge.code));
		(void)fflush(stdout);
	}
}

static long long number_in(const char *path, const char *key)
{
	FILE *stream = fopen(path, "re");
	char line[256];
	long long number = -1;

	while (stream && fgets(line, sizeof(line), stream))
		if (!strncmp(line, key, strlen(key))) {
			number = strtoll(line + strlen(key), NULL, 10);
			break;
		}
	if (stream)
		(void)fclose(stream);
	return number;
}

static void sum_up(const struct bench *bench)
{
	unsigned long long probes = 0, failures = 0;
	char path[64];
	long long ns;

	for (size_t i = 0; i < bench->plan.count; i++) {
		struct gauge gauge;

		if (!gauge_read(&bench->prober.gauges->cells[i], &gauge))
			continue;
		probes += gauge.probes;
		failures += gauge.failures;
	}
	(void)snprintf(path, sizeof(path), "/proc/%d/schedstat", bench->prober.pid);
	ns = number_in(path, "");
	(void)snprintf(path, sizeof(path), "/proc/%d/status", bench->prober.pid);
	(void)printf("probes %llu failures %llu nanoseconds %lld rss %lld\n", probes, failures, ns,
		     number_in(path, "VmRSS:"));
}

static int run(struct bench *bench, long long seconds)
{
	const struct deadline end = deadline_in(seconds * 1000);
	struct fault fault = FAULT_INIT;
	struct pollfd polled = {.events = POLLIN};

	bench->since = deadline_now();
	if (plan_make(&bench->intent, &fault, &bench->plan) ||
	    prober_start(&bench->plan, NULL, &bench->prober, &fault)) {
		(void)fprintf(stderr, "%s\n", fault.reason);
		return 1;
	}
	polled.fd = bench->prober.news;
	while (!deadline_passed(&end)) {
		eventfd_t count;

		if (poll(&polled, 1, deadline_left(&end)) > 0)
			(void)eventfd_read(polled.fd, &count);
		tell(bench);
	}
	sum_up(bench);
	prober_end(&bench->prober);
	plan_release(&bench->plan);
	free(bench->servers);
	free(bench->alive);
	return 0;
}

int main(int argc, char **argv)
{
	struct bench bench = {
		.check = {.interval = 1000,
			  .timeout = 1000,
			  .retry_interval = 1000,
			  .fall = 1,
			  .rise = 1,
			  .read_only = -1,
			  .lag_limit = -1},
		.prober = PROBER_INIT,
	};
	long long count, port, seconds;

	if (argc < 6 || !kind_named(argv[1], &bench.check.kind) ||
	    num_parse(argv[3], 1, 100000, &count) || num_parse(argv[4], 1, 65535, &port) ||
	    num_parse(argv[5], 1, 100000, &seconds) ||
	    make_servers(&bench, argv[2], (size_t)count, (uint16_t)port)) {
		(void)fprintf(stderr, "usage: ipvs-prober KIND FIRST COUNT PORT SECONDS ...\n");
		return 2;
	}
	for (int i = 6; i < argc; i++)
		if (!set(&bench, argv[i])) {
			(void)fprintf(stderr, "what is %s?\n", argv[i]);
			return 2;
		}
	if (bench.url.path) {
		bench.check.urls = &bench.url;
		bench.check.url_count = 1;
	}
	return run(&bench, seconds);
}
