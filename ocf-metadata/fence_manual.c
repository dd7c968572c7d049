// SPDX-License-Identifier: BSD-3-Clause

#include "fence_manual.h"

#include <ctype.h>
#include <string.h>

#include "describe.h"
#include "ocf/agent.h"
#include "ocf/fence.h"
#include "ocf/fence_usage.h"
#include "roff.h"

static const struct {
	const char *name, *text;
} fence_verbs[] = {
	{"on", "Switches the plug on; succeeds when a look has shown it to be on."},
	{"off", "Cuts the power at once, without asking the node's operating system; succeeds when "
		"a look has shown it to be off."},
	{"reboot", "off, proved by a look, and then on. Once the node is off it is fenced: when on "
		   "fails, that is logged, and the action succeeds."},
	{"status", "Tells whether the plug is on (exit code 0) or off (2)."},
	{"list", "Prints the plugs, one a line: what fencing takes, and a name."},
	{"list-status", "The same with the state: on, off or unknown."},
	{"monitor", "Proves that the device can be reached with the credentials by one cheap "
		    "request, and that the plug exists when there is one."},
	{"diag", "Sends the node a diagnostic interrupt (NMI), which makes it write a crash dump. "
		 "It does not fence."},
	{"metadata", "Prints the description of the agent as XML."},
	{"manpage", "The same as metadata."},
	{"validate-all", "Checks the parameters and asks no device."},
};

static void fence_head(const struct agent *agent, struct buf *page)
{
	AUTO_BUF struct buf title = BUF_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	buf_adds(&title, agent->name);
	for (size_t i = 0; i < title.length; i++)
		title.data[i] = (char)toupper((unsigned char)title.data[i]);
	buf_addf(&text, "Quorate %s", agent->version);
	buf_adds(page, ".\\\" Rendered from the agent's table; `make metadata` writes it anew.\n");
	roff_title(page, title.data, "8", text.data, "Fence agents");
	roff_section(page, "NAME");
	buf_clear(&text);
	buf_addf(&text, "%s - %s", agent->name, agent->brief);
	roff_filled(page, text.data);
}

static void fence_synopsis(const struct agent *agent, struct buf *page)
{
	AUTO_BUF struct buf line = BUF_INIT;

	roff_section(page, "SYNOPSIS");
	roff_bold(page, agent->name);
	buf_addf(&line, "%s -o action [option ...]", agent->name);
	roff_bold(page, line.data);
}

static void fence_description(const struct agent *agent, struct buf *page)
{
	roff_section(page, "DESCRIPTION");
	roff_paragraph(page, agent->text);
	roff_paragraph(page,
		       "Without options the parameters are read from the standard input, a "
		       "line NAME=VALUE each, as Pacemaker gives them. Lines that begin with # "
		       "and names that are not known do nothing, a later line of a name wins, "
		       "and - and _ are the same in a name.");
}

static void fence_parameter(const struct agent *agent, const struct param *param, struct buf *page)
{
	AUTO_BUF struct buf remark = BUF_INIT;
	AUTO_BUF struct buf text = BUF_INIT;
	char option[128];

	fence_usage_option(param, option);
	buf_addf(&remark, "%s (%s", option, describe_type(param));
	if (param->required)
		buf_adds(&remark, ", required");
	else if (param->fallback && *param->fallback)
		buf_addf(&remark, ", default %s", param->fallback);
	buf_adds(&remark, ")");
	roff_entry(page, param->name, remark.data);
	buf_addf(&text, "%s. ", param->brief);
	text.data[0] = (char)toupper((unsigned char)text.data[0]);
	describe_text(agent, param, &text);
	roff_filled(page, text.data);
}

static void fence_parameters(const struct agent *agent, struct buf *page)
{
	roff_section(page, "PARAMETERS");
	for (const struct param *p = agent->params; p->name; p++)
		if (p->standing == PARAM_CURRENT)
			fence_parameter(agent, p, page);
	roff_subsection(page, "Parameters of older configurations");
	for (const struct param *p = agent->params; p->name; p++) {
		AUTO_BUF struct buf text = BUF_INIT;

		if (p->standing == PARAM_CURRENT)
			continue;
		describe_standing(p, &text);
		roff_entry(page, p->name, "");
		roff_filled(page, text.data);
	}
}

static void fence_actions(const struct agent *agent, struct buf *page)
{
	const char *action;

	roff_section(page, "ACTIONS");
	for (size_t n = 0; (action = fence_action(agent->fence, n)); n++) {
		roff_entry(page, action, "");
		for (size_t i = 0; i < ARRAY_SIZE(fence_verbs); i++)
			if (!strcmp(fence_verbs[i].name, action))
				roff_filled(page, fence_verbs[i].text);
	}
}

static void fence_examples(const struct agent *agent, struct buf *page)
{
	AUTO_BUF struct buf lines = BUF_INIT;

	roff_section(page, "EXAMPLE");
	roff_paragraph(page,
		       "A device for two nodes, with pcs and with crmsh; a map tells the plug "
		       "of each node, so that the device need not be asked for a list:");
	buf_addf(&lines,
		 "pcs stonith create fence %s \\\n    %s \\\n"
		 "    pcmk_host_map=\"node1:web-1;node2:web-2\"\n",
		 agent->name, agent->example);
	roff_example(page, lines.data);
	buf_clear(&lines);
	buf_addf(&lines,
		 "crm configure primitive fence stonith:%s \\\n    params %s \\\n"
		 "    pcmk_host_map=\"node1:web-1;node2:web-2\" \\\n"
		 "    op monitor interval=60s timeout=20s\n",
		 agent->name, agent->example);
	roff_example(page, lines.data);
	roff_paragraph(page, "The power of a node by hand:");
	buf_clear(&lines);
	buf_addf(&lines, "printf '%%s\\n' action=status plug=web-1 %s | %s\n", agent->example,
		 agent->name);
	roff_example(page, lines.data);
}

static void fence_exit_codes(struct buf *page)
{
	static const struct {
		const char *code, *text;
	} rows[] = {
		{"0", "Done and, for on, off and reboot, verified; for status: the plug is on."},
		{"1", "It failed, could not be verified, or the parameters are wrong. One sentence "
		      "on the standard error says which."},
		{"2", "status: the plug is off. Never anything else."},
	};

	roff_section(page, "EXIT CODES");
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		roff_entry(page, rows[i].code, "");
		roff_filled(page, rows[i].text);
	}
}

static void fence_see_also(struct buf *page)
{
	roff_section(page, "SEE ALSO");
	roff_reference(page, "stonith_admin", 8, ",");
	roff_reference(page, "pacemaker-fenced", 7, ",");
	roff_reference(page, "pcs", 8, ",");
	roff_reference(page, "crm", 8, "");
}

int fence_manual_render(const struct agent *agent, struct buf *page)
{
	fence_head(agent, page);
	fence_synopsis(agent, page);
	fence_description(agent, page);
	fence_parameters(agent, page);
	fence_actions(agent, page);
	fence_examples(agent, page);
	fence_exit_codes(page);
	fence_see_also(page);
	return buf_error(page);
}
