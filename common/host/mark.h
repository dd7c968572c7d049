/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Processes that carry a mark: a NAME=VALUE of the environment that they were started with, which
 * their children have too. What a killed daemon left behind is found by it, whatever its process
 * group or session, and no process that only came to an old process id.
 */
#pragma once

struct deadline;

/*
 * SIGKILL to every process but ourselves whose environment (/proc/PID/environ) has the mark, and
 * waits until none is left. 0, -ETIMEDOUT, or -errno.
 */
int mark_end(const char *mark, const struct deadline *deadline);
