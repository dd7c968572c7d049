// SPDX-License-Identifier: BSD-3-Clause

#include "table.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#include "base/fault.h"
#include "base/num.h"
#include "example.h"
#include "ocf/agent.h"
#include "ocf/params.h"

static int table_wrong(struct fault *fault, const char *what, const char *name, const char *why)
{
	return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "%s %s: %s", what, name, why);
}

static bool table_is_phrase(const char *text)
{
	return text && *text && !strchr(".\n", text[strlen(text) - 1]);
}

static bool table_is_sentence(const char *text)
{
	return text && *text && strchr(".!?", text[strlen(text) - 1]);
}

static bool table_is_name(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_") == strlen(name) &&
	       strspn(name, "0123456789_") == 0;
}

/* Older fence agents also write names with dashes. */
static bool table_is_older_name(const char *name)
{
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_-") == strlen(name) &&
	       strspn(name, "0123456789_-") == 0;
}

static const struct action *table_action(const struct agent *agent, const char *name)
{
	for (const struct action *a = agent->actions; a && a->name; a++)
		if (!strcmp(a->name, name))
			return a;
	return NULL;
}

static const char *table_current(const struct agent *agent, const struct param *p)
{
	if (p->instead)
		return "a current parameter has no instead";
	if (!table_is_phrase(p->brief))
		return "brief must be a phrase without full stop";
	if (!table_is_sentence(p->text))
		return "text must be whole sentences";
	if (p->required && p->fallback)
		return "a required parameter has no default";
	if (p->type == PARAM_CHOICE && (!p->choices || !p->choices[0]))
		return "there are no choices";
	if ((p->type == PARAM_INTEGER || p->type == PARAM_DURATION) && p->min >= p->max)
		return "min and max must be a range";
	if (p->reloadable && !table_action(agent, "reload-agent"))
		return "reloadable, but there is no action reload-agent";
	return NULL;
}

static const char *table_older(const struct agent *agent, const struct param *p)
{
	const struct param *target;

	if (!p->instead || !*p->instead)
		return "instead is missing";
	if (p->required || p->fallback)
		return "an older parameter is neither required nor has it a default";
	if (p->standing != PARAM_ALIAS)
		return NULL;
	target = params_find(agent, p->instead);
	if (!target || target->standing != PARAM_CURRENT)
		return "instead is not the name of a current parameter";
	return NULL;
}

static bool table_letter_is_taken(const struct agent *agent, const struct param *param)
{
	for (const struct param *p = agent->params; param->letter && p != param; p++)
		if (p->letter == param->letter)
			return true;
	return param->letter && strchr("hV", param->letter);
}

static int table_check_params(const struct agent *agent, struct fault *fault)
{
	const struct param *p;

	for (p = agent->params; p->name; p++) {
		const char *why = p->standing == PARAM_CURRENT ? table_current(agent, p) :
								 table_older(agent, p);

		if (table_letter_is_taken(agent, p))
			why = "the short option is there twice";
		if (!table_is_name(p->name) &&
		    !(agent->fence && p->standing == PARAM_ALIAS && table_is_older_name(p->name)))
			why = "a name is small letters, digits and underscores";
		if (params_find(agent, p->name) != p)
			why = "the name is there twice";
		if (why)
			return table_wrong(fault, "parameter", p->name, why);
	}
	return p == agent->params ? table_wrong(fault, "agent", agent->name, "no parameter") : 0;
}

static const char *table_times(const struct action *action)
{
	long long timeout, interval = 0;

	if (!action->timeout || num_duration(action->timeout, &timeout) || timeout <= 0)
		return "timeout must be a duration";
	if (action->interval && num_duration(action->interval, &interval))
		return "interval must be a duration";
	if (action->role && strcmp(action->role, "Promoted") != 0 &&
	    strcmp(action->role, "Unpromoted") != 0)
		return "role must be Promoted or Unpromoted";
	if (!strcmp(action->name, "monitor") && interval <= 0)
		return "a monitor needs an interval";
	return NULL;
}

/* Pacemaker tells recurring actions apart by name and interval alone. */
static bool table_same_interval(const struct action *a, const struct action *b)
{
	long long first, second;

	return !strcmp(a->name, b->name) && a->interval && b->interval &&
	       !num_duration(a->interval, &first) && !num_duration(b->interval, &second) &&
	       first == second;
}

static int table_check_roles(const struct agent *agent, struct fault *fault)
{
	bool promote = table_action(agent, "promote"), demote = table_action(agent, "demote");
	bool plain = false, promoted = false;

	for (const struct action *a = agent->actions; a->name; a++) {
		if (strcmp(a->name, "monitor") != 0)
			continue;
		plain = plain || !a->role;
		promoted = promoted || (a->role && !strcmp(a->role, "Promoted"));
	}
	if (!plain)
		return table_wrong(fault, "action", "monitor", "there is no row without a role");
	if (promote != demote)
		return table_wrong(fault, "agent", agent->name, "promote and demote go together");
	if (promote != promoted)
		return table_wrong(fault, "action", "monitor",
				   "role Promoted goes together with promote");
	return 0;
}

static int table_check_actions(const struct agent *agent, struct fault *fault)
{
	static const char *const needed[] = {"start", "stop", "monitor", "meta-data",
					     "validate-all"};

	for (const struct action *a = agent->actions; a->name; a++) {
		const char *why = table_times(a);

		for (const struct action *b = agent->actions; !why && b != a; b++)
			if (table_same_interval(a, b))
				why = "two rows have the same interval";
		if (why)
			return table_wrong(fault, "action", a->name, why);
	}
	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!table_action(agent, needed[i]))
			return table_wrong(fault, "action", needed[i], "there is no such row");
	return table_check_roles(agent, fault);
}

/* Reads the example as a configuration, which also reads every default. */
static int table_check_example(const struct agent *agent, struct fault *fault)
{
	AUTO_EXAMPLE struct example example = EXAMPLE_INIT;
	const char *name = NULL;
	void *config = NULL;
	int r;

	if (!agent->example)
		return table_wrong(fault, "agent", agent->name, "there is no example");
	r = example_parse(&example, agent->example);
	if (r)
		return fault_set(fault, FAULT_CONFIGURED, r, "example: not a row of name=value");
	while ((name = example_next(&example, name)))
		if (!params_find(agent, name))
			return table_wrong(fault, "example", name, "no such parameter");
	r = params_read(agent, example_value, &example, &config, fault);
	params_release(agent, config);
	return r;
}

int table_check(const struct agent *agent, struct fault *fault)
{
	int r;

	if (!agent->name || !table_is_name(agent->name))
		return table_wrong(fault, "agent", "name", "small letters, digits and underscores");
	if (!agent->version || !*agent->version)
		return table_wrong(fault, "agent", agent->name, "there is no version");
	if (!table_is_phrase(agent->brief))
		return table_wrong(fault, "agent", agent->name,
				   "brief must be a phrase without full stop");
	if (!table_is_sentence(agent->text))
		return table_wrong(fault, "agent", agent->name, "text must be whole sentences");
	r = table_check_params(agent, fault);
	if (!r && agent->fence && !agent->url)
		r = table_wrong(fault, "agent", agent->name, "there is no url");
	if (!r && !agent->fence)
		r = table_check_actions(agent, fault);
	if (!r)
		r = table_check_example(agent, fault);
	return r;
}
