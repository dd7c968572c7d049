// SPDX-License-Identifier: BSD-3-Clause
/*
 * Patterns of paths and hooks: any text is refused with a sentence or read, whatever it is compared with;
 * the input is a pattern, a line feed and a path.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/fault.h"
#include "rsync/config.h"
#include "rsync/filter.h"
#include "rsync/hook_text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FILTER struct filter filter = FILTER_INIT;
	AUTO_HOOK_LIST struct hook_list hooks = HOOK_LIST_INIT;
	AUTO_FREE char *pattern = strndup((const char *)data, size);
	struct fault fault = FAULT_INIT;
	struct rsync_config config = {.exclude = pattern};
	char *path = pattern ? strchr(pattern, '\n') : NULL;

	if (!pattern)
		return 0;
	if (hook_list_read(pattern, &hooks, &fault))
		demand(*fault.reason);
	for (size_t i = 0; i < hooks.count; i++)
		demand(*hooks.items[i].pattern && *hooks.items[i].command);
	if (path)
		*path++ = '\0';
	if (filter_read(&config, &filter, &fault)) {
		demand(*fault.reason);
		return 0;
	}
	demand(filter_hides(&filter, CONFIG_OWN_DIRECTORY "/x", false));
	if (path && *path) {
		(void)filter_matches(pattern, path);
		demand(!filter_excludes(&filter, path, false) ||
		       filter_hides(&filter, path, false));
	}
	return 0;
}
