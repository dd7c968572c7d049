// SPDX-License-Identifier: BSD-3-Clause

#include "metadata.h"

#include <errno.h>
#include <libxml/tree.h>
#include <libxml/xmlsave.h>
#include <string.h>

#include "base/fault.h"
#include "describe.h"
#include "ocf/agent.h"
#include "paragraph.h"

#define METADATA_COLUMNS 78

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

/* A document under construction; the first error stays. */
struct metadata {
	const struct agent *agent;
	struct fault *fault;
	int error;
};

static const xmlChar *metadata_text(struct metadata *metadata, const char *text)
{
	if (!xmlCheckUTF8((const xmlChar *)text) && !metadata->error)
		metadata->error = fault_set(metadata->fault, FAULT_CONFIGURED, -EILSEQ,
					    "this text is no UTF-8: %s", text);
	return (const xmlChar *)text;
}

static xmlNodePtr metadata_element(struct metadata *metadata, xmlNodePtr parent, const char *name,
				   const char *text)
{
	const xmlChar *content = text ? metadata_text(metadata, text) : NULL;
	xmlNodePtr node;

	if (metadata->error)
		return NULL;
	node = xmlNewTextChild(parent, NULL, (const xmlChar *)name, content);
	if (!node)
		metadata->error = -ENOMEM;
	return node;
}

static void metadata_attribute(struct metadata *metadata, xmlNodePtr node, const char *name,
			       const char *value)
{
	const xmlChar *content = metadata_text(metadata, value);

	if (!metadata->error && !xmlNewProp(node, (const xmlChar *)name, content))
		metadata->error = -ENOMEM;
}

/* Lines of a terminal's width: crmsh shows a longdesc as it stands. */
static void metadata_fill(const char *text, struct buf *lines)
{
	size_t column = 0;
	struct word word;

	while ((word = paragraph_word(&text)).at) {
		const char *gap = column ? " " : "";

		if (word.first && column)
			gap = "\n\n";
		else if (column && column + 1 + word.length > METADATA_COLUMNS)
			gap = "\n";
		column = *gap == ' ' ? column + 1 + word.length : word.length;
		buf_adds(lines, gap);
		buf_add(lines, word.at, word.length);
	}
}

static void metadata_description(struct metadata *metadata, xmlNodePtr parent, const char *name,
				 const char *text)
{
	AUTO_BUF struct buf lines = BUF_INIT;
	xmlNodePtr node;

	metadata_fill(text, &lines);
	if (buf_error(&lines) && !metadata->error)
		metadata->error = buf_error(&lines);
	node = metadata_element(metadata, parent, name, lines.data);
	metadata_attribute(metadata, node, "lang", "en");
}

static void metadata_deprecated(struct metadata *metadata, xmlNodePtr parent,
				const struct param *param)
{
	AUTO_BUF struct buf why = BUF_INIT;
	xmlNodePtr node;

	if (param->standing == PARAM_CURRENT)
		return;
	node = metadata_element(metadata, parent, "deprecated", NULL);
	if (param->standing == PARAM_ALIAS) {
		xmlNodePtr instead = metadata_element(metadata, node, "replaced-with", NULL);

		metadata_attribute(metadata, instead, "name", param->instead);
	} else {
		describe_standing(param, &why);
		metadata_description(metadata, node, "desc", why.data);
	}
}

static void metadata_content(struct metadata *metadata, xmlNodePtr parent,
			     const struct param *param)
{
	const struct param *owner = describe_owner(metadata->agent, param);
	xmlNodePtr node = metadata_element(metadata, parent, "content", NULL);

	metadata_attribute(metadata, node, "type", describe_content(owner));
	if (param->fallback)
		metadata_attribute(metadata, node, "default", param->fallback);
	for (const char *const *choice = owner->choices; choice && *choice; choice++) {
		xmlNodePtr option = metadata_element(metadata, node, "option", NULL);

		metadata_attribute(metadata, option, "value", *choice);
	}
}

