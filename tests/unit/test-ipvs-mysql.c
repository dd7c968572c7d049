// SPDX-License-Identifier: BSD-3-Clause

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "ipvs-heard.h"
#include "ipvs/mysql_packet.h"

#define SCRAMBLE "12345678abcdefghijkl"

/* Of "secret" with that scramble, computed by another program. */
#define NATIVE_PROOF                                                                               \
	"\x4f\x15\x22\xd6\xeb\x54\x73\x7e\xda\x41\x3b\x3e\x21\x9c\xa6\xca"                         \
	"\xeb\xe3\xdf\x2c"
#define CACHING_PROOF                                                                              \
	"\x7f\x7e\x38\x78\xfe\x48\x8e\xd4\x50\x81\x45\x5d\x0d\x6e\x89\xe2"                         \
	"\x6d\x4e\xf8\x6e\xf6\xc6\xae\xed\x02\x39\x7b\x6f\xe8\xad\x54\x22"

static void packet(struct buf *to, uint8_t sequence, const void *bytes, size_t length)
{
	AUTO_BUF struct buf payload = BUF_INIT;

	buf_add(&payload, bytes, length);
	mysql_packet_add(to, sequence, &payload);
}

/* capabilities: their lower half's upper byte decides on TLS (0x0800). */
static void greeting(struct buf *to, const char *version, bool tls)
{
	AUTO_BUF struct buf g = BUF_INIT;

	buf_add(&g, "\x0a", 1);
	buf_add(&g, version, strlen(version) + 1);
	buf_add(&g,
		"\1\0\0\0"
		"12345678\0",
		13);
	buf_add(&g, tls ? "\xff\xff" : "\xff\xf7", 2);
	buf_add(&g, "\x21\2\0\xff\x81\x15\0\0\0\0\0\0\0\0\0\0", 16);
	buf_add(&g, "abcdefghijkl\0", 13);
	buf_add(&g, MYSQL_NATIVE, sizeof(MYSQL_NATIVE));
	mysql_packet_add(to, 0, &g);
}

static void accepted(struct buf *to, uint8_t sequence)
{
	packet(to, sequence, "\0\0\0\2\0\0\0", 7);
}

/* One row of two columns, the first always "1"; NULL: SQL's NULL; "": no row at all. */
static void result(struct buf *to, const char *column, const char *value)
{
	const char *const names[] = {"a", column};
	uint8_t sequence = 2;

	packet(to, 1, "\2", 1);
	for (size_t i = 0; i < 2; i++) {
		AUTO_BUF struct buf definition = BUF_INIT;
		const uint8_t length = (uint8_t)strlen(names[i]);

		buf_add(&definition, "\3def\0\0\0", 7);
		buf_add(&definition, &length, 1);
		buf_adds(&definition, names[i]);
		buf_add(&definition, "\0\x0c\x3f\0\1\0\0\0\3\0\0\0\0\0", 14);
		mysql_packet_add(to, sequence++, &definition);
	}
	packet(to, sequence++, "\xfe\0\0\2\0", 5);
	if (!value || *value) {
		AUTO_BUF struct buf row = BUF_INIT;
		const uint8_t length = value ? (uint8_t)strlen(value) : 0xfb;

		buf_add(&row,
			"\1"
			"1",
			2);
		buf_add(&row, &length, 1);
		buf_adds(&row, value ? value : "");
		mysql_packet_add(to, sequence++, &row);
	}
	packet(to, sequence, "\xfe\0\0\2\0", 5);
}

static void hear(const struct intent_check *check, const struct buf *answer, enum outcome_code want,
		 struct heard *ret_heard)
{
	static const size_t pieces[] = {1, 5, 0};

	for (size_t i = 0; i < ARRAY_SIZE(pieces); i++) {
		if (i)
			heard_release(ret_heard);
		heard_run(check, NULL, answer->data, answer->length,
			  (struct heard_manner){.piece = pieces[i]}, ret_heard);
		if (ret_heard->outcome.code != want)
			print_message("pieces of %zu: %s\n", pieces[i], ret_heard->outcome.reason);
		assert_int_equal(ret_heard->outcome.code, want);
	}
}

