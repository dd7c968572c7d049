/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The variables of a provider's templates: "{ip}" in a path, a body or an expectation.
 */
#pragma once

#include "base/buf.h"
#include "base/inet.h"

#define VARIABLE_MAX 256 /* bytes of a value, with NUL */

struct variables {
	char ip[VARIABLE_MAX], ip_id[VARIABLE_MAX];
	char server[VARIABLE_MAX], name[VARIABLE_MAX], nic[VARIABLE_MAX], mac[VARIABLE_MAX];
	char zone[VARIABLE_MAX], region[VARIABLE_MAX], project[VARIABLE_MAX];
	char action[VARIABLE_MAX], owner[VARIABLE_MAX], page[VARIABLE_MAX];
};

enum variables_for {
	VARIABLES_PLAIN, /* as they are */
	VARIABLES_URL,	 /* percent-encoded (RFC 3986), slashes of {owner} kept */
	VARIABLES_JSON,	 /* escaped for the inside of a JSON string (RFC 8259) */
};

/*
 * Appends the template with its variables filled in. 0; -ENODATA when one is empty, with its
 * name in missing; -ENOMEM. A brace that begins no variable's name is itself, so that JSON bodies
 * stay readable. Pure.
 */
int variables_fill(const struct variables *variables, const char *template,
		   enum variables_for purpose, struct buf *text, const char **missing);

/* Sets a value; -EMSGSIZE when it is too long or holds a control character. */
int variables_set(char value[VARIABLE_MAX], const char *text);
