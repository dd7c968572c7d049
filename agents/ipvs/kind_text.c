// SPDX-License-Identifier: BSD-3-Clause
/*
 * Any protocol of text: send the request, wait for what matches (ldirectord's simpletcp).
 */

#include "ipvs/kind.h"

static enum talk_turn text_begin(struct talk *talk)
{
	const char *request = talk->target->check->request;

	if (request && *request)
		buf_addf(&talk->out, "%s\r\n", request);
	return TALK_ON;
}

static enum talk_turn text_hear(struct talk *talk, bool end)
{
	size_t *matched = talk->state;

	if (!talk->in.length && !end)
		return TALK_ON;
	/* When it has doubled: what drips would else be matched at every byte. */
	if (!end && talk->in.length < 2 * *matched)
		return TALK_ON;
	*matched = talk->in.length;
	return talk_expect(talk, talk->in.data, talk->in.length, !end);
}

const struct kind kind_text = {
	.name = "text",
	.way = KIND_STREAM,
	.state_size = sizeof(size_t),
	.begin = text_begin,
	.hear = text_hear,
};
