/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The lines of keepalived's configuration: words, blocks, comments and included files.
 *
 * Comments begin with # or !, a word may be in double quotes, a block begins with { at the end of a
 * line or on the next, `include PATTERN` names further files, relative to the including one.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "ipvs/reading.h"

#define KA_WORDS_MAX 32
#define KA_DEPTH_MAX 8	   /* of includes within includes */
#define KA_FILES_MAX 64	   /* in all */
#define KA_LINES_MAX 65536 /* in all, an end to what includes itself many times */

struct ka_line {
	const char *words[KA_WORDS_MAX + 1]; /* ends with NULL; of the intent's memory */
	size_t count;
	bool opens;  /* a block begins behind it */
	bool closes; /* it is a } alone */
	const char *file;
	int line;
};

struct ka_lines {
	struct ka_line *items; /* of the intent's memory */
	size_t count;
	const char **files; /* that were read; ends with NULL */
	size_t file_count;
};

/* The text of the file that reading names, with what it includes. 0, -EINVAL or -ENOMEM. */
int ka_lines_read(struct reading *reading, const char *text, struct ka_lines *ret_lines);
