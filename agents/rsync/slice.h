/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A slice of the files of a tree, for the checksums: others each time, all of them in turn.
 */
#pragma once

struct changes;

/*
 * Adds the regular files of the slice to the changes: of 100 parts, by a hash of the path, so many
 * (percent) from the one where the index of the slice begins; and all that were changed since then
 * (seconds of the wall clock, 0: none). Walks the whole tree: in an errand.
 */
void slice_read(const char *directory, unsigned index, unsigned percent, long long since,
		struct changes *changes);
