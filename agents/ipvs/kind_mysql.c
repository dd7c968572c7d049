// SPDX-License-Identifier: BSD-3-Clause
/*
 * MySQL and MariaDB: the greeting; with a login also the login, whether the server is read-only,
 * its replication lag, and a query that must give a row (ipvs/mysql_packet.h).
 */

#include <errno.h>
#include <string.h>

#include "ipvs/kind.h"
#include "ipvs/mysql_packet.h"
#include "ipvs/mysql_result.h"

#define MYSQL_LONG_PASSWORD 0x1U
#define MYSQL_WITH_DATABASE 0x8U
#define MYSQL_PROTOCOL_41 0x200U
#define MYSQL_SECURE 0x8000U
#define MYSQL_PLUGINS 0x80000U
#define MYSQL_LARGEST (1U << 24)
#define MYSQL_UTF8 33
#define MYSQL_QUERY 3

enum mysql_stage {
	MYSQL_GREETING,
	MYSQL_TLS,
	MYSQL_LOGIN,
	MYSQL_READ_ONLY,
	MYSQL_LAG,
	MYSQL_OWN
};

struct mysql_state {
	struct mysql_greeting greeting;
	struct mysql_result result;
	long long lag; /* seconds; -1: not asked */
};

static void mysql_add32(struct buf *buf, uint32_t value)
{
	const uint8_t bytes[4] = {(uint8_t)value, (uint8_t)(value >> 8), (uint8_t)(value >> 16),
				  (uint8_t)(value >> 24)};

	buf_add(buf, bytes, sizeof(bytes));
}

/* The head that the request for TLS and the login have in common. */
static void mysql_add_head(const struct talk *talk, struct buf *payload)
{
	static const char zeros[23];
	const struct intent_check *check = talk->target->check;
	const uint8_t charset = MYSQL_UTF8;

	mysql_add32(payload, MYSQL_LONG_PASSWORD | MYSQL_PROTOCOL_41 | MYSQL_SECURE |
				     MYSQL_PLUGINS | (check->tls ? MYSQL_CAN_TLS : 0) |
				     (check->database ? MYSQL_WITH_DATABASE : 0));
	mysql_add32(payload, MYSQL_LARGEST);
	buf_add(payload, &charset, 1);
	buf_add(payload, zeros, sizeof(zeros));
}

static void mysql_login(struct talk *talk, uint8_t sequence)
{
	const struct intent_check *check = talk->target->check;
	const struct mysql_state *state = talk->state;
	const char *plugin = state->greeting.plugin;
	AUTO_BUF struct buf payload = BUF_INIT;
	AUTO_BUF struct buf proof = BUF_INIT;
	uint8_t length;

	/* The server asks again if the account has another one. */
	if (!mysql_proof_add(&proof, plugin, check->password, state->greeting.scramble)) {
		plugin = MYSQL_NATIVE;
		(void)mysql_proof_add(&proof, plugin, check->password, state->greeting.scramble);
	}
	length = (uint8_t)proof.length;
	mysql_add_head(talk, &payload);
	buf_add(&payload, check->login, strlen(check->login) + 1);
	buf_add(&payload, &length, 1);
	buf_add(&payload, proof.data, proof.length);
	if (check->database)
		buf_add(&payload, check->database, strlen(check->database) + 1);
	buf_add(&payload, plugin, strlen(plugin) + 1);
	mysql_packet_add(&talk->out, sequence, &payload);
	talk->stage = MYSQL_LOGIN;
}

static enum talk_turn mysql_greeted(struct talk *talk, const struct mysql_packet *packet)
{
	struct mysql_state *state = talk->state;
	AUTO_BUF struct buf payload = BUF_INIT;

	if (mysql_greeting_read(packet, &state->greeting))
		return talk_over(talk, OUTCOME_DAMAGED, "the greeting is not MySQL's");
	if (!talk->target->check->login)
		return talk_good(talk);
	if (!talk->target->check->tls) {
		mysql_login(talk, 1);
		return TALK_ON;
	}
	if (!(state->greeting.capabilities & MYSQL_CAN_TLS))
		return talk_over(talk, OUTCOME_TLS, "the server has no TLS");
	mysql_add_head(talk, &payload);
	mysql_packet_add(&talk->out, 1, &payload);
	talk->secure = true;
	talk->stage = MYSQL_TLS;
	return TALK_ON;
}

