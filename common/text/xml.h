/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An XML answer as a JSON value, so that one path language serves both (text/json.h).
 *
 * An element with child elements becomes an object, one without becomes its text. Children of the
 * same name become an array, and children named item or member always do (the lists of AWS query
 * answers). Attributes, comments and namespaces are dropped, and a document with a DOCTYPE is
 * refused. Expat parses, loaded when first needed (base/library.h).
 */
#pragma once

#include <jansson.h>

struct fault;

/* 0 with a new reference: an object whose one member is the root element. -EBADMSG. */
int xml_read(const char *bytes, size_t length, struct fault *fault, json_t **ret_json);
