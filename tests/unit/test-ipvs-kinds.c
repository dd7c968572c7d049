// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipvs-heard.h"
#include "base/fault.h"
#include "ipvs/kind.h"
#include "ipvs/pattern.h"

struct kinds_case {
	struct intent_check check;
	const char *answer;
	bool ends;
	enum outcome_code want;
	int weight;
	const char *said; /* the check's last words, or NULL */
};

static void run(const struct kinds_case *cases, size_t count)
{
	static const size_t pieces[] = {0, 1, 3};

	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < ARRAY_SIZE(pieces); k++) {
			const struct kinds_case *c = &cases[i];
			struct heard heard;

			heard_run(&c->check, NULL, c->answer, strlen(c->answer),
				  (struct heard_manner){.piece = pieces[k], .ends = c->ends},
				  &heard);
			if (heard.outcome.code != c->want)
				print_message("%s, pieces of %zu: %s\n", c->answer, pieces[k],
					      heard.outcome.reason);
			assert_int_equal(heard.outcome.code, c->want);
			if (c->want == OUTCOME_OK && c->check.kind == CHECK_AGENT)
				assert_int_equal(heard.outcome.weight, c->weight);
			if (c->said)
				assert_string_equal(heard.said.data, c->said);
			heard_release(&heard);
		}
}

#define SMTP                                                                                       \
	{                                                                                          \
		.kind = CHECK_SMTP, .host = "me.example"                                           \
	}

static void test_smtp(void **state)
{
	static const struct kinds_case cases[] = {
		{SMTP, "220 hi\r\n250 ok\r\n", false, OUTCOME_OK, 0, "HELO me.example\r\nQUIT\r\n"},
		{SMTP, "220-hi\r\n220-you\r\n220 there\r\n250 ok\r\n", false, OUTCOME_OK, 0, NULL},
		{SMTP, "220 hi\n250 ok\n", false, OUTCOME_OK, 0, NULL},
		{SMTP, "554 go away\r\n", false, OUTCOME_STATUS, 0, NULL},
		{SMTP, "220 hi\r\n421 busy\r\n", false, OUTCOME_STATUS, 0, NULL},
		{SMTP, "220 hi\r\n", false, OUTCOME_NONE, 0, "HELO me.example\r\n"},
		{SMTP, "220 hi\r\n", true, OUTCOME_CUT, 0, NULL},
		{SMTP, "220", true, OUTCOME_CUT, 0, NULL},
	};

	run(cases, ARRAY_SIZE(cases));
}

#define FTP                                                                                        \
	{                                                                                          \
		.kind = CHECK_FTP                                                                  \
	}
#define FTP_LOGIN                                                                                  \
	{                                                                                          \
		.kind = CHECK_FTP, .login = "joe", .password = "x"                                 \
	}

static void test_ftp(void **state)
{
	static const struct kinds_case cases[] = {
		{FTP, "220 hi\r\n", false, OUTCOME_OK, 0, "QUIT\r\n"},
		{FTP, "421 too many\r\n", false, OUTCOME_STATUS, 0, NULL},
		{FTP_LOGIN, "220-a\r\nfree text\r\n220 b\r\n331 who\r\n230 in\r\n", false,
		 OUTCOME_OK, 0, "USER joe\r\nPASS x\r\nQUIT\r\n"},
		{FTP_LOGIN, "220 b\r\n331 who\r\n530 no\r\n", false, OUTCOME_STATUS, 0, NULL},
	};

	run(cases, ARRAY_SIZE(cases));
}

#define FTP_BEFORE "220 b\r\n331 who\r\n230 in\r\n200 binary\r\n"
#define FTP_SAID "USER joe\r\nPASS x\r\nTYPE I\r\nPASV\r\nRETR /a\r\n"

