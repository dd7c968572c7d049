// SPDX-License-Identifier: BSD-3-Clause

#include "text/json.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/num.h"

#define JSON_NAME_MAX 128 /* bytes of a name or selector in a path */

int json_read(const char *bytes, size_t length, struct fault *fault, json_t **ret_json)
{
	json_error_t error;
	json_t *json = json_loadb(bytes, length, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);

	if (!json)
		return fault_set(fault, FAULT_GENERIC, -EBADMSG,
				 "the answer is no JSON: %.80s at byte %d", error.text,
				 error.position);
	*ret_json = json;
	return 0;
}

void json_release(json_t **json)
{
	json_decref(*json);
	*json = NULL;
}

/* Copies the next so many bytes of a path; false when they don't fit. */
static bool json_piece(const char *path, size_t length, char piece[JSON_NAME_MAX])
{
	if (length >= JSON_NAME_MAX)
		return false;
	memcpy(piece, path, length);
	piece[length] = '\0';
	return true;
}

static const char *json_scalar(const json_t *json, char *text, size_t size)
{
	int length;

	switch (json ? json_typeof(json) : JSON_OBJECT) {
	case JSON_STRING:
		if (strlen(json_string_value(json)) != json_string_length(json))
			return NULL;
		length = snprintf(text, size, "%s", json_string_value(json));
		break;
	case JSON_INTEGER:
		length = snprintf(text, size, "%lld", (long long)json_integer_value(json));
		break;
	case JSON_TRUE:
	case JSON_FALSE:
		length = snprintf(text, size, "%s", json_is_true(json) ? "true" : "false");
		break;
	case JSON_NULL:
		length = snprintf(text, size, "%s", "");
		break;
	default:
		return NULL;
	}
	return length >= 0 && (size_t)length < size ? text : NULL;
}

/* One selector without its brackets: an index, or member=text. */
static const json_t *json_select(const json_t *json, char *selector)
{
	char *equals = strchr(selector, '='), text[JSON_NAME_MAX];
	long long index;

	if (!json_is_array(json))
		return NULL;
	if (!equals)
		return num_parse(selector, 0, INT32_MAX, &index) ?
			       NULL :
			       json_array_get(json, (size_t)index);
	*equals = '\0';
	for (size_t i = 0; i < json_array_size(json); i++) {
		const json_t *element = json_array_get(json, i);
		const char *is =
			json_scalar(json_object_get(element, selector), text, sizeof(text));

		if (is && !strcmp(is, equals + 1))
			return element;
	}
	return NULL;
}

const json_t *json_at(const json_t *json, const char *path)
{
	char piece[JSON_NAME_MAX];

	while (json && *path) {
		size_t length;

		if (*path == '[') {
			length = strcspn(++path, "]");
			if (!path[length] || !json_piece(path, length, piece))
				return NULL;
			json = json_select(json, piece);
			path += length + 1;
		} else {
			path += *path == '.';
			length = strcspn(path, ".[");
			if (!length || !json_piece(path, length, piece))
				return NULL;
			json = json_object_get(json, piece);
			path += length;
		}
	}
	return json;
}

const char *json_text_at(const json_t *json, const char *path, char *text, size_t size)
{
	return json_scalar(json_at(json, path), text, size);
}
