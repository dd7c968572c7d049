// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/memory.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "ipvs/intent.h"

struct memory_piece {
	struct memory_piece *next;
	max_align_t bytes[];
};

/* The head of the list; its failed says that a piece could not be had. */
struct memory {
	struct memory_piece *pieces;
	int failed;
};

static struct memory *memory_head(struct intent *intent)
{
	if (!intent->memory)
		intent->memory = calloc(1, sizeof(struct memory));
	return intent->memory;
}

void *memory_take(struct intent *intent, size_t size)
{
	struct memory *memory = memory_head(intent);
	struct memory_piece *piece;

	if (!memory)
		return NULL;
	piece = calloc(1, sizeof(*piece) + size);
	if (!piece) {
		memory->failed = 1;
		return NULL;
	}
	piece->next = memory->pieces;
	memory->pieces = piece;
	return piece->bytes;
}

const char *memory_text(struct intent *intent, const char *text, size_t length)
{
	char *copy = memory_take(intent, length + 1);

	if (copy)
		memcpy(copy, text, length);
	return copy;
}

int memory_grow(struct intent *intent, void *items, size_t count, size_t size)
{
	void *old, *grown;

	/* The list has room for 4, 8, 16 ... items; it is full when count is such a number. */
	if (count && (count < 4 || count & (count - 1)))
		return 0;
	memcpy(&old, items, sizeof(old));
	grown = memory_take(intent, (count ? 2 * count : 4) * size);
	if (!grown)
		return -ENOMEM;
	if (count)
		memcpy(grown, old, count * size);
	memcpy(items, &grown, sizeof(grown));
	return 0;
}

/* One word from *text into to, or -1 for a quote that does not end. */
static int memory_word(const char **text, char *to)
{
	const char *at = *text;
	char quote = '\0';

	for (; *at && (quote || !strchr(" \t", *at)); at++) {
		if (quote ? *at == quote : *at == '"' || *at == '\'')
			quote = quote ? '\0' : *at;
		else if (*at == '\\' && at[1] && quote != '\'')
			*to++ = *++at;
		else
			*to++ = *at;
	}
	*to = '\0';
	*text = at;
	return quote ? -1 : 0;
}

const char *const *memory_words(struct intent *intent, const char *text)
{
	char *copy = memory_take(intent, strlen(text) + 1);
	const char **words = NULL;
	size_t count = 0;

	for (;;) {
		text += strspn(text, " \t");
		if (!copy || memory_grow(intent, &words, count, sizeof(*words)))
			return NULL;
		if (!*text)
			break;
		if (memory_word(&text, copy))
			return NULL;
		words[count++] = copy;
		copy += strlen(copy) + 1;
	}
	words[count] = NULL;
	return count ? words : NULL;
}

int memory_error(const struct intent *intent)
{
	const struct memory *memory = intent->memory;

	return memory && !memory->failed ? 0 : -ENOMEM;
}

void intent_release(struct intent *intent)
{
	struct memory *memory = intent->memory;
	struct memory_piece *piece, *next;

	for (piece = memory ? memory->pieces : NULL; piece; piece = next) {
		next = piece->next;
		free(piece);
	}
	free(memory);
	*intent = INTENT_INIT;
}