/* A file comes over a second stream, from the checked server's port that the answer names. */
static void test_ftp_file(void **state)
{
	static const struct {
		const char *receive, *bytes, *side;
		enum outcome_code code;
		unsigned int port;
	} rows[] = {
		{NULL, "227 Passive (10,0,0,1,156,64).\r\n150 go\r\n", "x", OUTCOME_OK, 40000},
		{NULL, "227 Passive 10,0,0,1,156,64\r\n150 go\r\n", "x", OUTCOME_OK, 40000},
		{NULL, "229 Passive (|||40000|)\r\n150 go\r\n", "x", OUTCOME_OK, 40000},
		{NULL, "227 (10,0,0,1,156,64)\r\n150 go\r\n226 sent\r\n", "", OUTCOME_OK, 40000},
		{"el+o", "227 (10,0,0,1,156,64)\r\n150 go\r\n", "hello\n", OUTCOME_OK, 40000},
		{"bye", "227 (10,0,0,1,156,64)\r\n150 go\r\n", "hello\n", OUTCOME_CONTENT, 40000},
		{"a", "227 (10,0,0,1,156,64)\r\n125 go\r\n226 sent\r\n", "", OUTCOME_CONTENT,
		 40000},
		{"a", "227 (10,0,0,1,156,64)\r\n550 no such file\r\n", "", OUTCOME_STATUS, 40000},
		{"a", "227 (10,0,0,1,156,64)\r\n150 go\r\n226 sent\r\n", NULL, OUTCOME_NONE, 40000},
		{"a", "227 nowhere\r\n", NULL, OUTCOME_DAMAGED, 0},
		{"a", "227 (10,0,0,1,256,64)\r\n", NULL, OUTCOME_DAMAGED, 0},
		{"a", "229 (|||0|)\r\n", NULL, OUTCOME_DAMAGED, 0},
		{"a", "229 (|||65536|)\r\n", NULL, OUTCOME_DAMAGED, 0},
		{"a", "425 no way\r\n", NULL, OUTCOME_STATUS, 0},
	};

	for (size_t i = 0; i < 2 * ARRAY_SIZE(rows); i++) {
		const size_t row = i / 2;
		const struct intent_check check = {.kind = CHECK_FTP,
						   .login = "joe",
						   .password = "x",
						   .request = "/a",
						   .receive = rows[row].receive};
		AUTO_BUF struct buf bytes = BUF_INIT;
		struct heard heard;

		buf_addf(&bytes, FTP_BEFORE "%s", rows[row].bytes);
		heard_run(&check, NULL, bytes.data, bytes.length,
			  (struct heard_manner){.piece = i % 2, .side = rows[row].side}, &heard);
		assert_int_equal(heard.outcome.code, rows[row].code);
		assert_int_equal(heard.side, rows[row].port);
		if (rows[row].port)
			assert_memory_equal(heard.said.data, FTP_SAID, strlen(FTP_SAID));
		heard_release(&heard);
	}
}

#define POP                                                                                        \
	{                                                                                          \
		.kind = CHECK_POP                                                                  \
	}
#define POP_LOGIN                                                                                  \
	{                                                                                          \
		.kind = CHECK_POP, .login = "joe", .password = "x"                                 \
	}
#define IMAP                                                                                       \
	{                                                                                          \
		.kind = CHECK_IMAP                                                                 \
	}
#define IMAP_LOGIN                                                                                 \
	{                                                                                          \
		.kind = CHECK_IMAP, .login = "jo\"e", .password = "x\\y"                           \
	}

static void test_mail(void **state)
{
	static const struct kinds_case cases[] = {
		{POP, "+OK hi\r\n", false, OUTCOME_OK, 0, "QUIT\r\n"},
		{POP, "-ERR no\r\n", false, OUTCOME_STATUS, 0, NULL},
		{POP_LOGIN, "+OK\r\n+OK\r\n+OK\r\n", false, OUTCOME_OK, 0,
		 "USER joe\r\nPASS x\r\nQUIT\r\n"},
		{POP_LOGIN, "+OK\r\n+OK\r\n-ERR bad\r\n", false, OUTCOME_STATUS, 0, NULL},
		{IMAP, "* OK hi\r\n", false, OUTCOME_OK, 0, "z LOGOUT\r\n"},
		{IMAP, "* BYE no\r\n", false, OUTCOME_STATUS, 0, NULL},
		{IMAP_LOGIN, "* OK hi\r\n* CAPABILITY x\r\na OK in\r\n", false, OUTCOME_OK, 0,
		 "a LOGIN \"jo\\\"e\" \"x\\\\y\"\r\nz LOGOUT\r\n"},
		{IMAP_LOGIN, "* OK hi\r\na NO bad\r\n", false, OUTCOME_STATUS, 0, NULL},
	};

	run(cases, ARRAY_SIZE(cases));
}

