/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The example of a table: parameters as a shell takes them, `ip="192.0.2.10 192.0.2.11" nic=eth0`.
 */
#pragma once

#include "base/attr.h"

struct example {
	char *bytes; /* owned; "name\0value\0" so often, and an empty name at the end */
};

#define EXAMPLE_INIT ((struct example){.bytes = NULL})

/* Quotes of either kind keep blanks. 0, -EINVAL (a word without = or an open quote), -ENOMEM. */
int example_parse(struct example *example, const char *text);

/* The first name, or the one that follows; NULL after the last. */
const char *example_next(const struct example *example, const char *name);

/* A param_source (ocf/params.h) over an example. */
const char *example_value(const char *name, const void *context);
void example_release(struct example *example);

#define AUTO_EXAMPLE CLEANUP(example_release)
