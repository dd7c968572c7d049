/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An XML document about an agent, under construction. The first error stays; what follows it does
 * nothing, so that a writer need not look. ASCII: other characters become references.
 */
#pragma once

#include <libxml/tree.h>

#include "base/buf.h"

struct agent;
struct fault;

struct document {
	const struct agent *agent;
	struct fault *fault;
	int error;
};

/* The text may be NULL; the node is NULL after an error. */
xmlNodePtr document_element(struct document *document, xmlNodePtr parent, const char *name,
			    const char *text);
void document_attribute(struct document *document, xmlNodePtr node, const char *name,
			const char *value);

/* An element whose text is in lines of a terminal's width. */
xmlNodePtr document_filled(struct document *document, xmlNodePtr parent, const char *name,
			   const char *text);

/* The same with lang="en". */
void document_description(struct document *document, xmlNodePtr parent, const char *name,
			  const char *text);

/*
 * Appends the prolog and a document whose root is <resource-agent>, as fill makes it. 0, -ENOMEM,
 * or -EILSEQ with the fault naming a text that is no UTF-8.
 */
int document_render(const struct agent *agent, const char *prolog,
		    void (*fill)(struct document *document, xmlNodePtr root), struct buf *xml,
		    struct fault *fault);