#define TALK                                                                                       \
	{                                                                                          \
		.kind = CHECK_TALK, .request = "ping", .receive = "po[n]g"                         \
	}

static void test_text(void **state)
{
	static const struct kinds_case cases[] = {
		{TALK, "well, pong", false, OUTCOME_OK, 0, "ping\r\n"},
		{TALK, "well", false, OUTCOME_NONE, 0, NULL},
		{TALK, "well", true, OUTCOME_CONTENT, 0, NULL},
		{TALK, "", true, OUTCOME_CONTENT, 0, NULL},
		{{.kind = CHECK_TALK}, "x", false, OUTCOME_OK, 0, ""},
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct heard heard;

		heard_run(&cases[i].check, NULL, cases[i].answer, strlen(cases[i].answer),
			  (struct heard_manner){.ends = cases[i].ends}, &heard);
		assert_int_equal(heard.outcome.code, cases[i].want);
		heard_release(&heard);
	}
}

#define AGENT                                                                                      \
	{                                                                                          \
		.kind = CHECK_AGENT                                                                \
	}

static void test_agent(void **state)
{
	static const struct kinds_case cases[] = {
		{AGENT, "up\n", false, OUTCOME_OK, -1, NULL},
		{AGENT, "75%\r\n", false, OUTCOME_OK, 75, NULL},
		{AGENT, "up 75% maxconn:30 # fine\n", false, OUTCOME_OK, 75, NULL},
		{AGENT, "Ready,0%", true, OUTCOME_OK, 0, NULL},
		{AGENT, "400%\n", false, OUTCOME_OK, 100, NULL},
		{AGENT, "drain\n", false, OUTCOME_OK, 0, NULL},
		{AGENT, "maint\t50%\n", false, OUTCOME_OK, 0, NULL},
		{AGENT, "down # disk full\n", false, OUTCOME_STATUS, 0, NULL},
		{AGENT, "failed\n", false, OUTCOME_STATUS, 0, NULL},
		{AGENT, "stopped", true, OUTCOME_STATUS, 0, NULL},
		{AGENT, "-5%\n", false, OUTCOME_DAMAGED, 0, NULL},
		{AGENT, "%\n", false, OUTCOME_DAMAGED, 0, NULL},
		{AGENT, "hello\n", false, OUTCOME_DAMAGED, 0, NULL},
		{AGENT, "\n", false, OUTCOME_DAMAGED, 0, NULL},
		{AGENT, "", true, OUTCOME_DAMAGED, 0, NULL},
		{AGENT, "75", false, OUTCOME_NONE, 0, NULL},
	};

	run(cases, ARRAY_SIZE(cases));
}

static void heard_bytes(const struct intent_check *check, const void *bytes, size_t length,
			enum outcome_code want)
{
	struct heard heard;

	heard_run(check, NULL, bytes, length, (struct heard_manner){.piece = 0}, &heard);
	assert_int_equal(heard.outcome.code, want);
	heard_release(&heard);
}

static void test_udp(void **state)
{
	const struct intent_check any = {.kind = CHECK_UDP, .hex = true, .request = "48 656C"};
	const struct intent_check strict = {
		.kind = CHECK_UDP, .hex = true, .request = "", .receive = "0? ff ?1"};
	const struct target silent = {.check = &any}, loud = {.check = &strict};
	struct heard heard;

	heard_run(&any, NULL, "x", 1, (struct heard_manner){.piece = 0}, &heard);
	assert_string_equal(heard.said.data, "Hel");
	assert_int_equal(heard.outcome.code, OUTCOME_OK);
	heard_release(&heard);
	heard_bytes(&strict, "\x05\xff\xa1 and more", 12, OUTCOME_OK);
	heard_bytes(&strict, "\x15\xff\xa1", 3, OUTCOME_CONTENT);
	heard_bytes(&strict, "\x05\xfe\xa1", 3, OUTCOME_CONTENT);
	heard_bytes(&strict, "\x05\xff", 2, OUTCOME_CONTENT);
	assert_true(kind_udp.may_be_silent(&silent));
	assert_false(kind_udp.may_be_silent(&loud));
}

