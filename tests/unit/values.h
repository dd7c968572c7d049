/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Parameters given in a test: VALUES("ip", "192.0.2.1", "nic", "eth0") is the context of
 * values_source(), a param_source of ocf/params.h. The first of a name
 * counts; VALUES(NULL) gives none.
 */
#pragma once

#include <stddef.h>

#define VALUES(...) ((const char *const[]){__VA_ARGS__, NULL})

const char *values_source(const char *name, const void *context);
