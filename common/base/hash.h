/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash of a text, for names that must be short: FNV-1a, 64 bits. Not for what strangers choose.
 */
#pragma once

#include <stdint.h>

uint64_t hash_text(const char *text);
