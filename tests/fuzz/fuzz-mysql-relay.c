// SPDX-License-Identifier: BSD-3-Clause
/*
 * A relay log's bytes, in two files: they are cut in the middle, and the transaction that is cut may
 * go on in the second.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mysql/relay.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_RELAY struct relay relay = {.received = GTID_SET_INIT(GTID_MARIADB)};
	const size_t half = size / 2;

	demand(!gtid_parse(&relay.received, "0-1-3"));
	if (relay_scan(&relay, "relay.000001", data, half))
		return 0;
	(void)relay_scan(&relay, "relay.000002", data + half, size - half);
	demand(gtid_size(&relay.received) >= 3);
	demand(!relay.undrained || (*relay.file && relay.position >= 4));
	return 0;
}
