// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/usage.h"

#include <string.h>

#include "ocf/agent.h"

#define USAGE_WIDTH 96

/* Sentences, broken at blanks, behind an indent; a blank line of the text parts paragraphs. */
static void usage_text(FILE *to, const char *text, int indent)
{
	int column = 0;

	while (*text) {
		size_t blank = strspn(text, " \n"), word = strcspn(text + blank, " \n");
		bool paragraph = strnlen(text, 2) == 2 && text[0] == '\n' && text[1] == '\n';

		text += blank;
		if (!word)
			break;
		if (column && (paragraph || column + 1 + (int)word > USAGE_WIDTH)) {
			(void)fputs(paragraph ? "\n\n" : "\n", to);
			column = 0;
		}
		if (column)
			column += fprintf(to, " ");
		else
			column = fprintf(to, "%*s", indent, "");
		column += fprintf(to, "%.*s", (int)word, text);
		text += word;
	}
	(void)fputs("\n", to);
}

static void usage_actions(const struct agent *agent, FILE *to)
{
	const char *last = "";

	(void)fputs("Actions:", to);
	for (const struct action *a = agent->actions; a->name; a++) {
		if (strcmp(a->name, last))
			(void)fprintf(to, " %s", a->name);
		last = a->name;
	}
	(void)fputs("\n", to);
}

static void usage_param(const struct param *p, FILE *to)
{
	(void)fprintf(to, "  %s", p->name);
	if (p->required)
		(void)fputs(" (required)", to);
	else if (p->fallback)
		(void)fprintf(to, " (default %s)", p->fallback);
	if (p->choices) {
		(void)fputs(" one of", to);
		for (int i = 0; p->choices[i]; i++)
			(void)fprintf(to, " %s", p->choices[i]);
	}
	(void)fputs("\n", to);
	usage_text(to, p->text, 6);
}

void usage_print(const struct agent *agent, FILE *to)
{
	(void)fprintf(
		to,
		"%s %s - %s\n\n"
		"Usage: %s ACTION [PARAMETER=VALUE ...]\n"
		"       (Pacemaker gives parameters as OCF_RESKEY_PARAMETER in the environment)\n\n",
		agent->name, agent->version, agent->brief, agent->name);
	usage_text(to, agent->text, 0);
	(void)fputs("\n", to);
	usage_actions(agent, to);
	(void)fputs("\nParameters:\n", to);
	for (const struct param *p = agent->params; p->name; p++)
		if (p->standing == PARAM_CURRENT)
			usage_param(p, to);
	(void)fprintf(to, "\nExample: %s start %s\nManual: man 7 ocf_%s_%s\n", agent->name,
		      agent->example, QUORATE_PROVIDER, agent->name);
}
