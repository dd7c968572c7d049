/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The record of an instance: what it was started with, kept between actions.
 *
 * A small file of `key=value` lines in the run directory, named after the agent and the instance.
 * It is a hint and never the truth: after a change of parameters Pacemaker calls demote with the
 * new ones, and only the record knows the old. A damaged line (without key or line feed, or with a
 * NUL) is dropped, a missing file is an empty record. In values, backslash, line feed and carriage
 * return are written \\, \n and \r.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

#define RECORD_LIMIT (1U << 20) /* bytes of a file; a larger one counts as missing */

struct record_entry {
	char *key, *value;
};

struct record {
	struct record_entry *entries; /* owned, with their strings */
	size_t count;
};

#define RECORD_INIT ((struct record){.entries = NULL})

/* Appends the text's entries; a later line of a key replaces the earlier. 0 or -ENOMEM. */
int record_parse(struct record *record, const char *text, size_t length);
int record_print(const struct record *record, struct buf *text);

/* NULL when there is none. The string lives until the entry is set again or the record ends. */
const char *record_get(const struct record *record, const char *key);

/*
 * A key is printable ASCII without blanks and =; -EINVAL otherwise. A NULL value takes the entry
 * away.
 */
int record_set(struct record *record, const char *key, const char *value);

/* Takes away every entry whose key begins with the prefix. */
void record_drop(struct record *record, const char *prefix);
void record_release(struct record *record);

/* 0, -ENOENT when there is no such file, or -errno. */
int record_load(struct record *record, const char *path);
int record_save(const struct record *record, const char *path);

#define AUTO_RECORD CLEANUP(record_release)
