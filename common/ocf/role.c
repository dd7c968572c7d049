// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/role.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/num.h"
#include "cluster/score.h"
#include "host/lockfile.h"
#include "host/spawn.h"
#include "ocf/agent.h"
#include "ocf/call.h"
#include "ocf/exit.h"
#include "ocf/params.h"

#define ROLE_SCORE_ACTIVE 10
#define ROLE_SCORE_STANDBY 5
#define ROLE_SCORE_WAIT_MS 5000

/* The actions that change something take turns. The record counts as it is from then on. */
static int role_lock(struct call *call)
{
	int r = lockfile_take(call->lock_path, &call->deadline, &call->lock);

	if (r == -ENOENT) {
		r = file_directory(call_run_directory());
		if (r)
			return fault_set(&call->fault, FAULT_GENERIC, r, "cannot make %s: %s",
					 call_run_directory(), strerror(-r));
		r = lockfile_take(call->lock_path, &call->deadline, &call->lock);
	}
	if (r == -ETIMEDOUT)
		return fault_set(&call->fault, FAULT_TIMEOUT, r,
				 "another action of %s was still running when the time was over",
				 call->instance);
	if (r)
		return fault_set(&call->fault, FAULT_GENERIC, r, "%s: %s", call->lock_path,
				 strerror(-r));
	call_load_record(call);
	return 0;
}

static int role_enter(struct call *call, const void *config)
{
	return call->agent->enter ? call->agent->enter(call, config) : 0;
}

static int role_look(struct call *call, const void *config, enum role_state *ret_state)
{
	call->fault = FAULT_INIT;
	return call->agent->role->look(call, config, ret_state);
}

/* The recorded role: ROLE_ACTIVE, ROLE_STANDBY, or ROLE_ABSENT without a record. */
static enum role_state role_recorded(const struct call *call)
{
	const char *role = record_get(&call->record, "role");

	if (!role)
		return ROLE_ABSENT;
	return strcmp(role, "active") ? ROLE_STANDBY : ROLE_ACTIVE;
}

static int role_save(struct call *call)
{
	int r = record_save(&call->record, call->record_path);

	return r ? fault_set(&call->fault, FAULT_GENERIC, r, "cannot write %s: %s",
			     call->record_path, strerror(-r)) :
		   0;
}

static int role_record(struct call *call, enum role_state role)
{
	int r = call_record_params(call);

	if (!r)
		r = record_set(&call->record, "role", role == ROLE_ACTIVE ? "active" : "standby");
	if (!r)
		r = record_set(&call->record, "promotable", call->promotable ? "yes" : NULL);
	if (r)
		return fault_set(&call->fault, FAULT_GENERIC, r, "%s", strerror(-r));
	return role_save(call);
}

static int role_wanted_score(struct call *call, const void *config, enum role_state state)
{
	if (call->agent->role->score)
		return call->agent->role->score(call, config, state);
	return state == ROLE_ACTIVE || state == ROLE_DEGRADED ? ROLE_SCORE_ACTIVE :
								ROLE_SCORE_STANDBY;
}

/*
 * Tells Pacemaker the promotion score, if it is another than the last one told or if the cluster
 * may have forgotten it (always). Failing is a warning: the service itself is as it was. Comes
 * last in an action, and leaves the network namespace of the agent: the tool needs the cluster's.
 */
static void role_score(struct call *call, const void *config, enum role_state state, bool always)
{
	const char *last = record_get(&call->record, "score");
	struct deadline wait = {.at = call->deadline.at - SPAWN_TERM_GRACE_MS * 1000000LL};
	struct fault fault = FAULT_INIT;
	char text[16] = "";
	int score = 0, r;

	if (state == ROLE_ABSENT ? !last : !call->promotable)
		return;
	if (state != ROLE_ABSENT) {
		score = role_wanted_score(call, config, state);
		(void)snprintf(text, sizeof(text), "%d", score);
		if (last && !strcmp(last, text) && !always)
			return;
	}
	if (call->home_netns >= 0)
		(void)setns(call->home_netns, CLONE_NEWNET);
	call_hide_secrets(call);
	wait = deadline_within(&wait, ROLE_SCORE_WAIT_MS);
	r = state == ROLE_ABSENT ? score_delete(call->instance, &wait, &fault) :
				   score_set(call->instance, score, &wait, &fault);
	if (r)
		log_line(&call->log, LOG_WARNING, "promotion score not told: %s", fault.reason);
	if (state != ROLE_ABSENT)
		call_keep(call, "score", r ? NULL : text);
}

/*
 * Takes it down and looks: 0 only when nothing of this configuration is left. From here on the
 * recorded role is no reason to expect anything of it.
 */
