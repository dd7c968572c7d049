/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The source's side on the loop: watches the tree, collects what changes, and serves it.
 *
 * The tree is judged by the daemon before (rsync/guard.h) and looked at again before each ring: when
 * it is not the tree any more, nobody is told anything and nobody is served.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "rsync/tree.h"

struct changes;
struct fault;
struct inet;
struct setting;
struct source;

struct source_ops {
	/*
	 * The debounce is over: these are to be told to the targets, now. False: not now (no
	 * quorum, the queue is full); they are kept and offered again a second later.
	 */
	bool (*ring)(const struct changes *changes, void *data);

	/* The module takes connections: once after the start, and after each failure. */
	void (*serving)(void *data);

	/* The module ended, and comes again; or the watcher can't see a part of the tree. */
	void (*failing)(const struct fault *fault, void *data);

	/* The tree is gone, unmounted or another one. The source has stopped; source_stop() it. */
	void (*lost)(const struct fault *fault, void *data);
};

struct source_facts {
	bool serving;
	size_t pending; /* paths that were not rung yet */
	struct tree_facts tree;
};

/* 0, or -errno with the fault set. The first ring, when the tree is scanned, is full. */
int source_start(const struct setting *setting, const struct inet *address,
		 const struct source_ops *ops, void *data, struct source **ret_source,
		 struct fault *fault);

/*
 * Looks whether the tree is still there, and loses it if not: while a target's rsync uses it, it can
 * be unmounted (umount -l) without any event.
 */
void source_check(struct source *source);

/* When it returns nobody is served and nothing is watched. */
void source_stop(struct source **source);
void source_tell(const struct source *source, struct source_facts *ret_facts);
