// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/vigil.h"

#include <sys/stat.h>

#include "base/hash.h"

static uint64_t vigil_look(const char *const *paths)
{
	uint64_t sum = HASH_INIT;

	for (; paths && *paths; paths++) {
		uint64_t facts[4] = {0};
		struct stat st;

		if (!stat(*paths, &st)) {
			facts[0] = st.st_ino;
			facts[1] = (uint64_t)st.st_size;
			facts[2] = (uint64_t)st.st_mtim.tv_sec;
			facts[3] = (uint64_t)st.st_mtim.tv_nsec;
		}
		sum = hash_more(sum, facts, sizeof(facts));
	}
	return sum | 1;
}

bool vigil_changed(struct vigil *vigil, const char *const *paths)
{
	const uint64_t before = vigil->seen;

	vigil->seen = vigil_look(paths);
	return before && before != vigil->seen;
}
