/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A call: what Pacemaker (or a person) asks of the agent this time.
 *
 * Made once by agent_main from argv and the environment (OCF_RESKEY_*, OCF_RESOURCE_INSTANCE,
 * OCF_CHECK_LEVEL) and handed to the action. Agents read it, set its fault and keep what they
 * must remember in its record; role functions save the record.
 */
#pragma once

#include <stdbool.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/log.h"
#include "ocf/record.h"

struct agent;
struct param;

struct call {
	const struct agent *agent;
	const char *action;
	char instance[256]; /* OCF_RESOURCE_INSTANCE, or made from the unique parameters; cut */
	bool probe;	    /* a monitor without interval: "is it here at all?" */
	bool promotable;    /* an instance of a promotable clone */
	int check_level;
	struct deadline deadline; /* the action's timeout less one margin */
	long long begun;	  /* nanoseconds of deadline_now() */
	struct log log;
	struct fault fault;

	void *config;  /* the agent's struct from the parameters of now; NULL if they are wrong */
	void *started; /* the same from the record; NULL if there is none, or in a good monitor */
	struct record record;
	char record_path[512], lock_path[512]; /* by the whole name of the instance */
	int lock;	/* the instance's lock, -1 without; closed with the call */
	int home_netns; /* what an agent's enter() left, -1 before; closed with the call */

	void *view; /* what the agent's check_host has seen, for the look and activate of this start */
	void (*release_view)(void *view);
};

/*
 * Fills the call from the environment: everything but configurations and record. 0, -ENOMEM, or
 * -EINVAL with the fault set (an unusable OCF_CHECK_LEVEL or timeout; stop and demote do without).
 */
int call_init(struct call *call, const struct agent *agent, const char *action);

/* Reads the parameters and the record. 0, or -errno with config NULL and the fault set. */
int call_load(struct call *call);

/* The record again, and started with it: what was read before the lock was there may be old. */
void call_load_record(struct call *call);

/*
 * For a stop that has neither config nor started: fills them with what can be understood of the
 * parameters of now and of the record (ocf/salvage.h).
 */
void call_salvage(struct call *call);

/*
 * The first parameter that is not as it was at start, of those that cannot be reloaded; NULL when
 * none is or nothing is recorded.
 */
const struct param *call_changed_param(const struct call *call);

/*
 * Writes the parameters of now into the record (but for secrets). started
 * is gone then, as it is after call_forget_record(), which removes the record and its file.
 */
int call_record_params(struct call *call);
void call_forget_record(struct call *call);

/*
 * Keeps a value in the record beside the role, when something was started. A monitor runs without
 * the lock: it leaves its word only where no other action is at work, and then in the record as
 * that is now.
 */
void call_keep(struct call *call, const char *key, const char *value);

/* What check_host has seen holds until something changes: the core drops it before. */
void call_drop_view(struct call *call);

void call_release(struct call *call);

/* Takes secret parameters out of the environment, before a child gets it. */
void call_hide_secrets(const struct call *call);

/* The run directory: QUORATE_RUNDIR from the environment (tests), or /run/quorate. */
const char *call_run_directory(void);
