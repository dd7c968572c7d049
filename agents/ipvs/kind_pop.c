// SPDX-License-Identifier: BSD-3-Clause
/*
 * POP3 (RFC 1939): the greeting, a login where one is given, QUIT.
 */

#include "ipvs/dialogue.h"
#include "ipvs/kind.h"

static void pop_user(struct buf *out, const struct target *target)
{
	buf_addf(out, "USER %s\r\n", target->check->login);
}

static void pop_password(struct buf *out, const struct target *target)
{
	buf_addf(out, "PASS %s\r\n", target->check->password ? target->check->password : "");
}

static void pop_quit(struct buf *out, const struct target *target)
{
	buf_adds(out, "QUIT\r\n");
}

static enum talk_turn pop_hear(struct talk *talk, bool end)
{
	static const struct dialogue_step greeting[] = {{"+OK", pop_quit, NULL}};
	static const struct dialogue_step login[] = {
		{"+OK", pop_user, NULL}, {"+OK", pop_password, NULL}, {"+OK", pop_quit, NULL}};
	static const struct dialogue plain = {.steps = greeting, .count = ARRAY_SIZE(greeting)};
	static const struct dialogue full = {.steps = login, .count = ARRAY_SIZE(login)};

	return dialogue_hear(talk->target->check->login ? &full : &plain, talk, end);
}

const struct kind kind_pop = {
	.name = "pop", .port = 110, .tls_port = 995, .way = KIND_STREAM, .hear = pop_hear};
