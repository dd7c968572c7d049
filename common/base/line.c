// SPDX-License-Identifier: BSD-3-Clause

#include "base/line.h"

#include <stdbool.h>
#include <string.h>

static bool line_continues(unsigned char byte)
{
	return (byte & 0xc0) == 0x80;
}

/* Bytes that a character with this first byte has; 0 for a byte that begins none. */
static size_t line_promised(unsigned char first)
{
	if (first < 0x80)
		return 1;
	if (first >= 0xc2 && first <= 0xdf)
		return 2;
	if (first >= 0xe0 && first <= 0xef)
		return 3;
	return first >= 0xf0 && first <= 0xf4 ? 4 : 0;
}

/* RFC 3629: not longer than needed, no surrogate, nothing beyond U+10FFFF; and no C1 control. */
static bool line_second_fits(unsigned char first, unsigned char second)
{
	switch (first) {
	case 0xc2:
	case 0xe0:
		return second >= 0xa0;
	case 0xed:
		return second < 0xa0;
	case 0xf0:
		return second >= 0x90;
	case 0xf4:
		return second < 0x90;
	default:
		return true;
	}
}

/* Bytes of the character at text, 0 when there is none; *ret_ends: it is cut off by the end. */
static size_t line_character(const char *text, bool *ret_ends)
{
	const unsigned char *bytes = (const unsigned char *)text;
	size_t promised = line_promised(*bytes), n = 1;

	while (n < promised && line_continues(bytes[n]))
		n++;
	*ret_ends = n < promised && !bytes[n];
	if (n < promised || (n > 1 && !line_second_fits(bytes[0], bytes[1])))
		return 0;
	return promised;
}

void line_clean(char *text)
{
	char *at = text;

	while (*at) {
		bool ends = false;
		size_t length = line_character(at, &ends);

		if (ends)
			*at = '\0';
		else if (!length)
			*at++ = '?';
		else if ((unsigned char)*at < ' ' || *at == 0x7f)
			*at++ = ' ';
		else
			at += length;
	}
	while (at > text && at[-1] == ' ')
		*--at = '\0';
}

size_t line_join(char *to, size_t size, const char *const pieces[])
{
	size_t length = 0;

	for (; *pieces; pieces++)
		for (const char *c = *pieces; *c; c++, length++)
			if (length + 1 < size)
				to[length] = *c;
	to[length < size ? length : size - 1] = '\0';
	return length;
}

size_t line_cut(const char *text, size_t limit)
{
	size_t length = strnlen(text, limit), back = length;

	if (length < limit)
		return length;
	while (back && line_continues((unsigned char)text[back - 1]))
		back--;
	if (back && length - (back - 1) < line_promised((unsigned char)text[back - 1]))
		return back - 1;
	return length;
}
