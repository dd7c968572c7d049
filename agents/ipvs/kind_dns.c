// SPDX-License-Identifier: BSD-3-Clause
/*
 * DNS over UDP (RFC 1035): one question; alive is an answer without error that has a record. What
 * is to be matched is the text of the addresses and strings in the answer, separated by blanks; an
 * answer that was truncated is asked for again over TCP then (RFC 7766).
 */

#include <arpa/inet.h>
#include <string.h>
#include <strings.h>
#include <sys/random.h>

#include "ipvs/kind.h"

#define DNS_HEADER 12
#define DNS_NAME_MAX 255
#define DNS_LABEL_MAX 63
#define DNS_TYPE_A 1
#define DNS_TYPE_TXT 16
#define DNS_TYPE_AAAA 28
#define DNS_TRUNCATED 0x0200

enum dns_stage {
	DNS_DATAGRAM,
	DNS_STREAM /* each message has its length in front */
};

struct dns_state {
	uint16_t id;
};

struct dns_reader {
	const uint8_t *bytes;
	size_t length, at;
};

static uint16_t dns_type(const char *name)
{
	static const struct {
		const char *name;
		uint16_t number;
	} types[] = {{"A", DNS_TYPE_A}, {"NS", 2},  {"CNAME", 5},	   {"SOA", 6},
		     {"PTR", 12},	{"MX", 15}, {"TXT", DNS_TYPE_TXT}, {"AAAA", DNS_TYPE_AAAA},
		     {"SRV", 33}};

	for (size_t i = 0; name && i < ARRAY_SIZE(types); i++)
		if (!strcasecmp(name, types[i].name))
			return types[i].number;
	return DNS_TYPE_A;
}

static void dns_add16(struct buf *buf, unsigned int value)
{
	const uint8_t bytes[2] = {(uint8_t)(value >> 8), (uint8_t)value};

	buf_add(buf, bytes, sizeof(bytes));
}

static bool dns_add_name(struct buf *buf, const char *name)
{
	const size_t before = buf->length;

	while (*name && strcmp(name, ".")) {
		const size_t length = strcspn(name, ".");
		const uint8_t byte = (uint8_t)length;

		if (!length || length > DNS_LABEL_MAX)
			return false;
		buf_add(buf, &byte, 1);
		buf_add(buf, name, length);
		name += length + (name[length] == '.');
	}
	buf_add(buf, "", 1);
	return buf->length - before <= DNS_NAME_MAX;
}

static enum talk_turn dns_begin(struct talk *talk)
{
	const struct intent_check *check = talk->target->check;
	const char *name = check->request ? check->request : ".";
	struct dns_state *state = talk->state;
	AUTO_BUF struct buf query = BUF_INIT;

	name += *name == '/'; /* as ldirectord has it */
	if (getrandom(&state->id, sizeof(state->id), 0) != sizeof(state->id))
		return talk_over(talk, OUTCOME_NONE, "no random numbers");
	dns_add16(&query, state->id);
	dns_add16(&query, 0x0100); /* recursion desired */
	dns_add16(&query, 1);
	for (int i = 0; i < 3; i++)
		dns_add16(&query, 0);
	if (!dns_add_name(&query, name))
		return talk_over(talk, OUTCOME_UNREACHABLE, "\"%s\" is no name", name);
	dns_add16(&query, dns_type(check->type));
	dns_add16(&query, 1); /* Internet */
	if (buf_error(&query))
		return talk_over(talk, OUTCOME_NONE, "out of memory");
	if (talk->stage == DNS_STREAM)
		dns_add16(&talk->out, (unsigned int)query.length);
	buf_add(&talk->out, query.data, query.length);
	return TALK_ON;
}

static bool dns_skip(struct dns_reader *reader, size_t count)
{
	if (count > reader->length - reader->at)
		return false;
	reader->at += count;
	return true;
}

static bool dns_read16(struct dns_reader *reader, uint16_t *ret_value)
{
	const uint8_t *bytes = reader->bytes + reader->at;

	if (!dns_skip(reader, 2))
		return false;
	*ret_value = (uint16_t)(bytes[0] << 8 | bytes[1]);
	return true;
}

