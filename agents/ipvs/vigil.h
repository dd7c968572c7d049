/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Whether files have changed since they were looked at last: by their inode, size and times.
 *
 * Asked once a second instead of told by inotify(7): a file that is replaced, removed for a moment, or
 * lies on a network needs no care then.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct vigil {
	uint64_t seen; /* a sum over all files; 0: not looked yet */
};

/* paths ends with NULL. True when it is not as it was the last time; false the first time. */
bool vigil_changed(struct vigil *vigil, const char *const *paths);
