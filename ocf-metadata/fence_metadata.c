// SPDX-License-Identifier: BSD-3-Clause

#include "fence_metadata.h"

#include <ctype.h>
#include <string.h>

#include "describe.h"
#include "document.h"
#include "ocf/agent.h"
#include "ocf/fence.h"
#include "ocf/fence_usage.h"

static const char fence_prolog[] = "<?xml version=\"1.0\"?>\n";

/* The first older name of a current parameter; a row has room for one. */
static const struct param *fence_older(const struct agent *agent, const struct param *param)
{
	for (const struct param *p = agent->params; p->name; p++)
		if (p->standing == PARAM_ALIAS && !strcmp(p->instead, param->name))
			return p;
	return NULL;
}

static const char *fence_content(const struct param *param)
{
	return param->type == PARAM_DURATION ? "second" : describe_content(param);
}

/* The phrase as a sentence, and the text behind it. */
static void fence_words(const struct agent *agent, const struct param *param, struct buf *words)
{
	const struct param *owner = describe_owner(agent, param);

	buf_adds(words, describe_brief(owner));
	if (words->length)
		words->data[0] = (char)toupper((unsigned char)words->data[0]);
	if (owner->standing == PARAM_IGNORED || owner->standing == PARAM_REFUSED) {
		buf_clear(words);
		describe_standing(owner, words);
	} else if (owner->text) {
		buf_addf(words, ". %s", owner->text);
	}
}

static void fence_parameter(struct document *document, xmlNodePtr parent, const struct param *param)
{
	const struct param *owner = describe_owner(document->agent, param);
	const struct param *older = fence_older(document->agent, param);
	AUTO_BUF struct buf words = BUF_INIT;
	xmlNodePtr node = document_element(document, parent, "parameter", NULL), child;
	char option[128];

	document_attribute(document, node, "name", param->name);
	document_attribute(document, node, "unique", "0");
	document_attribute(document, node, "required", param->required ? "1" : "0");
	if (param->standing != PARAM_CURRENT)
		document_attribute(document, node, "deprecated", "1");
	else if (older)
		document_attribute(document, node, "obsoletes", older->name);
	child = document_element(document, node, "getopt", NULL);
	fence_usage_option(owner, option);
	document_attribute(document, child, "mixed", option);
	child = document_element(document, node, "content", NULL);
	document_attribute(document, child, "type", fence_content(owner));
	if (owner->fallback)
		document_attribute(document, child, "default", owner->fallback);
	for (const char *const *choice = owner->choices; choice && *choice; choice++)
		document_attribute(document, document_element(document, child, "option", NULL),
				   "value", *choice);
	fence_words(document->agent, param, &words);
	child = document_element(document, node, "shortdesc", words.data);
	document_attribute(document, child, "lang", "en");
}

static void fence_names(struct document *document, xmlNodePtr root)
{
	for (const struct agent *const *a = document->agent->others; a && *a; a++) {
		xmlNodePtr node = document_element(document, root, "symlink", NULL);

		document_attribute(document, node, "name", (*a)->name);
		document_attribute(document, node, "shortdesc", (*a)->brief);
	}
}

static void fence_fill(struct document *document, xmlNodePtr root)
{
	const struct agent *a = document->agent;
	const char *action;
	xmlNodePtr list;

	document_attribute(document, root, "name", a->name);
	document_attribute(document, root, "shortdesc", a->brief);
	fence_names(document, root);
	document_filled(document, root, "longdesc", a->text);
	document_element(document, root, "vendor-url", a->url);
	list = document_element(document, root, "parameters", NULL);
	for (const struct param *p = a->params; p->name; p++)
		fence_parameter(document, list, p);
	list = document_element(document, root, "actions", NULL);
	for (size_t n = 0; (action = fence_action(a->fence, n)); n++) {
		xmlNodePtr node = document_element(document, list, "action", NULL);

		document_attribute(document, node, "name", action);
		if (!strcmp(action, "on"))
			document_attribute(document, node, "automatic", "0");
	}
}

int fence_metadata_render(const struct agent *agent, struct buf *xml, struct fault *fault)
{
	return document_render(agent, fence_prolog, fence_fill, xml, fault);
}
