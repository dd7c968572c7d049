/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The world of rsync/office.c: a clock, a cluster, a source and a target that a test moves, in the
 * places of what the daemon has of them. The tree, its token and the ledger are real.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsync/config.h"
#include "rsync/daemon_inside.h"
#include "rsync/source.h"
#include "rsync/target.h"
#include "scratch.h"

#define WORLD_OWN 1 /* node ids */
#define WORLD_OTHER 2

/* What came of a request. */
struct server_request {
	bool answered;
	int result;
	char text[256];
};

struct source {
	const struct source_ops *ops;
	void *data;
	struct source_facts facts;
};

struct target {
	struct target_facts facts;
};

struct peers {
	size_t sent;
	bool full;
};

struct world {
	struct daemon d; /* first, so that a daemon leads here */
	struct rsync_config config;
	struct scratch *scratch;
	char directory[SCRATCH_PATH_MAX];
	struct source source;
	struct target target;
	struct peers peers;
	struct server_request promote, demote, other;
	bool holds; /* there is quorum */
};

/* cmocka's fixtures; *state is the struct world: a tree with a file, quorum, the second 1000. */
int world_setup(void **state);
int world_teardown(void **state);

void world_at(long long second);

/* The state that the other node tells. */
void world_other(struct world *w, enum doorbell_role role, uint64_t generation, uint64_t sequence);

/* Our own copy is a whole one of this generation. */
void world_own(struct world *w, uint64_t generation, uint64_t sequence);
