// SPDX-License-Identifier: BSD-3-Clause

#include "paragraph.h"

#include <string.h>

#define BLANKS " \t\r\n"

struct word paragraph_word(const char **ret_rest)
{
	const char *at = *ret_rest;
	int line_feeds = 0;

	for (; *at && strchr(BLANKS, *at); at++)
		line_feeds += *at == '\n';
	if (!*at)
		return (struct word){.at = NULL};
	*ret_rest = at + strcspn(at, BLANKS);
	return (struct word){.at = at, .length = (size_t)(*ret_rest - at), .first = line_feeds > 1};
}