#define ENTRY                                                                                      \
	"\x30\x0c\x02\x01\x02\x64\x07\x04\x05"                                                     \
	"hello"
#define BOUND "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"
#define DONE "\x30\x0c\x02\x01\x02\x65\x07\x0a\x01\x00\x04\x00\x04\x00"

static void test_ldap(void **state)
{
	const struct intent_check bind = {.kind = CHECK_LDAP};
	const struct intent_check search = {
		.kind = CHECK_LDAP, .request = "dc=example", .receive = "hello"};
	struct heard heard;

	heard_bytes(&bind, BOUND, sizeof(BOUND) - 1, OUTCOME_OK);
	heard_bytes(&bind, "\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x31\x04\x00\x04\x00", 14,
		    OUTCOME_STATUS);
	heard_bytes(&bind, "\x30\x84\xff\xff\xff\xff", 6, OUTCOME_DAMAGED);
	heard_bytes(&bind, "\x30\x80", 2, OUTCOME_DAMAGED);
	heard_bytes(&bind, "HTTP/1.1 400 Bad Request\r\n\r\n", 28, OUTCOME_NONE);
	heard_bytes(&search, BOUND ENTRY DONE, sizeof(BOUND ENTRY DONE) - 1, OUTCOME_OK);
	heard_bytes(&search, BOUND DONE, sizeof(BOUND DONE) - 1, OUTCOME_CONTENT);
	heard_bytes(&search, BOUND, sizeof(BOUND) - 1, OUTCOME_NONE);
	heard_run(&bind, NULL, "", 0, (struct heard_manner){.ends = true}, &heard);
	assert_int_equal(heard.outcome.code, OUTCOME_CUT);
	/* anonymous bind of version 3, id 1 */
	assert_int_equal(heard.said.length, 14);
	assert_memory_equal(heard.said.data,
			    "\x30\x0c\x02\x01\x01\x60\x07\x02\x01\x03\x04\x00\x80\x00", 14);
	heard_release(&heard);
}

static void dns_answer(struct buf *answer, const char *query, size_t length, const char *flags,
		       const void *record, size_t record_length)
{
	buf_clear(answer);
	buf_add(answer, query, 2);
	buf_add(answer, flags, 2);
	buf_add(answer, record_length ? "\0\1\0\1\0\0\0\0" : "\0\1\0\0\0\0\0\0", 8);
	buf_add(answer, query + 12, length - 12);
	buf_add(answer, record, record_length);
}

static void dns_hears(const struct intent_check *check, const char *flags, const void *record,
		      size_t length, enum outcome_code want)
{
	AUTO_BUF struct buf answer = BUF_INIT;
	AUTO_TALK struct talk talk = TALK_INIT;
	const struct target target = {.check = check};

	assert_int_equal(talk_begin(&talk, &kind_dns, &target), TALK_ON);
	dns_answer(&answer, talk.out.data, talk.out.length, flags, record, length);
	(void)talk_hear(&talk, answer.data, answer.length);
	assert_int_equal(talk.outcome.code, want);
}

static void test_dns(void **state)
{
	static const char a[] = "\xc0\x0c\0\1\0\1\0\0\0\x3c\0\4\xc0\0\2\1";
	const struct intent_check check = {.kind = CHECK_DNS, .request = "www.example.com"};

	dns_hears(&check, "\x81\x80", a, sizeof(a) - 1, OUTCOME_OK);
	dns_hears(&check, "\x81\x80", "", 0, OUTCOME_CONTENT);
	dns_hears(&check, "\x83\x80", "", 0, OUTCOME_OK); /* truncated */
	dns_hears(&check, "\x81\x83", "", 0, OUTCOME_STATUS);
	dns_hears(&check, "\x81\x80", a, sizeof(a) - 3, OUTCOME_DAMAGED);
	dns_hears(&check, "\x81\x80", "\x7f", 1, OUTCOME_DAMAGED);
	dns_hears(&check, "\x01\x00", a, sizeof(a) - 1, OUTCOME_NONE);	       /* a question */
	heard_bytes(&check, "\0\0\x81\x80\0\1\0\1\0\0\0\0", 12, OUTCOME_NONE); /* another id */
}

