// SPDX-License-Identifier: BSD-3-Clause
/*
 * A configuration of ldirectord or keepalived: what is read is whole, what is not is one sentence.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "ipvs/intent.h"
#include "ipvs/source.h"
#include "ipvs/wanted.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void fuzz_want(const struct intent *intent)
{
	struct standing *standings = calloc(intent->server_count + 1, sizeof(*standings));
	bool *quorum = calloc(intent->service_count + 1, sizeof(*quorum));
	AUTO_IPVS_TABLE struct ipvs_table table = IPVS_TABLE_INIT;

	for (size_t i = 0; standings && i < intent->server_count; i++)
		standings[i] = (struct standing){.alive = i % 3, .weight = (int)(i % 4) - 1};
	if (standings && quorum)
		(void)wanted_table(intent, standings, quorum, &table);
	free(standings);
	free(quorum);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_INTENT struct intent intent = INTENT_INIT;
	struct fault fault = FAULT_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	int r;

	buf_add(&text, data, size);
	/* Included files are not the input's to choose. */
	if (strstr(text.data, "include") || strlen(text.data) != size)
		return 0;
	r = source_parse("f", text.data, &intent, &fault);
	if (r && !fault.reason[0])
		abort();
	if (!r)
		fuzz_want(&intent);
	return 0;
}
