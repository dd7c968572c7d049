/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Asking for quorum once: for start, promote and demote of an agent. Never in a monitor (6 ms).
 *
 * Corosync's calls have no timeout, so a child asks and is killed at the deadline: no answer in time
 * means not quorate. libquorum is loaded in the child alone (base/library.h), the agent links libc.
 */
#pragma once

#include <stdbool.h>

struct deadline;
struct fault;

/*
 * 0 with *ret_quorate. -ETIMEDOUT (corosync is frozen), -ENOTCONN (it does not run), -ENOENT (no
 * libquorum here) or -errno, each with the fault set and *ret_quorate false.
 */
int quorum_ask(const struct deadline *deadline, bool *ret_quorate, struct fault *fault);
