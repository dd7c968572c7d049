/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lock that ends with its holder: flock(2) on a file that stays.
 */
#pragma once

#include "base/deadline.h"

/*
 * Opens or makes the file and takes the exclusive lock. 0 with *ret_fd owned by the caller
 * (closing it gives the lock back), -ETIMEDOUT when another holder kept it until the deadline,
 * or -errno.
 */
int lockfile_take(const char *path, const struct deadline *deadline, int *ret_fd);
