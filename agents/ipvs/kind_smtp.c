// SPDX-License-Identifier: BSD-3-Clause
/*
 * SMTP (RFC 5321): the greeting, HELO, QUIT.
 */

#include "ipvs/dialogue.h"
#include "ipvs/kind.h"

static void smtp_helo(struct buf *out, const struct target *target)
{
	buf_addf(out, "HELO %s\r\n", target->check->host ? target->check->host : "quorate");
}

static void smtp_quit(struct buf *out, const struct target *target)
{
	buf_adds(out, "QUIT\r\n");
}

static enum talk_turn smtp_hear(struct talk *talk, bool end)
{
	static const struct dialogue_step steps[] = {{"220", smtp_helo, NULL},
						     {"250", smtp_quit, NULL}};
	static const struct dialogue dialogue = {steps, ARRAY_SIZE(steps), .continued = true};

	return dialogue_hear(&dialogue, talk, end);
}

const struct kind kind_smtp = {
	.name = "smtp", .port = 25, .tls_port = 465, .way = KIND_STREAM, .hear = smtp_hear};
