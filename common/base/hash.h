/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A hash of a text or of bytes, for names that must be short, for shares, and for noticing a change:
 * FNV-1a, 64 bits. Not for what strangers choose.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HASH_INIT 0xcbf29ce484222325ULL

uint64_t hash_text(const char *text);

/* Of several things: begins with HASH_INIT and goes on with the result. */
uint64_t hash_more(uint64_t hash, const void *bytes, size_t length);
