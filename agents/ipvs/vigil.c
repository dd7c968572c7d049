// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/vigil.h"

#include <sys/stat.h>

static uint64_t vigil_add(uint64_t sum, uint64_t value)
{
	return (sum ^ value) * 0x100000001b3ULL; /* FNV-1a by words */
}

static uint64_t vigil_look(const char *const *paths)
{
	uint64_t sum = 0xcbf29ce484222325ULL;

	for (; paths && *paths; paths++) {
		struct stat st;

		if (stat(*paths, &st)) {
			sum = vigil_add(sum, 1);
			continue;
		}
		sum = vigil_add(sum, st.st_ino);
		sum = vigil_add(sum, (uint64_t)st.st_size);
		sum = vigil_add(sum, (uint64_t)st.st_mtim.tv_sec);
		sum = vigil_add(sum, (uint64_t)st.st_mtim.tv_nsec);
	}
	return sum | 1;
}

bool vigil_changed(struct vigil *vigil, const char *const *paths)
{
	const uint64_t before = vigil->seen;

	vigil->seen = vigil_look(paths);
	return before && before != vigil->seen;
}
