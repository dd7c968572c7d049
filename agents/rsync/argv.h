/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A command line that is being put together. A failed allocation is remembered: argv_error().
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct argv {
	char **items; /* owned, ends with NULL once there is one */
	size_t count, room;
	int error;
};

#define ARGV_INIT ((struct argv){.items = NULL})

void argv_add(struct argv *argv, const char *word);
void argv_addf(struct argv *argv, const char *format, ...) PRINTF_LIKE(2, 3);
bool argv_same(const struct argv *a, const struct argv *b);

/* Moves the words of one into another, which is empty. */
void argv_move(struct argv *to, struct argv *from);
int argv_error(const struct argv *argv); /* 0 or -ENOMEM */
void argv_release(struct argv *argv);

#define AUTO_ARGV CLEANUP(argv_release)
