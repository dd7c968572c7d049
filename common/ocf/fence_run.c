// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/fence.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"
#include "ocf/agent.h"

#define RUN_PLUGS_MAX 32
#define RUN_PLUG_NAME_MAX 128
#define RUN_FIRST_LOOK_MS 250 /* the time between two looks doubles, up to stonith_status_sleep */
#define RUN_ASK_AGAIN_MS 3000 /* a change that can't be seen by then is asked for again */
#define RUN_ASK_SOON_MS 1000  /* the same, when it is not sure that the device has heard */
#define RUN_ON_LEAST_MS 5000  /* for the on of a reboot, also when its off took all the time ... */
#define RUN_ON_MOST_MS 10000  /* ... and no more, when there is much left */

struct run_plug {
	char name[RUN_PLUG_NAME_MAX];
	bool reached;
	long long ask_at; /* of deadline_now(); 0: at once */
};

struct run {
	struct fence *fence;
	struct run_plug plugs[RUN_PLUGS_MAX];
	size_t count;
	struct fault said; /* what the device said last to a change that it did not accept */
};

static const struct fence_ops *run_ops(const struct run *run)
{
	return run->fence->agent->fence;
}

int fence_pause(struct fence *fence, long long milliseconds)
{
	const struct deadline until = deadline_in(milliseconds);

	if (deadline_left(&fence->deadline) <= milliseconds)
		return fault_set(&fence->fault, FAULT_TIMEOUT, -ETIMEDOUT, "timed out");
	while (!deadline_passed(&until))
		(void)poll(NULL, 0, deadline_left(&until));
	return 0;
}

static const char *run_word(enum fence_state state)
{
	switch (state) {
	case FENCE_ON:
		return "on";
	case FENCE_OFF:
		return "off";
	case FENCE_CHANGING:
		return "neither on nor off";
	case FENCE_ABSENT:
		break;
	}
	return "absent";
}

/* "p3,p4": blanks around a name don't count. */
static int run_read_plugs(struct run *run)
{
	const struct fence_config *c = fence_config(run->fence);
	const char *parts = c->plug_separator ? c->plug_separator : ",";

	for (const char *text = c->plug ? c->plug : ""; *text;) {
		size_t length = strcspn(text, parts), skip;
		struct run_plug *plug = &run->plugs[run->count];

		skip = length + (text[length] != '\0');
		for (; length && strchr(" \t", *text); length--, skip--)
			text++;
		while (length && strchr(" \t", text[length - 1]))
			length--;
		if (length && (run->count == RUN_PLUGS_MAX || length >= RUN_PLUG_NAME_MAX))
			return fault_set(&run->fence->fault, FAULT_ARGS, -EINVAL,
					 "plug is too long");
		if (length) {
			(void)snprintf(plug->name, RUN_PLUG_NAME_MAX, "%.*s", (int)length, text);
			run->count++;
		}
		text += skip;
	}
	if (run->count)
		return 0;
	if (run_ops(run)->needs_plug)
		return fault_set(&run->fence->fault, FAULT_ARGS, -EINVAL,
				 "plug must be given: what to fence");
	run->count = 1;
	return 0;
}

static int run_look(struct run *run, const struct run_plug *plug, enum fence_state *ret_state)
{
	struct fence *fence = run->fence;
	int r = run_ops(run)->status(fence, plug->name, ret_state);

	if (r)
		return r;
	fence_trace(fence, "%s is %s", *plug->name ? plug->name : "it", run_word(*ret_state));
	if (*ret_state != FENCE_ABSENT)
		return 0;
	if (!fence_config(fence)->missing_as_off)
		return fault_set(&fence->fault, FAULT_GENERIC, -ENOENT, "there is no plug '%.60s'",
				 plug->name);
	*ret_state = FENCE_OFF;
	return 0;
}

static int run_ask(struct run *run, struct run_plug *plug, enum fence_state wanted)
{
	struct fence *fence = run->fence;
	int r = run_ops(run)->ask(fence, plug->name, wanted);

	if (r < 0)
		return r;
	if (r != FENCE_ACCEPTED)
		run->said = fence->fault;
	fence->fault = FAULT_INIT;
	fence_trace(fence, "%s: %s%s%s", *plug->name ? plug->name : "it",
		    r == FENCE_ACCEPTED ? "accepted" :
		    r == FENCE_BUSY	? "busy" :
					  "unsure",
		    run->said.kind ? ": " : "", run->said.reason);
	plug->ask_at = deadline_now() + (r == FENCE_ACCEPTED ? RUN_ASK_AGAIN_MS :
					 r == FENCE_UNSURE   ? RUN_ASK_SOON_MS :
							       0) *
						1000000LL;
	return r;
}

