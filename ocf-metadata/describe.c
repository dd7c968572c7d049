// SPDX-License-Identifier: BSD-3-Clause

#include "describe.h"

#include <limits.h>
#include <string.h>

#include "ocf/agent.h"
#include "ocf/params.h"

const struct param *describe_owner(const struct agent *agent, const struct param *param)
{
	const struct param *owner = NULL;

	if (param->standing == PARAM_ALIAS)
		owner = params_find(agent, param->instead);
	return owner ? owner : param;
}

const char *describe_content(const struct param *param)
{
	switch (param->type) {
	case PARAM_INTEGER:
		return "integer";
	case PARAM_BOOLEAN:
		return "boolean";
	case PARAM_CHOICE:
		return "select";
	default:
		return "string";
	}
}

const char *describe_type(const struct param *param)
{
	switch (param->type) {
	case PARAM_STRING:
		return "string";
	case PARAM_INTEGER:
		return "whole number";
	case PARAM_BOOLEAN:
		return "boolean";
	case PARAM_CHOICE:
		return "choice";
	case PARAM_DURATION:
		return "duration";
	case PARAM_ADDRESS:
		return "address";
	case PARAM_ADDRESSES:
		return "list of addresses";
	case PARAM_PORT:
		return "port";
	case PARAM_PATH:
		return "path";
	case PARAM_SECRET_FILE:
		return "file that holds a secret";
	}
	return "string";
}

const char *describe_brief(const struct param *param)
{
	if (param->brief)
		return param->brief;
	switch (param->standing) {
	case PARAM_ALIAS:
		return "Older name of another parameter";
	case PARAM_IGNORED:
		return "Accepted without effect";
	default:
		return "Not supported";
	}
}

static void describe_milliseconds(long value, struct buf *text)
{
	static const struct {
		const char *name;
		long milliseconds;
	} units[] = {{"h", 3600000}, {"min", 60000}, {"s", 1000}};

	for (size_t i = 0; i < ARRAY_SIZE(units); i++)
		if (value && value % units[i].milliseconds == 0) {
			buf_addf(text, "%ld%s", value / units[i].milliseconds, units[i].name);
			return;
		}
	buf_addf(text, value ? "%ldms" : "%ld", value);
}

static void describe_number(const struct param *param, long value, struct buf *text)
{
	if (param->type == PARAM_DURATION)
		describe_milliseconds(value, text);
	else
		buf_addf(text, "%ld", value);
}

static void describe_range(const struct param *param, struct buf *text)
{
	if (param->min == LONG_MIN && param->max == LONG_MAX)
		return;
	if (param->min == LONG_MIN) {
		buf_adds(text, "At most ");
		describe_number(param, param->max, text);
	} else if (param->max == LONG_MAX) {
		buf_adds(text, "At least ");
		describe_number(param, param->min, text);
	} else {
		buf_adds(text, "Range: ");
		describe_number(param, param->min, text);
		buf_adds(text, " to ");
		describe_number(param, param->max, text);
	}
	buf_adds(text, ".");
}

static void describe_choices(const struct param *param, struct buf *text)
{
	buf_adds(text, "One of");
	for (const char *const *choice = param->choices; *choice; choice++)
		buf_addf(text, "%s %s", choice == param->choices ? ":" : ",", *choice);
	buf_adds(text, ".");
}

/* Sentences about how a value is written, nothing where the type says it all. */
static void describe_syntax(const struct param *param, struct buf *text)
{
	switch (param->type) {
	case PARAM_INTEGER:
		describe_range(param, text);
		break;
	case PARAM_CHOICE:
		describe_choices(param, text);
		break;
	case PARAM_DURATION:
		buf_adds(text,
			 "A number with a unit (ms, s, min, h); without one it means seconds. ");
		describe_range(param, text);
		break;
	case PARAM_ADDRESS:
		buf_adds(text,
			 "An IPv4 or IPv6 address; a prefix length may follow after a slash.");
		break;
	case PARAM_ADDRESSES:
		buf_adds(text,
			 "IPv4 and IPv6 addresses with blanks or commas between them; a prefix "
			 "length may follow each of them after a slash.");
		break;
	case PARAM_PORT:
		buf_adds(text, "Range: 1 to 65535.");
		break;
	case PARAM_PATH:
		buf_adds(text, "An absolute path.");
		break;
	case PARAM_SECRET_FILE:
		buf_adds(text, "The absolute path of a regular file that belongs to root and that "
			       "group and others cannot read (mode 0600).");
		break;
	default:
		break;
	}
}

static void describe_sentence(const char *words, struct buf *text)
{
	size_t length = strlen(words);

	buf_adds(text, words);
	if (length && !strchr(".!?", words[length - 1]))
		buf_adds(text, ".");
}

void describe_standing(const struct param *param, struct buf *text)
{
	switch (param->standing) {
	case PARAM_CURRENT:
		return;
	case PARAM_ALIAS:
		buf_addf(text, "An older name of %s.", param->instead);
		return;
	case PARAM_IGNORED:
		buf_adds(text, "Accepted without effect: ");
		break;
	case PARAM_REFUSED:
		buf_adds(text, "Not supported: ");
		break;
	}
	describe_sentence(param->instead, text);
}

void describe_text(const struct agent *agent, const struct param *param, struct buf *text)
{
	AUTO_BUF struct buf syntax = BUF_INIT;

	describe_standing(param, text);
	if (param->text) {
		if (text->length)
			buf_adds(text, " ");
		buf_adds(text, param->text);
	}
	if (param->standing == PARAM_IGNORED || param->standing == PARAM_REFUSED)
		return;
	describe_syntax(describe_owner(agent, param), &syntax);
	if (syntax.length)
		buf_addf(text, "%s%s", text->length ? " " : "", syntax.data);
}