static void mysql_ask(struct talk *talk, enum mysql_stage stage, const char *query)
{
	struct mysql_state *state = talk->state;
	AUTO_BUF struct buf payload = BUF_INIT;
	const uint8_t command = MYSQL_QUERY;

	mysql_result_begin(&state->result);
	buf_add(&payload, &command, 1);
	buf_adds(&payload, query);
	mysql_packet_add(&talk->out, 0, &payload);
	talk->stage = (int)stage;
}

/* Without it the server logs an aborted connection, also when the answer was not to our liking. */
static void mysql_quit(struct talk *talk)
{
	buf_add(&talk->out, "\1\0\0\0\1", 5);
}

static enum talk_turn mysql_farewell(struct talk *talk)
{
	const struct intent_check *check = talk->target->check;
	const struct mysql_state *state = talk->state;
	long long percent;

	if (state->lag < 0)
		return talk_good(talk);
	if (check->lag_weight && check->lag_limit > 0) {
		percent = 100 - 100 * (state->lag * 1000) / check->lag_limit;
		talk->outcome.weight = percent < 1 ? 1 : (int)percent;
		talk->outcome.percent = true;
	}
	return talk_over(talk, OUTCOME_OK, "lag %lld s", state->lag);
}

/* The next question that the check has, behind the given stage. */
static enum talk_turn mysql_next(struct talk *talk, enum mysql_stage done)
{
	const struct intent_check *check = talk->target->check;
	const struct mysql_state *state = talk->state;
	const bool old = state->greeting.mariadb || state->greeting.version < 80022;

	if (done < MYSQL_READ_ONLY && check->read_only >= 0)
		mysql_ask(talk, MYSQL_READ_ONLY, "SELECT @@global.read_only");
	else if (done < MYSQL_LAG && (check->lag_limit >= 0 || check->lag_weight))
		mysql_ask(talk, MYSQL_LAG, old ? "SHOW SLAVE STATUS" : "SHOW REPLICA STATUS");
	else if (done < MYSQL_OWN && check->request && *check->request)
		mysql_ask(talk, MYSQL_OWN, check->request);
	else
		return mysql_farewell(talk);
	return TALK_ON;
}

static enum talk_turn mysql_refused(struct talk *talk, const struct mysql_packet *packet)
{
	const char *text = (const char *)packet->bytes;
	size_t skip = packet->length > 9 && text[3] == '#' ? 9 : 3;

	if (skip > packet->length)
		skip = packet->length;
	return talk_over(talk, OUTCOME_STATUS, "%.*s", (int)(packet->length - skip), text + skip);
}

/* The server wants another proof: "\xfe" PLUGIN "\0" SCRAMBLE. */
static enum talk_turn mysql_switch(struct talk *talk, const struct mysql_packet *packet)
{
	struct mysql_reader reader = {packet->bytes + 1, packet->length - 1};
	struct mysql_state *state = talk->state;
	AUTO_BUF struct buf proof = BUF_INIT;
	const char *plugin;
	size_t length;

	if (!mysql_read_string(&reader, &plugin, &length) || reader.left < MYSQL_SCRAMBLE)
		return talk_over(talk, OUTCOME_DAMAGED, "the login's answer is damaged");
	memcpy(state->greeting.scramble, reader.bytes, MYSQL_SCRAMBLE);
	if (!mysql_proof_add(&proof, plugin, talk->target->check->password,
			     state->greeting.scramble))
		return talk_over(talk, OUTCOME_STATUS, "the account wants %s, which is not known",
				 plugin);
	mysql_packet_add(&talk->out, (uint8_t)(packet->sequence + 1), &proof);
	return TALK_ON;
}

/* caching_sha2_password: 3 is a yes, 4 asks for the password itself. */
static enum talk_turn mysql_more(struct talk *talk, const struct mysql_packet *packet)
{
	const struct intent_check *check = talk->target->check;
	AUTO_BUF struct buf payload = BUF_INIT;

	if (packet->length == 2 && packet->bytes[1] == 3)
		return TALK_ON;
	if (packet->length != 2 || packet->bytes[1] != 4)
		return talk_over(talk, OUTCOME_DAMAGED, "the login's answer is damaged");
	if (!check->tls)
		return talk_over(talk, OUTCOME_STATUS, "the account wants TLS for its login");
	buf_add(&payload, check->password ? check->password : "",
		check->password ? strlen(check->password) + 1 : 1);
	mysql_packet_add(&talk->out, (uint8_t)(packet->sequence + 1), &payload);
	return TALK_ON;
}