/* Asks each plug that has not the state and is due; how many there are left, or -errno. */
static int run_round(struct run *run, enum fence_state wanted, bool accepted_is_enough,
		     bool *ret_asked)
{
	int left = 0;

	*ret_asked = false;
	for (struct run_plug *p = run->plugs; p < run->plugs + run->count; p++) {
		enum fence_state state;
		int r;

		if (p->reached)
			continue;
		r = run_look(run, p, &state);
		if (r)
			return r;
		p->reached = state == wanted;
		if (p->reached)
			continue;
		left++;
		if (deadline_now() < p->ask_at)
			continue;
		r = run_ask(run, p, wanted);
		if (r < 0)
			return r;
		*ret_asked = true;
		if (accepted_is_enough && r == FENCE_ACCEPTED) {
			p->reached = true;
			left--;
		}
	}
	return left;
}

static int run_too_late(struct run *run, enum fence_state wanted)
{
	const char *name = "it";

	for (size_t i = 0; i < run->count; i++)
		if (!run->plugs[i].reached && *run->plugs[i].name) {
			name = run->plugs[i].name;
			break;
		}
	return fault_set(&run->fence->fault, FAULT_TIMEOUT, -ETIMEDOUT,
			 "timed out waiting for %.60s to go %s%s%.150s", name, run_word(wanted),
			 run->said.kind ? ": " : "", run->said.reason);
}

/* How long until the next look. */
static long long run_interval(const struct run *run, unsigned int looks, bool asked)
{
	const struct fence_config *c = fence_config(run->fence);
	long long interval = RUN_FIRST_LOOK_MS << (looks < 8 ? looks : 8);

	if (interval > c->status_sleep)
		interval = c->status_sleep;
	return asked && c->power_wait > interval ? c->power_wait : interval;
}

/* Until every plug has the state, all at the same time. */
static int run_reach(struct run *run, enum fence_state wanted, bool accepted_is_enough)
{
	run->said = FAULT_INIT;
	for (size_t i = 0; i < run->count; i++) {
		run->plugs[i].reached = false;
		run->plugs[i].ask_at = 0;
	}
	for (unsigned int looks = 0;; looks++) {
		bool asked;
		int left = run_round(run, wanted, accepted_is_enough, &asked);

		if (left == -ETIMEDOUT && run->said.kind)
			return run_too_late(run, wanted);
		if (left <= 0)
			return left;
		if (fence_pause(run->fence, run_interval(run, looks, asked)))
			return run_too_late(run, wanted);
	}
}

static int run_switch(struct run *run, enum fence_state wanted)
{
	int r = run_read_plugs(run);

	if (!r)
		r = run_reach(run, wanted, false);
	if (!r)
		(void)printf("Success: Powered %s\n", wanted == FENCE_OFF ? "OFF" : "ON");
	return r;
}

static int run_cycle(struct run *run)
{
	for (size_t i = 0; i < run->count; i++) {
		int r = run_ops(run)->cycle(run->fence, run->plugs[i].name);

		if (r)
			return r;
	}
	return 0;
}

/*
 * The node is fenced once it is off; that it comes back is a favour, for which nobody who waits for
 * the fencing should wait long.
 */
static void run_on_again(struct run *run)
{
	struct fence *fence = run->fence;
	const struct deadline least = deadline_in(RUN_ON_LEAST_MS);

	fence->deadline = deadline_within(&fence->deadline, RUN_ON_MOST_MS);
	if (fence->deadline.at < least.at)
		fence->deadline = least;
	if (run_reach(run, FENCE_ON, true)) {
		fault_prefix(&fence->fault, "fenced, but it was not switched on again: ");
		log_quiet_line(&fence->log, LOG_WARNING, "%s", fence->fault.reason);
	}
}

static int run_reboot(struct run *run)
{
	int r = run_read_plugs(run);

	if (r)
		return r;
	if (fence_config(run->fence)->method == FENCE_CYCLE && run_ops(run)->cycle) {
		r = run_cycle(run);
		if (r != -ENOTSUP) {
			if (!r)
				(void)printf("Success: Rebooted\n");
			return r;
		}
		run->fence->fault = FAULT_INIT;
	}
	r = run_reach(run, FENCE_OFF, false);
	if (r)
		return r;
	run_on_again(run);
	(void)printf("Success: Rebooted\n");
	return 0;
}

