// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/rows.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <strings.h>

#include "base/num.h"

void rows_release(struct rows *rows)
{
	for (size_t i = 0; i < rows->filled; i++)
		free(rows->cells[i]);
	free(rows->cells);
	*rows = ROWS_INIT;
}

int rows_begin(struct rows *rows, size_t columns)
{
	rows_release(rows);
	if (!columns || columns > ROWS_CELLS_MAX)
		return -EINVAL;
	rows->columns = columns;
	return 0;
}

int rows_add(struct rows *rows, const char *text, size_t length)
{
	char *copy = NULL;

	if (rows->filled >= ROWS_CELLS_MAX || rows->bytes + length > ROWS_BYTES_MAX)
		return -E2BIG;
	if (rows->filled % rows->columns == 0) {
		char **cells =
			reallocarray(rows->cells, rows->filled + rows->columns, sizeof(*cells));

		if (!cells)
			return -ENOMEM;
		rows->cells = cells;
	}
	if (text) {
		copy = strndup(text, length);
		if (!copy)
			return -ENOMEM;
		rows->bytes += length;
	}
	rows->cells[rows->filled++] = copy;
	return 0;
}

size_t rows_count(const struct rows *rows)
{
	return rows->filled > rows->columns ? rows->filled / rows->columns - 1 : 0;
}

const char *rows_get(const struct rows *rows, size_t row, const char *column)
{
	if (row >= rows_count(rows))
		return NULL;
	for (size_t i = 0; i < rows->columns; i++)
		if (rows->cells[i] && !strcasecmp(rows->cells[i], column))
			return rows->cells[(row + 1) * rows->columns + i];
	return NULL;
}

long long rows_number(const struct rows *rows, size_t row, const char *column, long long fallback)
{
	const char *text = rows_get(rows, row, column);
	long long number;

	return text && !num_parse(text, LLONG_MIN, LLONG_MAX, &number) ? number : fallback;
}

bool rows_true(const struct rows *rows, size_t row, const char *column)
{
	const char *text = rows_get(rows, row, column);

	return text && (!strcasecmp(text, "yes") || !strcasecmp(text, "on") || !strcmp(text, "1"));
}
