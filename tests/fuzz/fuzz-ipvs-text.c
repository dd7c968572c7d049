// SPDX-License-Identifier: BSD-3-Clause
/*
 * A virtual server's table as text: what was read is written and read again the same.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "net/ipvs_change.h"
#include "net/ipvs_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_IPVS_TABLE struct ipvs_table table = IPVS_TABLE_INIT, again = IPVS_TABLE_INIT;
	AUTO_IPVS_CHANGES struct ipvs_changes changes = IPVS_CHANGES_INIT;
	AUTO_BUF struct buf in = BUF_INIT, out = BUF_INIT, same = BUF_INIT;
	int r;

	buf_add(&in, data, size);
	r = ipvs_parse(in.data, &table);
	if (r)
		return 0;
	ipvs_print(&table, &out);
	r = ipvs_parse(out.data, &again);
	ipvs_print(&again, &same);
	if (r || strcmp(out.data, same.data))
		abort();
	(void)ipvs_difference(&table, &again, &table, &changes);
	return 0;
}
