/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A manual page in the man(7) macros.
 *
 * Every function appends whole lines. Texts are plain UTF-8; whatever roff would take for its own
 * (backslashes, dots and quotes at the start of a line, the typographic quotes and dashes) is
 * written so that a reader sees and copies the plain character.
 */
#pragma once

#include "base/attr.h"
#include "base/buf.h"

/* The page's heading line; source is what stands at the foot, manual at the head. */
void roff_title(struct buf *page, const char *name, const char *section, const char *source,
		const char *manual);
void roff_section(struct buf *page, const char *title);
void roff_subsection(struct buf *page, const char *title);

/* Begins a paragraph with the text, filled. */
void roff_paragraph(struct buf *page, const char *text);

/* Begins an entry: a term in bold, behind it a remark (may be ""); roff_filled() is its body. */
void roff_entry(struct buf *page, const char *term, const char *remark);

/* The text, filled; inside an entry a later paragraph of it is indented as the first. */
void roff_filled(struct buf *page, const char *text);

/* A paragraph of one line in bold. */
void roff_bold(struct buf *page, const char *text);

/* Lines that are shown as they stand. */
void roff_example(struct buf *page, const char *lines);

/* A reference to another page; after what follows it. */
void roff_reference(struct buf *page, const char *name, int section, const char *after);
