// SPDX-License-Identifier: BSD-3-Clause

#include "text/xml.h"

#include <errno.h>
#include <libxml/parser.h>
#include <stdbool.h>
#include <string.h>

#include "base/attr.h"
#include "base/fault.h"
#include "base/library.h"
#include "text/json.h"

#define XML_SONAME "libxml2.so.2"
#define XML_DEPTH_MAX 64
#define XML_TEXT_MAX 65536 /* bytes of one element's text */

struct xml_library {
	__typeof__(xmlReadMemory) *read;
	__typeof__(xmlFreeDoc) *release;
	__typeof__(xmlDocGetRootElement) *root;
};

static int xml_load(struct xml_library *library, struct fault *fault)
{
	const struct library_symbol symbols[] = {
		{"xmlReadMemory", (void **)&library->read},
		{"xmlFreeDoc", (void **)&library->release},
		{"xmlDocGetRootElement", (void **)&library->root},
	};

	return library_load(XML_SONAME, symbols, ARRAY_SIZE(symbols), fault);
}

static const xmlNode *xml_next_element(const xmlNode *node)
{
	while (node && node->type != XML_ELEMENT_NODE)
		node = node->next;
	return node;
}

/* The text of an element without children, as a JSON string; NULL when it is no UTF-8. */
static json_t *xml_text(const xmlNode *element)
{
	char text[XML_TEXT_MAX];
	size_t used = 0;

	for (const xmlNode *n = element->children; n; n = n->next) {
		size_t length;

		if ((n->type != XML_TEXT_NODE && n->type != XML_CDATA_SECTION_NODE) || !n->content)
			continue;
		length = strlen((const char *)n->content);
		if (length > sizeof(text) - used)
			return NULL;
		memcpy(text + used, n->content, length);
		used += length;
	}
	return json_stringn(text, used);
}

/* Puts a child into its parent's object; takes the reference, which may be NULL. */
static bool xml_put(json_t *object, const char *name, json_t *value)
{
	bool listed = !strcmp(name, "item") || !strcmp(name, "member");
	json_t *there = json_object_get(object, name);
	json_t *list;

	if (!value || (!there && !listed))
		return value && !json_object_set_new(object, name, value);
	if (!json_is_array(there)) {
		list = json_array();
		if (!list || (there && json_array_append(list, there)) ||
		    json_object_set_new(object, name, list)) {
			json_decref(value);
			return false;
		}
		there = list;
	}
	return !json_array_append_new(there, value);
}

static json_t *xml_convert(const xmlNode *element, int depth)
{
	const xmlNode *child = xml_next_element(element->children);
	AUTO_JSON json_t *object = NULL;

	if (depth > XML_DEPTH_MAX)
		return NULL;
	if (!child)
		return xml_text(element);
	object = json_object();
	for (; object && child; child = xml_next_element(child->next))
		if (!xml_put(object, (const char *)child->name, xml_convert(child, depth + 1)))
			return NULL;
	return TAKE(object);
}

int xml_read(const char *bytes, size_t length, struct fault *fault, json_t **ret_json)
{
	AUTO_JSON json_t *json = NULL;
	struct xml_library library;
	xmlDoc *document;
	xmlNode *root;
	int r = xml_load(&library, fault);

	if (r)
		return r;
	document = length > INT32_MAX ?
			   NULL :
			   library.read(bytes, (int)length, NULL, NULL,
					XML_PARSE_NONET | XML_PARSE_NOERROR | XML_PARSE_NOWARNING);
	root = document ? library.root(document) : NULL;
	json = root ? json_object() : NULL;
	if (!json || !xml_put(json, (const char *)root->name, xml_convert(root, 0)))
		r = fault_set(fault, FAULT_GENERIC, -EBADMSG, "the answer is no usable XML");
	else
		*ret_json = TAKE(json);
	if (document)
		library.release(document);
	return r;
}
