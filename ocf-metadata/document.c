// SPDX-License-Identifier: BSD-3-Clause

#include "document.h"

#include <errno.h>
#include <libxml/xmlsave.h>

#include "base/fault.h"
#include "paragraph.h"

#define DOCUMENT_COLUMNS 78

static const xmlChar *document_text(struct document *document, const char *text)
{
	if (!xmlCheckUTF8((const xmlChar *)text) && !document->error)
		document->error = fault_set(document->fault, FAULT_CONFIGURED, -EILSEQ,
					    "this text is no UTF-8: %s", text);
	return (const xmlChar *)text;
}

xmlNodePtr document_element(struct document *document, xmlNodePtr parent, const char *name,
			    const char *text)
{
	const xmlChar *content = text ? document_text(document, text) : NULL;
	xmlNodePtr node;

	if (document->error)
		return NULL;
	node = xmlNewTextChild(parent, NULL, (const xmlChar *)name, content);
	if (!node)
		document->error = -ENOMEM;
	return node;
}

void document_attribute(struct document *document, xmlNodePtr node, const char *name,
			const char *value)
{
	const xmlChar *content = document_text(document, value);

	if (!document->error && !xmlNewProp(node, (const xmlChar *)name, content))
		document->error = -ENOMEM;
}

/* Lines of a terminal's width: crmsh shows a longdesc as it stands. */
static void document_fill(const char *text, struct buf *lines)
{
	size_t column = 0;
	struct word word;

	while ((word = paragraph_word(&text)).at) {
		const char *gap = column ? " " : "";

		if (word.first && column)
			gap = "\n\n";
		else if (column && column + 1 + word.length > DOCUMENT_COLUMNS)
			gap = "\n";
		column = *gap == ' ' ? column + 1 + word.length : word.length;
		buf_adds(lines, gap);
		buf_add(lines, word.at, word.length);
	}
}

xmlNodePtr document_filled(struct document *document, xmlNodePtr parent, const char *name,
			   const char *text)
{
	AUTO_BUF struct buf lines = BUF_INIT;

	document_fill(text, &lines);
	if (buf_error(&lines) && !document->error)
		document->error = buf_error(&lines);
	return document_element(document, parent, name, lines.data);
}

void document_description(struct document *document, xmlNodePtr parent, const char *name,
			  const char *text)
{
	document_attribute(document, document_filled(document, parent, name, text), "lang", "en");
}

static int document_print(xmlNodePtr root, const char *prolog, struct buf *xml)
{
	xmlBufferPtr bytes = xmlBufferCreate();
	xmlSaveCtxtPtr save = NULL;
	int r = -ENOMEM;

	if (bytes)
		save = xmlSaveToBuffer(bytes, "US-ASCII", XML_SAVE_FORMAT | XML_SAVE_NO_DECL);
	if (save && xmlSaveTree(save, root) >= 0 && xmlSaveFlush(save) >= 0) {
		buf_adds(xml, prolog);
		buf_add(xml, xmlBufferContent(bytes), (size_t)xmlBufferLength(bytes));
		buf_adds(xml, "\n");
		r = buf_error(xml);
	}
	if (save)
		xmlSaveClose(save);
	xmlBufferFree(bytes);
	return r;
}

int document_render(const struct agent *agent, const char *prolog,
		    void (*fill)(struct document *document, xmlNodePtr root), struct buf *xml,
		    struct fault *fault)
{
	struct document document = {.agent = agent, .fault = fault};
	xmlDocPtr tree = xmlNewDoc((const xmlChar *)"1.0");
	xmlNodePtr root = xmlNewDocNode(tree, NULL, (const xmlChar *)"resource-agent", NULL);

	if (!tree || !root) {
		xmlFreeNode(root);
		xmlFreeDoc(tree);
		return -ENOMEM;
	}
	xmlDocSetRootElement(tree, root);
	fill(&document, root);
	if (!document.error)
		document.error = document_print(root, prolog, xml);
	xmlFreeDoc(tree);
	return document.error;
}
