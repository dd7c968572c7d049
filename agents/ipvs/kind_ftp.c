// SPDX-License-Identifier: BSD-3-Clause
/*
 * FTP (RFC 959): the greeting, a login where one is given, QUIT. No file is fetched.
 */

#include "ipvs/dialogue.h"
#include "ipvs/kind.h"

static void ftp_user(struct buf *out, const struct target *target)
{
	buf_addf(out, "USER %s\r\n", target->check->login);
}

static void ftp_password(struct buf *out, const struct target *target)
{
	buf_addf(out, "PASS %s\r\n", target->check->password ? target->check->password : "");
}

static void ftp_quit(struct buf *out, const struct target *target)
{
	buf_adds(out, "QUIT\r\n");
}

static enum talk_turn ftp_hear(struct talk *talk, bool end)
{
	static const struct dialogue_step greeting[] = {{"220", ftp_quit}};
	static const struct dialogue_step login[] = {
		{"220", ftp_user}, {"331", ftp_password}, {"230", ftp_quit}};
	static const struct dialogue plain = {greeting, ARRAY_SIZE(greeting), .continued = true};
	static const struct dialogue full = {login, ARRAY_SIZE(login), .continued = true};

	return dialogue_hear(talk->target->check->login ? &full : &plain, talk, end);
}

const struct kind kind_ftp = {
	.name = "ftp", .port = 21, .tls_port = 990, .way = KIND_STREAM, .hear = ftp_hear};
