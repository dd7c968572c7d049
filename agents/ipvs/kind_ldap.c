// SPDX-License-Identifier: BSD-3-Clause
/*
 * LDAP (RFC 4511): a bind, anonymous or with login and password, and a search for the entry that
 * the request names ("" or absent: only the bind). What is to be matched is the entry's encoding.
 */

#include <string.h>

#include "ipvs/kind.h"

enum ldap_tag {
	LDAP_BOOLEAN = 0x01,
	LDAP_INTEGER = 0x02,
	LDAP_STRING = 0x04,
	LDAP_ENUMERATED = 0x0a,
	LDAP_SEQUENCE = 0x30,
	LDAP_BIND = 0x60,
	LDAP_BIND_ANSWER = 0x61,
	LDAP_SEARCH = 0x63,
	LDAP_ENTRY = 0x64,
	LDAP_SEARCH_DONE = 0x65,
	LDAP_REFERENCE = 0x73,
	LDAP_SIMPLE = 0x80,
	LDAP_PRESENT = 0x87,
};

enum ldap_stage {
	LDAP_BINDING,
	LDAP_SEARCHING
};

struct ldap_state {
	struct buf entry; /* what the search found */
};

/* One element of BER with a definite length. */
struct ldap_element {
	uint8_t tag;
	const char *value;
	size_t length, whole;
};

enum ldap_read {
	LDAP_GOT,
	LDAP_PARTIAL,
	LDAP_BAD
};

static void ldap_add(struct buf *buf, uint8_t tag, const void *value, size_t length)
{
	const uint8_t head[4] = {tag, 0x82, (uint8_t)(length >> 8), (uint8_t)length};
	const uint8_t brief[2] = {tag, (uint8_t)length};

	if (length < 0x80)
		buf_add(buf, brief, sizeof(brief));
	else
		buf_add(buf, head, sizeof(head));
	buf_add(buf, value, length);
}

static void ldap_add_text(struct buf *buf, uint8_t tag, const char *text)
{
	/* Two bytes of length are written. */
	ldap_add(buf, tag, text ? text : "", text ? strnlen(text, 0x3fff) : 0);
}

static void ldap_send(struct talk *talk, uint8_t id, uint8_t tag, const struct buf *request)
{
	AUTO_BUF struct buf message = BUF_INIT;

	ldap_add(&message, LDAP_INTEGER, &id, 1);
	ldap_add(&message, tag, request->data, request->length);
	ldap_add(&talk->out, LDAP_SEQUENCE, message.data, message.length);
}

static const char *ldap_base(const struct talk *talk)
{
	const char *base = talk->target->check->request;

	return base ? base + (*base == '/') : ""; /* the slash is ldirectord's */
}

static enum talk_turn ldap_begin(struct talk *talk)
{
	const struct intent_check *check = talk->target->check;
	struct ldap_state *state = talk->state;
	AUTO_BUF struct buf bind = BUF_INIT;

	state->entry = BUF_INIT;
	ldap_add(&bind, LDAP_INTEGER, "\3", 1);
	ldap_add_text(&bind, LDAP_STRING, check->login);
	ldap_add_text(&bind, LDAP_SIMPLE, check->login ? check->password : NULL);
	ldap_send(talk, 1, LDAP_BIND, &bind);
	return TALK_ON;
}

static void ldap_search(struct talk *talk)
{
	AUTO_BUF struct buf search = BUF_INIT;

	ldap_add_text(&search, LDAP_STRING, ldap_base(talk));
	ldap_add(&search, LDAP_ENUMERATED, "\0", 1); /* the entry itself */
	ldap_add(&search, LDAP_ENUMERATED, "\0", 1); /* aliases stay */
	ldap_add(&search, LDAP_INTEGER, "\1", 1);    /* one entry */
	ldap_add(&search, LDAP_INTEGER, "\0", 1);
	ldap_add(&search, LDAP_BOOLEAN, "\0", 1);
	ldap_add_text(&search, LDAP_PRESENT, "objectClass");
	ldap_add(&search, LDAP_SEQUENCE, "", 0);
	ldap_send(talk, 2, LDAP_SEARCH, &search);
	talk->stage = LDAP_SEARCHING;
}

