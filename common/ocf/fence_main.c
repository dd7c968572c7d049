// SPDX-License-Identifier: BSD-3-Clause
/*
 * main() of every fence agent: finds its name, reads the input, runs the action, tells the end.
 */

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <unistd.h>

#include "ocf/agent.h"
#include "ocf/fence.h"
#include "ocf/fence_input.h"
#include "ocf/fence_usage.h"
#include "ocf/params.h"

#define MAIN_INPUT_MS 10000
#define MAIN_TYPING_MS 600000
#define MAIN_LOOK_MS 15000 /* below the 20 s that Pacemaker gives a monitor */
#define MAIN_DISABLED_MS 3600000
#define MAIN_ALARM_AFTER_MS 2000

/* The rendered metadata of all names, embedded byte for byte (ocf/fence_metadata.S). */
extern const char fence_metadata[];

static char main_alarm_text[128];

static void main_alarm(int signal_number)
{
	(void)signal_number;
	(void)!write(STDERR_FILENO, main_alarm_text, strlen(main_alarm_text));
	_exit(FENCE_FAILED);
}

/* Every wait ends at the deadline by itself; this is for a system call that does not come back. */
static void main_set_alarm(const struct fence *fence, long long after)
{
	long long left = deadline_left(&fence->deadline) + after + MAIN_ALARM_AFTER_MS;
	struct itimerval timer = {.it_value = {left / 1000, left % 1000 * 1000}};

	(void)snprintf(main_alarm_text, sizeof(main_alarm_text), "%.20s timed out\n",
		       fence->action);
	(void)signal(SIGALRM, main_alarm);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

/* The table of the name that the program was called by; of its own, whoever renamed it. */
static const struct agent *main_agent(const char *path)
{
	const char *slash = path ? strrchr(path, '/') : NULL;
	const char *name = slash ? slash + 1 : path ? path : "";

	for (const struct agent *const *a = agent.others; a && *a; a++)
		if (!strcmp((*a)->name, name))
			return *a;
	return &agent;
}

static int main_metadata(const char *name)
{
	for (const char *at = fence_metadata; *at;) {
		const char *document = at + strlen(at) + 1;

		if (!strcmp(at, name))
			return fputs(document, stdout) == EOF || fflush(stdout) ? FENCE_FAILED :
										  FENCE_DONE;
		at = document + strlen(document) + 1;
	}
	return FENCE_FAILED;
}

static bool main_knows(const struct fence *fence)
{
	const char *name;

	for (size_t n = 0; (name = fence_action(fence->agent->fence, n)); n++)
		if (!strcmp(name, fence->action))
			return true;
	return false;
}

static void main_set_action(struct fence *fence, const struct fence_input *input, char text[32])
{
	const char *given = fence_input_get("action", input);

	(void)snprintf(text, 32, "%s", given && *given ? given : "reboot");
	for (char *c = text; *c; c++)
		*c = *c >= 'A' && *c <= 'Z' ? (char)(*c - 'A' + 'a') : *c;
	fence->action = strcmp(text, "meta-data") && strcmp(text, "manpage") ? text : "metadata";
}

static bool main_switches(const char *action)
{
	return !strcmp(action, "off") || !strcmp(action, "reboot") || !strcmp(action, "on") ||
	       !strcmp(action, "diag");
}

static long long main_time(const struct fence *fence)
{
	const struct fence_config *c = fence_config(fence);

	if (c->disable_timeout)
		return MAIN_DISABLED_MS;
	if (main_switches(fence->action))
		return c->power_timeout;
	return c->login_timeout + c->shell_timeout > MAIN_LOOK_MS ?
		       c->login_timeout + c->shell_timeout :
		       MAIN_LOOK_MS;
}

static int main_delay(struct fence *fence)
{
	const struct fence_config *c = fence_config(fence);

	if (!c->delay || (strcmp(fence->action, "off") && strcmp(fence->action, "reboot")))
		return 0;
	fence->deadline = deadline_in(c->delay + 1000);
	return fence_pause(fence, c->delay);
}

static int main_validate(struct fence *fence, const struct fence_input *input)
{
	for (const struct param *p = fence->agent->params; p->name; p++)
		if (p->standing == PARAM_IGNORED && fence_input_get(p->name, input))
			log_line(&fence->log, LOG_WARNING, "%s has no effect: %s", p->name,
				 p->instead);
	return params_check_secrets(fence->agent, fence->config, &fence->fault) ? FENCE_FAILED :
										  FENCE_DONE;
}

static int main_run(struct fence *fence, const struct fence_input *input)
{
	int r;

	if (!main_knows(fence))
		return fault_set(&fence->fault, FAULT_ARGS, FENCE_FAILED,
				 "unrecognised action '%.20s'", fence->action);
	if (params_read(fence->agent, fence_input_get, input, &fence->config, &fence->fault))
		return FENCE_FAILED;
	if (!strcmp(fence->action, "validate-all"))
		return main_validate(fence, input);
	fence->deadline = deadline_in(0);
	main_set_alarm(fence, fence_config(fence)->delay + main_time(fence));
	if (main_delay(fence))
		return FENCE_FAILED;
	fence->deadline = deadline_in(main_time(fence));
	r = fence_run(fence);
	if (fflush(stdout))
		return FENCE_FAILED;
	return r;
}

/* One sentence. Pacemaker looks for the words "timed out" in it. */
static void main_tell(struct fence *fence, bool quiet, int code)
{
	if (fence->fault.kind == FAULT_NONE)
		return;
	if (fence->fault.kind == FAULT_TIMEOUT && !strcasestr(fence->fault.reason, "timed out"))
		fault_prefix(&fence->fault, "timed out: ");
	if (!quiet)
		(void)fprintf(stderr, "%s\n", fence->fault.reason);
	log_quiet_line(&fence->log, code == FENCE_FAILED ? LOG_ERR : LOG_WARNING, "%s",
		       fence->fault.reason);
}

static int main_read_input(struct fence *fence, int argc, char **argv, struct fence_input *input)
{
	const struct deadline deadline =
		deadline_in(isatty(STDIN_FILENO) ? MAIN_TYPING_MS : MAIN_INPUT_MS);

	if (argc > 1)
		return fence_input_take(input, fence->agent, argc, argv, &fence->fault);
	return fence_input_read(input, STDIN_FILENO, &deadline, &fence->fault);
}

int main(int argc, char **argv)
{
	static const struct rlimit no_core = {0, 0};
	AUTO_FENCE_INPUT struct fence_input input = FENCE_INPUT_INIT;
	struct fence fence = {.agent = main_agent(argv[0]), .fault = FAULT_INIT};
	int code = FENCE_FAILED;
	char action[32];
	bool quiet;

	(void)setrlimit(RLIMIT_CORE, &no_core);
	(void)signal(SIGPIPE, SIG_IGN);
	log_init(&fence.log, fence.agent->name, NULL);
	if (!main_read_input(&fence, argc, argv, &input)) {
		if (argc > 1 && fence_input_get("help", &input)) {
			fence_usage_print(fence.agent, stdout);
			return FENCE_DONE;
		}
		if (argc > 1 && fence_input_get("version", &input))
			return printf("%s %s\n", fence.agent->name, fence.agent->version) < 0;
		main_set_action(&fence, &input, action);
		if (!strcmp(fence.action, "metadata"))
			return main_metadata(fence.agent->name);
		code = main_run(&fence, &input);
	}
	quiet = fence.config && fence_config(&fence)->quiet;
	main_tell(&fence, quiet, code);
	params_release(fence.agent, fence.config);
	return code;
}
