// SPDX-License-Identifier: BSD-3-Clause
/*
 * An agent on the server that tells in one line how it feels, as HAProxy's agent-check has it:
 * words between blanks, commas or tabs; "up", "ready", "down", "failed", "stopped", "drain",
 * "maint", "75%", "maxconn:30" (which IPVS has no use for); text after a '#' is the reason.
 */

#include <string.h>
#include <strings.h>

#include "base/num.h"
#include "ipvs/kind.h"

#define AGENT_LINE_MAX 1024 /* bytes */

static enum talk_turn agent_begin(struct talk *talk)
{
	const char *request = talk->target->check->request;

	if (request && *request)
		buf_addf(&talk->out, "%s\n", request);
	return TALK_ON;
}

static bool agent_is(const char *word, const char *a, const char *b, const char *c)
{
	return !strcasecmp(word, a) || !strcasecmp(word, b) || !strcasecmp(word, c);
}

/* False: no word of the protocol. */
static bool agent_word(struct talk *talk, char *word)
{
	const size_t length = strlen(word);
	struct outcome *outcome = &talk->outcome;
	long long percent;

	if (agent_is(word, "down", "failed", "stopped")) {
		outcome->code = OUTCOME_STATUS;
	} else if (agent_is(word, "drain", "maint", "maint")) {
		outcome->weight = 0;
		outcome->percent = true;
	} else if (length > 1 && word[length - 1] == '%') {
		word[length - 1] = '\0';
		if (num_parse(word, 0, 25600, &percent))
			return false;
		if (outcome->weight != 0)
			outcome->weight = percent > 100 ? 100 : (int)percent;
		outcome->percent = true;
	} else {
		return agent_is(word, "up", "ready", "ready") || !strncasecmp(word, "maxconn:", 8);
	}
	return true;
}

static enum talk_turn agent_line(struct talk *talk, char *line)
{
	static const char separators[] = " ,\t\r";
	char *reason = strchr(line, '#');
	size_t words = 0;

	if (reason)
		*reason++ = '\0';
	talk->outcome = OUTCOME_INIT;
	talk->outcome.code = OUTCOME_OK;
	for (char *next = NULL, *word = strtok_r(line, separators, &next); word;
	     word = strtok_r(NULL, separators, &next), words++)
		if (!agent_word(talk, word)) {
			talk->outcome = OUTCOME_INIT;
			return talk_over(talk, OUTCOME_DAMAGED, "the agent says \"%s\"", word);
		}
	if (!words)
		return talk_over(talk, OUTCOME_DAMAGED, "the agent says nothing");
	return talk_over(talk, talk->outcome.code, "%s", reason ? reason : "");
}

static enum talk_turn agent_hear(struct talk *talk, bool end)
{
	size_t length = talk->in.length, whole;

	if (!talk_line(talk, 0, &length, &whole) && !end && length < AGENT_LINE_MAX)
		return TALK_ON;
	if (length >= AGENT_LINE_MAX || memchr(talk->in.data, '\0', length))
		return talk_over(talk, OUTCOME_DAMAGED, "the agent's line is damaged");
	if (length < talk->in.length)
		talk->in.data[length] = '\0';
	return agent_line(talk, talk->in.data);
}

const struct kind kind_agent = {
	.name = "agent",
	.way = KIND_STREAM,
	.begin = agent_begin,
	.hear = agent_hear,
};
