// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/talk.h"

#include <stdarg.h>
#include <string.h>

#include "ipvs/kind.h"
#include "ipvs/pattern.h"

enum talk_turn talk_over(struct talk *talk, enum outcome_code code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	outcome_vset(&talk->outcome, code, format, arguments);
	va_end(arguments);
	return TALK_OVER;
}

enum talk_turn talk_good(struct talk *talk)
{
	talk->outcome.code = OUTCOME_OK;
	talk->outcome.reason[0] = '\0';
	return TALK_OVER;
}

enum talk_turn talk_begin(struct talk *talk, const struct kind *kind, const struct target *target)
{
	talk->kind = kind;
	talk->target = target;
	if (kind->state_size && !talk->state) {
		talk->state = calloc(1, kind->state_size);
		if (!talk->state)
			return talk_over(talk, OUTCOME_NONE, "out of memory");
	}
	if (!kind->hear)
		return talk_good(talk);
	return kind->begin ? kind->begin(talk) : TALK_ON;
}

static enum talk_turn talk_bounded(struct talk *talk)
{
	if (buf_error(&talk->in) || buf_error(&talk->out))
		return talk_over(talk, OUTCOME_NONE, "out of memory");
	if (talk->in.length > TALK_IN_MAX)
		return talk_over(talk, OUTCOME_DAMAGED, "the answer is longer than %u bytes",
				 TALK_IN_MAX);
	return TALK_ON;
}

enum talk_turn talk_hear(struct talk *talk, const void *bytes, size_t length)
{
	buf_add(&talk->in, bytes, length);
	if (!buf_error(&talk->in) && talk->kind->hear(talk, false) == TALK_OVER)
		return TALK_OVER;
	return talk_bounded(talk);
}

enum talk_turn talk_hear_side(struct talk *talk, const void *bytes, size_t length, int error)
{
	if (talk->kind->hear_side(talk, bytes, length, error) == TALK_OVER)
		return TALK_OVER;
	return talk_bounded(talk);
}

void talk_end(struct talk *talk)
{
	if (talk->kind->hear(talk, true) == TALK_OVER)
		return;
	(void)talk_over(talk, OUTCOME_CUT, "the connection ended before the answer was whole");
}

void talk_release(struct talk *talk)
{
	if (talk->state && talk->kind->release)
		talk->kind->release(talk->state);
	free(talk->state);
	buf_release(&talk->in);
	buf_release(&talk->out);
	*talk = TALK_INIT;
}

void talk_take(struct talk *talk, size_t length)
{
	struct buf *in = &talk->in;

	if (!length)
		return;
	memmove(in->data, in->data + length, in->length - length);
	in->length -= length;
	in->data[in->length] = '\0';
}

bool talk_line(const struct talk *talk, size_t at, size_t *ret_length, size_t *ret_whole)
{
	const char *begin = talk->in.data + at;
	const char *end = memchr(begin, '\n', talk->in.length - at);

	if (!end)
		return false;
	*ret_whole = (size_t)(end - begin) + 1;
	*ret_length = *ret_whole - 1;
	if (*ret_length && end[-1] == '\r')
		(*ret_length)--;
	return true;
}

enum talk_turn talk_expect(struct talk *talk, const char *bytes, size_t length, bool more)
{
	const struct target *target = talk->target;
	const bool unwanted = target->url && target->url->no_match;
	int r;

	if (!target->pattern)
		return talk_good(talk);
	r = pattern_match(target->pattern, bytes, length);
	if (r < 0)
		return talk_over(talk, OUTCOME_CONTENT, "the regular expression takes too long");
	if (r == PATTERN_MATCHES && unwanted)
		return talk_over(talk, OUTCOME_CONTENT, "the answer has what it must not have");
	if (r == PATTERN_MATCHES)
		return talk_good(talk);
	if (more)
		return TALK_ON;
	if (unwanted)
		return talk_good(talk);
	return talk_over(talk, OUTCOME_CONTENT, "the answer does not match");
}
