// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/programs.h"

#include <errno.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/inet.h"
#include "daemon/child.h"
#include "daemon/loop.h"
#include "ipvs/kind.h"
#include "ipvs/plan.h"
#include "ipvs/watch.h"

#define PROGRAMS_NS 1000000LL /* of a millisecond */
#define PROGRAMS_SETPRIV "/usr/bin/setpriv"

struct program {
	struct programs *programs;
	const struct target *target;
	struct watch watch;
	struct gauge *gauge;
	unsigned int index;
	struct loop_timer timer;
	struct child *child; /* one at a time: an external check is never doubled */
	long long begun;
};

struct programs {
	struct loop *loop;
	void (*news)(void *data);
	void *data;
	size_t count;
	struct program items[];
};

void program_judge(const struct target *target, int status, bool late, struct outcome *ret_outcome)
{
	const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;

	*ret_outcome = OUTCOME_INIT;
	if (late)
		outcome_set(ret_outcome, OUTCOME_HUNG, "the program did not end in %lld ms",
			    target->check->timeout);
	else if (!WIFEXITED(status))
		outcome_set(ret_outcome, OUTCOME_PROGRAM, "ended by signal %d", WTERMSIG(status));
	else if (!code)
		outcome_set(ret_outcome, OUTCOME_OK, "%s", "");
	else if (code == 1 || target->check->style != EXTERNAL_DYNAMIC)
		outcome_set(ret_outcome, OUTCOME_PROGRAM, "exit status %d", code);
	else
		outcome_set(ret_outcome, OUTCOME_OK, "exit status %d", code);
	if (!late && code >= 2 && ret_outcome->code == OUTCOME_OK)
		ret_outcome->weight = code - 2;
}

static void program_words(const struct target *target, char words[4][INET_TEXT_MAX])
{
	if (target->service.fwmark)
		(void)snprintf(words[0], INET_TEXT_MAX, "%u", target->service.fwmark);
	else
		(void)inet_host_text(&target->service.address, words[0]);
	(void)snprintf(words[1], INET_TEXT_MAX, "%u", target->service.port);
	(void)inet_host_text(&target->server, words[2]);
	(void)snprintf(words[3], INET_TEXT_MAX, "%u", target->server_port);
}

int program_argv(const struct target *target, const char ***ret_argv)
{
	const struct intent_check *check = target->check;
	const struct passwd *user = check->user ? getpwnam(check->user) : NULL;
	const char *as[] = {PROGRAMS_SETPRIV, "--init-groups", "--regid", NULL,
			    "--reuid",	      check->user,     "--"};
	const size_t before = check->user ? ARRAY_SIZE(as) : 0;
	const size_t after = check->style == EXTERNAL_LDIRECTORD ? 4 : 0;
	size_t count = 0, at = 0;
	char(*words)[INET_TEXT_MAX];
	const char **argv;

	if (check->user && !user)
		return -ESRCH;
	while (check->command[count])
		count++;
	argv = calloc(1,
		      (before + count + after + 1) * sizeof(*argv) + (after + 1) * INET_TEXT_MAX);
	if (!argv)
		return -ENOMEM;
	words = (char(*)[INET_TEXT_MAX])(argv + before + count + after + 1);
	(void)snprintf(words[after], INET_TEXT_MAX, "%u", user ? user->pw_gid : 0);
	as[3] = words[after];
	for (size_t i = 0; i < before; i++)
		argv[at++] = as[i];
	for (size_t i = 0; i < count; i++)
		argv[at++] = check->command[i];
	if (after)
		program_words(target, words);
	for (size_t i = 0; i < after; i++)
		argv[at++] = words[i];
	*ret_argv = argv;
	return 0;
}

static void program_attend(struct program *program);