static int role_take_down(struct call *call, const void *config)
{
	enum role_state state = ROLE_ABSENT;
	int r = role_enter(call, config);

	call_drop_view(call);
	(void)record_set(&call->record, "role", NULL);
	if (r == -ENOENT) { /* the place where it could be is gone */
		call->fault = FAULT_INIT;
		return 0;
	}
	if (!r)
		r = call->agent->role->halt(call, config);
	if (!r)
		r = role_look(call, config, &state);
	if (r)
		return r;
	if (state == ROLE_ABSENT) {
		call->fault = FAULT_INIT;
		return 0;
	}
	if (call->fault.kind == FAULT_NONE)
		return fault_set(&call->fault, FAULT_GENERIC, -EBUSY,
				 "it is still here after stop");
	fault_prefix(&call->fault, "still here after stop: ");
	return -EBUSY;
}

/* What it was at start counts: the stop of an orphan is not told that it was a promotable clone. */
static int role_halt(struct call *call, const void *config)
{
	const bool promotable = call->promotable;
	int r;

	call->promotable = promotable || record_get(&call->record, "promotable");
	r = role_take_down(call, config);
	call->promotable = promotable;
	return r;
}

/* Whether what was started is another thing; a reloadable parameter alone makes no other. */
static bool role_is_other(const struct call *call)
{
	return call->started && (!call->config || call_changed_param(call));
}

/* An instance that was started with other parameters and never stopped. */
static int role_halt_other(struct call *call)
{
	int r;

	if (!role_is_other(call))
		return 0;
	log_line(&call->log, LOG_WARNING,
		 "was started with other parameters and not stopped since: stopping that first");
	r = role_halt(call, call->started);
	if (!r)
		call_forget_record(call);
	return r;
}

/* Takes a half-done start back; the fault stays that of the start. */
static void role_undo(struct call *call)
{
	struct fault fault = call->fault;

	if (!role_halt(call, call->config))
		call_forget_record(call);
	call->fault = fault;
}

static int role_activate(struct call *call, enum role_state before)
{
	enum role_state state = ROLE_ABSENT;
	struct fault fault;
	int r = role_look(call, call->config, &state);

	if (r)
		return r;
	call->fault = FAULT_INIT;
	r = role_record(call, ROLE_ACTIVE);
	if (r || state == ROLE_ACTIVE || state == ROLE_DEGRADED)
		return r;
	r = call->agent->role->activate(call, call->config);
	if (!r)
		return 0;
	if (before != ROLE_STANDBY) {
		role_undo(call);
		return r;
	}
	fault = call->fault;
	if (!call->agent->role->stand_by(call, call->config))
		(void)role_record(call, ROLE_STANDBY);
	call->fault = fault;
	return r;
}

int role_start(struct call *call)
{
	int r = role_lock(call);

	if (!r)
		r = role_halt_other(call);
	if (!r)
		r = params_check_secrets(call->agent, call->config, &call->fault);
	if (!r)
		r = role_enter(call, call->config);
	if (!r && call->agent->check_host)
		r = call->agent->check_host(call, call->config);
	if (r)
		return r;
	if (!call->promotable)
		return role_activate(call, ROLE_ABSENT);
	r = role_record(call, ROLE_STANDBY);
	if (r)
		return r;
	call_drop_view(call);
	r = call->agent->role->stand_by(call, call->config);
	if (r)
		role_undo(call);
	else
		role_score(call, call->config, ROLE_STANDBY, true);
	return r;
}

int role_promote(struct call *call)
{
	int r = role_lock(call);

	if (!r)
		r = role_halt_other(call);
	if (!r)
		r = role_enter(call, call->config);
	if (!r)
		r = role_activate(call, ROLE_STANDBY);
	if (!r && !call->agent->role->scores_later)
		role_score(call, call->config, ROLE_ACTIVE, false);
	return r;
}

/*
 * Pacemaker demotes with the parameters of now and takes them for applied: when something else
 * interrupts it then, it promotes without a stop and start between. So what was started with others
 * ends here, and what stands by are those of now.
 */
static int role_change_over(struct call *call)
{
	int r = role_halt(call, call->started);

	if (!r)
		r = role_record(call, ROLE_STANDBY);
	return r ? r : role_enter(call, call->config);
}

int role_demote(struct call *call)
{
	enum role_state state = ROLE_ABSENT;
	const void *config;
	int r = role_lock(call);

	config = role_is_other(call) ? call->started : call->config;
	if (!r && !config)
		r = -EINVAL;
	if (!r)
		r = role_enter(call, config);
	if (!r)
		r = role_look(call, config, &state);
	if (r)
		return r;
	if (state == ROLE_ABSENT && role_recorded(call) == ROLE_ABSENT)
		return OCF_NOT_RUNNING;
	call->fault = FAULT_INIT;
	if (call->config && config != call->config) {
		config = call->config;
		r = role_change_over(call);
	}
	if (!r)
		r = call->agent->role->stand_by(call, config);
	if (!r)
		r = role_look(call, config, &state);
	if (!r && state != ROLE_ABSENT && state != ROLE_STANDBY && state != ROLE_LAGGING) {
		if (call->fault.kind == FAULT_NONE)
			return fault_set(&call->fault, FAULT_GENERIC, -EBUSY,
					 "it is still active after demote");
		fault_prefix(&call->fault, "still active after demote: ");
		return -EBUSY;
	}
	if (r)
		return r;
	call->fault = FAULT_INIT;
	(void)record_set(&call->record, "role", "standby");
	r = role_save(call);
	if (!r)
		role_score(call, config, ROLE_STANDBY, false);
	return r;
}

