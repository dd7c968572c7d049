/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What every node has said last about its copy of the tree, and what follows from that: whom to pull
 * from, which generation comes next, who should be promoted. Pure; the daemon of this node is in it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "rsync/doorbell.h"

#define ROSTER_MAX 64 /* nodes */

struct roster_entry {
	uint32_t node, pid; /* of the daemon */
	uint64_t generation, sequence;
	struct doorbell_state state;
};

struct roster {
	struct roster_entry entries[ROSTER_MAX];
	size_t count;
};

/* A state message; a later one of the node replaces it. Those beyond ROSTER_MAX are not heard. */
void roster_hear(struct roster *roster, uint32_t node, uint32_t pid,
		 const struct doorbell *doorbell);

/* The daemon left or died; an entry of a later daemon of that node stays. */
void roster_drop(struct roster *roster, uint32_t node, uint32_t pid);

const struct roster_entry *roster_find(const struct roster *roster, uint32_t node);

/*
 * The source that counts: of those that say so, the one of the highest generation. NULL when none
 * does, and when two say so of the same one, which is nobody's word to take.
 */
const struct roster_entry *roster_source(const struct roster *roster);

uint64_t roster_highest(const struct roster *roster); /* generation that anyone is of; 0: none */

/* How many of the others have a better copy than the node. */
size_t roster_better(const struct roster *roster, uint32_t node);

/*
 * The promotion score of the node: the source's is above all; then 10 and 5 for each copy that is
 * worse, so that the newest whole one wins. Below 0 for a tree that the guard refuses.
 */
int roster_score(const struct roster *roster, uint32_t node);
