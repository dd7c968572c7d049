// SPDX-License-Identifier: BSD-3-Clause

#include "metadata.h"

#include "describe.h"
#include "document.h"
#include "ocf/agent.h"

static const char metadata_prolog[] =
	"<?xml version=\"1.0\"?>\n"
	"<!DOCTYPE resource-agent [\n"
	"<!ELEMENT resource-agent ANY>\n"
	"<!ATTLIST resource-agent name CDATA #REQUIRED version CDATA #IMPLIED>\n"
	"<!ELEMENT version (#PCDATA)>\n"
	"<!ELEMENT longdesc ANY>\n"
	"<!ATTLIST longdesc lang NMTOKEN #IMPLIED>\n"
	"<!ELEMENT shortdesc ANY>\n"
	"<!ATTLIST shortdesc lang NMTOKEN #IMPLIED>\n"
	"<!ELEMENT parameters ANY>\n"
	"<!ELEMENT parameter ANY>\n"
	"<!ATTLIST parameter\n"
	"  name CDATA #REQUIRED\n"
	"  unique-group CDATA #IMPLIED\n"
	"  unique (0|1) \"0\"\n"
	"  required (0|1) \"0\"\n"
	"  reloadable (0|1) \"0\">\n"
	"<!ELEMENT deprecated ANY>\n"
	"<!ELEMENT replaced-with EMPTY>\n"
	"<!ATTLIST replaced-with name CDATA #REQUIRED>\n"
	"<!ELEMENT desc ANY>\n"
	"<!ATTLIST desc lang NMTOKEN #IMPLIED>\n"
	"<!ELEMENT content ANY>\n"
	"<!ATTLIST content type CDATA #REQUIRED default CDATA #IMPLIED>\n"
	"<!ELEMENT option EMPTY>\n"
	"<!ATTLIST option value CDATA #REQUIRED>\n"
	"<!ELEMENT actions ANY>\n"
	"<!ELEMENT action EMPTY>\n"
	"<!ATTLIST action\n"
	"  name CDATA #REQUIRED\n"
	"  timeout CDATA #REQUIRED\n"
	"  interval CDATA #IMPLIED\n"
	"  start-delay CDATA #IMPLIED\n"
	"  role CDATA #IMPLIED\n"
	"  depth CDATA #IMPLIED>\n"
	"]>\n";

static void metadata_deprecated(struct document *document, xmlNodePtr parent,
				const struct param *param)
{
	AUTO_BUF struct buf why = BUF_INIT;
	xmlNodePtr node;

	if (param->standing == PARAM_CURRENT)
		return;
	node = document_element(document, parent, "deprecated", NULL);
	if (param->standing == PARAM_ALIAS) {
		xmlNodePtr instead = document_element(document, node, "replaced-with", NULL);

		document_attribute(document, instead, "name", param->instead);
	} else {
		describe_standing(param, &why);
		document_description(document, node, "desc", why.data);
	}
}

static void metadata_content(struct document *document, xmlNodePtr parent,
			     const struct param *param)
{
	const struct param *owner = describe_owner(document->agent, param);
	xmlNodePtr node = document_element(document, parent, "content", NULL);

	document_attribute(document, node, "type", describe_content(owner));
	if (param->fallback)
		document_attribute(document, node, "default", param->fallback);
	for (const char *const *choice = owner->choices; choice && *choice; choice++) {
		xmlNodePtr option = document_element(document, node, "option", NULL);

		document_attribute(document, option, "value", *choice);
	}
}

static void metadata_parameter(struct document *document, xmlNodePtr parent,
			       const struct param *param)
{
	const struct param *owner = describe_owner(document->agent, param);
	AUTO_BUF struct buf text = BUF_INIT;
	xmlNodePtr node = document_element(document, parent, "parameter", NULL);

	document_attribute(document, node, "name", param->name);
	if (param->unique)
		document_attribute(document, node, "unique-group", param->unique);
	document_attribute(document, node, "unique", param->unique ? "1" : "0");
	document_attribute(document, node, "required", param->required ? "1" : "0");
	document_attribute(document, node, "reloadable", owner->reloadable ? "1" : "0");
	metadata_deprecated(document, node, param);
	describe_text(document->agent, param, &text);
	if (buf_error(&text) && !document->error)
		document->error = buf_error(&text);
	document_description(document, node, "longdesc", text.data);
	document_description(document, node, "shortdesc", describe_brief(param));
	metadata_content(document, node, param);
}

static void metadata_action(struct document *document, xmlNodePtr parent,
			    const struct action *action)
{
	xmlNodePtr node = document_element(document, parent, "action", NULL);

	document_attribute(document, node, "name", action->name);
	document_attribute(document, node, "timeout", action->timeout);
	if (action->interval)
		document_attribute(document, node, "interval", action->interval);
	if (action->role)
		document_attribute(document, node, "role", action->role);
	if (action->depth)
		document_attribute(document, node, "depth", action->depth);
}

static void metadata_agent(struct document *document, xmlNodePtr root)
{
	const struct agent *a = document->agent;
	xmlNodePtr list;

	document_attribute(document, root, "name", a->name);
	document_attribute(document, root, "version", a->version);
	document_element(document, root, "version", "1.1");
	document_description(document, root, "longdesc", a->text);
	document_description(document, root, "shortdesc", a->brief);
	list = document_element(document, root, "parameters", NULL);
	for (const struct param *p = a->params; p->name; p++)
		metadata_parameter(document, list, p);
	list = document_element(document, root, "actions", NULL);
	for (const struct action *action = a->actions; action->name; action++)
		metadata_action(document, list, action);
}

int metadata_render(const struct agent *agent, struct buf *xml, struct fault *fault)
{
	return document_render(agent, metadata_prolog, metadata_agent, xml, fault);
}
