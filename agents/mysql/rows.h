/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of a result: texts by row and column name, copied out of the client library.
 *
 * A cell is NULL where the server said NULL. A text ends at its NUL: the server's words that matter
 * here have none in them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

#define ROWS_CELLS_MAX 65536U
#define ROWS_BYTES_MAX (16U << 20)

struct rows {
	char **cells; /* owned, with their texts; the names first */
	size_t columns, filled, bytes;
};

#define ROWS_INIT ((struct rows){.cells = NULL})

/* Empties it, and expects so many names, then the cells row by row. 0 or -EINVAL. */
int rows_begin(struct rows *rows, size_t columns);

/* 0, -ENOMEM, or -E2BIG. */
int rows_add(struct rows *rows, const char *text, size_t length);
void rows_release(struct rows *rows);

size_t rows_count(const struct rows *rows); /* whole rows */

/* NULL when there is no such row or column, or the cell is NULL. Names in whatever case. */
const char *rows_get(const struct rows *rows, size_t row, const char *column);

/* The same as a number, or fallback. */
long long rows_number(const struct rows *rows, size_t row, const char *column, long long fallback);

/* "Yes", "ON", "1": true; anything else or nothing: false. */
bool rows_true(const struct rows *rows, size_t row, const char *column);

#define AUTO_ROWS CLEANUP(rows_release)
