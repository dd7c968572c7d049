/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Values out of JSON (RFC 8259) by path. Parsing is jansson's.
 *
 * A path is names with dots between them, each with optional selectors: "[2]" is the third element
 * of an array, "[ip=203.0.113.7]" the first element whose member ip has that text.
 * "floating_ips[ip=203.0.113.7].server". The empty path is the value itself.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

#include "base/attr.h"

struct fault;

/* 0 with a new reference; -EBADMSG with the fault saying where it is damaged. */
int json_read(const char *bytes, size_t length, struct fault *fault, json_t **ret_json);
void json_release(json_t **json);

/* The value at the path, borrowed; NULL when there is none. Pure. */
const json_t *json_at(const json_t *json, const char *path);

/*
 * The text of the scalar at the path, in the caller's buffer: strings as they are, integers in
 * decimal, true and false, "" for null. NULL when there is no such value, it is no scalar, or the
 * text doesn't fit.
 */
const char *json_text_at(const json_t *json, const char *path, char *text, size_t size);

#define AUTO_JSON CLEANUP(json_release)
