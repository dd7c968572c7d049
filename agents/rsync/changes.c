// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/changes.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rsync/config.h"

#define PATH_LIMIT 4096 /* PATH_MAX, with the NUL */
#define PIECE_LIMIT 255 /* NAME_MAX */

bool changes_accepts(const char *path)
{
	size_t own = strlen(CONFIG_OWN_DIRECTORY);
	const char *piece = path;

	if (strnlen(path, PATH_LIMIT) == PATH_LIMIT)
		return false;
	if (!strncmp(path, CONFIG_OWN_DIRECTORY, own) && (!path[own] || path[own] == '/'))
		return false;
	for (;;) {
		size_t length = strcspn(piece, "/");

		if (!length || length > PIECE_LIMIT || (length == 1 && *piece == '.') ||
		    (length == 2 && !strncmp(piece, "..", 2)))
			return false;
		if (!piece[length])
			return true;
		piece += length + 1;
	}
}

/* FNV-1a. */
static uint32_t changes_hash(const char *path)
{
	uint32_t hash = 2166136261U;

	for (; *path; path++)
		hash = (hash ^ (unsigned char)*path) * 16777619U;
	return hash;
}

/* The slot of the path, or the free one where it belongs. There is always a free one. */
static uint32_t *changes_slot(const struct changes *changes, const char *path)
{
	size_t at = changes_hash(path) & (changes->slot_count - 1);

	while (changes->slots[at] && strcmp(changes->items[changes->slots[at] - 1].path, path))
		at = (at + 1) & (changes->slot_count - 1);
	return &changes->slots[at];
}

static int changes_grow(struct changes *changes)
{
	size_t room = changes->room ? changes->room * 2 : 64;
	struct change *items;
	uint32_t *slots;

	items = reallocarray(changes->items, room, sizeof(*items));
	if (!items)
		return -ENOMEM;
	changes->items = items;
	slots = calloc(room * 2, sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	free(changes->slots);
	changes->slots = slots;
	changes->slot_count = room * 2;
	changes->room = room;
	for (size_t i = 0; i < changes->count; i++)
		*changes_slot(changes, items[i].path) = (uint32_t)(i + 1);
	return 0;
}

void changes_add(struct changes *changes, enum change_kind kind, const char *path)
{
	AUTO_FREE char *copy = NULL;
	uint32_t *slot;

	if (changes->full || !changes_accepts(path))
		return;
	if (changes->count == changes->room && changes_grow(changes)) {
		changes_fill(changes);
		return;
	}
	slot = changes_slot(changes, path);
	if (*slot) {
		changes->items[*slot - 1].kind = kind;
		return;
	}
	copy = strdup(path);
	if (!copy || changes->count >= changes->limit) {
		changes_fill(changes);
		return;
	}
	changes->items[changes->count++] = (struct change){.path = TAKE(copy), .kind = kind};
	*slot = (uint32_t)changes->count;
}

void changes_add_all(struct changes *changes, const struct changes *more)
{
	if (more->full)
		changes_fill(changes);
	for (size_t i = 0; i < more->count; i++)
		changes_add(changes, more->items[i].kind, more->items[i].path);
}

void changes_fill(struct changes *changes)
{
	changes_clear(changes);
	changes->full = true;
}

const struct change *changes_find(const struct changes *changes, const char *path)
{
	uint32_t index = changes->count ? *changes_slot(changes, path) : 0;

	return index ? &changes->items[index - 1] : NULL;
}

bool changes_any(const struct changes *changes)
{
	return changes->full || changes->count;
}

size_t changes_count_kind(const struct changes *changes, enum change_kind kind)
{
	size_t count = 0;

	for (size_t i = 0; i < changes->count; i++)
		count += changes->items[i].kind == kind;
	return count;
}

void changes_clear(struct changes *changes)
{
	size_t limit = changes->limit;

	changes_release(changes);
	changes->limit = limit;
}

void changes_move(struct changes *to, struct changes *from)
{
	size_t limit = from->limit;

	*to = *from;
	*from = CHANGES_INIT(limit);
}

void changes_release(struct changes *changes)
{
	for (size_t i = 0; i < changes->count; i++)
		free(changes->items[i].path);
	free(changes->items);
	free(changes->slots);
	*changes = CHANGES_INIT(0);
}