static enum ldap_read ldap_element(const char *bytes, size_t length,
				   struct ldap_element *ret_element)
{
	size_t head = 2, size;

	if (length < 2)
		return LDAP_PARTIAL;
	size = (uint8_t)bytes[1];
	if (size & 0x80) {
		const size_t count = size & 0x7f;

		if (!count || count > 4)
			return LDAP_BAD;
		if (length < 2 + count)
			return LDAP_PARTIAL;
		size = 0;
		for (size_t i = 0; i < count; i++)
			size = size << 8 | (uint8_t)bytes[2 + i];
		head += count;
	}
	if (size > TALK_IN_MAX)
		return LDAP_BAD;
	if (size > length - head)
		return LDAP_PARTIAL;
	*ret_element = (struct ldap_element){(uint8_t)bytes[0], bytes + head, size, head + size};
	return LDAP_GOT;
}

/* The result code that an answer begins with; -1: none. */
static int ldap_result(const struct ldap_element *answer)
{
	struct ldap_element code;

	if (ldap_element(answer->value, answer->length, &code) != LDAP_GOT ||
	    code.tag != LDAP_ENUMERATED || code.length != 1)
		return -1;
	return (uint8_t)code.value[0];
}

static enum talk_turn ldap_answer(struct talk *talk, const struct ldap_element *answer)
{
	struct ldap_state *state = talk->state;
	const bool done = answer->tag == LDAP_SEARCH_DONE;
	int result;

	if (talk->stage == LDAP_SEARCHING && answer->tag == LDAP_ENTRY)
		buf_add(&state->entry, answer->value, answer->length);
	if (talk->stage == LDAP_SEARCHING &&
	    (answer->tag == LDAP_ENTRY || answer->tag == LDAP_REFERENCE))
		return TALK_ON;
	if (answer->tag != (talk->stage == LDAP_SEARCHING ? LDAP_SEARCH_DONE : LDAP_BIND_ANSWER))
		return talk_over(talk, OUTCOME_DAMAGED, "the answer is of another kind");
	result = ldap_result(answer);
	if (result < 0)
		return talk_over(talk, OUTCOME_DAMAGED, "the answer has no result");
	if (result)
		return talk_over(talk, OUTCOME_STATUS, "the %s ended with result %d",
				 done ? "search" : "bind", result);
	if (!done && (*ldap_base(talk) || talk->target->pattern)) {
		ldap_search(talk);
		return TALK_ON;
	}
	return talk_expect(talk, state->entry.data, state->entry.length, false);
}

static enum talk_turn ldap_message(struct talk *talk, const struct ldap_element *message)
{
	struct ldap_element id, answer;

	if (message->tag != LDAP_SEQUENCE ||
	    ldap_element(message->value, message->length, &id) != LDAP_GOT ||
	    id.tag != LDAP_INTEGER ||
	    ldap_element(message->value + id.whole, message->length - id.whole, &answer) !=
		    LDAP_GOT)
		return talk_over(talk, OUTCOME_DAMAGED, "the answer is not LDAP");
	return ldap_answer(talk, &answer);
}

static enum talk_turn ldap_hear(struct talk *talk, bool end)
{
	const struct ldap_state *state = talk->state;

	struct ldap_element message;
	enum ldap_read got;

	for (size_t at = 0;; at += message.whole) {
		got = ldap_element(talk->in.data + at, talk->in.length - at, &message);
		if (got == LDAP_BAD)
			return talk_over(talk, OUTCOME_DAMAGED, "the answer is not LDAP");
		if (got == LDAP_PARTIAL) {
			talk_take(talk, at);
			return TALK_ON;
		}
		if (ldap_message(talk, &message) == TALK_OVER)
			return TALK_OVER;
		if (state->entry.length > TALK_IN_MAX)
			return talk_over(talk, OUTCOME_DAMAGED, "the entry is too large");
	}
}

static void ldap_release(void *state)
{
	buf_release(&((struct ldap_state *)state)->entry);
}

const struct kind kind_ldap = {
	.name = "ldap",
	.port = 389,
	.tls_port = 636,
	.way = KIND_STREAM,
	.state_size = sizeof(struct ldap_state),
	.begin = ldap_begin,
	.hear = ldap_hear,
	.release = ldap_release,
};
