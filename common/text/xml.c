// SPDX-License-Identifier: BSD-3-Clause

#include "text/xml.h"

#include <errno.h>
#include <expat.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "base/attr.h"
#include "base/buf.h"
#include "base/fault.h"
#include "base/library.h"
#include "text/json.h"

#define XML_SONAME "libexpat.so.1"
#define XML_DEPTH_MAX 64
#define XML_TEXT_MAX 65536 /* bytes of one element's text */

struct xml_library {
	__typeof__(XML_ParserCreate) *create;
	__typeof__(XML_ParserFree) *release;
	__typeof__(XML_SetUserData) *set_data;
	__typeof__(XML_SetElementHandler) *on_element;
	__typeof__(XML_SetCharacterDataHandler) *on_text;
	__typeof__(XML_SetStartDoctypeDeclHandler) *on_doctype;
	__typeof__(XML_StopParser) *stop;
	__typeof__(XML_Parse) *parse;
};

/* What is known of an element that is still open; the one at the bottom holds the root. */
struct xml_element {
	json_t *object; /* of its children; NULL until there is one */
	struct buf text;
};

struct xml_reader {
	struct xml_library library;
	XML_Parser parser;
	struct xml_element open[XML_DEPTH_MAX + 2];
	size_t depth;
	bool failed;
};

static int xml_load(struct xml_library *library, struct fault *fault)
{
	const struct library_symbol symbols[] = {
		{"XML_ParserCreate", (void **)&library->create},
		{"XML_ParserFree", (void **)&library->release},
		{"XML_SetUserData", (void **)&library->set_data},
		{"XML_SetElementHandler", (void **)&library->on_element},
		{"XML_SetCharacterDataHandler", (void **)&library->on_text},
		{"XML_SetStartDoctypeDeclHandler", (void **)&library->on_doctype},
		{"XML_StopParser", (void **)&library->stop},
		{"XML_Parse", (void **)&library->parse},
	};

	return library_load(XML_SONAME, symbols, ARRAY_SIZE(symbols), fault);
}

static void xml_fail(struct xml_reader *reader)
{
	reader->failed = true;
	(void)reader->library.stop(reader->parser, XML_FALSE);
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

static void xml_begin(void *data, const XML_Char *name, const XML_Char **attributes)
{
	struct xml_reader *reader = data;
	struct xml_element *parent = &reader->open[reader->depth];

	(void)attributes;
	if (!parent->object)
		parent->object = json_object();
	if (!parent->object || reader->depth > XML_DEPTH_MAX)
		xml_fail(reader);
	else
		reader->open[++reader->depth] = (struct xml_element){.text = BUF_INIT};
}

static void xml_end(void *data, const XML_Char *name)
{
	struct xml_reader *reader = data;
	struct xml_element *element = &reader->open[reader->depth];
	const char *colon = strrchr(name, ':');
	json_t *value = element->object;

	if (reader->failed)
		return;
	if (!value && !buf_error(&element->text))
		value = json_stringn(element->text.data, element->text.length);
	buf_release(&element->text);
	if (!xml_put(reader->open[--reader->depth].object, colon ? colon + 1 : name, value))
		xml_fail(reader);
}

static void xml_text(void *data, const XML_Char *bytes, int length)
{
	struct xml_reader *reader = data;
	struct xml_element *element = &reader->open[reader->depth];

	if (element->text.length + (size_t)length > XML_TEXT_MAX)
		xml_fail(reader);
	else
		buf_add(&element->text, bytes, (size_t)length);
}

/* No answer has one: what it could declare are entities that grow, and files to be read. */
static void xml_doctype(void *data, const XML_Char *name, const XML_Char *system,
			const XML_Char *public, int internal)
{
	(void)name, (void)system, (void)public, (void)internal;
	xml_fail(data);
}

static void xml_release(struct xml_reader *reader)
{
	for (size_t i = 0; i <= reader->depth; i++) {
		json_decref(reader->open[i].object);
		buf_release(&reader->open[i].text);
	}
	if (reader->parser)
		reader->library.release(reader->parser);
}

int xml_read(const char *bytes, size_t length, struct fault *fault, json_t **ret_json)
{
	CLEANUP(xml_release)
	struct xml_reader reader = {.open[0].text = BUF_INIT};
	const struct xml_library *library = &reader.library;
	int r = xml_load(&reader.library, fault);

	if (r)
		return r;
	reader.parser = library->create(NULL);
	if (!reader.parser)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	library->set_data(reader.parser, &reader);
	library->on_element(reader.parser, xml_begin, xml_end);
	library->on_text(reader.parser, xml_text);
	library->on_doctype(reader.parser, xml_doctype);
	if (length > INT32_MAX ||
	    library->parse(reader.parser, bytes, (int)length, XML_TRUE) != XML_STATUS_OK ||
	    reader.failed)
		return fault_set(fault, FAULT_GENERIC, -EBADMSG, "the answer is no usable XML");
	*ret_json = TAKE(reader.open[0].object);
	return 0;
}
