// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/mysql_result.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"

#define MYSQL_COLUMNS_MAX 4096

enum mysql_result_stage {
	MYSQL_COUNT,
	MYSQL_DEFINITIONS,
	MYSQL_ROWS
};

void mysql_result_begin(struct mysql_result *result)
{
	struct buf text = result->text;

	buf_clear(&text);
	*result = (struct mysql_result){.text = text, .lag = -1};
}

static bool mysql_is_end(const struct mysql_packet *packet)
{
	return packet->bytes[0] == 0xfe && packet->length < 9;
}

/* Also 0xfb comes here, with which a server asks for a file of ours: no number. */
static int mysql_count(struct mysql_result *result, const struct mysql_packet *packet)
{
	struct mysql_reader reader = {packet->bytes, packet->length};
	uint64_t columns;

	if (packet->bytes[0] == 0x00)
		return MYSQL_WHOLE;
	if (!mysql_read_number(&reader, &columns) || reader.left || columns > MYSQL_COLUMNS_MAX)
		return -EBADMSG;
	result->columns = (size_t)columns;
	result->lag_column = result->columns + 1;
	result->stage = MYSQL_DEFINITIONS;
	return MYSQL_PARTIAL;
}

static int mysql_definition(struct mysql_result *result, const struct mysql_packet *packet)
{
	struct mysql_reader reader = {packet->bytes, packet->length};
	const char *text = NULL;
	size_t length = 0;

	if (mysql_is_end(packet) && result->seen == result->columns) {
		result->stage = MYSQL_ROWS;
		return MYSQL_PARTIAL;
	}
	if (result->seen == result->columns)
		return -EBADMSG;
	/* catalog, schema, table, its own name, and then the column's name */
	for (int i = 0; i < 5; i++)
		if (!mysql_read_text(&reader, &text, &length))
			return -EBADMSG;
	if (text && length == 21 &&
	    (!memcmp(text, "Seconds_Behind_Master", 21) ||
	     !memcmp(text, "Seconds_Behind_Source", 21)))
		result->lag_column = result->seen;
	result->seen++;
	return MYSQL_PARTIAL;
}

static void mysql_lag(struct mysql_result *result, const char *text, size_t length)
{
	char digits[24];
	long long lag = -1;

	(void)snprintf(digits, sizeof(digits), "%.*s", (int)length, text ? text : "");
	if (!text || num_parse(digits, 0, 1LL << 40, &lag))
		result->lag_null = true;
	if (lag > result->lag)
		result->lag = lag;
	if (result->lag_null)
		result->lag = -1;
}

static int mysql_row(struct mysql_result *result, const struct mysql_packet *packet)
{
	struct mysql_reader reader = {packet->bytes, packet->length};

	if (mysql_is_end(packet))
		return MYSQL_WHOLE;
	for (size_t i = 0; i < result->columns; i++) {
		const char *text;
		size_t length;

		if (!mysql_read_text(&reader, &text, &length))
			return -EBADMSG;
		if (i == result->lag_column)
			mysql_lag(result, text, length);
		if (!i && !result->rows)
			result->read_only = text && !(length == 1 && *text == '0') &&
					    !(length == 3 && !memcmp(text, "OFF", 3));
		if (result->text.length + length < MYSQL_TEXT_MAX) {
			buf_add(&result->text, text, length);
			buf_adds(&result->text, i + 1 < result->columns ? "\t" : "\n");
		}
	}
	result->rows++;
	return buf_error(&result->text) ? -ENOMEM : MYSQL_PARTIAL;
}

int mysql_result_add(struct mysql_result *result, const struct mysql_packet *packet)
{
	switch ((enum mysql_result_stage)result->stage) {
	case MYSQL_COUNT:
		return mysql_count(result, packet);
	case MYSQL_DEFINITIONS:
		return mysql_definition(result, packet);
	default:
		return mysql_row(result, packet);
	}
}
