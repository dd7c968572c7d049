/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The memory of an intent: taken piece by piece while it is read, given back at once with it.
 *
 * What is returned is zeroed and lives until intent_release(). NULL when there is none, which is
 * remembered: memory_error() says so at the end.
 */
#pragma once

#include <stddef.h>

struct intent;

void *memory_take(struct intent *intent, size_t size);
const char *memory_text(struct intent *intent, const char *text, size_t length);

/* Makes room for one more item behind count of them: *items is the address of the list's pointer. */
int memory_grow(struct intent *intent, void *items, size_t count, size_t size);

/*
 * The words of a command, split at blanks; quotes and backslashes work as in a shell. Ends with NULL.
 * NULL too for a text without words or with a quote that does not end.
 */
const char *const *memory_words(struct intent *intent, const char *text);

/* 0 or -ENOMEM. */
int memory_error(const struct intent *intent);
