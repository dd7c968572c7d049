// SPDX-License-Identifier: BSD-3-Clause
/*
 * XML: refused, or an object with the root element as its one member, of nothing but objects, arrays
 * and texts.
 */

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "text/json.h"
#include "text/xml.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void demand(bool holds)
{
	if (!holds)
		abort();
}

static void fuzz_value(json_t *value)
{
	void *at;

	demand(json_is_object(value) || json_is_array(value) || json_is_string(value));
	for (at = json_object_iter(value); at; at = json_object_iter_next(value, at))
		fuzz_value(json_object_iter_value(at));
	for (size_t i = 0; i < json_array_size(value); i++)
		fuzz_value(json_array_get(value, i));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_JSON json_t *json = NULL;
	int r = xml_read((const char *)data, size, NULL, &json);

	demand(r == 0 || r == -EBADMSG);
	demand(!r == !!json);
	if (r)
		return 0;
	demand(json_is_object(json) && json_object_size(json) == 1);
	fuzz_value(json);
	return 0;
}