static void expect(const struct intent_check *check, const struct buf *answer,
		   enum outcome_code want)
{
	struct heard heard;

	hear(check, answer, want, &heard);
	heard_release(&heard);
}

#define CHECK .kind = CHECK_MYSQL, .read_only = -1, .lag_limit = -1

static void test_greeting(void **state)
{
	const struct intent_check check = {CHECK};
	AUTO_BUF struct buf answer = BUF_INIT;

	greeting(&answer, "8.0.36", false);
	expect(&check, &answer, OUTCOME_OK);
	buf_clear(&answer);
	packet(&answer, 0, "\xff\x10\x04Too many connections", 23);
	expect(&check, &answer, OUTCOME_STATUS);
	buf_clear(&answer);
	packet(&answer, 0,
	       "\x09"
	       "3.23\0",
	       6);
	expect(&check, &answer, OUTCOME_DAMAGED);
	buf_clear(&answer);
	buf_adds(&answer, "SSH-2.0-x\r\n");
	expect(&check, &answer, OUTCOME_DAMAGED);
}

static void test_login(void **state)
{
	const struct intent_check check = {CHECK, .login = "joe", .password = "secret"};
	AUTO_BUF struct buf answer = BUF_INIT;
	struct heard heard;

	greeting(&answer, "5.5.5-10.11.6-MariaDB", false);
	accepted(&answer, 2);
	hear(&check, &answer, OUTCOME_OK, &heard);
	assert_memory_equal(heard.said.data + 36, "joe\0\x14", 5);
	/* the farewell: COM_QUIT */
	assert_memory_equal(heard.said.data + heard.said.length - 5, "\1\0\0\0\1", 5);
	heard_release(&heard);
	buf_clear(&answer);
	greeting(&answer, "8.0.36", false);
	packet(&answer, 2, "\xff\x15\x04#28000Access denied", 22);
	hear(&check, &answer, OUTCOME_STATUS, &heard);
	assert_string_equal(heard.outcome.reason, "Access denied");
	heard_release(&heard);
}

static void test_other_plugins(void **state)
{
	const struct intent_check check = {CHECK, .login = "joe", .password = "secret"};
	AUTO_BUF struct buf answer = BUF_INIT;
	AUTO_BUF struct buf ed = BUF_INIT;
	AUTO_BUF struct buf full = BUF_INIT;

	greeting(&answer, "8.0.36", false);
	packet(&answer, 2, "\xfe" MYSQL_CACHING "\0" SCRAMBLE, 1 + sizeof(MYSQL_CACHING) + 21);
	buf_add(&full, answer.data, answer.length);
	packet(&answer, 4, "\1\3", 2);
	accepted(&answer, 5);
	expect(&check, &answer, OUTCOME_OK);
	/* the server wants the password itself: not over a plain connection */
	packet(&full, 4, "\1\4", 2);
	expect(&check, &full, OUTCOME_STATUS);
	greeting(&ed, "5.5.5-10.11.6-MariaDB", false);
	packet(&ed, 2,
	       "\xfe"
	       "client_ed25519\0" SCRAMBLE SCRAMBLE,
	       56);
	expect(&check, &ed, OUTCOME_STATUS);
}

static void test_tls(void **state)
{
	const struct intent_check check = {CHECK, .login = "joe", .password = "x", .tls = true};
	AUTO_BUF struct buf answer = BUF_INIT;
	struct heard heard;

	greeting(&answer, "8.0.36", false);
	expect(&check, &answer, OUTCOME_TLS);
	buf_clear(&answer);
	greeting(&answer, "8.0.36", true);
	heard_run(&check, NULL, answer.data, answer.length, (struct heard_manner){.piece = 0},
		  &heard);
	assert_true(heard.secured);
	assert_int_equal(heard.outcome.code, OUTCOME_NONE);
	/* 36 bytes ask for TLS; the login comes after it, as number 2 */
	assert_memory_equal(heard.said.data, "\x20\0\0\1", 4);
	assert_int_equal(heard.said.data[36 + 3], 2);
	heard_release(&heard);
}

