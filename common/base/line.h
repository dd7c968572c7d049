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

/* How many bytes of the text, at most limit of them, make whole characters. */
size_t line_cut(const char *text, size_t limit);
