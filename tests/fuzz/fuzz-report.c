// SPDX-License-Identifier: BSD-3-Clause
/*
 * What rsync says on its streams: in one piece or byte by byte it is understood alike, and every path
 * told is one that a set of changes may hold.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "rsync/changes.h"
#include "rsync/report.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void seen(enum change_kind kind, const char *path, void *data)
{
	demand(changes_accepts(path));
	(*(size_t *)data)++;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const bool errors = size && data[0] & 1;
	struct report whole, pieces;
	size_t a = 0, b = 0;

	report_init(&whole, seen, &a);
	report_init(&pieces, seen, &b);
	report_feed(&whole, errors, (const char *)data, size);
	report_end(&whole);
	for (size_t i = 0; i < size; i++)
		report_feed(&pieces, errors, (const char *)data + i, 1);
	report_end(&pieces);
	demand(a == b && whole.brought == pieces.brought && whole.deleted == pieces.deleted);
	demand(a <= whole.brought + whole.deleted);
	demand(whole.files == pieces.files && whole.hidden == pieces.hidden);
	demand(!strcmp(whole.error, pieces.error));
	report_release(&whole);
	report_release(&pieces);
	return 0;
}
