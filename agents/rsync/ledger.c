// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/ledger.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/num.h"
#include "ocf/record.h"

#define LEDGER_MAX 4096 /* bytes of a file */

static int ledger_number(const struct record *record, const char *key, long long *ret_value)
{
	const char *text = record_get(record, key);

	return text && !num_parse(text, 0, INT64_MAX, ret_value) ? 0 : -EBADMSG;
}

int ledger_parse(const char *text, size_t length, struct ledger *ret_ledger)
{
	AUTO_RECORD struct record record = RECORD_INIT;
	static const char *const keys[] = {"generation", "sequence",  "highest", "source",
					   "whole",	 "conflicts", "in_step"};
	long long values[ARRAY_SIZE(keys)];
	int r = record_parse(&record, text, length);

	for (size_t i = 0; !r && i < ARRAY_SIZE(keys); i++)
		r = ledger_number(&record, keys[i], &values[i]);
	/* The last line says that the file is whole. */
	if (r || !record_get(&record, "end") || values[0] > values[2])
		return -EBADMSG;
	*ret_ledger = (struct ledger){
		.generation = (uint64_t)values[0],
		.sequence = (uint64_t)values[1],
		.highest = (uint64_t)values[2],
		.source = values[3],
		.whole = values[4],
		.conflicts = values[5],
		.in_step = values[6],
	};
	return 0;
}

int ledger_print(const struct ledger *ledger, struct buf *text)
{
	buf_addf(text,
		 "generation=%llu\nsequence=%llu\nhighest=%llu\nsource=%d\nwhole=%d\n"
		 "conflicts=%d\nin_step=%lld\nend=1\n",
		 (unsigned long long)ledger->generation, (unsigned long long)ledger->sequence,
		 (unsigned long long)ledger->highest, ledger->source, ledger->whole,
		 ledger->conflicts, ledger->in_step);
	return buf_error(text);
}

int ledger_load(const char *path, struct ledger *ret_ledger, struct fault *fault)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = file_read(path, LEDGER_MAX, &text);

	if (r == -ENOENT) {
		*ret_ledger = (struct ledger){.generation = 0};
		return 0;
	}
	if (!r)
		r = ledger_parse(text.data, text.length, ret_ledger);
	if (r == -EBADMSG)
		return fault_set(fault, FAULT_GENERIC, r, "%s is damaged", path);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "%s: %s", path, strerror(-r));
	return 0;
}

int ledger_save(const char *path, const struct ledger *ledger)
{
	AUTO_BUF struct buf text = BUF_INIT;
	int r = ledger_print(ledger, &text);

	return r ? r : file_replace(path, text.data, text.length);
}

const char *ledger_directory(void)
{
	const char *directory = getenv("QUORATE_STATEDIR");

	return directory && *directory ? directory : LEDGER_DIRECTORY;
}

int ledger_path(const char *name, const char *tree, char path[LEDGER_PATH_MAX])
{
	int n = snprintf(path, LEDGER_PATH_MAX, "%s/%s-%016" PRIx64, ledger_directory(), name,
			 hash_text(tree));

	return n < LEDGER_PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int ledger_order(uint64_t a, uint64_t b)
{
	return (a > b) - (a < b);
}

int ledger_compare(const struct ledger *a, const struct ledger *b)
{
	int order = ledger_order(a->generation, b->generation);

	if (!order)
		order = a->whole - b->whole;
	return order ? order : ledger_order(a->sequence, b->sequence);
}
