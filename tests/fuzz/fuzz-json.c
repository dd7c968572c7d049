// SPDX-License-Identifier: BSD-3-Clause
/*
 * A path, a NUL, and a JSON text: whatever the path finds is a scalar that fits, and a room that is
 * too small for it gets nothing.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/attr.h"
#include "text/json.h"

#define FUZZ_TEXT_MAX 256

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void fuzz_path(const json_t *json, const char *path)
{
	char text[FUZZ_TEXT_MAX], small[FUZZ_TEXT_MAX];
	const json_t *found = json_at(json, path);
	const char *scalar = json_text_at(json, path, text, sizeof(text));

	demand(*path || found == json);
	if (!scalar)
		return;
	demand(found && !json_is_object(found) && !json_is_array(found) && !json_is_real(found));
	demand(scalar == text && strlen(text) < sizeof(text));
	demand(json_text_at(json, path, small, strlen(text) + 1) && !strcmp(small, text));
	demand(!json_text_at(json, path, small, strlen(text)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const uint8_t *end = size ? memchr(data, '\0', size) : NULL;
	AUTO_FREE char *path = NULL;
	AUTO_JSON json_t *json = NULL;

	if (!end)
		return 0;
	path = strdup((const char *)data);
	if (!path || json_read((const char *)end + 1, size - (size_t)(end + 1 - data), NULL, &json))
		return 0;
	fuzz_path(json, path);
	return 0;
}
