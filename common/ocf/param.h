/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A parameter of an agent: one row of the agent's const table.
 *
 * The row is the only place that knows the parameter's name, type, default, range and texts. The
 * metadata, the man page, the usage text, the validation and the typed value in the agent's own
 * configuration struct come from it.
 *
 * A row names its field with one of the FIELD macros, which refuse to compile when the field's C
 * type does not fit the parameter's type:
 *
 *	PARAM_STRING      const char *         NULL when unset
 *	PARAM_INTEGER     long                 PARAM_UNSET when unset; min and max belong to the range
 *	PARAM_BOOLEAN     bool                 OCF spellings: yes true 1 on ja / no false 0 off nein
 *	PARAM_CHOICE      int                  index into choices, PARAM_UNSET_CHOICE when unset
 *	PARAM_DURATION    long long            milliseconds from "10s", "500ms", bare seconds;
 *	                                       min and max in milliseconds; PARAM_UNSET when unset
 *	PARAM_ADDRESS     struct inet          family 0 when unset; a prefix may follow
 *	PARAM_ADDRESSES   struct inet_list     blanks or commas between; no address twice
 *	PARAM_PORT        int                  1 to 65535, 0 when unset
 *	PARAM_PATH        const char *         absolute, NULL when unset
 *	PARAM_SECRET_FILE const char *         absolute; on the host: a regular file that belongs to
 *	                                       root or to us and gives nothing to group and others
 *
 * An empty value is an unset one. Strings belong to whoever gave the text (the environment or the
 * record), lists to the configuration (params_release()).
 */
#pragma once

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/inet.h"

#define PARAM_UNSET LONG_MIN
#define PARAM_UNSET_CHOICE (-1)

enum param_type {
	PARAM_STRING,
	PARAM_INTEGER,
	PARAM_BOOLEAN,
	PARAM_CHOICE,
	PARAM_DURATION,
	PARAM_ADDRESS,
	PARAM_ADDRESSES,
	PARAM_PORT,
	PARAM_PATH,
	PARAM_SECRET_FILE,
};

enum param_standing {
	PARAM_CURRENT,
	PARAM_ALIAS,   /* an older name; instead is the current parameter that takes the value */
	PARAM_IGNORED, /* accepted from an older configuration without effect; instead says why */
	PARAM_REFUSED, /* accepted by no action; instead is the sentence that says what to do */
};

struct param {
	const char *name; /* NULL ends the table */
	enum param_type type;
	size_t offset;	      /* of the value in the configuration; none unless PARAM_CURRENT */
	const char *fallback; /* the default, as a user would write it; NULL: unset */
	long min, max;	      /* PARAM_INTEGER, PARAM_DURATION */
	const char *const *choices; /* PARAM_CHOICE; ends with NULL */
	const char *unique;	    /* name of the unique group, or NULL */
	bool required;
	bool reloadable; /* a change needs no restart */
	bool secret;	 /* a credential: never recorded, logged or shown */
	char letter;	 /* fence agents: the short option, or '\0' */
	enum param_standing standing;
	const char *instead;
	const char *brief; /* a phrase without full stop: shortdesc */
	const char *text;  /* sentences; a blank line parts paragraphs: longdesc */
};

#define PARAM_STRING_FIELD const char *
#define PARAM_INTEGER_FIELD long
#define PARAM_BOOLEAN_FIELD bool
#define PARAM_CHOICE_FIELD int
#define PARAM_DURATION_FIELD long long
#define PARAM_ADDRESS_FIELD struct inet
#define PARAM_ADDRESSES_FIELD struct inet_list
#define PARAM_PORT_FIELD int
#define PARAM_PATH_FIELD const char *
#define PARAM_SECRET_FILE_FIELD const char *

#define FIELD(kind, structure, member)                                                             \
	.type = (kind),                                                                            \
	.offset = offsetof(structure, member) +                                                    \
		  0 * sizeof(char[_Generic(((structure *)0)->member, kind##_FIELD : 1, default     \
					   : -1)])
