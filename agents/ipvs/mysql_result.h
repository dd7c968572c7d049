/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The result of a query, packet by packet: the columns that a check looks at, and the rows' text.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "ipvs/mysql_packet.h"

#define MYSQL_TEXT_MAX (64U * 1024) /* bytes kept of the rows */

struct mysql_result {
	int stage;
	size_t columns, seen; /* columns there are, definitions that came */
	size_t lag_column;    /* columns + 1: none */
	size_t rows;
	long long lag; /* seconds, the largest of all rows; -1: none or NULL in one */
	bool lag_null;
	bool read_only;	 /* the first column of the first row is neither 0 nor OFF */
	struct buf text; /* columns separated by tabs, rows by newlines */
};

/* Empties it; text stays owned. */
void mysql_result_begin(struct mysql_result *result);

/* MYSQL_WHOLE: that was the last packet; MYSQL_PARTIAL; -EBADMSG; -ENOMEM. */
int mysql_result_add(struct mysql_result *result, const struct mysql_packet *packet);
