/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The metadata of an agent: its table as XML.
 *
 * The document is ASCII (other characters become references) and its declaration names no
 * encoding, because crmsh hands the text to a parser that refuses one. The DOCTYPE carries the
 * whole document type, because ocf-tester validates against it and knows only OCF 1.0 itself.
 * The same table gives the same bytes.
 *
 * Source: OCF Resource Agent API 1.1, "Resource Agent Meta-Data"; ocf-1.1.rng says it as a schema.
 */
#pragma once

#include "base/buf.h"

struct agent;
struct fault;

/* Appends the document. 0, -ENOMEM, or -EILSEQ with the fault naming a text that is no UTF-8. */
int metadata_render(const struct agent *agent, struct buf *xml, struct fault *fault);
