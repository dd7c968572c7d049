// SPDX-License-Identifier: BSD-3-Clause
/*
 * IMAP4 (RFC 9051): the greeting, a login where one is given, LOGOUT.
 */

#include "ipvs/dialogue.h"
#include "ipvs/kind.h"

static void imap_quote(struct buf *out, const char *text)
{
	buf_adds(out, "\"");
	for (; text && *text; text++)
		buf_addf(out, "%s%c", *text == '"' || *text == '\\' ? "\\" : "", *text);
	buf_adds(out, "\"");
}

static void imap_login(struct buf *out, const struct target *target)
{
	buf_adds(out, "a LOGIN ");
	imap_quote(out, target->check->login);
	buf_adds(out, " ");
	imap_quote(out, target->check->password);
	buf_adds(out, "\r\n");
}

static void imap_logout(struct buf *out, const struct target *target)
{
	buf_adds(out, "z LOGOUT\r\n");
}

static enum talk_turn imap_hear(struct talk *talk, bool end)
{
	static const struct dialogue_step greeting[] = {{"* OK", imap_logout, NULL}};
	static const struct dialogue_step login[] = {{"* OK", imap_login, NULL},
						     {"a OK", imap_logout, NULL}};
	static const struct dialogue plain = {greeting, ARRAY_SIZE(greeting), .aside = "* "};
	static const struct dialogue full = {login, ARRAY_SIZE(login), .aside = "* "};

	return dialogue_hear(talk->target->check->login ? &full : &plain, talk, end);
}

const struct kind kind_imap = {
	.name = "imap", .port = 143, .tls_port = 993, .way = KIND_STREAM, .hear = imap_hear};
