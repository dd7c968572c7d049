// SPDX-License-Identifier: BSD-3-Clause
/*
 * A doorbell over cpg: of whatever bytes, the paths that are taken for ones are fit to be, and a ring
 * that was heard is rung so that it is heard again.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rsync/changes.h"
#include "rsync/doorbell.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void ring_again(const struct doorbell *heard, struct changes *changes)
{
	AUTO_CHANGES struct changes again = CHANGES_INIT(changes->limit);
	size_t from = 0;

	do {
		AUTO_BUF struct buf message = BUF_INIT;
		struct doorbell d;

		demand(!doorbell_ring(heard->generation, heard->sequence, changes, &from,
				      &message));
		demand(message.length <= DOORBELL_MAX);
		demand(!doorbell_read(message.data, message.length, &d));
		demand(d.generation == heard->generation && d.sequence == heard->sequence);
		doorbell_hear(&d, &again);
	} while (from < changes->count);
	demand(again.full == changes->full && again.count == changes->count);
	for (size_t i = 0; i < changes->count; i++) {
		const struct change *c = changes_find(&again, changes->items[i].path);

		demand(c && c->kind == changes->items[i].kind);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_CHANGES struct changes changes = CHANGES_INIT(1000);
	struct doorbell heard;

	if (doorbell_read(data, size, &heard))
		return 0;
	if (heard.kind == DOORBELL_STATE) {
		demand(strlen(heard.state.error) < sizeof(heard.state.error));
		demand(heard.state.role == DOORBELL_TARGET || heard.state.role == DOORBELL_SOURCE);
		return 0;
	}
	demand(heard.kind == DOORBELL_RING);
	doorbell_hear(&heard, &changes);
	for (size_t i = 0; i < changes.count; i++)
		demand(changes_accepts(changes.items[i].path));
	ring_again(&heard, &changes);
	return 0;
}
