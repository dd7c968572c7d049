// SPDX-License-Identifier: BSD-3-Clause

#include "example.h"

#include <errno.h>
#include <string.h>

/* Copies one word without its quotes and returns where it ends, or NULL for an open quote. */
static const char *example_word(const char *text, char **ret_to)
{
	char quote = '\0';

	for (; *text && (quote || *text != ' '); text++) {
		if (quote ? *text == quote : *text == '"' || *text == '\'')
			quote = quote ? '\0' : *text;
		else
			*(*ret_to)++ = *text;
	}
	*(*ret_to)++ = '\0';
	return quote ? NULL : text;
}

int example_parse(struct example *example, const char *text)
{
	char *to;

	example_release(example);
	example->bytes = calloc(1, strlen(text) + 2);
	if (!example->bytes)
		return -ENOMEM;
	to = example->bytes;
	while (*(text += strspn(text, " "))) {
		char *word = to, *equals;

		text = example_word(text, &to);
		equals = strchr(word, '=');
		if (!text || !equals || equals == word)
			return -EINVAL;
		*equals = '\0';
	}
	*to = '\0';
	return 0;
}

const char *example_next(const struct example *example, const char *name)
{
	if (name)
		name += strlen(name) + 1; /* its value */
	name = name ? name + strlen(name) + 1 : example->bytes;
	return name && *name ? name : NULL;
}

const char *example_value(const char *name, const void *context)
{
	const struct example *example = context;
	const char *found = NULL;

	while ((found = example_next(example, found)))
		if (!strcmp(found, name))
			return found + strlen(found) + 1;
	return NULL;
}

void example_release(struct example *example)
{
	free(example->bytes);
	*example = EXAMPLE_INIT;
}
