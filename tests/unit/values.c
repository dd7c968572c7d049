// SPDX-License-Identifier: BSD-3-Clause

#include "values.h"

#include <string.h>

const char *values_source(const char *name, const void *context)
{
	for (const char *const *pair = context; *pair; pair += 2)
		if (!strcmp(pair[0], name))
			return pair[1];
	return NULL;
}