/* Over a name; one that points elsewhere ends there. */
static bool dns_skip_name(struct dns_reader *reader)
{
	for (;;) {
		uint8_t length;

		if (reader->at == reader->length)
			return false;
		length = reader->bytes[reader->at++];
		if (!length)
			return true;
		if ((length & 0xc0) == 0xc0)
			return dns_skip(reader, 1);
		if (length > DNS_LABEL_MAX || !dns_skip(reader, length))
			return false;
	}
}

static void dns_render(struct buf *text, uint16_t type, const uint8_t *data, size_t length)
{
	char address[INET_TEXT_MAX];
	struct inet inet;

	if ((type == DNS_TYPE_A && length == 4) || (type == DNS_TYPE_AAAA && length == 16)) {
		inet = inet_from_bytes(length == 4 ? AF_INET : AF_INET6, data);
		buf_addf(text, "%s ", inet_host_text(&inet, address));
	}
	for (size_t at = 0; type == DNS_TYPE_TXT && at < length; at += 1U + data[at]) {
		if (data[at] >= length - at)
			break;
		buf_add(text, data + at + 1, data[at]);
		buf_adds(text, " ");
	}
}

/* One record: its text is added. */
static bool dns_record(struct dns_reader *reader, struct buf *text)
{
	uint16_t type, length;

	if (!dns_skip_name(reader) || !dns_read16(reader, &type) || !dns_skip(reader, 6) ||
	    !dns_read16(reader, &length) || !dns_skip(reader, length))
		return false;
	dns_render(text, type, reader->bytes + reader->at - length, length);
	return true;
}

static enum talk_turn dns_answer(struct talk *talk, struct dns_reader *reader, uint16_t flags)
{
	static const char *const errors[] = {"no error",     "format error",	"server failure",
					     "no such name", "not implemented", "refused"};
	const unsigned int error = flags & 15;
	AUTO_BUF struct buf text = BUF_INIT;
	uint16_t answers;

	if (!error && (flags & DNS_TRUNCATED) && talk->target->pattern &&
	    talk->stage == DNS_DATAGRAM) {
		talk->stage = DNS_STREAM;
		talk->stream = true;
		return TALK_ON;
	}
	if (error)
		return talk_over(talk, OUTCOME_STATUS, "the answer is: %s",
				 error < ARRAY_SIZE(errors) ? errors[error] : "an error");
	if (!dns_read16(reader, &answers) || !dns_skip(reader, 4) || !dns_skip_name(reader) ||
	    !dns_skip(reader, 4))
		return talk_over(talk, OUTCOME_DAMAGED, "the answer is damaged");
	for (unsigned int i = 0; i < answers; i++)
		if (!dns_record(reader, &text))
			return talk_over(talk, OUTCOME_DAMAGED, "the answer is damaged");
	if (!answers && !(flags & DNS_TRUNCATED))
		return talk_over(talk, OUTCOME_CONTENT, "the answer has no record");
	return talk_expect(talk, text.data, text.length, false);
}

/* Over a stream: whether the message has come whole, which the reader is then set upon. */
static bool dns_whole(struct dns_reader *reader)
{
	uint16_t length;

	if (!dns_read16(reader, &length) || reader->length - reader->at < length)
		return false;
	*reader = (struct dns_reader){reader->bytes + reader->at, length, 0};
	return true;
}

static enum talk_turn dns_hear(struct talk *talk, bool end)
{
	const struct dns_state *state = talk->state;
	struct dns_reader reader = {(const uint8_t *)talk->in.data, talk->in.length, 0};
	enum talk_turn turn = TALK_ON;
	uint16_t id, flags, questions;

	if (end || (talk->stage == DNS_STREAM && !dns_whole(&reader)))
		return TALK_ON;
	/* What does not echo our question is not for us. */
	if (dns_read16(&reader, &id) && dns_read16(&reader, &flags) &&
	    dns_read16(&reader, &questions) && id == state->id && (flags & 0x8000) &&
	    questions == 1)
		turn = dns_answer(talk, &reader, flags);
	buf_clear(&talk->in);
	return turn;
}

const struct kind kind_dns = {
	.name = "dns",
	.port = 53,
	.tls_port = 53,
	.way = KIND_DATAGRAM,
	.state_size = sizeof(struct dns_state),
	.begin = dns_begin,
	.hear = dns_hear,
};
