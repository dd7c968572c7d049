// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/standing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/fault.h"
#include "base/line.h"
#include "base/num.h"
#include "rsync/config.h"

static int standing_number(const char *line, const char *key, long long min, long long *ret_value)
{
	const char *at = line;
	char value[32];
	size_t length;

	for (;;) {
		at = strstr(at, key);
		if (!at)
			return -EPROTO;
		if ((at == line || at[-1] == ' ') && at[strlen(key)] == '=')
			break;
		at++;
	}
	at += strlen(key) + 1;
	length = strcspn(at, " ");
	if (length >= sizeof(value))
		return -EPROTO;
	(void)snprintf(value, sizeof(value), "%.*s", (int)length, at);
	return num_parse(value, min, INT64_MAX, ret_value) ? -EPROTO : 0;
}

int standing_print(const struct standing *s, struct buf *text)
{
	buf_addf(text,
		 "source=%d quorate=%d serving=%d sick=%d held=%d failing=%d generation=%llu "
		 "sequence=%llu lag=%lld pending=%llu score=%d\n%s\n",
		 s->source, s->quorate, s->serving, s->sick, s->held, s->failing,
		 (unsigned long long)s->generation, (unsigned long long)s->sequence, s->lag,
		 (unsigned long long)s->pending, s->score, s->text);
	return buf_error(text);
}

int standing_read(const char *text, struct standing *ret_standing)
{
	static const char *const keys[] = {"source", "quorate", "serving",    "sick",
					   "held",   "failing", "generation", "sequence",
					   "lag",    "pending", "score"};
	const size_t length = strcspn(text, "\n");
	long long v[ARRAY_SIZE(keys)];
	char line[1024];
	int r = 0;

	if (length >= sizeof(line))
		return -EPROTO;
	(void)snprintf(line, sizeof(line), "%.*s", (int)length, text);
	for (size_t i = 0; !r && i < ARRAY_SIZE(keys); i++)
		r = standing_number(line, keys[i], !strcmp(keys[i], "score") ? -1000000 : 0, &v[i]);
	if (r || v[10] > 1000000)
		return -EPROTO;
	*ret_standing = (struct standing){.source = v[0],
					  .quorate = v[1],
					  .serving = v[2],
					  .sick = v[3],
					  .held = v[4],
					  .failing = v[5],
					  .generation = (uint64_t)v[6],
					  .sequence = (uint64_t)v[7],
					  .lag = v[8],
					  .pending = (uint64_t)v[9],
					  .score = (int)v[10]};
	if (text[length])
		(void)snprintf(ret_standing->text, sizeof(ret_standing->text), "%.*s",
			       (int)strcspn(text + length + 1, "\n"), text + length + 1);
	line_clean(ret_standing->text);
	return 0;
}

static enum role_state standing_judge_source(const struct standing *s, struct fault *fault)
{
	if (s->sick) {
		(void)fault_set(fault, FAULT_GENERIC, 0, "%s", s->text);
		return ROLE_BROKEN;
	}
	if (s->quorate && s->serving && !s->failing)
		return ROLE_ACTIVE;
	(void)fault_set(fault, FAULT_GENERIC, 0, "%s",
			*s->text    ? s->text :
			!s->quorate ? "no quorum: serves nobody" :
				      "does not serve yet");
	return ROLE_DEGRADED;
}

enum role_state standing_judge(const struct rsync_config *config, const struct standing *s,
			       struct fault *fault)
{
	const long long lag = s->lag * 1000;
	const char *colon = *s->text ? ": " : "";

	if (s->source)
		return standing_judge_source(s, fault);
	if (config->lag_fail && lag > config->lag_fail) {
		(void)fault_set(fault, FAULT_GENERIC, 0, "out of step for %lld s%s%s", s->lag,
				colon, s->text);
		return ROLE_BROKEN;
	}
	if (lag > config->lag_degraded)
		(void)fault_set(fault, FAULT_GENERIC, 0, "out of step for %lld s%s%s", s->lag,
				colon, s->text);
	else if (s->held || s->sick || s->failing)
		(void)fault_set(fault, FAULT_GENERIC, 0, "%s", s->text);
	else
		return ROLE_STANDBY;
	return ROLE_LAGGING;
}
