// SPDX-License-Identifier: BSD-3-Clause
/*
 * What the director reads that others may have spoilt: the prober's gauges, and the file of what
 * people said.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "ipvs/gauge.h"
#include "ipvs/manual.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void fuzz_gauge(const uint8_t *data, size_t size)
{
	struct gauge gauge;

	memset(&gauge, 0, sizeof(gauge));
	memcpy(&gauge, data, size < sizeof(gauge) ? size : sizeof(gauge));
	gauge_tame(&gauge);
	demand((unsigned int)gauge.code < OUTCOME_CODES);
	demand(gauge.weight >= OUTCOME_NO_WEIGHT && gauge.weight <= OUTCOME_WEIGHT_MAX);
	demand(!gauge.percent || gauge.weight <= 100);
	demand(strlen(gauge.reason) < sizeof(gauge.reason));
	demand(!strpbrk(gauge.reason, "\r\n\x1b"));
}

/* What was read is what is written, and read again the same. */
static void fuzz_manual(const char *text)
{
	AUTO_MANUAL_LIST struct manual_list list = MANUAL_LIST_INIT;
	AUTO_MANUAL_LIST struct manual_list again = MANUAL_LIST_INIT;
	AUTO_BUF struct buf once = BUF_INIT;
	AUTO_BUF struct buf twice = BUF_INIT;
	int r = manual_read(text, &list);

	demand(!r || r == -EINVAL);
	demand(list.count <= MANUAL_MAX);
	manual_print(&list, &once);
	demand(!manual_read(once.data, &again));
	manual_print(&again, &twice);
	demand(!strcmp(once.data, twice.data));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = malloc(size + 1);

	demand(text != NULL);
	memcpy(text, data, size);
	text[size] = '\0';
	fuzz_gauge(data, size);
	fuzz_manual(text);
	return 0;
}
