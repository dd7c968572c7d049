// SPDX-License-Identifier: BSD-3-Clause

#include "manual.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "describe.h"
#include "manual_actions.h"
#include "ocf/agent.h"
#include "roff.h"

static void manual_head(const struct agent *agent, struct buf *page)
{
	AUTO_BUF struct buf title = BUF_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	buf_addf(&title, "OCF_" QUORATE_PROVIDER "_%s", agent->name);
	for (size_t i = 0; i < title.length; i++)
		title.data[i] = (char)toupper((unsigned char)title.data[i]);
	buf_addf(&text, "Quorate %s", agent->version);
	buf_adds(page, ".\\\" Rendered from the agent's table; `make metadata` writes it anew.\n");
	roff_title(page, title.data, "7", text.data, "OCF resource agents");
	roff_section(page, "NAME");
	buf_clear(&text);
	buf_addf(&text, "ocf_" QUORATE_PROVIDER "_%s - %s", agent->name, agent->brief);
	roff_filled(page, text.data);
}

static void manual_synopsis(const struct agent *agent, struct buf *page)
{
	static const struct {
		const char *before, *after;
	} forms[] = {{"OCF_RESKEY_parameter=value ... ", " action"},
		     {"", " action [parameter=value ...]"},
		     {"", " --help"}};

	roff_section(page, "SYNOPSIS");
	for (size_t i = 0; i < ARRAY_SIZE(forms); i++) {
		AUTO_BUF struct buf line = BUF_INIT;

		buf_addf(&line, "%s%s%s", forms[i].before, agent->name, forms[i].after);
		roff_bold(page, line.data);
	}
}

static void manual_description(const struct agent *agent, struct buf *page)
{
	AUTO_BUF struct buf text = BUF_INIT;

	roff_section(page, "DESCRIPTION");
	roff_paragraph(page, agent->text);
	buf_addf(&text,
		 "%s is an OCF 1.1 resource agent. The cluster's resource manager runs it with an "
		 "action and with the parameters in the environment; a person can run it by hand "
		 "in the same way or with the parameters as arguments.",
		 agent->name);
	roff_paragraph(page, text.data);
}

/* "unique together with nic": the other parameters of the row's group. */
static void manual_unique(const struct agent *agent, const struct param *param, struct buf *remark)
{
	const char *before = " together with ";

	buf_adds(remark, ", unique");
	for (const struct param *p = agent->params; p->name; p++) {
		if (p == param || p->standing != PARAM_CURRENT || !p->unique ||
		    strcmp(p->unique, param->unique) != 0)
			continue;
		buf_addf(remark, "%s%s", before, p->name);
		before = " and ";
	}
}

static void manual_parameter(const struct agent *agent, const struct param *param, struct buf *page)
{
	AUTO_BUF struct buf remark = BUF_INIT;
	AUTO_BUF struct buf text = BUF_INIT;

	buf_addf(&remark, "(%s", describe_type(param));
	if (param->required)
		buf_adds(&remark, ", required");
	else if (param->fallback && *param->fallback)
		buf_addf(&remark, ", default %s", param->fallback);
	else
		buf_adds(&remark, ", no default");
	if (param->unique)
		manual_unique(agent, param, &remark);
	if (param->reloadable)
		buf_adds(&remark, ", reloadable");
	buf_adds(&remark, ")");
	roff_entry(page, param->name, remark.data);
	describe_text(agent, param, &text);
	roff_filled(page, text.data);
}

/* An older name, or one that is kept for older configurations. */
static void manual_older(const struct param *param, struct buf *page)
{
	AUTO_BUF struct buf text = BUF_INIT;

	describe_standing(param, &text);
	if (param->text)
		buf_addf(&text, " %s", param->text);
	roff_entry(page, param->name, "");
	roff_filled(page, text.data);
}

static void manual_parameters(const struct agent *agent, struct buf *page)
{
	bool older = false;

	roff_section(page, "SUPPORTED PARAMETERS");
	roff_paragraph(page,
		       "A change of a reloadable parameter takes effect without a restart. An "
		       "empty value counts as an unset one. A boolean is written true, yes, on or "
		       "1, and false, no, off or 0.");
	for (const struct param *p = agent->params; p->name; p++) {
		if (p->standing == PARAM_CURRENT)
			manual_parameter(agent, p, page);
		else
			older = true;
	}
	if (!older)
		return;
	roff_subsection(page, "Parameters of older configurations");
	for (const struct param *p = agent->params; p->name; p++)
		if (p->standing != PARAM_CURRENT)
			manual_older(p, page);
}

static void manual_environment(struct buf *page)
{
	roff_section(page, "ENVIRONMENT");
	roff_entry(page, "OCF_RESOURCE_INSTANCE", "");
	roff_filled(page, "The name of the resource. By hand it may be missing; the agent then "
			  "takes one from the parameters that are unique.");
	roff_entry(page, "OCF_CHECK_LEVEL", "");
	roff_filled(page, "How deep monitor and validate-all look; see the actions.");
	roff_entry(page, "OCF_RESKEY_CRM_meta_timeout", "");
	roff_filled(page, "Milliseconds that the action may take.");
	roff_entry(page, "HA_LOGFACILITY, HA_LOGFILE, HA_debug", "");
	roff_filled(page, "Where the log goes, and whether debugging lines are part of it.");
}

static void manual_files(const struct agent *agent, struct buf *page)
{
	AUTO_BUF struct buf path = BUF_INIT;

	roff_section(page, "FILES");
	buf_addf(&path, "/usr/lib/ocf/resource.d/" QUORATE_PROVIDER "/%s", agent->name);
	roff_entry(page, path.data, "");
	roff_filled(page, "The agent.");
	roff_entry(page, "/run/quorate", "");
	roff_filled(page, "What an instance was started with, and its lock, one file each. The "
			  "agent decides by what it finds on the host; these files are a hint.");
}

static void manual_see_also(struct buf *page)
{
	roff_section(page, "SEE ALSO");
	roff_reference(page, "crm", 8, ",");
	roff_reference(page, "crm_resource", 8, ",");
	roff_reference(page, "pacemakerd", 8, ",");
	roff_reference(page, "pcs", 8, "");
}

int manual_render(const struct agent *agent, struct buf *page)
{
	manual_head(agent, page);
	manual_synopsis(agent, page);
	manual_description(agent, page);
	manual_parameters(agent, page);
	manual_actions(agent, page);
	manual_environment(page);
	manual_examples(agent, page);
	manual_exit_codes(agent, page);
	manual_files(agent, page);
	manual_see_also(page);
	return buf_error(page);
}