/*
 * With wrong parameters and no good record: 0 if there is something to go by, or nothing to stop.
 * A record of a start that says nothing makes it a failure, since something may be here.
 */
static int role_stop_salvage(struct call *call)
{
	call_salvage(call);
	if (call->config || call->started) {
		log_line(&call->log, LOG_WARNING, "stopping what can be understood of it: %s",
			 call->fault.reason);
		return 0;
	}
	if (role_recorded(call) != ROLE_ABSENT) {
		fault_prefix(&call->fault, "cannot stop what was started: ");
		return -EINVAL;
	}
	log_line(&call->log, LOG_WARNING,
		 "nothing to stop: it was never started with such parameters (%s)",
		 call->fault.reason);
	return 0;
}

int role_stop(struct call *call)
{
	struct fault wrong = call->fault;
	int r = role_lock(call), other = 0;

	if (r == -ETIMEDOUT)
		return r;
	if (r) /* a full or read-only run directory must not keep the address here */
		log_line(&call->log, LOG_WARNING, "stop without lock: %s", call->fault.reason);
	call->fault = wrong;
	r = call->config || call->started ? 0 : role_stop_salvage(call);
	if (r)
		return r;
	call->fault = FAULT_INIT;
	if (role_is_other(call))
		other = role_halt(call, call->started);
	if (call->config) {
		struct fault fault = call->fault;

		r = role_halt(call, call->config);
		if (!r)
			call->fault = fault;
	}
	if (r || other)
		return r ? r : other;
	call->fault = FAULT_INIT;
	role_score(call, NULL, ROLE_ABSENT, false);
	call_forget_record(call);
	return 0;
}

static int role_verdict(struct call *call, enum role_state state)
{
	bool promoted = call->promotable && role_recorded(call) == ROLE_ACTIVE;

	switch (state) {
	case ROLE_ABSENT:
		if (call->probe)
			call->fault = FAULT_INIT;
		return OCF_NOT_RUNNING;
	case ROLE_STANDBY:
		call->fault = FAULT_INIT;
		return OCF_SUCCESS;
	case ROLE_LAGGING:
		return OCF_DEGRADED;
	case ROLE_ACTIVE:
		call->fault = FAULT_INIT;
		return call->promotable ? OCF_RUNNING_PROMOTED : OCF_SUCCESS;
	case ROLE_DEGRADED:
		return call->promotable ? OCF_DEGRADED_PROMOTED : OCF_DEGRADED;
	case ROLE_BROKEN:
		break;
	}
	return promoted ? OCF_FAILED_PROMOTED : OCF_ERR_GENERIC;
}

int role_monitor(struct call *call)
{
	const void *config = call->config;
	enum role_state state = ROLE_ABSENT;
	int r;

	if (!config && call->probe)
		config = call->started;
	if (!config)
		return -EINVAL;
	r = role_enter(call, config);
	if (r == -ENOENT) { /* it can't be in a place that is gone */
		if (call->probe)
			call->fault = FAULT_INIT;
		return OCF_NOT_RUNNING;
	}
	if (!r)
		r = role_look(call, config, &state);
	if (r)
		return r;
	if (state == ROLE_ABSENT && role_recorded(call) == ROLE_STANDBY &&
	    !call->agent->role->traced)
		state = ROLE_STANDBY;
	if (state != ROLE_ABSENT)
		role_score(call, config, state, call->probe);
	return role_verdict(call, state);
}

int role_reload(struct call *call)
{
	enum role_state state = ROLE_ABSENT;
	const struct param *changed;
	int r = role_lock(call);

	changed = r ? NULL : call_changed_param(call);
	if (changed)
		return fault_set(&call->fault, FAULT_GENERIC, -EINVAL,
				 "a change of %s needs a restart", changed->name);
	if (!r)
		r = role_enter(call, call->config);
	if (!r)
		r = role_look(call, call->config, &state);
	if (r)
		return r;
	call->fault = FAULT_INIT;
	if (role_recorded(call) != ROLE_ABSENT)
		r = role_record(call, role_recorded(call));
	if (!r && call->agent->role->reload && state != ROLE_ABSENT && state != ROLE_BROKEN)
		r = call->agent->role->reload(call, call->config, state);
	return r;
}
