// SPDX-License-Identifier: BSD-3-Clause
/*
 * main() of every resource agent: finds the action, reads the call, tells the end.
 */

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <unistd.h>

#include "base/line.h"
#include "ocf/agent.h"
#include "ocf/call.h"
#include "ocf/exit.h"
#include "ocf/params.h"
#include "ocf/usage.h"

#define MAIN_ALARM_AFTER_MS                                                                        \
	200 /* past the deadline; the margin before Pacemaker's kill is longer */

/* The rendered metadata, embedded byte for byte (ocf/metadata.S). */
extern const char agent_metadata[], agent_metadata_end[];

static char main_alarm_text[256];

/*
 * Every wait ends at the deadline by itself. Should a system call not come back, this tells the
 * reason before Pacemaker kills without one.
 */
static void main_alarm(int signal_number)
{
	(void)signal_number;
	(void)!write(STDERR_FILENO, main_alarm_text, strlen(main_alarm_text));
	_exit(OCF_ERR_GENERIC);
}

static void main_set_alarm(const struct call *call)
{
	const char *prefix = getenv("OCF_EXIT_REASON_PREFIX");
	long long left = deadline_left(&call->deadline) + MAIN_ALARM_AFTER_MS;
	struct itimerval timer = {.it_value = {left / 1000, left % 1000 * 1000}};

	(void)LINE_JOIN(main_alarm_text,
			prefix && *prefix ? prefix : "ocf-exit-reason:", call->action,
			" did not end within its timeout\n");
	(void)signal(SIGALRM, main_alarm);
	(void)setitimer(ITIMER_REAL, &timer, NULL);
}

/*
 * Whoever started us may have closed the standard streams (the next socket would take their place,
 * and our sentences) or may stop listening: no reason to stop half-way. A monitor, which speaks
 * only at its end, saves the system calls.
 */
static void main_settle_streams(void)
{
	struct pollfd streams[] = {
		{STDIN_FILENO, 0, 0}, {STDOUT_FILENO, 0, 0}, {STDERR_FILENO, 0, 0}};

	(void)poll(streams, ARRAY_SIZE(streams), 0);
	for (size_t i = 0; i < ARRAY_SIZE(streams); i++)
		if (streams[i].revents & POLLNVAL)
			(void)open("/dev/null", O_RDWR | O_CLOEXEC); /* takes the lowest number */
	(void)signal(SIGPIPE, SIG_IGN);
}

static int main_metadata(void)
{
	size_t length = (size_t)(agent_metadata_end - agent_metadata);

	if (fwrite(agent_metadata, 1, length, stdout) != length || fflush(stdout))
		return OCF_ERR_GENERIC;
	return OCF_SUCCESS;
}

static const struct action *main_find_action(const char *name)
{
	for (const struct action *a = agent.actions; a->name; a++)
		if (!strcmp(a->name, name))
			return a;
	return NULL;
}

/* One argument of a person: PARAMETER=VALUE, or a variable of OCF or Pacemaker by its own name. */
static int main_take_argument(const char *argument)
{
	const char *equals = strchr(argument, '=');
	char key[160];
	int length = equals ? (int)(equals - argument) : 0;

	if (length <= 0 || length > 128) {
		(void)fprintf(stderr, "%s: '%.60s' must have the form PARAMETER=VALUE\n",
			      agent.name, argument);
		return -EINVAL;
	}
	(void)snprintf(key, sizeof(key), "%.*s", length, argument);
	if (!strncmp(key, "OCF_", 4))
		return setenv(key, equals + 1, 1);
	if (strncmp(key, "CRM_meta_", 9) && !params_find(&agent, key)) {
		(void)fprintf(stderr, "%s: there is no parameter '%s': see %s --help\n", agent.name,
			      key, agent.name);
		return -EINVAL;
	}
	(void)snprintf(key, sizeof(key), "OCF_RESKEY_%.*s", length, argument);
	return setenv(key, equals + 1, 1);
}

static int main_validate(struct call *call)
{
	char text[256];
	int r;

	for (size_t n = 0; params_remark(&agent, params_environment, NULL, n, text); n++)
		log_line(&call->log, LOG_WARNING, "%s", text);
	if (call->check_level < 10)
		return OCF_SUCCESS;
	r = params_check_secrets(&agent, call->config, &call->fault);
	if (!r && agent.enter)
		r = agent.enter(call, call->config);
	if (!r && agent.check_host)
		r = agent.check_host(call, call->config);
	return r;
}

/* These must do what they can when the parameters have become wrong; see role_stop(). */
static bool main_wants_config(const char *action)
{
	return strcmp(action, "stop") && strcmp(action, "demote") && strcmp(action, "monitor");
}

static int main_run(struct call *call, const struct action *action)
{
	int r = call_init(call, &agent, action->name);

	if (r)
		return r;
	main_set_alarm(call);
	r = call_load(call);
	if (r && main_wants_config(action->name))
		return r;
	if (!strcmp(action->name, "validate-all"))
		return main_validate(call);
	return action->run(call);
}

int main(int argc, char **argv)
{
	const struct action *action;
	struct call call;
	int code;

	if (argc < 2) {
		usage_print(&agent, stderr);
		return OCF_ERR_ARGS;
	}
	if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "-h") || !strcmp(argv[1], "usage")) {
		usage_print(&agent, stdout);
		return OCF_SUCCESS;
	}
	if (!strcmp(argv[1], "--version"))
		return printf("%s %s\n", agent.name, agent.version) < 0;
	if (!strcmp(argv[1], "meta-data"))
		return main_metadata();
	action = main_find_action(argv[1]);
	if (!action) {
		(void)fprintf(stderr, "%s: there is no action '%.60s': see %s --help\n", agent.name,
			      argv[1], agent.name);
		return OCF_ERR_UNIMPLEMENTED;
	}
	for (int i = 2; i < argc; i++)
		if (main_take_argument(argv[i]))
			return OCF_ERR_ARGS;
	if (strcmp(action->name, "monitor"))
		main_settle_streams();
	code = main_run(&call, action);
	code = exit_code(code, &call.fault);
	exit_reason(&call.log, &call.fault, code);
	call_release(&call);
	return code;
}
