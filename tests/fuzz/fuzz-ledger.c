// SPDX-License-Identifier: BSD-3-Clause
/*
 * The files and answers of the rsync agent: a ledger that was understood is written so that it is
 * understood as the same, and so is how an instance stands.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rsync/ledger.h"
#include "rsync/standing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void fuzz_ledger(const char *text, size_t size)
{
	AUTO_BUF struct buf first = BUF_INIT, second = BUF_INIT;
	struct ledger ledger, again;

	if (ledger_parse(text, size, &ledger))
		return;
	demand(ledger.generation <= ledger.highest);
	demand(!ledger_print(&ledger, &first));
	demand(!ledger_parse(first.data, first.length, &again));
	demand(!ledger_compare(&ledger, &again));
	demand(!ledger_print(&again, &second));
	demand(!strcmp(first.data, second.data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_BUF struct buf text = BUF_INIT, first = BUF_INIT, second = BUF_INIT;
	struct standing standing, again;

	fuzz_ledger((const char *)data, size);
	buf_add(&text, data, size);
	if (standing_read(text.data, &standing))
		return 0;
	demand(!standing_print(&standing, &first));
	demand(!standing_read(first.data, &again));
	demand(!standing_print(&again, &second));
	demand(!strcmp(first.data, second.data));
	return 0;
}
