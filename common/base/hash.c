// SPDX-License-Identifier: BSD-3-Clause

#include "base/hash.h"

#include <string.h>

uint64_t hash_more(uint64_t hash, const void *bytes, size_t length)
{
	for (const unsigned char *at = bytes; length--; at++)
		hash = (hash ^ *at) * 0x100000001b3ULL;
	return hash;
}

uint64_t hash_text(const char *text)
{
	return hash_more(HASH_INIT, text, strlen(text));
}
