// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/keepalived_block.h"

#include <errno.h>
#include <string.h>

static const struct ka_line *ka_next(struct ka *ka)
{
	const struct ka_line *line;

	if (ka->next == ka->lines.count)
		return NULL;
	line = &ka->lines.items[ka->next++];
	ka->at->file = line->file;
	ka->at->line = line->line;
	return line;
}

int ka_skip(struct ka *ka)
{
	const struct ka_line *line;

	for (int depth = 1; depth && (line = ka_next(ka));)
		depth += line->opens ? 1 : line->closes ? -1 : 0;
	return 0;
}

int ka_block(struct ka *ka, const struct ka_key *keys)
{
	const struct ka_line *line;
	int r = 0;

	while (!r && (line = ka_next(ka))) {
		const struct ka_key *key = keys;

		if (line->closes)
			return 0;
		while (key->name && strcmp(key->name, line->words[0]))
			key++;
		if (!key->name)
			return reading_fault(ka->at, "'%.60s' is not supported here",
					     line->words[0]);
		r = key->read(ka, key, line);
	}
	return r ? r : reading_fault(ka->at, "a block has no end");
}

const char *ka_argument(struct ka *ka, const struct ka_line *line)
{
	if (line->count == 2 && !line->opens)
		return line->words[1];
	(void)reading_fault(ka->at, "%.40s needs one value", line->words[0]);
	return NULL;
}

int ka_ignore(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	reading_remark(ka->at, "%s has no effect: %s", line->words[0], key->instead);
	return line->opens ? ka_skip(ka) : 0;
}

int ka_refuse(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	return reading_fault(ka->at, "%s is not supported: %s", line->words[0], key->instead);
}

int ka_boolean(struct ka *ka, const struct ka_line *line, bool *ret_value)
{
	*ret_value = true;
	if (line->count == 1 && !line->opens)
		return 0;
	if (!ka_argument(ka, line))
		return -EINVAL;
	return reading_boolean(ka->at, line->words[0], line->words[1], ret_value);
}

/* Of the innermost block that is open. */
static struct ka_times *ka_times_of(struct ka *ka)
{
	if (ka->check)
		return &ka->check->times;
	return ka->server ? &ka->server->times : &ka->virtual->times;
}

int ka_time(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);

	if (!value)
		return -EINVAL;
	return reading_time(ka->at, key->name, value,
			    (long long *)((char *)ka_times_of(ka) + key->offset));
}

int ka_retry(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);

	if (!value)
		return -EINVAL;
	return reading_number(ka->at, key->name, value, 0, 1000, &ka_times_of(ka)->retry);
}

int ka_virtualhost(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	const char *value = ka_argument(ka, line);

	if (!value)
		return -EINVAL;
	if (ka->url)
		ka->url->host = value;
	else
		ka_times_of(ka)->virtualhost = value;
	return 0;
}

int ka_switch(struct ka *ka, const struct ka_key *key, const struct ka_line *line)
{
	bool yes = false;

	if (ka_boolean(ka, line, &yes))
		return -EINVAL;
	*(int *)((char *)ka_times_of(ka) + key->offset) = yes;
	return 0;
}
