// SPDX-License-Identifier: BSD-3-Clause

#include "office-world.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/fault.h"
#include "cluster/peers.h"
#include "daemon/server.h"

#define WORLD_NOW "QUORATE_TEST_NOW"

static const struct world *world_of(const struct daemon *d)
{
	return (const struct world *)d;
}

static struct world *world_in(struct daemon *d)
{
	return (struct world *)d;
}

void server_answer(struct server_request *request, int code, const char *text)
{
	assert_false(request->answered);
	*request = (struct server_request){.answered = true, .result = code};
	(void)snprintf(request->text, sizeof(request->text), "%s", text);
}

void server_answer_fault(struct server_request *request, int code, const struct fault *fault)
{
	server_answer(request, code, fault ? fault->reason : "");
}

int peers_send(struct peers *peers, const void *bytes, size_t length)
{
	if (peers->full)
		return -ENOBUFS;
	peers->sent++;
	return 0;
}

int source_start(const struct setting *setting, const struct inet *address,
		 const struct source_ops *ops, void *data, struct source **ret_source,
		 struct fault *fault)
{
	struct world *w = world_in(data);

	w->source = (struct source){.ops = ops, .data = data};
	*ret_source = &w->source;
	return 0;
}

void source_stop(struct source **source)
{
	*source = NULL;
}

void source_tell(const struct source *source, struct source_facts *ret_facts)
{
	*ret_facts = source->facts;
}

void target_tell(const struct target *target, struct target_facts *ret_facts)
{
	*ret_facts = target->facts;
}

int loop_timer_set(struct loop_timer *timer, long long milliseconds)
{
	timer->set = true;
	return 0;
}

void loop_timer_clear(struct loop_timer *timer)
{
	timer->set = false;
}

long long daemon_seconds(void)
{
	const char *now = getenv(WORLD_NOW);

	return now ? strtoll(now, NULL, 10) : 0;
}

bool daemon_holds(const struct daemon *d)
{
	return world_of(d)->holds;
}

void daemon_follow(struct daemon *d)
{
}

void daemon_save(struct daemon *d)
{
	(void)ledger_save(d->ledger_path, &d->ledger);
}

int daemon_start_target(struct daemon *d, struct fault *fault)
{
	d->target = &world_in(d)->target;
	return 0;
}

void daemon_stop_target(struct daemon *d)
{
	d->target = NULL;
}

void daemon_judge_tree(struct daemon *d)
{
}

const char *daemon_node_name(const struct daemon *d, uint32_t node)
{
	return node == WORLD_OTHER ? "other" : "own";
}

void daemon_tell(struct daemon *d)
{
}

void daemon_tell_soon(struct daemon *d)
{
}

void world_at(long long second)
{
	char text[32];

	(void)snprintf(text, sizeof(text), "%lld", second);
	assert_int_equal(setenv(WORLD_NOW, text, 1), 0);
}

int world_setup(void **state)
{
	struct world *w = calloc(1, sizeof(*w));
	void *scratch = NULL;
	struct daemon *d = &w->d;

	assert_int_equal(scratch_setup(&scratch), 0);
	w->scratch = scratch;
	(void)snprintf(w->directory, sizeof(w->directory), "%s", scratch_path(scratch, "tree"));
	assert_int_equal(mkdir(w->directory, 0755), 0);
	scratch_write(scratch, "tree/file", "content");
	w->config = (struct rsync_config){.directory = w->directory, .list_max = 1000};
	w->holds = true;
	log_init(&d->log, "test", NULL);
	d->config = &w->config;
	d->setting.config = &w->config;
	d->peers = &w->peers;
	d->target = &w->target;
	d->nodes.own = WORLD_OWN;
	d->changed = 900;
	(void)snprintf(d->ledger_path, sizeof(d->ledger_path), "%s",
		       scratch_path(scratch, "ledger"));
	world_at(1000);
	*state = w;
	return 0;
}

int world_teardown(void **state)
{
	struct world *w = *state;
	void *scratch = w->scratch;

	free(w);
	return scratch_teardown(&scratch);
}

void world_other(struct world *w, enum doorbell_role role, uint64_t generation, uint64_t sequence)
{
	const struct doorbell said = {.kind = DOORBELL_STATE,
				      .generation = generation,
				      .sequence = sequence,
				      .state = {.role = role, .flags = DOORBELL_WHOLE}};

	roster_hear(&w->d.roster, WORLD_OTHER, 7, &said);
}

void world_own(struct world *w, uint64_t generation, uint64_t sequence)
{
	const struct doorbell said = {.kind = DOORBELL_STATE,
				      .generation = generation,
				      .sequence = sequence,
				      .state = {.flags = DOORBELL_WHOLE}};

	w->d.ledger = (struct ledger){.generation = generation,
				      .sequence = sequence,
				      .highest = generation,
				      .whole = true};
	roster_hear(&w->d.roster, WORLD_OWN, 6, &said);
}
