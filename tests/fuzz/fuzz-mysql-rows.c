// SPDX-License-Identifier: BSD-3-Clause
/*
 * What a server says of itself. The input is three results behind each other, each as lines: names,
 * then cells, between tabs; a result ends with an empty line; a cell \N is NULL.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mysql/dialect.h"
#include "mysql/rows.h"
#include "mysql/view.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void read_line(struct rows *rows, char *line)
{
	for (char *cell; (cell = strsep(&line, "\t"));)
		if (rows_add(rows, strcmp(cell, "\\N") ? cell : NULL, strlen(cell)))
			return;
}

static size_t count_columns(const char *line)
{
	size_t columns = 1;

	for (; *line; line++)
		columns += *line == '\t';
	return columns;
}

static void read_result(struct rows *rows, char **text)
{
	bool begun = false;

	for (char *line; *text && (line = strsep(text, "\n"));) {
		if (!*line)
			break;
		if (!begun && rows_begin(rows, count_columns(line)))
			break;
		begun = true;
		read_line(rows, line);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct dialect *const dialects[] = {&dialect_mariadb, &dialect_mysql,
							 &dialect_mysql_plugins_of_old};
	AUTO_FREE char *text = strndup((const char *)data, size);
	struct rows results[3] = {ROWS_INIT, ROWS_INIT, ROWS_INIT};
	char *rest = text;

	for (size_t i = 0; text && i < 3; i++)
		read_result(&results[i], &rest);
	for (size_t i = 0; i < 3; i++) {
		AUTO_VIEW struct view view = {.lag = 0};

		if (view_read(&view, dialects[i], &results[0], &results[1], &results[2]))
			continue;
		demand(gtid_covers(&view.received, &view.executed));
		demand(!(view.receiving && view.connecting));
	}
	for (size_t i = 0; i < 3; i++)
		rows_release(&results[i]);
	return 0;
}
