// SPDX-License-Identifier: BSD-3-Clause
/*
 * The record of an instance: whatever its file holds, what was understood is written so that it is
 * understood again.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "ocf/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void demand_same(const struct record *a, const struct record *b)
{
	demand(a->count == b->count);
	for (size_t i = 0; i < a->count; i++) {
		const char *value = record_get(b, a->entries[i].key);

		demand(value && !strcmp(value, a->entries[i].value));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_RECORD struct record record = RECORD_INIT, again = RECORD_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	size_t count;

	demand(!record_parse(&record, (const char *)data, size));
	demand(!record_print(&record, &text));
	demand(!record_parse(&again, text.data, text.length));
	demand_same(&record, &again);
	count = record.count;
	if (count) {
		AUTO_FREE char *key = strdup(record.entries[count / 2].key);

		demand(key && !record_set(&record, key, NULL));
		demand(!record_get(&record, key) && record.count == count - 1);
	}
	record_drop(&record, "p");
	for (size_t i = 0; i < record.count; i++)
		demand(record.entries[i].key[0] != 'p');
	return 0;
}
