// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipvs-heard.h"
#include "ipvs/page.h"

/* printf hello | md5sum */
#define HELLO "5d41402abc4b2a76b9719d911017c592"
#define EMPTY "d41d8cd98f00b204e9800998ecf8427e"

static const size_t pieces[] = {0, 1, 2, 7};

static void check_answer(const struct intent_url *url, const char *method, const char *answer,
			 bool ends, enum outcome_code want)
{
	const struct intent_check check = {.kind = CHECK_HTTP, .method = method};

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		struct heard heard;

		heard_run(&check, url, answer, strlen(answer),
			  (struct heard_manner){.piece = pieces[i], .ends = ends}, &heard);
		if (heard.outcome.code != want)
			print_message("%s\nin pieces of %zu: %s\n", answer, pieces[i],
				      heard.outcome.reason);
		assert_int_equal(heard.outcome.code, want);
		heard_release(&heard);
	}
}

static void test_status(void **state)
{
	static const struct {
		const char *answer, *status;
		enum outcome_code want;
	} cases[] = {
		{"HTTP/1.1 200 OK\r\n", NULL, OUTCOME_OK},
		{"HTTP/1.0 204 No Content\r\n\r\n", NULL, OUTCOME_OK},
		{"HTTP/1.1 200\r\n", NULL, OUTCOME_OK},
		{"HTTP/1.1 404 Not Found\r\n", NULL, OUTCOME_STATUS},
		{"HTTP/1.1 302 Found\r\n", NULL, OUTCOME_STATUS},
		{"HTTP/1.1 302 Found\r\n", "200-299,302", OUTCOME_OK},
		{"HTTP/1.1 303 See Other\r\n", "200-299,302", OUTCOME_STATUS},
		{"HTTP/1.1 503 No\r\n", "503", OUTCOME_OK},
		{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n", NULL, OUTCOME_OK},
		{"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 500 No\r\n", NULL, OUTCOME_STATUS},
		{"HTTP/1.1 099 OK\r\n", NULL, OUTCOME_DAMAGED},
		{"HTTP/1.1 2000 OK\r\n", NULL, OUTCOME_DAMAGED},
		{"HTTP/x.1 200 OK\r\n", NULL, OUTCOME_DAMAGED},
		{"SSH-2.0-OpenSSH\r\n", NULL, OUTCOME_DAMAGED},
		{"HTTP/1.1 20", NULL, OUTCOME_CUT},
		{"", NULL, OUTCOME_CUT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct intent_url url = {.path = "/", .status = cases[i].status};

		check_answer(&url, NULL, cases[i].answer, true, cases[i].want);
	}
}

static void test_digest(void **state)
{
	static const struct {
		const char *answer, *digest;
		bool ends;
		enum outcome_code want;
	} cases[] = {
		{"HTTP/1.0 200 OK\r\n\r\nhello", HELLO, true, OUTCOME_OK},
		{"HTTP/1.0 200 OK\r\n\r\nhello", HELLO, false, OUTCOME_NONE},
		{"HTTP/1.0 200 OK\r\n\r\nhello!", HELLO, true, OUTCOME_CONTENT},
		{"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", HELLO, false, OUTCOME_OK},
		{"HTTP/1.1 200 OK\r\ncontent-length:5 \r\n\r\nhello and more", HELLO, false,
		 OUTCOME_OK},
		{"HTTP/1.1 200 OK\r\nContent-Length: 6\r\n\r\nhello", HELLO, true, OUTCOME_CUT},
		{"HTTP/1.1 200 OK\r\nContent-Length: -5\r\n\r\nhello", HELLO, true,
		 OUTCOME_DAMAGED},
		{"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999\r\n\r\n", HELLO, true,
		 OUTCOME_DAMAGED},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
		 "2\r\nhe\r\n3;x=y\r\nllo\r\n0\r\nTrailer: x\r\n\r\n",
		 HELLO, false, OUTCOME_OK},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhello\r\n", HELLO, true,
		 OUTCOME_DAMAGED},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffffff\r\n",
		 HELLO, true, OUTCOME_DAMAGED},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", HELLO, true,
		 OUTCOME_DAMAGED},
		{"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip\r\n\r\n", HELLO, true,
		 OUTCOME_DAMAGED},
		{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", EMPTY, false, OUTCOME_OK},
		{"HTTP/1.1 404 No\r\nContent-Length: 5\r\n\r\nhello", HELLO, false, OUTCOME_STATUS},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct intent_url url = {.path = "/", .digest = cases[i].digest};

		check_answer(&url, NULL, cases[i].answer, cases[i].ends, cases[i].want);
	}
}

static void test_head_has_no_body(void **state)
{
	const struct intent_url url = {.path = "/", .digest = EMPTY};

	check_answer(&url, "HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n", false,
		     OUTCOME_OK);
}

