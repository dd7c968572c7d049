/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a parameter's row says, in words.
 *
 * The metadata and the man page say the same about a parameter because both take it from here:
 * its type's syntax and range are facts of the row and are put into words in this one place.
 */
#pragma once

#include "base/buf.h"

struct agent;
struct param;

/* The row that owns the value: of an alias the current parameter, else the row itself. */
const struct param *describe_owner(const struct agent *agent, const struct param *param);

/* OCF 1.1 content type: "string", "integer", "boolean" or "select". */
const char *describe_content(const struct param *param);

/* The type for a reader: "list of addresses". */
const char *describe_type(const struct param *param);

/* The phrase for shortdesc. Lives as long as the table. */
const char *describe_brief(const struct param *param);

/* Appends why the parameter should not be used any more; nothing for a current one. */
void describe_standing(const struct param *param, struct buf *text);

/* Appends the whole text: the row's own, standing and syntax; a blank line parts paragraphs. */
void describe_text(const struct agent *agent, const struct param *param, struct buf *text);
