// SPDX-License-Identifier: BSD-3-Clause
/*
 * Options as a server prints them: whatever they are, each demand is met or told once, in order.
 */

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "mysql/demands.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void judge(const struct rows *settings, const struct demand_scene *scene)
{
	for (const struct demand *last = NULL, *d; (d = demands_next(last, settings, scene));) {
		AUTO_BUF struct buf text = BUF_INIT;

		if (last && d <= last)
			abort();
		demands_tell(d, settings, scene, &text);
		if (buf_error(&text) || !strstr(text.data, d->sentence))
			abort();
		last = d;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = size ? strndup((const char *)data + 1, size - 1) : NULL;
	AUTO_ROWS struct rows settings = ROWS_INIT;
	struct demand_scene scene = {.flavour = GTID_MARIADB};

	if (!text || demands_begin(&settings))
		return 0;
	(void)demands_add_options(&settings, text);
	scene.flavour = data[0] & 1 ? GTID_MYSQL : GTID_MARIADB;
	scene.running = data[0] & 2;
	scene.replicates = data[0] & 4;
	scene.abroad = data[0] & 8;
	judge(&settings, &scene);
	return 0;
}