static void metadata_parameter(struct metadata *metadata, xmlNodePtr parent,
			       const struct param *param)
{
	const struct param *owner = describe_owner(metadata->agent, param);
	AUTO_BUF struct buf text = BUF_INIT;
	xmlNodePtr node = metadata_element(metadata, parent, "parameter", NULL);

	metadata_attribute(metadata, node, "name", param->name);
	if (param->unique)
		metadata_attribute(metadata, node, "unique-group", param->unique);
	metadata_attribute(metadata, node, "unique", param->unique ? "1" : "0");
	metadata_attribute(metadata, node, "required", param->required ? "1" : "0");
	metadata_attribute(metadata, node, "reloadable", owner->reloadable ? "1" : "0");
	metadata_deprecated(metadata, node, param);
	describe_text(metadata->agent, param, &text);
	if (buf_error(&text) && !metadata->error)
		metadata->error = buf_error(&text);
	metadata_description(metadata, node, "longdesc", text.data);
	metadata_description(metadata, node, "shortdesc", describe_brief(param));
	metadata_content(metadata, node, param);
}

static void metadata_action(struct metadata *metadata, xmlNodePtr parent,
			    const struct action *action)
{
	xmlNodePtr node = metadata_element(metadata, parent, "action", NULL);

	metadata_attribute(metadata, node, "name", action->name);
	metadata_attribute(metadata, node, "timeout", action->timeout);
	if (action->interval)
		metadata_attribute(metadata, node, "interval", action->interval);
	if (action->role)
		metadata_attribute(metadata, node, "role", action->role);
	if (action->depth)
		metadata_attribute(metadata, node, "depth", action->depth);
}

static void metadata_agent(struct metadata *metadata, xmlNodePtr root)
{
	const struct agent *a = metadata->agent;
	xmlNodePtr list;

	metadata_attribute(metadata, root, "name", a->name);
	metadata_attribute(metadata, root, "version", a->version);
	metadata_element(metadata, root, "version", "1.1");
	metadata_description(metadata, root, "longdesc", a->text);
	metadata_description(metadata, root, "shortdesc", a->brief);
	list = metadata_element(metadata, root, "parameters", NULL);
	for (const struct param *p = a->params; p->name; p++)
		metadata_parameter(metadata, list, p);
	list = metadata_element(metadata, root, "actions", NULL);
	for (const struct action *action = a->actions; action->name; action++)
		metadata_action(metadata, list, action);
}

static int metadata_print(xmlNodePtr root, struct buf *xml)
{
	xmlBufferPtr bytes = xmlBufferCreate();
	xmlSaveCtxtPtr save = NULL;
	int r = -ENOMEM;

	if (bytes)
		save = xmlSaveToBuffer(bytes, "US-ASCII", XML_SAVE_FORMAT | XML_SAVE_NO_DECL);
	if (save && xmlSaveTree(save, root) >= 0 && xmlSaveFlush(save) >= 0) {
		buf_adds(xml, metadata_prolog);
		buf_add(xml, xmlBufferContent(bytes), (size_t)xmlBufferLength(bytes));
		buf_adds(xml, "\n");
		r = buf_error(xml);
	}
	if (save)
		xmlSaveClose(save);
	xmlBufferFree(bytes);
	return r;
}

int metadata_render(const struct agent *agent, struct buf *xml, struct fault *fault)
{
	struct metadata metadata = {.agent = agent, .fault = fault};
	xmlDocPtr document = xmlNewDoc((const xmlChar *)"1.0");
	xmlNodePtr root = xmlNewDocNode(document, NULL, (const xmlChar *)"resource-agent", NULL);

	if (!document || !root) {
		xmlFreeNode(root);
		xmlFreeDoc(document);
		return -ENOMEM;
	}
	xmlDocSetRootElement(document, root);
	metadata_agent(&metadata, root);
	if (!metadata.error)
		metadata.error = metadata_print(root, xml);
	xmlFreeDoc(document);
	return metadata.error;
}
