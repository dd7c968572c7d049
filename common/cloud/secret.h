/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Credentials: a token, or a file of NAME=VALUE lines, in memory that is kept out of core dumps
 * and wiped when it is given back.
 */
#pragma once

#include <stddef.h>

#include "base/attr.h"

struct fault;

#define SECRET_MAX 65536 /* bytes of a file */

struct secret {
	char *text; /* owned; NULL: none */
	size_t room;
};

#define SECRET_INIT ((struct secret){.text = NULL})

/*
 * From a file that belongs to root or to us and gives nothing to group and others. 0, or -errno
 * with FAULT_PERM or FAULT_ARGS naming the path and the remedy.
 */
int secret_read(const char *path, struct fault *fault, struct secret *ret_secret);
int secret_copy(const char *text, struct fault *fault, struct secret *ret_secret);
void secret_wipe(struct secret *secret);

/* The first word, to which it cuts the text in place; NULL when there is none. */
const char *secret_token(struct secret *secret);

/*
 * The value of a NAME=VALUE line, copied; the name is matched without case, "export " and quotes
 * are dropped (shell and ini files both serve). 0, or -ENOENT.
 */
int secret_value(const struct secret *secret, const char *name, struct secret *ret_value);

#define AUTO_SECRET CLEANUP(secret_wipe)
