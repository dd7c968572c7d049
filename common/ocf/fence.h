/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fence agent: it cuts a node's power and says so only when it is true.
 *
 * The agent brings a few functions that speak with its device; the library owns the rest: the input
 * (standard input or arguments), the actions, the waiting, what counts as success and the exit
 * code. off and on succeed only after status has said so, whatever the device answered before.
 *
 * Source: Fence Agent API, https://github.com/ClusterLabs/fence-agents (doc/FenceAgentAPI.md); what
 * Pacemaker makes of exit codes and words: its lib/fencing/st_actions.c.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/deadline.h"
#include "base/fault.h"
#include "base/log.h"

struct agent;

enum fence_code {
	FENCE_DONE = 0,	  /* also: status of a plug that is on */
	FENCE_FAILED = 1, /* failed, or could not be verified */
	FENCE_IS_OFF = 2, /* status of a plug that is off, and nothing else */
};

enum fence_state {
	FENCE_ON,
	FENCE_OFF,
	FENCE_CHANGING, /* neither */
	FENCE_ABSENT,	/* the device has no such plug, and the device could be asked */
};

enum fence_method {
	FENCE_OFF_AND_ON,
	FENCE_CYCLE,
};

/* The parameters that all fence agents have: FENCE_PARAMS of ocf/fence_params.h. */
struct fence_config {
	const char *action, *plug, *plug_separator, *separator;
	int method; /* enum fence_method */
	long long delay, power_timeout, power_wait, login_timeout, shell_timeout, status_sleep;
	bool disable_timeout, missing_as_off;
	bool verbose, quiet;
	long verbose_level;
	const char *debug_file;
};

struct fence {
	const struct agent *agent;
	const char *action;
	void *config; /* the agent's struct, whose first member is a struct fence_config */
	struct deadline deadline;
	struct log log;
	struct fault fault;
	void *session; /* the agent's own, between open and close */
};

/* What asking for a change came to. */
enum fence_answer {
	FENCE_ACCEPTED = 0,
	FENCE_BUSY = 1,	  /* refused for now, nothing was done: ask again soon */
	FENCE_UNSURE = 2, /* perhaps: look, and ask again in a moment */
};

typedef void (*fence_take)(const char *plug, const char *alias, enum fence_state state, void *data);

/*
 * Functions return 0 or -errno with the fault set. They wait for the deadline at the most, and try
 * again by themselves what may pass. plug is "" when none was given.
 */
struct fence_ops {
	bool needs_plug;

	int (*open)(struct fence *fence); /* may be NULL */
	void (*close)(struct fence *fence);

	/* One cheap request that proves address and credentials: monitor. */
	int (*check)(struct fence *fence);

	int (*status)(struct fence *fence, const char *plug, enum fence_state *ret_state);

	/* Asks once for FENCE_ON or FENCE_OFF. An answer, whose fault then may say more. */
	int (*ask)(struct fence *fence, const char *plug, enum fence_state wanted);

	/* The device's own power cycle, to its proven end; -ENOTSUP: take off and on. May be NULL. */
	int (*cycle)(struct fence *fence, const char *plug);

	int (*diag)(struct fence *fence,
		    const char *plug); /* a diagnostic interrupt; may be NULL */
	int (*list)(struct fence *fence, fence_take take, void *data); /* may be NULL */
};

/* The n-th action that an agent with these functions has, or NULL. */
const char *fence_action(const struct fence_ops *ops, size_t n);

static inline const struct fence_config *fence_config(const struct fence *fence)
{
	return fence->config;
}

/*
 * Runs the action, which is neither metadata nor validate-all, under the configured timeouts, and
 * prints its result to stdout. The exit code; the fault says what failed, or what was only logged.
 */
int fence_run(struct fence *fence);

/* Waits so long; -ETIMEDOUT at once, with the fault set, when the deadline comes first. */
int fence_pause(struct fence *fence, long long milliseconds);

/* A line for verbose and debug_file. Never with a secret. */
void fence_trace(const struct fence *fence, const char *format, ...) PRINTF_LIKE(2, 3);