/* An answer that was cut is asked for again over a stream, where a message has its length in front. */
static void test_dns_stream(void **state)
{
	static const char txt[] = "\xc0\x0c\x00\x10\x00\x01\x00\x00\x00\x00\x00\x04\x03"
				  "end";
	AUTO_PATTERN struct pattern *pattern = NULL;
	const struct intent_check check = {.kind = CHECK_DNS, .request = "a.b", .receive = "end"};
	struct target target = {.check = &check};
	AUTO_TALK struct talk talk = TALK_INIT;
	AUTO_BUF struct buf answer = BUF_INIT;
	struct fault fault = FAULT_INIT;
	const char *query;

	assert_int_equal(pattern_compile("end", &fault, &pattern), 0);
	target.pattern = pattern;
	assert_int_equal(talk_begin(&talk, &kind_dns, &target), TALK_ON);
	dns_answer(&answer, talk.out.data, talk.out.length, "\x83\x80", "", 0);
	assert_int_equal(talk_hear(&talk, answer.data, answer.length), TALK_ON);
	assert_true(talk.stream);
	buf_clear(&talk.out);
	buf_clear(&answer);
	assert_int_equal(talk_begin(&talk, &kind_dns, &target), TALK_ON);
	query = talk.out.data + 2;
	assert_int_equal(talk.out.length - 2, (unsigned char)talk.out.data[1]);
	dns_answer(&answer, query, talk.out.length - 2, "\x81\x80", txt, sizeof(txt) - 1);
	assert_int_equal(talk_hear(&talk, "\0", 1), TALK_ON);
	assert_int_equal(talk_hear(&talk, (const char[]){(char)answer.length}, 1), TALK_ON);
	assert_int_equal(talk_hear(&talk, answer.data, answer.length - 1), TALK_ON);
	assert_int_equal(talk_hear(&talk, answer.data + answer.length - 1, 1), TALK_OVER);
	assert_int_equal(talk.outcome.code, OUTCOME_OK);
}

static void test_dns_names(void **state)
{
	static const char *const bad[] = {
		"a..b", ".a",
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example"};

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		const struct intent_check check = {.kind = CHECK_DNS, .request = bad[i]};

		heard_bytes(&check, "", 0, OUTCOME_UNREACHABLE);
	}
}

static void test_ping(void **state)
{
	const struct intent_check check = {.kind = CHECK_PING};
	struct target target = {.check = &check};
	AUTO_TALK struct talk talk = TALK_INIT;
	char reply[16];

	assert_int_equal(inet_parse("192.0.2.1", &target.address), 0);
	assert_int_equal(talk_begin(&talk, &kind_ping, &target), TALK_ON);
	assert_int_equal(talk.out.length, 16);
	memcpy(reply, talk.out.data, 16);
	assert_int_equal(talk_hear(&talk, reply, 16), TALK_ON); /* our own question */
	reply[0] = 0;
	assert_int_equal(talk_hear(&talk, reply, 15), TALK_ON);
	assert_int_equal(talk_hear(&talk, "\x4f", 1), TALK_ON);
	reply[15] ^= 1;
	assert_int_equal(talk_hear(&talk, reply, 16), TALK_ON); /* another one's answer */
	reply[15] ^= 1;
	assert_int_equal(talk_hear(&talk, reply, 16), TALK_OVER);
	assert_int_equal(talk.outcome.code, OUTCOME_OK);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_smtp),	   cmocka_unit_test(test_ftp),
		cmocka_unit_test(test_ftp_file),   cmocka_unit_test(test_mail),
		cmocka_unit_test(test_text),	   cmocka_unit_test(test_agent),
		cmocka_unit_test(test_udp),	   cmocka_unit_test(test_ldap),
		cmocka_unit_test(test_dns),	   cmocka_unit_test(test_dns_names),
		cmocka_unit_test(test_dns_stream), cmocka_unit_test(test_ping),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
