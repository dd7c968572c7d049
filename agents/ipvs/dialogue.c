// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/dialogue.h"

#include <string.h>

#define DIALOGUE_LINE_MAX 4096 /* bytes */

static bool dialogue_begins(const char *line, size_t length, const char *with)
{
	return length >= strlen(with) && !memcmp(line, with, strlen(with));
}

/* A line that another one follows, or that tells something else. */
static bool dialogue_passes(const struct dialogue *dialogue, const struct dialogue_step *step,
			    const char *line, size_t length)
{
	if (dialogue->continued && length > 3 && line[3] == '-' &&
	    dialogue_begins(line, length, step->expect))
		return true;
	/* A text line within a reply of FTP need not begin with the code. */
	if (dialogue->continued && length && (*line < '0' || *line > '9'))
		return true;
	return dialogue->aside && dialogue_begins(line, length, dialogue->aside) &&
	       !dialogue_begins(step->expect, strlen(step->expect), dialogue->aside);
}

static enum talk_turn dialogue_step(const struct dialogue *dialogue, struct talk *talk,
				    const char *line, size_t length)
{
	const struct dialogue_step *step = &dialogue->steps[talk->stage];

	if (!dialogue_begins(line, length, step->expect))
		return talk_over(talk, OUTCOME_STATUS, "%.*s", (int)length, line);
	talk->stage++;
	if (step->then && step->then(talk, line, length) == TALK_OVER)
		return TALK_OVER;
	if (step->say)
		step->say(&talk->out, talk->target);
	if (!step->then && (size_t)talk->stage == dialogue->count)
		return talk_over(talk, OUTCOME_OK, "%.*s", (int)length, line);
	return TALK_ON;
}

enum talk_turn dialogue_hear(const struct dialogue *dialogue, struct talk *talk, bool end)
{
	size_t at = 0, length, whole;

	while ((size_t)talk->stage < dialogue->count && talk_line(talk, at, &length, &whole)) {
		const char *line = talk->in.data + at;

		if (!dialogue_passes(dialogue, &dialogue->steps[talk->stage], line, length) &&
		    dialogue_step(dialogue, talk, line, length) == TALK_OVER)
			return TALK_OVER;
		at += whole;
	}
	talk_take(talk, at);
	if (talk->in.length > DIALOGUE_LINE_MAX)
		return talk_over(talk, OUTCOME_DAMAGED, "a line is longer than %d bytes",
				 DIALOGUE_LINE_MAX);
	if (!end)
		return TALK_ON;
	return talk_over(talk, OUTCOME_CUT, "the connection ended before the answer was whole");
}
