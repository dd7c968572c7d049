// SPDX-License-Identifier: BSD-3-Clause

#include "roff.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

#include "paragraph.h"

#define ROFF_COLUMNS 78

/* Characters that roff gives a meaning or another shape. */
static const char *roff_special(char c)
{
	switch (c) {
	case '\\':
		return "\\e";
	case '-':
		return "\\-";
	case '\'':
		return "\\(aq";
	case '`':
		return "\\(ga";
	case '^':
		return "\\(ha";
	case '~':
		return "\\(ti";
	case '"':
		return "\\(dq";
	default:
		return NULL;
	}
}

/* The code point of a UTF-8 sequence of valid form; *ret_length is the bytes it takes. */
static unsigned long roff_code_point(const char *at, size_t left, size_t *ret_length)
{
	unsigned char first = (unsigned char)*at;
	size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	unsigned long point = first & (0xffu >> (length + 1));

	if (length > left)
		length = left;
	for (size_t i = 1; i < length; i++)
		point = point << 6 | ((unsigned char)at[i] & 0x3f);
	*ret_length = length;
	return point;
}

static void roff_escape(struct buf *page, const char *text, size_t length)
{
	for (size_t i = 0, step; i < length; i += step) {
		const char *special = roff_special(text[i]);

		step = 1;
		if (special)
			buf_adds(page, special);
		else if ((unsigned char)text[i] < 0x80)
			buf_add(page, text + i, 1);
		else
			buf_addf(page, "\\[u%04lX]", roff_code_point(text + i, length - i, &step));
	}
}

static bool roff_at_line_start(const struct buf *page)
{
	return !page->length || page->data[page->length - 1] == '\n';
}

static void roff_word(struct buf *page, const char *text, size_t length)
{
	if (roff_at_line_start(page) && length && (*text == '.' || *text == '\''))
		buf_adds(page, "\\&");
	roff_escape(page, text, length);
}

static void roff_fill(struct buf *page, const char *text, const char *parting)
{
	size_t start = page->length;
	struct word word;

	while ((word = paragraph_word(&text)).at) {
		if (word.first && page->length > start) {
			buf_addf(page, "\n%s\n", parting);
			start = page->length;
		} else if (page->length - start + word.length >= ROFF_COLUMNS) {
			buf_adds(page, "\n");
			start = page->length;
		} else if (page->length > start) {
			buf_adds(page, " ");
		}
		roff_word(page, word.at, word.length);
	}
	if (!roff_at_line_start(page))
		buf_adds(page, "\n");
}

/* An argument of a macro, in quotes. */
static void roff_argument(struct buf *page, const char *text)
{
	buf_adds(page, " \"");
	roff_escape(page, text, strlen(text));
	buf_adds(page, "\"");
}

static void roff_macro(struct buf *page, const char *macro, const char *text)
{
	buf_addf(page, ".%s", macro);
	roff_argument(page, text);
	buf_adds(page, "\n");
}

void roff_title(struct buf *page, const char *name, const char *section, const char *source,
		const char *manual)
{
	buf_adds(page, ".TH");
	roff_argument(page, name);
	roff_argument(page, section);
	roff_argument(page, "");
	roff_argument(page, source);
	roff_argument(page, manual);
	buf_adds(page, "\n");
}

void roff_section(struct buf *page, const char *title)
{
	roff_macro(page, "SH", title);
}

void roff_subsection(struct buf *page, const char *title)
{
	roff_macro(page, "SS", title);
}

/* A heading begins a paragraph by itself. */
static bool roff_after_heading(const struct buf *page)
{
	size_t at = page->length;

	if (at)
		at--;
	while (at && page->data[at - 1] != '\n')
		at--;
	return !strncmp(page->data + at, ".SH", 3) || !strncmp(page->data + at, ".SS", 3);
}

static void roff_part(struct buf *page)
{
	if (!roff_after_heading(page))
		buf_adds(page, ".PP\n");
}

void roff_paragraph(struct buf *page, const char *text)
{
	roff_part(page);
	roff_fill(page, text, ".PP");
}

void roff_entry(struct buf *page, const char *term, const char *remark)
{
	buf_adds(page, ".TP\n\\fB");
	roff_escape(page, term, strlen(term));
	buf_adds(page, "\\fP");
	if (*remark) {
		buf_adds(page, " ");
		roff_escape(page, remark, strlen(remark));
	}
	buf_adds(page, "\n");
}

void roff_filled(struct buf *page, const char *text)
{
	roff_fill(page, text, ".IP");
}

void roff_bold(struct buf *page, const char *text)
{
	roff_part(page);
	roff_macro(page, "B", text);
}

void roff_example(struct buf *page, const char *lines)
{
	roff_part(page);
	buf_adds(page, ".RS 4\n.EX\n");
	while (*lines) {
		size_t length = strcspn(lines, "\n");

		roff_word(page, lines, length);
		buf_adds(page, "\n");
		lines += length + (lines[length] == '\n');
	}
	buf_adds(page, ".EE\n.RE\n");
}

void roff_reference(struct buf *page, const char *name, int section, const char *after)
{
	buf_adds(page, ".BR ");
	roff_escape(page, name, strlen(name));
	buf_addf(page, " (%d)%s\n", section, after);
}
