// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "base/buf.h"
#include "text/json.h"
#include "text/xml.h"

static json_t *read_it(const char *text)
{
	json_t *json = NULL;

	assert_int_equal(xml_read(text, strlen(text), NULL, &json), 0);
	return json;
}

static void expect(const char *xml, const char *path, const char *wanted)
{
	AUTO_JSON json_t *json = read_it(xml);
	char text[256];
	const char *got = json_text_at(json, path, text, sizeof(text));

	if (wanted)
		assert_string_equal(got ? got : "(none)", wanted);
	else
		assert_null(got);
}

static void test_values(void **state)
{
	expect("<a>x</a>", "a", "x");
	expect("<a/>", "a", "");
	expect("<a><b>1</b><c>2</c></a>", "a.c", "2");
	expect("<a>\n  <b>1</b>\n</a>", "a.b", "1");
	expect("<a><b>1 &amp; &lt;2&gt; &#233;</b></a>", "a.b", "1 & <2> \u00e9");
	expect("<a><b><![CDATA[<x>]]>y</b></a>", "a.b", "<x>y");
	expect("<a><!-- no --><b z='1'>1</b><?pi?></a>", "a.b", "1");
	expect("<a xmlns='urn:x'><b>1</b></a>", "a.b", "1");
	expect("<?xml version='1.0' encoding='UTF-8'?>\n<a><b>1</b></a>\n", "a.b", "1");
	expect("<a><b><c>1</c></b></a>", "a.b", NULL);
}

/* One item is a list as well; other names are one when there are two of them. */
static void test_lists(void **state)
{
	expect("<a><item>1</item></a>", "a.item[0]", "1");
	expect("<a><item><id>1</id></item><item><id>2</id></item></a>", "a.item[1].id", "2");
	expect("<a><item><id>1</id><k>x</k></item></a>", "a.item[id=1].k", "x");
	expect("<a><member>1</member></a>", "a.member[0]", "1");
	expect("<a><b>1</b></a>", "a.b[0]", NULL);
	expect("<a><b>1</b><b>2</b><b>3</b></a>", "a.b[2]", "3");
	expect("<a><b><item>1</item></b><b><item>2</item></b></a>", "a.b[1].item[0]", "2");
}

static void test_damaged(void **state)
{
	static const char *const damaged[] = {
		"",
		"<",
		"<a>",
		"<a><b></a></b>",
		"text",
		"{\"a\":1}",
		"<a>&none;</a>",
		"<a>\xff</a>",
		"<a></a><b></b>",
	};
	struct fault fault = FAULT_INIT;
	json_t *json = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(damaged); i++) {
		assert_int_equal(xml_read(damaged[i], strlen(damaged[i]), &fault, &json), -EBADMSG);
		assert_null(json);
	}
}

/* No file is read and no entity grows. */
static void test_entities(void **state)
{
	static const char *const hostile[] = {
		"<!DOCTYPE a [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><a>&x;</a>",
		"<!DOCTYPE a SYSTEM 'http://192.0.2.1/a.dtd'><a>1</a>",
		"<!DOCTYPE a [<!ENTITY x '0123456789'><!ENTITY y '&x;&x;&x;&x;'>"
		"<!ENTITY z '&y;&y;&y;&y;'>]><a>&z;</a>",
	};

	for (size_t i = 0; i < ARRAY_SIZE(hostile); i++) {
		AUTO_JSON json_t *json = NULL;
		char text[64];

		if (xml_read(hostile[i], strlen(hostile[i]), NULL, &json))
			continue;
		assert_non_null(json_text_at(json, "a", text, sizeof(text)));
		assert_null(strstr(text, "root"));
		assert_null(strstr(text, "0123456789"));
	}
}

static void test_depth(void **state)
{
	AUTO_BUF struct buf text = BUF_INIT;
	AUTO_JSON json_t *json = NULL;

	for (int i = 0; i < 100; i++)
		buf_adds(&text, "<a>");
	for (int i = 0; i < 100; i++)
		buf_adds(&text, "</a>");
	assert_int_equal(xml_read(text.data, text.length, NULL, &json), -EBADMSG);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_values),	cmocka_unit_test(test_lists),
		cmocka_unit_test(test_damaged), cmocka_unit_test(test_entities),
		cmocka_unit_test(test_depth),
	};

	return cmocka_run_group_tests_name("xml", tests, NULL, NULL);
}
