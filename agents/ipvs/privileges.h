/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Giving privileges away, for good.
 */
#pragma once

#include <stdbool.h>

struct fault;

/*
 * Becomes the user (or the other one, where the first does not exist) with its group only, keeps no
 * capability but CAP_NET_RAW where raw is set, can gain none by exec, and can't be traced or dumped.
 * Does the last two alone when not root. 0, or -errno with the fault set.
 */
int privileges_drop(const char *user, const char *otherwise, bool raw, struct fault *fault);