static enum talk_turn mysql_logged_in(struct talk *talk, const struct mysql_packet *packet)
{
	switch (packet->bytes[0]) {
	case 0x00:
		return mysql_next(talk, MYSQL_LOGIN);
	case 0x01:
		return mysql_more(talk, packet);
	case 0xfe:
		return mysql_switch(talk, packet);
	default:
		return talk_over(talk, OUTCOME_DAMAGED, "the login's answer is damaged");
	}
}

/* The result of a query is whole: what it means. */
static enum talk_turn mysql_judge(struct talk *talk)
{
	const struct intent_check *check = talk->target->check;
	struct mysql_state *state = talk->state;
	const struct mysql_result *result = &state->result;

	switch ((enum mysql_stage)talk->stage) {
	case MYSQL_READ_ONLY:
		if (result->read_only != (check->read_only != 0))
			return talk_over(talk, OUTCOME_CONTENT, "the server is %sread-only",
					 result->read_only ? "" : "not ");
		break;
	case MYSQL_LAG:
		if (result->rows && result->lag < 0)
			return talk_over(talk, OUTCOME_CONTENT, "replication does not run");
		state->lag = result->lag < 0 ? 0 : result->lag;
		if (check->lag_limit >= 0 && state->lag * 1000 > check->lag_limit)
			return talk_over(talk, OUTCOME_CONTENT, "lag %lld s", state->lag);
		break;
	default:
		if (!result->rows)
			return talk_over(talk, OUTCOME_CONTENT, "the query gave no row");
		if (talk->target->pattern &&
		    (talk_expect(talk, result->text.data, result->text.length, false),
		     talk->outcome.code != OUTCOME_OK))
			return TALK_OVER;
		break;
	}
	return mysql_next(talk, (enum mysql_stage)talk->stage);
}

static enum talk_turn mysql_packet(struct talk *talk, const struct mysql_packet *packet)
{
	struct mysql_state *state = talk->state;
	int r;

	if (!packet->length)
		return talk_over(talk, OUTCOME_DAMAGED, "the answer is not MySQL's");
	if (packet->bytes[0] == 0xff)
		return mysql_refused(talk, packet);
	if (talk->stage == MYSQL_GREETING)
		return mysql_greeted(talk, packet);
	if (talk->stage == MYSQL_LOGIN)
		return mysql_logged_in(talk, packet);
	r = mysql_result_add(&state->result, packet);
	if (r < 0)
		return talk_over(talk, OUTCOME_DAMAGED, "the result is damaged");
	return r == MYSQL_WHOLE ? mysql_judge(talk) : TALK_ON;
}

static enum talk_turn mysql_begin(struct talk *talk)
{
	struct mysql_state *state = talk->state;

	state->lag = -1;
	state->result.text = BUF_INIT;
	return TALK_ON;
}

static enum talk_turn mysql_hear(struct talk *talk, bool end)
{
	struct mysql_packet packet;

	if (talk->stage == MYSQL_TLS) {
		/* What came before the handshake could be anybody's. */
		buf_clear(&talk->in);
		if (!talk->secure)
			mysql_login(talk, 2);
		return TALK_ON;
	}
	for (size_t at = 0;; at += packet.whole) {
		int r = mysql_packet_read(talk->in.data + at, talk->in.length - at, TALK_IN_MAX,
					  &packet);

		if (r < 0)
			return talk_over(talk, OUTCOME_DAMAGED, "the answer is not MySQL's");
		if (r == MYSQL_PARTIAL) {
			talk_take(talk, at);
			return TALK_ON;
		}
		if (mysql_packet(talk, &packet) == TALK_OVER) {
			if (talk->stage > MYSQL_LOGIN ||
			    (talk->stage == MYSQL_LOGIN && talk->outcome.code == OUTCOME_OK))
				mysql_quit(talk);
			return TALK_OVER;
		}
		if (talk->stage == MYSQL_TLS)
			return TALK_ON;
	}
}

static void mysql_release(void *state)
{
	buf_release(&((struct mysql_state *)state)->result.text);
}

const struct kind kind_mysql = {
	.name = "mysql",
	.port = 3306,
	.tls_port = 3306,
	.way = KIND_STREAM,
	.own_tls = true,
	.state_size = sizeof(struct mysql_state),
	.begin = mysql_begin,
	.hear = mysql_hear,
	.release = mysql_release,
};
