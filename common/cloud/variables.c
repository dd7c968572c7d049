// SPDX-License-Identifier: BSD-3-Clause

#include "cloud/variables.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

struct variable {
	const char *name;
	size_t offset;
};

#define VARIABLE(member)                                                                           \
	{                                                                                          \
#member, offsetof(struct variables, member)                                        \
	}

static const struct variable variable_table[] = {
	VARIABLE(ip),	   VARIABLE(ip_id),  VARIABLE(server), VARIABLE(name),
	VARIABLE(nic),	   VARIABLE(mac),    VARIABLE(zone),   VARIABLE(region),
	VARIABLE(project), VARIABLE(action), VARIABLE(owner),  VARIABLE(page),
};

static const struct variable *variable_find(const char *name, size_t length)
{
	for (size_t i = 0; i < ARRAY_SIZE(variable_table); i++)
		if (strlen(variable_table[i].name) == length &&
		    !memcmp(variable_table[i].name, name, length))
			return &variable_table[i];
	return NULL;
}

static void variable_put(const struct variable *variable, const char *value,
			 enum variables_for purpose, struct buf *text)
{
	for (const char *c = value; *c; c++) {
		bool slash = *c == '/' && !strcmp(variable->name, "owner");

		if (purpose == VARIABLES_URL && !isalnum((unsigned char)*c) &&
		    !strchr("-._~", *c) && !slash)
			buf_addf(text, "%%%02X", (unsigned char)*c);
		else if (purpose == VARIABLES_JSON && (*c == '"' || *c == '\\'))
			buf_addf(text, "\\%c", *c);
		else
			buf_add(text, c, 1);
	}
}

/* A page's number or cursor may be empty: the first page. */
static bool variable_may_be_empty(const struct variable *variable)
{
	return !strcmp(variable->name, "page");
}

int variables_fill(const struct variables *variables, const char *template,
		   enum variables_for purpose, struct buf *text, const char **missing)
{
	while (*template) {
		size_t plain = strcspn(template, "{"), length;
		const struct variable *variable;
		const char *value;

		buf_add(text, template, plain);
		template += plain;
		if (!*template)
			break;
		length = strcspn(template + 1, "{}\"");
		variable = template[1 + length] == '}' ? variable_find(template + 1, length) : NULL;
		if (!variable) {
			buf_add(text, template ++, 1);
			continue;
		}
		value = (const char *)variables + variable->offset;
		if (!*value && !variable_may_be_empty(variable)) {
			*missing = variable->name;
			return -ENODATA;
		}
		variable_put(variable, value, purpose, text);
		template += length + 2;
	}
	return buf_error(text);
}

int variables_set(char value[VARIABLE_MAX], const char *text)
{
	size_t length = strlen(text);

	if (length >= VARIABLE_MAX)
		return -EMSGSIZE;
	for (const char *c = text; *c; c++)
		if (iscntrl((unsigned char)*c))
			return -EMSGSIZE;
	memcpy(value, text, length + 1);
	return 0;
}