static void test_role_and_lag(void **state)
{
	const struct intent_check primary = {
		.kind = CHECK_MYSQL, .login = "j", .read_only = 0, .lag_limit = -1};
	const struct intent_check replica = {.kind = CHECK_MYSQL,
					     .login = "j",
					     .read_only = -1,
					     .lag_limit = 10000,
					     .lag_weight = true};
	static const struct {
		const char *lag;
		enum outcome_code want;
		int weight;
	} cases[] = {
		{"0", OUTCOME_OK, 100},	    {"3", OUTCOME_OK, 70},
		{"10", OUTCOME_OK, 1},	    {"11", OUTCOME_CONTENT, 0},
		{NULL, OUTCOME_CONTENT, 0}, {"", OUTCOME_OK, 100}, /* no replica at all */
		{"-1", OUTCOME_CONTENT, 0}, {"99999999999999999999", OUTCOME_CONTENT, 0},
	};
	AUTO_BUF struct buf answer = BUF_INIT;
	AUTO_BUF struct buf head = BUF_INIT;

	greeting(&head, "5.5.5-10.11.6-MariaDB", false);
	accepted(&head, 2);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct heard heard;

		buf_clear(&answer);
		buf_add(&answer, head.data, head.length);
		result(&answer, "Seconds_Behind_Master", cases[i].lag);
		hear(&replica, &answer, cases[i].want, &heard);
		if (cases[i].want == OUTCOME_OK)
			assert_int_equal(heard.outcome.weight, cases[i].weight);
		heard_release(&heard);
	}
	buf_clear(&answer);
	buf_add(&answer, head.data, head.length);
	result(&answer, "x", "y"); /* the first column says 1: read-only */
	expect(&primary, &answer, OUTCOME_CONTENT);
}

static void test_query(void **state)
{
	const struct intent_check check = {CHECK, .login = "j", .request = "SELECT 1, 2",
					   .receive = "1\tyes"};
	AUTO_BUF struct buf head = BUF_INIT;
	AUTO_BUF struct buf answer = BUF_INIT;
	static const struct {
		const char *value;
		enum outcome_code want;
	} cases[] = {{"yes", OUTCOME_OK}, {"no", OUTCOME_CONTENT}, {"", OUTCOME_CONTENT}};

	greeting(&head, "8.4.0", false);
	accepted(&head, 2);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		buf_clear(&answer);
		buf_add(&answer, head.data, head.length);
		result(&answer, "b", cases[i].value);
		expect(&check, &answer, cases[i].want);
	}
	/* a server that asks for a file of ours gets none */
	buf_clear(&answer);
	buf_add(&answer, head.data, head.length);
	packet(&answer, 1, "\xfb/etc/passwd", 12);
	expect(&check, &answer, OUTCOME_DAMAGED);
}

/* SHA1(p) ^ SHA1(s, SHA1(SHA1(p))), and its SHA256 cousin, computed with openssl. */
static void test_proofs(void **state)
{
	static const uint8_t scramble[] = SCRAMBLE;
	AUTO_BUF struct buf proof = BUF_INIT;

	assert_true(mysql_proof_add(&proof, MYSQL_NATIVE, "secret", scramble));
	assert_int_equal(proof.length, 20);
	assert_memory_equal(proof.data, NATIVE_PROOF, 20);
	buf_clear(&proof);
	assert_true(mysql_proof_add(&proof, MYSQL_CACHING, "secret", scramble));
	assert_int_equal(proof.length, 32);
	assert_memory_equal(proof.data, CACHING_PROOF, 32);
	buf_clear(&proof);
	assert_true(mysql_proof_add(&proof, MYSQL_CACHING, "", scramble));
	assert_int_equal(proof.length, 0);
	assert_false(mysql_proof_add(&proof, "sha256_password", "secret", scramble));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_greeting),      cmocka_unit_test(test_login),
		cmocka_unit_test(test_other_plugins), cmocka_unit_test(test_tls),
		cmocka_unit_test(test_role_and_lag),  cmocka_unit_test(test_query),
		cmocka_unit_test(test_proofs),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
