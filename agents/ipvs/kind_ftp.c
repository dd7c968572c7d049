// SPDX-License-Identifier: BSD-3-Clause
/*
 * FTP (RFC 959, RFC 2428): the greeting, a login where one is given, and where a file is asked for its
 * passive transfer. The file may be what the check wants to receive; else its first byte is enough.
 *
 * Where the transfer comes from is the server that is checked, whatever address it says: only the port
 * of its answer counts. So it can't send us elsewhere, and needs to know nothing of a translation.
 */

#include <stdio.h>
#include <string.h>

#include "ipvs/dialogue.h"
#include "ipvs/kind.h"

#define FTP_KEPT_MAX (256U * 1024) /* bytes of the file that are kept for matching */

struct ftp_state {
	struct buf kept;
	size_t matched; /* bytes of kept that were matched last */
	bool whole;	/* the file has come to its end */
	bool told;	/* the server has said so */
};

static void ftp_user(struct buf *out, const struct target *target)
{
	buf_addf(out, "USER %s\r\n", target->check->login);
}

static void ftp_password(struct buf *out, const struct target *target)
{
	buf_addf(out, "PASS %s\r\n", target->check->password ? target->check->password : "");
}

static void ftp_binary(struct buf *out, const struct target *target)
{
	buf_adds(out, "TYPE I\r\n");
}

static void ftp_listen(struct buf *out, const struct target *target)
{
	buf_adds(out, target->address.family == AF_INET6 ? "EPSV\r\n" : "PASV\r\n");
}

static void ftp_retrieve(struct buf *out, const struct target *target)
{
	buf_addf(out, "RETR %s\r\n", target->check->request);
}

static void ftp_quit(struct buf *out, const struct target *target)
{
	buf_adds(out, "QUIT\r\n");
}

/* "227 Entering Passive Mode (192,0,2,1,156,64)", "229 Extended Passive Mode OK (|||40000|)". */
static enum talk_turn ftp_open(struct talk *talk, const char *line, size_t length)
{
	unsigned int a[4], high = 256, low = 256, port = 0;
	char text[128];
	const char *at;

	(void)snprintf(text, sizeof(text), "%.*s", (int)length, line);
	at = strchr(text, '(');
	at = at ? at + 1 : text + 4 + strcspn(text + 4, "0123456789");
	if (sscanf(at, "%3u,%3u,%3u,%3u,%3u,%3u", &a[0], &a[1], &a[2], &a[3], &high, &low) == 6 &&
	    high < 256 && low < 256)
		port = high << 8 | low;
	else if (sscanf(at, "|||%5u|", &port) != 1)
		port = 0;
	if (!port || port > UINT16_MAX)
		return talk_over(talk, OUTCOME_DAMAGED, "no port in: %s", text);
	talk->side = (uint16_t)port;
	return TALK_ON;
}

/* more: the file goes on. */
static enum talk_turn ftp_judge(struct talk *talk, bool more)
{
	const struct ftp_state *state = talk->state;
	const enum talk_turn turn = talk_expect(talk, state->kept.data, state->kept.length, more);

	if (turn == TALK_OVER)
		ftp_quit(&talk->out, talk->target);
	return turn;
}

/* The server's word that all is sent. An empty file has nothing else to be known by. */
static enum talk_turn ftp_told(struct talk *talk, const char *line, size_t length)
{
	struct ftp_state *state = talk->state;

	state->told = true;
	return state->whole ? ftp_judge(talk, false) : TALK_ON;
}

static const struct dialogue_step ftp_greeting[] = {{"220", ftp_quit, NULL}};
static const struct dialogue_step ftp_login[] = {
	{"220", ftp_user, NULL}, {"331", ftp_password, NULL}, {"230", ftp_quit, NULL}};
static const struct dialogue_step ftp_file[] = {
	{"220", ftp_user, NULL},   {"331", ftp_password, NULL},	   {"230", ftp_binary, NULL},
	{"200", ftp_listen, NULL}, {"22", ftp_retrieve, ftp_open}, {"1", NULL, NULL},
	{"2", NULL, ftp_told}};

static enum talk_turn ftp_hear(struct talk *talk, bool end)
{
	static const struct dialogue plain = {ftp_greeting, ARRAY_SIZE(ftp_greeting),
					      .continued = true};
	static const struct dialogue full = {ftp_login, ARRAY_SIZE(ftp_login), .continued = true};
	static const struct dialogue file = {ftp_file, ARRAY_SIZE(ftp_file), .continued = true};
	const struct intent_check *check = talk->target->check;

	if (!check->login)
		return dialogue_hear(&plain, talk, end);
	return dialogue_hear(check->request ? &file : &full, talk, end);
}

static enum talk_turn ftp_hear_side(struct talk *talk, const char *bytes, size_t length, int error)
{
	struct ftp_state *state = talk->state;
	struct buf *kept = &state->kept;
	const size_t room = FTP_KEPT_MAX - kept->length;

	if (error)
		return talk_over(talk, OUTCOME_CUT, "the transfer failed: %s", strerror(error));
	if (length && !talk->target->pattern)
		return ftp_judge(talk, false);
	buf_add(kept, bytes, length < room ? length : room);
	if (buf_error(kept))
		return talk_over(talk, OUTCOME_NONE, "out of memory");
	state->whole = !length;
	/* A transfer without a byte may be a refusal: the server's word tells. */
	if (state->whole)
		return kept->length || state->told ? ftp_judge(talk, false) : TALK_ON;
	/* When it has doubled, as with a page: a file that drips would else be matched at every byte. */
	if (kept->length < 2 * state->matched || kept->length == state->matched)
		return TALK_ON;
	state->matched = kept->length;
	return ftp_judge(talk, kept->length < FTP_KEPT_MAX);
}

static enum talk_turn ftp_begin(struct talk *talk)
{
	((struct ftp_state *)talk->state)->kept = BUF_INIT;
	return TALK_ON;
}

static void ftp_release(void *state)
{
	buf_release(&((struct ftp_state *)state)->kept);
}

const struct kind kind_ftp = {
	.name = "ftp",
	.port = 21,
	.tls_port = 990,
	.way = KIND_STREAM,
	.state_size = sizeof(struct ftp_state),
	.begin = ftp_begin,
	.hear = ftp_hear,
	.hear_side = ftp_hear_side,
	.release = ftp_release,
};
