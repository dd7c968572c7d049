// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/talker.h"

#include <errno.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "ipvs/tls.h"
#include "ipvs/wire.h"

#define TALKER_PIECE 16384 /* bytes read at a time */
#define TALKER_PIECES 4	   /* read in one turn */

static enum talk_turn talker_fail(struct talker *talker, int error, bool connected)
{
	outcome_set_errno(&talker->talk.outcome, error, connected);
	return TALK_OVER;
}

static enum talk_turn talker_shake_begin(struct talker *talker)
{
	talker->talk.secure = false;
	talker->stage = TALKER_SHAKING;
	talker->tls = talker->target->tls ?
			      tls_begin(talker->target->tls, talker->target, talker->fd) :
			      NULL;
	if (!talker->tls)
		return talker_fail(talker, ENOMEM, true);
	return TALK_ON;
}

static enum talk_turn talker_opened(struct talker *talker)
{
	if (talker->target->tls && !talker->kind->own_tls)
		return talker_shake_begin(talker);
	talker->stage = TALKER_TALKING;
	return talk_begin(&talker->talk, talker->kind, talker->target);
}

enum talk_turn talker_begin(struct talker *talker, const struct target *target, struct wires *wires)
{
	const struct kind *kind = kind_of(target->check);
	int r;

	*talker = (struct talker){.target = target,
				  .kind = kind,
				  .way = kind->way,
				  .wires = wires,
				  .fd = -1,
				  .side = -1,
				  .talk = TALK_INIT};
	if (kind->way == KIND_FIXED) {
		outcome_set(&talker->talk.outcome, kind == &kind_on ? OUTCOME_OK : OUTCOME_STATUS,
			    "set so");
		return TALK_OVER;
	}
	r = wire_open(wires, target, kind->way, &talker->fd);
	if (r < 0)
		return talker_fail(talker, -r, false);
	return r == WIRE_OPEN ? talker_opened(talker) : TALK_ON;
}

/* ON: all is sent, or no more goes now. */
static enum talk_turn talker_send(struct talker *talker)
{
	struct buf *out = &talker->talk.out;

	while (talker->sent < out->length) {
		const char *bytes = out->data + talker->sent;
		const size_t length = out->length - talker->sent;
		ssize_t n = talker->tls ? tls_send(talker->tls, bytes, length) :
					  send(talker->fd, bytes, length, MSG_NOSIGNAL);

		if (n < 0 && errno == EAGAIN)
			return TALK_ON;
		if (n <= 0)
			return talker_fail(talker, n ? errno : EPIPE, true);
		talker->sent += (size_t)n;
	}
	buf_clear(out);
	talker->sent = 0;
	return talker->talk.secure ? talker_shake_begin(talker) : TALK_ON;
}

/* The same question over a stream. */
static enum talk_turn talker_move(struct talker *talker)
{
	int r;

	(void)wire_close(talker->wires, talker->target, talker->way, TAKE_FD(talker->fd), false);
	buf_clear(&talker->talk.in);
	buf_clear(&talker->talk.out);
	talker->talk.stream = false;
	talker->way = KIND_STREAM;
	talker->stage = TALKER_OPENING;
	talker->sent = 0;
	r = wire_open(talker->wires, talker->target, KIND_STREAM, &talker->fd);
	if (r < 0)
		return talker_fail(talker, -r, false);
	talker->moved = true;
	return r == WIRE_OPEN ? talker_opened(talker) : TALK_ON;
}

static enum talk_turn talker_hear(struct talker *talker, const char *bytes, size_t length,
				  bool *ret_more)
{
	if (talk_hear(&talker->talk, bytes, length) == TALK_OVER)
		return TALK_OVER;
	if (!talker->talk.stream)
		return TALK_ON;
	*ret_more = false;
	return talker_move(talker);
}

/* One piece. *ret_more: there may be another one. */
static enum talk_turn talker_receive(struct talker *talker, uint32_t events, bool *ret_more)
{
	const bool ended = events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR);
	char bytes[TALKER_PIECE];
	ssize_t n = talker->tls ? tls_receive(talker->tls, bytes, sizeof(bytes)) :
				  recv(talker->fd, bytes, sizeof(bytes), 0);

	*ret_more = false;
	if (n > 0) {
		/* A short read has emptied the socket; but TLS may hold more, and the end was told. */
		*ret_more = talker->tls || n == sizeof(bytes) || ended ||
			    talker->way != KIND_STREAM;
		return talker_hear(talker, bytes, (size_t)n, ret_more);
	}
	if (n < 0 && errno == EAGAIN)
		return TALK_ON;
	if (n < 0 && talker->way != KIND_STREAM)
		return talker_fail(talker, errno, false);
	if (n < 0 && !talker->tls)
		return talker_fail(talker, errno, true);
	talk_end(&talker->talk);
	return TALK_OVER;
}

static enum talk_turn talker_shake(struct talker *talker)
{
	char words[TLS_WORDS_MAX];
	int r = tls_shake(talker->tls, words);

