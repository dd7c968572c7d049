// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/fence_usage.h"

#include <string.h>

#include "ocf/agent.h"
#include "ocf/fence.h"

#define USAGE_OPTION_WIDTH 42

static const char *usage_value(const struct param *param)
{
	switch (param->type) {
	case PARAM_INTEGER:
		return "number";
	case PARAM_DURATION:
		return "seconds";
	case PARAM_PATH:
	case PARAM_SECRET_FILE:
		return "path";
	case PARAM_PORT:
		return "port";
	default:
		return param->name;
	}
}

void fence_usage_option(const struct param *param, char text[128])
{
	const char *dash = strchr(param->name, '-');
	size_t used;

	text[0] = '\0';
	if (dash)
		return;
	if (param->letter)
		(void)snprintf(text, 128, "-%c, ", param->letter);
	used = strlen(text);
	(void)snprintf(text + used, 128 - used, "--%.40s", param->name);
	for (char *c = text + used + 2; *c; c++)
		*c = *c == '_' ? '-' : *c;
	used = strlen(text);
	if (param->type != PARAM_BOOLEAN)
		(void)snprintf(text + used, 128 - used, "=[%.40s]", usage_value(param));
}

static void usage_param(const struct param *param, FILE *to)
{
	char option[128];

	fence_usage_option(param, option);
	(void)fprintf(to, "  %-*s %s", USAGE_OPTION_WIDTH, option, param->brief);
	if (param->required)
		(void)fputs(" (required)", to);
	else if (param->fallback)
		(void)fprintf(to, " (default %s)", param->fallback);
	(void)fputs("\n", to);
}

void fence_usage_print(const struct agent *agent, FILE *to)
{
	const char *action;

	(void)fprintf(to,
		      "%s %s - %s\n\n"
		      "Usage: %s [OPTION ...]\n"
		      "       (without options: NAME=VALUE lines on standard input)\n\n"
		      "Actions:",
		      agent->name, agent->version, agent->brief, agent->name);
	for (size_t n = 0; (action = fence_action(agent->fence, n)); n++)
		(void)fprintf(to, " %s", action);
	(void)fputs("\n\nOptions:\n", to);
	for (const struct param *p = agent->params; p->name; p++)
		if (p->standing == PARAM_CURRENT)
			usage_param(p, to);
	(void)fprintf(to, "  %-*s this text\n  %-*s the version\n\nManual: man 8 %s\n",
		      USAGE_OPTION_WIDTH, "-h, --help", USAGE_OPTION_WIDTH, "-V, --version",
		      agent->name);
}
