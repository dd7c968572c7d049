// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs-heard.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/fault.h"
#include "ipvs/kind.h"
#include "ipvs/pattern.h"

static enum talk_turn heard_collect(struct talk *talk, enum talk_turn turn, struct heard *heard)
{
	buf_add(&heard->said, talk->out.data, talk->out.length);
	buf_clear(&talk->out);
	if (turn == TALK_ON && talk->secure) {
		talk->secure = false;
		heard->secured = true;
		return heard_collect(talk, talk_hear(talk, "", 0), heard);
	}
	return turn;
}

static enum talk_turn heard_side(struct talk *talk, const char *bytes, struct heard *heard)
{
	enum talk_turn turn = TALK_ON;

	heard->side = talk->side;
	talk->side = 0;
	if (bytes && *bytes)
		turn = heard_collect(talk, talk_hear_side(talk, bytes, strlen(bytes), 0), heard);
	return turn == TALK_ON && bytes ?
		       heard_collect(talk, talk_hear_side(talk, NULL, 0, 0), heard) :
		       turn;
}

void heard_run(const struct intent_check *check, const struct intent_url *url, const void *bytes,
	       size_t length, struct heard_manner manner, struct heard *ret_heard)
{
	size_t piece = manner.piece;
	const char *receive = url ? url->receive : check->receive;
	AUTO_PATTERN struct pattern *pattern = NULL;
	AUTO_TALK struct talk talk = TALK_INIT;
	struct target target = {.check = check, .url = url, .port = 80};
	struct fault fault = FAULT_INIT;
	enum talk_turn turn;

	*ret_heard = HEARD_INIT;
	assert_int_equal(inet_parse("192.0.2.7", &target.address), 0);
	if (receive && !check->hex)
		assert_int_equal(pattern_compile(receive, &fault, &pattern), 0);
	target.pattern = pattern;
	turn = heard_collect(&talk, talk_begin(&talk, kind_of(check), &target), ret_heard);
	if (!piece)
		piece = length ? length : 1;
	for (size_t at = 0; turn == TALK_ON && at < length; at += piece) {
		const size_t n = length - at < piece ? length - at : piece;

		turn = heard_collect(&talk, talk_hear(&talk, (const char *)bytes + at, n),
				     ret_heard);
		if (turn == TALK_ON && talk.side)
			turn = heard_side(&talk, manner.side, ret_heard);
	}
	if (talk.side)
		ret_heard->side = talk.side;
	if (turn == TALK_ON && manner.ends)
		talk_end(&talk);
	ret_heard->outcome = talk.outcome;
}

void heard_release(struct heard *heard)
{
	buf_release(&heard->said);
}
