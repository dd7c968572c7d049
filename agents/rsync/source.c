// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/source.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "base/fault.h"
#include "daemon/loop.h"
#include "rsync/changes.h"
#include "rsync/config.h"
#include "rsync/guard.h"
#include "rsync/module.h"
#include "rsync/setting.h"
#include "rsync/snapshot.h"

#define SOURCE_AGAIN_MS 1000 /* when a ring could not be told */

struct source {
	const struct setting *setting;
	const struct source_ops *ops;
	void *data;
	struct tree *tree;
	struct module *module;
	struct changes changes;
	struct guard_anchor anchor;
	uint64_t generation;	/* of the tree's token when it began to be served */
	struct loop_timer step; /* the tree has more to do */
	struct loop_timer ring; /* the end of the debounce */
	bool serving;
	int blind; /* as it was told last */
};

static void source_lose(struct source *s, const struct fault *fault)
{
	loop_timer_clear(&s->step);
	loop_timer_clear(&s->ring);
	loop_unwatch(s->setting->loop, tree_fd(s->tree));
	tree_close(&s->tree);
	module_stop(&s->module);
	s->serving = false;
	s->ops->lost(fault, s->data);
}

/* Whether the tree is still what it was: nothing may be told of another one. */
static int source_look(const struct source *s, struct fault *fault)
{
	struct guard_view view;
	int r = guard_look(s->setting->config, &s->anchor, &view, fault);

	return r ? r : guard_judge_source(s->setting->config, &view, s->generation, fault);
}

void source_check(struct source *s)
{
	struct fault fault = FAULT_INIT;

	if (s->tree && source_look(s, &fault))
		source_lose(s, &fault);
}

static void source_ring(void *data)
{
	struct source *s = data;
	struct fault fault = FAULT_INIT;

	if (source_look(s, &fault)) {
		source_lose(s, &fault);
		return;
	}
	if (s->ops->ring(&s->changes, s->data))
		changes_clear(&s->changes);
	else
		(void)loop_timer_set(&s->ring, SOURCE_AGAIN_MS);
}

static void source_tell_blind(struct source *s)
{
	struct fault fault = FAULT_INIT;
	struct tree_facts facts;

	tree_tell(s->tree, &facts);
	if (facts.blind == s->blind)
		return;
	s->blind = facts.blind;
	if (!s->blind)
		return;
	(void)fault_set(&fault, FAULT_GENERIC, -s->blind,
			s->blind == ENOSPC ? "not all of %s is watched: raise "
					     "fs.inotify.max_user_watches or use fanotify=yes" :
					     "not all of %s is watched",
			s->setting->config->directory);
	s->ops->failing(&fault, s->data);
}

static void source_step(void *data)
{
	struct source *s = data;
	struct fault fault = FAULT_INIT;
	int r = tree_step(s->tree, &s->changes);

	if (r == TREE_LOST) {
		(void)fault_set(&fault, FAULT_GENERIC, -ESTALE,
				"%s was unmounted, moved or removed",
				s->setting->config->directory);
		source_lose(s, &fault);
		return;
	}
	source_tell_blind(s);
	if (r == TREE_MORE)
		(void)loop_timer_set(&s->step, 0);
	if (!changes_any(&s->changes) || s->ring.set)
		return;
	if (s->setting->config->debounce || r == TREE_MORE)
		(void)loop_timer_set(&s->ring, s->setting->config->debounce);
	else
		source_ring(s);
}

static void source_readable(int fd, short events, void *data)
{
	source_step(data);
}

static void source_module_ready(void *data)
{
	struct source *s = data;

	s->serving = true;
	s->ops->serving(s->data);
}

static void source_module_failed(const struct fault *fault, void *data)
{
	struct source *s = data;

	s->serving = false;
	s->ops->failing(fault, s->data);
}

static int source_open(struct source *s, const struct inet *address, struct fault *fault)
{
	static const struct module_ops ops = {.ready = source_module_ready,
					      .failed = source_module_failed};
	const struct rsync_config *config = s->setting->config;
	struct guard_view view;
	int r;

	if (config->mode == CONFIG_SNAPSHOT) {
		r = snapshot_prepare(config->directory, fault);
		if (r)
			return r;
	}
	r = guard_prepare(config->directory);
	if (!r)
		r = guard_set_anchor(config->directory, &s->anchor);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s: %s", config->directory,
				 strerror(-r));
	r = guard_look(config, &s->anchor, &view, fault);
	if (r)
		return r;
	s->generation = view.generation;
	/* The watches first: what changes while nobody is served yet is told later. */
	r = tree_open(config->directory, s->setting->filter, config->fanotify, &s->tree, fault);
	if (!r)
		r = loop_watch(s->setting->loop, tree_fd(s->tree), POLLIN, source_readable, s);
	if (!r)
		r = loop_timer_set(&s->step, 0);
	if (!r)
		r = module_start(s->setting, address, &ops, s, &s->module, fault);
	return r;
}

int source_start(const struct setting *setting, const struct inet *address,
		 const struct source_ops *ops, void *data, struct source **ret_source,
		 struct fault *fault)
{
	CLEANUP(source_stop) struct source *s = calloc(1, sizeof(*s));
	int r;

	if (!s)
		return -ENOMEM;
	*s = (struct source){.setting = setting,
			     .ops = ops,
			     .data = data,
			     .changes = CHANGES_INIT((size_t)setting->config->list_max)};
	loop_timer_init(&s->step, setting->loop, source_step, s);
	loop_timer_init(&s->ring, setting->loop, source_ring, s);
	r = source_open(s, address, fault);
	if (!r)
		*ret_source = TAKE(s);
	return r;
}

void source_stop(struct source **source)
{
	struct source *s = *source;

	if (!s)
		return;
	module_stop(&s->module);
	loop_timer_clear(&s->step);
	loop_timer_clear(&s->ring);
	if (s->tree)
		loop_unwatch(s->setting->loop, tree_fd(s->tree));
	tree_close(&s->tree);
	changes_release(&s->changes);
	free(s);
	*source = NULL;
}

void source_tell(const struct source *source, struct source_facts *ret_facts)
{
	*ret_facts = (struct source_facts){.serving = source->serving,
					   .pending = source->changes.count + source->changes.full};
	if (source->tree)
		tree_tell(source->tree, &ret_facts->tree);
}
