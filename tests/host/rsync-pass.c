// SPDX-License-Identifier: BSD-3-Clause
/*
 * rsync-pass serve NAME=VALUE...			a source's module on 127.0.0.1 until SIGTERM
 * rsync-pass full|allowed|conflicts NAME=VALUE...	one full pass from there
 * rsync-pass batch NAME=VALUE... -- +PATH -PATH /PATH...	one batch
 * rsync-pass spare NAME=VALUE... -- +PATH...		the same by a spare, which waits for SIGUSR1
 *
 * The parts of the rsync agent's daemon without a cluster. NAME=VALUE are parameters of the agent, of
 * which directory is the tree of this side; known=N, files=N, since=N and gone=N (-1:
 * withhold) are those of struct pass_order. "ready" on stdout says that the module serves; a pass prints its result in one line and
 * runs its hooks.
 */

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/log.h"
#include "base/num.h"
#include "daemon/loop.h"
#include "ocf/record.h"
#include "rsync/changes.h"
#include "rsync/config.h"
#include "rsync/filter.h"
#include "rsync/hooks.h"
#include "rsync/module.h"
#include "rsync/pass.h"
#include "rsync/setting.h"
#include "rsync/spare.h"

struct here {
	struct record record;
	struct rsync_config *config;
	struct filter filter;
	struct setting setting;
	struct changes paths;
	struct inet address;
	struct log log;
	long long known, files, since, gone;
	struct loop_timer poll; /* until the hooks are done */
	struct pass_order order;
	struct spare *spare; /* NULL: none */
	bool begun;	     /* the pass of the spare */
	bool unmarked;
	int status;
};

static void say_fault(const struct fault *fault, void *data)
{
	(void)printf("failed: %s\n", fault->reason);
	(void)fflush(stdout);
}

static void say_ready(void *data)
{
	(void)puts("ready");
	(void)fflush(stdout);
}

static void stop(int number, void *data)
{
	struct here *here = data;

	loop_stop(here->setting.loop);
}

static int serve(struct here *here, struct fault *fault)
{
	static const struct module_ops ops = {.ready = say_ready, .failed = say_fault};
	CLEANUP(module_stop) struct module *module = NULL;
	int r;

	(void)loop_on_signal(here->setting.loop, SIGTERM, stop, here);
	r = module_start(&here->setting, &here->address, &ops, here, &module, fault);
	if (!r)
		loop_run(here->setting.loop);
	return r;
}

static void hooks_poll(void *data)
{
	struct here *here = data;

	if (hooks_running(here->setting.hooks))
		(void)loop_timer_set(&here->poll, 20);
	else
		loop_stop(here->setting.loop);
}

static void say_result(const struct pass_result *result, void *data)
{
	struct here *here = data;

	(void)printf(
		"outcome=%d held=%d brought=%zu deleted=%zu withheld=%zu files=%llu differed=%d "
		"rotten=%zu: %s\n",
		result->outcome, result->held, result->brought, result->deleted, result->withheld,
		(unsigned long long)result->files, result->differed, result->rotten,
		result->reason);
	here->status = result->outcome != OUTCOME_DONE;
	hooks_run(here->setting.hooks, here->setting.loop, here->config->directory, &here->log);
	(void)loop_timer_set(&here->poll, 0);
}

static int pass_run(struct here *here, struct fault *fault)
{
	struct pass *started = NULL;

	return pass_start(&here->setting, &here->order, say_result, here, &started, fault);
}

static void pass_by_spare(int number, void *data)
{
	struct here *here = data;
	struct fault fault = FAULT_INIT;

	if (here->begun)
		return;
	here->begun = true;
	if (!pass_run(here, &fault))
		return;
	say_fault(&fault, here);
	loop_stop(here->setting.loop);
}

static int pass_with_spare(struct here *here)
{
	int r = spare_open(here->setting.loop, &here->spare);

	here->order.spare = here->spare;
	if (!r)
		r = loop_on_signal(here->setting.loop, SIGUSR1, pass_by_spare, here);
	if (!r)
		pass_keep_spare(&here->setting, &here->order);
	return r;
}

static int pass(struct here *here, const char *kind, struct fault *fault)
{
	const bool spare = !strcmp(kind, "spare");
	int r;

	here->order = (struct pass_order){
		.full = !spare && strcmp(kind, "batch") != 0,
		.let_through = !strcmp(kind, "allowed"),
		.conflicts = !strcmp(kind, "conflicts"),
		.generation = 7,
		.known = (uint64_t)here->known,
		.files = (uint64_t)here->files,
		.since = here->since,
		.gone = (size_t)here->gone,
		.withhold = here->gone < 0,
		.source = here->address,
		.port = here->config->port,
		.paths = &here->paths,
	};
	r = spare ? pass_with_spare(here) : pass_run(here, fault);
	if (!r)
		loop_run(here->setting.loop);
	spare_close(&here->spare);
	return r;
}

static int take_word(struct here *here, char *word, struct fault *fault)
{
	char *value = strchr(word, '=');
	char name[128];

	if (!value)
		return fault_set(fault, FAULT_ARGS, -1, "'%s' is not NAME=VALUE", word);
	*value++ = '\0';
	if (!strcmp(word, "known"))
		return num_parse(value, 0, INT64_MAX, &here->known);
	if (!strcmp(word, "files"))
		return num_parse(value, 0, INT64_MAX, &here->files);
	if (!strcmp(word, "since"))
		return num_parse(value, 0, INT64_MAX, &here->since);
	if (!strcmp(word, "gone"))
		return num_parse(value, -1, INT64_MAX, &here->gone);
	(void)snprintf(name, sizeof(name), "param.%s", word);
	return record_set(&here->record, name, value);
}

static int prepare(struct here *here, char **words, struct fault *fault)
{
	int r = loop_new(&here->setting.loop, fault);

	for (; !r && *words && strcmp(*words, "--") != 0; words++)
		r = take_word(here, *words, fault);
	for (words += *words != NULL; !r && *words; words++)
		changes_add(&here->paths, (enum change_kind) * *words, *words + 1);
	if (!r)
		r = config_read(&here->record, &here->config, fault);
	if (!r)
		r = filter_read(here->config, &here->filter, fault);
	if (!r)
		r = hooks_parse(here->config->hooks, here->config->hook_timeout,
				&here->setting.hooks, fault);
	if (!r)
		r = inet_parse("127.0.0.1", &here->address);
	here->setting.config = here->config;
	here->setting.filter = &here->filter;
	here->setting.base = getenv("BASE");
	here->setting.unmarked = &here->unmarked;
	loop_timer_init(&here->poll, here->setting.loop, hooks_poll, here);
	return r;
}

int main(int argc, char **argv)
{
	struct here here = {
		.record = RECORD_INIT, .filter = FILTER_INIT, .paths = CHANGES_INIT(100000)};
	struct fault fault = FAULT_INIT;
	int r;

	if (argc < 2)
		return 2;
	log_init(&here.log, "rsync-pass", NULL);
	r = prepare(&here, argv + 2, &fault);
	if (!r)
		r = strcmp(argv[1], "serve") ? pass(&here, argv[1], &fault) : serve(&here, &fault);
	if (r)
		(void)printf("refused %d: %s\n", r, fault.reason);
	hooks_free(&here.setting.hooks);
	loop_free(&here.setting.loop);
	config_free(&here.config);
	filter_release(&here.filter);
	changes_release(&here.paths);
	record_release(&here.record);
	return r ? 3 : here.status;
}
