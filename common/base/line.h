/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One line of text for a person, a log or the cluster's XML, which refuses broken characters.
 *
 * Text is UTF-8 as RFC 3629 defines it.
 */
#pragma once

#include <stddef.h>

/*
 * Makes a line out of the text, in place: a control character becomes a blank, a byte that belongs
 * to no character a '?'; blanks at the end go, and so does a character that was cut off there.
 */
void line_clean(char *text);

/*
 * Puts the pieces, up to a NULL, one behind the other, cut after size - 1 bytes; returns the
 * length of the whole. What every monitor writes is written so: the first use of stdio costs an
 * executable more than its own code (pages of the C library that nothing else touches).
 */
size_t line_join(char *to, size_t size, const char *const pieces[]);

#define LINE_JOIN(array, ...)                                                                      \
	line_join(array, sizeof(array), (const char *const[]){__VA_ARGS__, NULL})

/* How many bytes of the text, at most limit of them, make whole characters. */
size_t line_cut(const char *text, size_t limit);