static void test_receive(void **state)
{
	static const struct {
		const char *answer, *receive;
		bool no_match, ends;
		enum outcome_code want;
	} cases[] = {
		{"HTTP/1.0 200 OK\r\n\r\nall is well", "is w.ll", false, false, OUTCOME_OK},
		{"HTTP/1.0 200 OK\r\n\r\nall is well", "is bad", false, false, OUTCOME_NONE},
		{"HTTP/1.0 200 OK\r\n\r\nall is well", "is bad", false, true, OUTCOME_CONTENT},
		{"HTTP/1.0 200 OK\r\n\r\nall is well", "is bad", true, true, OUTCOME_OK},
		{"HTTP/1.0 200 OK\r\n\r\nall is bad", "is bad", true, true, OUTCOME_CONTENT},
		/* headers are not the body */
		{"HTTP/1.0 200 OK\r\nX: is bad\r\n\r\nwell", "is bad", false, true,
		 OUTCOME_CONTENT},
		/* would take for ever without a bound */
		{"HTTP/1.0 200 OK\r\n\r\naaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!",
		 "^(a+)+$", false, true, OUTCOME_CONTENT},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct intent_url url = {
			.path = "/", .receive = cases[i].receive, .no_match = cases[i].no_match};
		const struct intent_check check = {.kind = CHECK_HTTP};
		struct heard heard;

		heard_run(&check, &url, cases[i].answer, strlen(cases[i].answer),
			  (struct heard_manner){.ends = cases[i].ends}, &heard);
		if (heard.outcome.code != cases[i].want)
			print_message("%s: %s\n", cases[i].answer, heard.outcome.reason);
		assert_int_equal(heard.outcome.code, cases[i].want);
		heard_release(&heard);
	}
}

static void test_request(void **state)
{
	const struct intent_url url = {.path = "/health?a=b", .host = "www.example.com"};
	const struct intent_check check = {.kind = CHECK_HTTP, .version = "1.1", .method = "HEAD"};
	const struct intent_check bare = {.kind = CHECK_HTTP, .request = "index.html"};
	struct heard heard;

	heard_run(&check, &url, "", 0, (struct heard_manner){.piece = 0}, &heard);
	assert_non_null(
		strstr(heard.said.data, "HEAD /health?a=b HTTP/1.1\r\nHost: www.example.com\r\n"));
	assert_non_null(strstr(heard.said.data, "Connection: close\r\n"));
	heard_release(&heard);
	heard_run(&bare, NULL, "", 0, (struct heard_manner){.piece = 0}, &heard);
	assert_non_null(strstr(heard.said.data, "GET /index.html HTTP/1.0\r\nHost: 192.0.2.7\r\n"));
	heard_release(&heard);
}

/* Headers without end, interim answers without end, and a line without end. */
static void test_bounds(void **state)
{
	const struct intent_check check = {.kind = CHECK_HTTP};
	const struct intent_url url = {.path = "/", .digest = HELLO};
	AUTO_BUF struct buf answer = BUF_INIT;
	struct heard heard;

	buf_adds(&answer, "HTTP/1.1 200 OK\r\n");
	while (answer.length < 100000)
		buf_adds(&answer, "X-More: and more\r\n");
	heard_run(&check, &url, answer.data, answer.length, (struct heard_manner){.piece = 1000},
		  &heard);
	assert_int_equal(heard.outcome.code, OUTCOME_DAMAGED);
	heard_release(&heard);

	buf_clear(&answer);
	while (answer.length < 2000)
		buf_adds(&answer, "HTTP/1.1 100 Continue\r\n\r\n");
	heard_run(&check, &url, answer.data, answer.length, (struct heard_manner){.piece = 0},
		  &heard);
	assert_int_equal(heard.outcome.code, OUTCOME_DAMAGED);
	heard_release(&heard);

	buf_clear(&answer);
	buf_adds(&answer, "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n1;");
	while (answer.length < 5000)
		buf_adds(&answer, "x");
	heard_run(&check, &url, answer.data, answer.length, (struct heard_manner){.piece = 0},
		  &heard);
	assert_int_equal(heard.outcome.code, OUTCOME_DAMAGED);
	heard_release(&heard);
}

static void test_huge_body(void **state)
{
	const struct intent_check check = {.kind = CHECK_HTTP};
	const struct intent_url url = {.path = "/", .digest = HELLO};
	static const char head[] = "HTTP/1.1 200 OK\r\n\r\n";
	const size_t length = 17U << 20;
	AUTO_FREE char *answer = malloc(length);
	struct heard heard;

	assert_non_null(answer);
	memset(answer, 'x', length);
	memcpy(answer, head, sizeof(head) - 1);
	heard_run(&check, &url, answer, length, (struct heard_manner){.piece = 16384}, &heard);
	assert_int_equal(heard.outcome.code, OUTCOME_DAMAGED);
	heard_release(&heard);
}

static void test_status_list(void **state)
{
	assert_true(page_status_fits(200, "200"));
	assert_true(page_status_fits(250, "100, 200-299"));
	assert_true(page_status_fits(302, "200 302"));
	assert_false(page_status_fits(300, "200-299"));
	assert_false(page_status_fits(200, ""));
	assert_false(page_status_fits(200, "x"));
	assert_false(page_status_fits(200, "100-x"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_status),	  cmocka_unit_test(test_digest),
		cmocka_unit_test(test_receive),	  cmocka_unit_test(test_head_has_no_body),
		cmocka_unit_test(test_request),	  cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_huge_body), cmocka_unit_test(test_status_list),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
