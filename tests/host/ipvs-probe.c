// SPDX-License-Identifier: BSD-3-Clause
/*
 * ipvs-probe KIND ADDRESS PORT [NAME=VALUE]...
 *
 * Makes one probe of a check and prints its code, weight and reason: "OK 70% lag 3 s". times=N makes
 * so many at once and prints a line for each code with its count; the last line is then "took MS".
 */

#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/num.h"
#include "ipvs/engine.h"
#include "ipvs/kind.h"
#include "ipvs/pattern.h"
#include "ipvs/tls.h"

struct asked {
	struct intent_check check;
	struct intent_url url;
	struct target target;
	long long times;
};

struct answered {
	unsigned int codes[OUTCOME_CODES], count;
	struct outcome last;
};

static void probed(struct probe *probe, const struct outcome *outcome, long long took, void *data)
{
	struct answered *answered = data;

	answered->codes[outcome->code]++;
	answered->count++;
	answered->last = *outcome;
}

static bool set_text(struct asked *asked, const char *name, const char *value)
{
	const struct {
		const char *name;
		const char **field;
	} texts[] = {
		{"path", &asked->url.path},	      {"digest", &asked->url.digest},
		{"status", &asked->url.status},	      {"match", &asked->url.receive},
		{"method", &asked->check.method},     {"version", &asked->check.version},
		{"host", &asked->check.host},	      {"request", &asked->check.request},
		{"receive", &asked->check.receive},   {"type", &asked->check.type},
		{"login", &asked->check.login},	      {"password", &asked->check.password},
		{"database", &asked->check.database}, {"ca", &asked->check.ca_file},
		{"name", &asked->check.tls_name},
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		if (!strcmp(name, texts[i].name)) {
			*texts[i].field = value;
			return true;
		}
	return false;
}

static bool set_flag(struct asked *asked, const char *name)
{
	const struct {
		const char *name;
		bool *field;
	} flags[] = {
		{"tls", &asked->check.tls},
		{"verify", &asked->check.verify},
		{"sni", &asked->check.sni},
		{"hex", &asked->check.hex},
		{"reply", &asked->check.require_reply},
		{"lag_weight", &asked->check.lag_weight},
		{"no_match", &asked->url.no_match},
	};

	for (size_t i = 0; i < ARRAY_SIZE(flags); i++)
		if (!strcmp(name, flags[i].name))
			return *flags[i].field = true;
	return false;
}

static bool set(struct asked *asked, char *word)
{
	char *value = strchr(word, '=');
	long long number;

	if (!value)
		return set_flag(asked, word);
	*value++ = '\0';
	if (set_text(asked, word, value))
		return true;
	if (num_parse(value, -1, 1000000, &number))
		return false;
	if (!strcmp(word, "timeout"))
		asked->check.timeout = number;
	else if (!strcmp(word, "times"))
		asked->times = number;
	else if (!strcmp(word, "read_only"))
		asked->check.read_only = (int)number;
	else if (!strcmp(word, "lag"))
		asked->check.lag_limit = number;
	else
		return false;
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

static int equip(struct asked *asked, struct pattern **pattern, struct tls **tls)
{
	const char *receive = asked->url.path ? asked->url.receive : asked->check.receive;
	struct fault fault = FAULT_INIT;
	int r = 0;

	asked->target.check = &asked->check;
	asked->target.url = asked->url.path ? &asked->url : NULL;
	if (receive && !asked->check.hex)
		r = pattern_compile(receive, &fault, pattern);
	if (!r && asked->check.tls)
		r = tls_new(&asked->check, &fault, tls);
	if (r)
		(void)fprintf(stderr, "%s\n", fault.reason);
	asked->target.pattern = *pattern;
	asked->target.tls = *tls;
	return r;
}

static int ask(const struct asked *asked)
{
	AUTO_ENGINE struct engine *engine = NULL;
	struct answered answered = {.count = 0};
	const long long since = deadline_now();
	struct probe *probe;

	if (engine_new(&engine))
		return 1;
	for (long long i = 0; i < asked->times; i++)
		if (engine_probe(engine, &asked->target, probed, &answered, &probe))
			return 1;
	while (engine_count(engine))
		if (engine_step(engine, -1))
			return 1;
	if (asked->times == 1) {
		(void)printf("%s", outcome_text(answered.last.code));
		if (answered.last.weight != OUTCOME_NO_WEIGHT)
			(void)printf(" %d%s", answered.last.weight,
				     answered.last.percent ? "%" : "");
		(void)printf("%s%s\n", *answered.last.reason ? " " : "", answered.last.reason);
		return 0;
	}
	for (int code = 0; code < OUTCOME_CODES; code++)
		if (answered.codes[code])
			(void)printf("%s %u\n", outcome_text((enum outcome_code)code),
				     answered.codes[code]);
	(void)printf("took %lld\n", (deadline_now() - since) / 1000000);
	return 0;
}

int main(int argc, char **argv)
{
	struct asked asked = {.check = {.timeout = 2000, .read_only = -1, .lag_limit = -1},
			      .times = 1};
	AUTO_PATTERN struct pattern *pattern = NULL;
	AUTO_TLS struct tls *tls = NULL;
	long long port;

	(void)signal(SIGPIPE, SIG_IGN);
	if (argc < 4 || !kind_named(argv[1], &asked.check.kind) ||
	    inet_parse(argv[2], &asked.target.address) || num_parse(argv[3], 0, 65535, &port)) {
		(void)fprintf(stderr, "usage: ipvs-probe KIND ADDRESS PORT [NAME=VALUE]...\n");
		return 2;
	}
	asked.target.port = (uint16_t)port;
	for (int i = 4; i < argc; i++)
		if (!set(&asked, argv[i])) {
			(void)fprintf(stderr, "what is %s?\n", argv[i]);
			return 2;
		}
	return equip(&asked, &pattern, &tls) ? 1 : ask(&asked);
}