static void program_heard(struct program *program, const struct outcome *outcome)
{
	struct watch *watch = &program->watch;
	struct gauge *gauge = program->gauge;
	const bool first = !watch->known;
	const long long now = deadline_now(), took = now - program->begun;
	enum watch_news news = watch_hear(watch, now, took, outcome);

	if (first && watch->known)
		watch->begun = now + watch_spread(watch->check, program->index) -
			       watch->check->interval * PROGRAMS_NS;
	gauge->known = watch->known;
	gauge->alive = watch->alive;
	gauge->weight = watch->weight;
	gauge->percent = watch->percent;
	gauge->code = outcome->code;
	memcpy(gauge->reason, outcome->reason, sizeof(gauge->reason));
	gauge->heard = now;
	gauge->took = took;
	gauge->probes++;
	gauge->failures += outcome->code != OUTCOME_OK;
	if (news == WATCH_CHANGED)
		gauge->since = now;
	program_attend(program);
	if (news != WATCH_SAME)
		program->programs->news(program->programs->data);
}

static void program_done(int status, bool late, void *data)
{
	struct program *program = data;
	struct outcome outcome;

	program->child = NULL;
	program_judge(program->target, status, late, &outcome);
	program_heard(program, &outcome);
}

static void program_begin(void *data)
{
	static const struct child_ops ops = {.done = program_done};
	struct program *program = data;
	AUTO_FREE const char **argv = NULL;
	struct fault fault = FAULT_INIT;
	struct outcome outcome = OUTCOME_INIT;
	struct child_plan plan = {
		.milliseconds = program->watch.check->timeout, .ops = &ops, .data = program};
	int r = program_argv(program->target, &argv);

	program->begun = deadline_now();
	watch_began(&program->watch, program->begun);
	plan.argv = argv;
	if (!r)
		r = child_start(program->programs->loop, &plan, &program->child, &fault);
	if (!r)
		return;
	outcome_set(&outcome, OUTCOME_PROGRAM, "%s", *fault.reason ? fault.reason : strerror(-r));
	program_heard(program, &outcome);
}

static void program_attend(struct program *program)
{
	long long wait = watch_next(&program->watch) - deadline_now();

	if (program->child)
		return;
	(void)loop_timer_set(&program->timer, wait < 0 ? 0 : wait / PROGRAMS_NS);
}

static void program_prepare(struct programs *programs, const struct plan *plan, size_t index,
			    struct gauge *gauge)
{
	struct program *program = &programs->items[programs->count++];
	const struct target *target = &plan->checks[index].target;

	*program = (struct program){.programs = programs,
				    .target = target,
				    .gauge = gauge,
				    .index = (unsigned int)index};
	loop_timer_init(&program->timer, programs->loop, program_begin, program);
	watch_init(&program->watch, target->check);
	if (gauge->known) {
		program->watch.known = true;
		program->watch.alive = gauge->alive;
		program->watch.weight = gauge->weight;
		program->watch.percent = gauge->percent;
		program->watch.begun = deadline_now() +
				       watch_spread(target->check, program->index) -
				       target->check->interval * PROGRAMS_NS;
	}
	program_attend(program);
}

int programs_start(struct loop *loop, const struct plan *plan, struct gauge *gauges,
		   void (*news)(void *data), void *data, struct programs **ret_programs)
{
	struct programs *programs;
	size_t count = 0;

	*ret_programs = NULL;
	for (size_t i = 0; i < plan->count; i++)
		count += kind_of(plan->checks[i].target.check)->way == KIND_PROGRAM;
	if (!count)
		return 0;
	programs = calloc(1, sizeof(*programs) + count * sizeof(struct program));
	if (!programs)
		return -ENOMEM;
	programs->loop = loop;
	programs->news = news;
	programs->data = data;
	for (size_t i = 0; i < plan->count; i++)
		if (kind_of(plan->checks[i].target.check)->way == KIND_PROGRAM)
			program_prepare(programs, plan, i, &gauges[i]);
	*ret_programs = programs;
	return 0;
}

void programs_end(struct programs **programs)
{
	struct programs *given = *programs;

	if (!given)
		return;
	for (size_t i = 0; i < given->count; i++) {
		loop_timer_clear(&given->items[i].timer);
		child_kill(&given->items[i].child);
	}
	free(given);
	*programs = NULL;
}