	if (r == -EAGAIN)
		return TALK_ON;
	if (r)
		return talk_over(&talker->talk, OUTCOME_TLS, "%s", words);
	talker->stage = TALKER_TALKING;
	if (talker->kind->own_tls)
		return talk_hear(&talker->talk, "", 0);
	return talk_begin(&talker->talk, talker->kind, talker->target);
}

/* Says and hears as long as it goes and is its turn. */
static enum talk_turn talker_talk(struct talker *talker, uint32_t events, bool *ret_more)
{
	bool more = true;

	for (int piece = 0; more && piece < TALKER_PIECES; piece++) {
		if (talker->talk.out.length && talker_send(talker) == TALK_OVER)
			return TALK_OVER;
		if (talker->stage == TALKER_SHAKING)
			return TALK_ON;
		if (!(events & ~(uint32_t)EPOLLOUT))
			return TALK_ON;
		if (talker_receive(talker, events, &more) == TALK_OVER)
			return TALK_OVER;
	}
	*ret_more = more;
	return talker->talk.out.length ? talker_send(talker) : TALK_ON;
}

/* The second stream: opened when the kind asks for it, heard as far as it has come. */
static enum talk_turn talker_open_side(struct talker *talker)
{
	struct target target = *talker->target;
	int r;

	target.port = talker->talk.side;
	talker->talk.side = 0;
	if (talker->side >= 0)
		return TALK_ON;
	r = wire_open(talker->wires, &target, KIND_STREAM, &talker->side);
	if (r < 0)
		return talk_hear_side(&talker->talk, NULL, 0, -r);
	talker->side_new = true;
	return TALK_ON;
}

static enum talk_turn talker_hear_side(struct talker *talker, bool *ret_more)
{
	char bytes[TALKER_PIECE];

	for (int piece = 0; piece < TALKER_PIECES; piece++) {
		const ssize_t n = recv(talker->side, bytes, sizeof(bytes), 0);

		if (n < 0 && errno == EAGAIN)
			return TALK_ON;
		if (n <= 0) {
			const int error = n ? errno : 0;

			(void)close(TAKE_FD(talker->side));
			return talk_hear_side(&talker->talk, NULL, 0, error);
		}
		if (talk_hear_side(&talker->talk, bytes, (size_t)n, 0) == TALK_OVER)
			return TALK_OVER;
	}
	*ret_more = true;
	return TALK_ON;
}

static enum talk_turn talker_go_aside(struct talker *talker, bool *ret_more)
{
	if (talker->side >= 0 && talker_hear_side(talker, ret_more) == TALK_OVER)
		return TALK_OVER;
	if (talker->talk.side && talker_open_side(talker) == TALK_OVER)
		return TALK_OVER;
	return talker->talk.out.length ? talker_send(talker) : TALK_ON;
}

enum talk_turn talker_go(struct talker *talker, uint32_t events, bool *ret_more)
{
	*ret_more = false;
	if (talker->stage == TALKER_OPENING) {
		/* An error shows itself: to ask for it costs a system call a probe. */
		int r = events & (EPOLLERR | EPOLLHUP) ? wire_opened(talker->fd) : 0;

		if (r < 0)
			return talker_fail(talker, -r, false);
		if (talker_opened(talker) == TALK_OVER)
			return TALK_OVER;
	}
	if (talker->stage == TALKER_SHAKING) {
		if (talker_shake(talker) == TALK_OVER)
			return TALK_OVER;
		if (talker->stage == TALKER_SHAKING)
			return TALK_ON;
		events |= EPOLLIN; /* the handshake may have read what follows it */
	}
	if (talker_talk(talker, events, ret_more) == TALK_OVER)
		return TALK_OVER;
	if (talker->stage == TALKER_SHAKING)
		*ret_more = true; /* the handshake begins with us */
	return talker->kind->hear_side ? talker_go_aside(talker, ret_more) : TALK_ON;
}

void talker_late(struct talker *talker)
{
	struct outcome *outcome = &talker->talk.outcome;

	if (talker->stage == TALKER_OPENING || talker->kind->way == KIND_ECHO)
		outcome_set(outcome, OUTCOME_SILENT, "no answer in %lld ms",
			    talker->target->check->timeout);
	else if (talker->kind->may_be_silent && talker->kind->may_be_silent(talker->target))
		outcome_set(outcome, OUTCOME_OK, "no answer, and none was asked for");
	else
		outcome_set(outcome, OUTCOME_HUNG, "no whole answer in %lld ms",
			    talker->target->check->timeout);
}

int talker_end(struct talker *talker)
{
	const enum outcome_code code = talker->talk.outcome.code;
	const bool farewell = talker->stage == TALKER_TALKING && talker->talk.out.length > 0 &&
			      code != OUTCOME_HUNG && code != OUTCOME_CUT;
	bool kept = false;
	int fd;

	if (farewell)
		(void)talker_send(talker);
	fd = TAKE_FD(talker->fd);
	attr_close(&talker->side);
	tls_end(&talker->tls);
	if (fd >= 0)
		kept = wire_close(talker->wires, talker->target, talker->way, fd, farewell);
	talk_release(&talker->talk);
	return kept ? fd : -1;
}
