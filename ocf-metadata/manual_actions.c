// SPDX-License-Identifier: BSD-3-Clause

#include "manual_actions.h"

#include <stdbool.h>
#include <string.h>

#include "ocf/agent.h"
#include "ocf/exit.h"
#include "roff.h"

/* What an action does in every agent; an agent's own actions speak in its DESCRIPTION. */
static const struct {
	const char *name, *text;
} manual_verbs[] = {
	{"start", "Brings the resource up, whole or not at all. An instance of a promotable clone "
		  "comes up unpromoted."},
	{"stop", "Takes away everything of the resource, looks again and reports success only "
		 "when nothing is left."},
	{"monitor", "Tells the state of the resource and changes nothing."},
	{"promote", "Makes an instance of a promotable clone the active one."},
	{"demote", "Makes the active instance of a promotable clone an unpromoted one."},
	{"notify", "Takes note of what the other instances of a clone do."},
	{"reload-agent", "Takes over a change of reloadable parameters without a restart."},
	{"reload", "Makes the service read its own configuration again."},
	{"migrate_to", "Moves the resource away to another node, first half."},
	{"migrate_from", "Takes the resource over from another node, second half."},
	{"validate-all", "Checks the parameters: with OCF_CHECK_LEVEL 0 alone and together, with "
			 "10 also against this host."},
	{"meta-data", "Prints the description of the agent as XML."},
};

/* Whether the agent has roles. */
static bool manual_promotes(const struct agent *agent)
{
	for (const struct action *a = agent->actions; a->name; a++)
		if (!strcmp(a->name, "promote"))
			return true;
	return false;
}

static const char *manual_verb(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(manual_verbs); i++)
		if (!strcmp(manual_verbs[i].name, name))
			return manual_verbs[i].text;
	return "";
}

static bool manual_seen(const struct agent *agent, const struct action *action)
{
	for (const struct action *a = agent->actions; a != action; a++)
		if (!strcmp(a->name, action->name))
			return true;
	return false;
}

static void manual_action(const struct agent *agent, const struct action *action, struct buf *page)
{
	AUTO_BUF struct buf remark = BUF_INIT;

	buf_addf(&remark, "(timeout %s", action->timeout);
	if (action->interval)
		buf_addf(&remark, ", interval %s", action->interval);
	if (action->role)
		buf_addf(&remark, ", role %s", action->role);
	if (action->depth)
		buf_addf(&remark, ", OCF_CHECK_LEVEL %s", action->depth);
	buf_adds(&remark, ")");
	roff_entry(page, action->name, remark.data);
	roff_filled(page, manual_seen(agent, action) ? "The same." : manual_verb(action->name));
}

void manual_actions(const struct agent *agent, struct buf *page)
{
	roff_section(page, "SUPPORTED ACTIONS");
	roff_paragraph(page, "The times are what the cluster's tools configure when nothing else "
			     "is said.");
	for (const struct action *a = agent->actions; a->name; a++)
		manual_action(agent, a, page);
}

static bool manual_deep(const struct action *action)
{
	return action->depth && strcmp(action->depth, "0") != 0;
}

/* One "op monitor" a row: those without a role, or all of them. */
static void manual_monitors(const struct agent *agent, bool roles, struct buf *lines)
{
	for (const struct action *a = agent->actions; a->name; a++) {
		if (strcmp(a->name, "monitor") != 0 || (a->role && !roles) || manual_deep(a))
			continue;
		buf_addf(lines, " \\\n    op monitor timeout=%s", a->timeout);
		if (a->interval)
			buf_addf(lines, " interval=%s", a->interval);
		if (a->role)
			buf_addf(lines, " role=%s", a->role);
	}
	buf_adds(lines, "\n");
}

static void manual_commands(const struct agent *agent, bool clone, struct buf *page)
{
	const char *name = agent->name;
	AUTO_BUF struct buf lines = BUF_INIT;

	buf_addf(&lines, "pcs resource create %s ocf:" QUORATE_PROVIDER ":%s \\\n    %s%s\n", name,
		 name, agent->example, clone ? " \\\n    promotable" : "");
	roff_example(page, lines.data);
	buf_clear(&lines);
	buf_addf(&lines, "crm configure primitive %s ocf:" QUORATE_PROVIDER ":%s \\\n    params %s",
		 name, name, agent->example);
	manual_monitors(agent, clone, &lines);
	if (clone)
		buf_addf(&lines, "crm configure clone %s-clone %s meta promotable=true\n", name,
			 name);
	roff_example(page, lines.data);
}

void manual_examples(const struct agent *agent, struct buf *page)
{
	roff_section(page, "EXAMPLE");
	roff_paragraph(page, "A resource, with pcs and with crmsh:");
	manual_commands(agent, false, page);
	if (!manual_promotes(agent))
		return;
	roff_paragraph(page, "A promotable clone of it, with pcs and with crmsh:");
	manual_commands(agent, true, page);
}

void manual_exit_codes(const struct agent *agent, struct buf *page)
{
	static const struct {
		int code;
		bool roles;
		const char *text;
	} rows[] = {
		{OCF_SUCCESS, false, "Done; for monitor: it runs, and is not promoted."},
		{OCF_ERR_GENERIC, false, "It failed here and now."},
		{OCF_ERR_ARGS, false, "A parameter is wrong on this host."},
		{OCF_ERR_UNIMPLEMENTED, false, "There is no such action."},
		{OCF_ERR_PERM, false, "A privilege is missing."},
		{OCF_ERR_INSTALLED, false, "Something that the agent needs is not on this host."},
		{OCF_ERR_CONFIGURED, false, "A parameter is wrong on every host."},
		{OCF_NOT_RUNNING, false, "monitor: it does not run, and nothing of it is left."},
		{OCF_RUNNING_PROMOTED, true, "monitor: it runs and is promoted."},
		{OCF_FAILED_PROMOTED, true, "monitor: it is promoted and does not work."},
		{OCF_DEGRADED, false, "monitor: it runs, and a person should look at it."},
		{OCF_DEGRADED_PROMOTED, true,
		 "monitor: it runs promoted, and a person should look at it."},
	};
	bool roles = manual_promotes(agent);

	roff_section(page, "EXIT CODES");
	roff_paragraph(page, "With every failure goes one line on the standard error, which "
			     "Pacemaker shows as the reason.");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		AUTO_BUF struct buf code = BUF_INIT;

		if (rows[i].roles && !roles)
			continue;
		buf_addf(&code, "%d", rows[i].code);
		roff_entry(page, code.data, "");
		roff_filled(page, rows[i].text);
	}
}
