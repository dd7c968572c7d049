// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/argv.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int argv_take(struct argv *argv, char *word)
{
	AUTO_FREE char *owned = word;

	if (!owned)
		return argv->error = -ENOMEM;
	if (argv->count + 2 > argv->room) {
		size_t room = argv->room ? argv->room * 2 : 32;
		char **items = reallocarray(argv->items, room, sizeof(*items));

		if (!items)
			return argv->error = -ENOMEM;
		argv->items = items;
		argv->room = room;
	}
	argv->items[argv->count++] = TAKE(owned);
	argv->items[argv->count] = NULL;
	return 0;
}

void argv_add(struct argv *argv, const char *word)
{
	(void)argv_take(argv, strdup(word));
}

void argv_addf(struct argv *argv, const char *format, ...)
{
	char *word = NULL;
	va_list args;

	va_start(args, format);
	if (vasprintf(&word, format, args) < 0)
		word = NULL;
	va_end(args);
	(void)argv_take(argv, word);
}

bool argv_same(const struct argv *a, const struct argv *b)
{
	for (size_t i = 0; i < a->count && i < b->count; i++)
		if (strcmp(a->items[i], b->items[i]))
			return false;
	return a->count == b->count;
}

void argv_move(struct argv *to, struct argv *from)
{
	*to = *from;
	*from = ARGV_INIT;
}

int argv_error(const struct argv *argv)
{
	return argv->error;
}

void argv_release(struct argv *argv)
{
	for (size_t i = 0; i < argv->count; i++)
		free(argv->items[i]);
	free(argv->items);
	*argv = ARGV_INIT;
}