/* On as long as one of the plugs is. */
static int run_status(struct run *run)
{
	enum fence_state all = FENCE_OFF;
	int r = run_read_plugs(run);

	for (size_t i = 0; !r && i < run->count; i++) {
		enum fence_state state;

		r = run_look(run, &run->plugs[i], &state);
		if (!r && state == FENCE_CHANGING)
			r = fault_set(&run->fence->fault, FAULT_GENERIC, -EBUSY, "%.60s is %s",
				      *run->plugs[i].name ? run->plugs[i].name : "it",
				      run_word(state));
		if (!r && state == FENCE_ON)
			all = FENCE_ON;
	}
	if (r)
		return r;
	(void)printf("Status: %s\n", all == FENCE_ON ? "ON" : "OFF");
	return all == FENCE_ON ? FENCE_DONE : FENCE_IS_OFF;
}

/* A configured plug is looked at, so that a typing error shows before it is needed. */
static int run_monitor(struct run *run)
{
	enum fence_state state;
	int r;

	if (!fence_config(run->fence)->plug)
		return run_ops(run)->check(run->fence);
	r = run_read_plugs(run);
	for (size_t i = 0; !r && i < run->count; i++)
		r = run_look(run, &run->plugs[i], &state);
	return r;
}

static int run_diag(struct run *run)
{
	int r = run_read_plugs(run);

	for (size_t i = 0; !r && i < run->count; i++)
		r = run_ops(run)->diag(run->fence, run->plugs[i].name);
	return r;
}

static void run_print(const char *plug, const char *alias, enum fence_state state, void *data)
{
	const struct run *run = data;
	const struct fence_config *c = fence_config(run->fence);
	const char *part = c->separator ? c->separator : ",";
	char left[256], right[256];

	(void)snprintf(left, sizeof(left), "%s", plug);
	(void)snprintf(right, sizeof(right), "%s", alias);
	line_clean(left);
	line_clean(right);
	(void)printf("%s%s%s", left, part, right);
	if (!strcmp(run->fence->action, "list-status"))
		(void)printf("%s%s", part,
			     state == FENCE_ON	? "on" :
			     state == FENCE_OFF ? "off" :
						  "unknown");
	(void)printf("\n");
}

static int run_on(struct run *run)
{
	return run_switch(run, FENCE_ON);
}

static int run_off(struct run *run)
{
	return run_switch(run, FENCE_OFF);
}

static int run_list(struct run *run)
{
	return run_ops(run)->list(run->fence, run_print, run);
}

static const struct run_action {
	const char *name;
	int (*run)(struct run *run); /* NULL: main's */
	enum {
		NEEDS_NOTHING,
		NEEDS_LIST,
		NEEDS_DIAG
	} needs;
} run_actions[] = {
	{"on", run_on, NEEDS_NOTHING},		 {"off", run_off, NEEDS_NOTHING},
	{"reboot", run_reboot, NEEDS_NOTHING},	 {"status", run_status, NEEDS_NOTHING},
	{"list", run_list, NEEDS_LIST},		 {"list-status", run_list, NEEDS_LIST},
	{"monitor", run_monitor, NEEDS_NOTHING}, {"diag", run_diag, NEEDS_DIAG},
	{"metadata", NULL, NEEDS_NOTHING},	 {"manpage", NULL, NEEDS_NOTHING},
	{"validate-all", NULL, NEEDS_NOTHING},
};

static bool run_has(const struct fence_ops *ops, const struct run_action *action)
{
	return action->needs == NEEDS_LIST ? ops->list != NULL :
	       action->needs == NEEDS_DIAG ? ops->diag != NULL :
					     true;
}

const char *fence_action(const struct fence_ops *ops, size_t n)
{
	for (size_t i = 0; i < ARRAY_SIZE(run_actions); i++)
		if (run_has(ops, &run_actions[i]) && !n--)
			return run_actions[i].name;
	return NULL;
}

int fence_run(struct fence *fence)
{
	const struct fence_ops *ops = fence->agent->fence;
	struct run run = {.fence = fence};
	int r = ops->open ? ops->open(fence) : 0;

	for (size_t i = 0; !r && i < ARRAY_SIZE(run_actions); i++)
		if (!strcmp(run_actions[i].name, fence->action)) {
			r = run_actions[i].run(&run);
			break;
		}
	if (ops->close)
		ops->close(fence);
	if (r == -ETIMEDOUT)
		fence->fault.kind = FAULT_TIMEOUT;
	return r < 0 ? FENCE_FAILED : r;
}
