/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A named network namespace: a file under /run/netns, as ip-netns(8) makes them.
 */
#pragma once

struct fault;

/*
 * Moves the calling thread into the namespace of that name, or of that absolute path. 0; -ENOENT
 * (FAULT_ARGS) when there is none; -EINVAL (FAULT_ARGS) for a file that is no network namespace
 * or a name that is no file name; -EPERM (FAULT_PERM).
 */
int netns_enter(const char *name, struct fault *fault);
