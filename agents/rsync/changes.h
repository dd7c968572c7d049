/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A set of changed paths, each once, with what was at the path when it was last looked at.
 *
 * Both sides have one: the source between two rings, the target between two pulls. Bounded: beyond
 * the limit the set forgets its paths and is full, which stands for "anything may have changed".
 * Paths are relative to the tree, without "." and ".." and empty pieces.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

/* The marks are the first byte of a path in a doorbell. */
enum change_kind {
	CHANGE_GONE = '-',	/* nothing was there */
	CHANGE_FILE = '+',	/* anything but a directory */
	CHANGE_DIRECTORY = '/', /* the directory itself, not what is in it */
};

struct change {
	char *path;
	enum change_kind kind;
};

struct changes {
	struct change *items; /* owned, with their paths; in the order of their first mention */
	size_t count, room;
	uint32_t *slots; /* hash table of indices + 1 */
	size_t slot_count;
	size_t limit; /* paths */
	bool full;
};

#define CHANGES_INIT(most) ((struct changes){.items = NULL, .limit = (most)})

/* Whether the path is one that a set may hold: relative, clean, shorter than PATH_MAX, not ours. */
bool changes_accepts(const char *path);

/*
 * Adds the path, or says anew what is there. A set that is full stays full and takes no path; it
 * becomes full at the limit and when memory ends. A path that changes_accepts() not is dropped.
 */
void changes_add(struct changes *changes, enum change_kind kind, const char *path);
void changes_add_all(struct changes *changes, const struct changes *more);
void changes_fill(struct changes *changes); /* full, from now on */

/* NULL when the set does not hold the path. */
const struct change *changes_find(const struct changes *changes, const char *path);
bool changes_any(const struct changes *changes); /* full counts */
size_t changes_count_kind(const struct changes *changes, enum change_kind kind);

/* Empties the set; the limit stays. */
void changes_clear(struct changes *changes);

/* Moves the content of one set into another, which was empty or released. */
void changes_move(struct changes *to, struct changes *from);
void changes_release(struct changes *changes);

#define AUTO_CHANGES CLEANUP(changes_release)
