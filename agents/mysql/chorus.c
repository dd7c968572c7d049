// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/chorus.h"

#include <errno.h>
#include <string.h>

static size_t chorus_index(const struct chorus *chorus, uint32_t node)
{
	size_t i = 0;

	while (i < chorus->count && chorus->voices[i].node != node)
		i++;
	return i;
}

int chorus_hear(struct chorus *chorus, uint32_t node, uint32_t pid, long long now,
		struct vote_report *report)
{
	const size_t i = chorus_index(chorus, node);

	if (i == LEDGER_NODES_MAX) {
		vote_release(report);
		return -ENOSPC;
	}
	if (i == chorus->count) {
		chorus->count++;
	} else {
		if (!report->asked.node)
			report->asked = chorus->voices[i].report.asked;
		vote_release(&chorus->voices[i].report);
	}
	chorus->voices[i] = (struct chorus_voice){node, pid, now, *report};
	*report = (struct vote_report){.lag = VOTE_LAG_UNKNOWN};
	return 0;
}

void chorus_drop(struct chorus *chorus, uint32_t node, uint32_t pid)
{
	const size_t i = chorus_index(chorus, node);

	if (i == chorus->count || chorus->voices[i].pid != pid)
		return;
	vote_release(&chorus->voices[i].report);
	chorus->count--;
	memmove(&chorus->voices[i], &chorus->voices[i + 1],
		(chorus->count - i) * sizeof(chorus->voices[0]));
}

void chorus_release(struct chorus *chorus)
{
	while (chorus->count)
		vote_release(&chorus->voices[--chorus->count].report);
}

const struct chorus_voice *chorus_find(const struct chorus *chorus, const char *name)
{
	for (size_t i = 0; i < chorus->count; i++)
		if (!strcmp(chorus->voices[i].report.vote.node, name))
			return &chorus->voices[i];
	return NULL;
}

const struct chorus_voice *chorus_writer(const struct chorus *chorus)
{
	const struct chorus_voice *writer = NULL;

	for (size_t i = 0; i < chorus->count; i++) {
		const struct chorus_voice *v = &chorus->voices[i];

		if (machine_traits(v->report.state)->writes &&
		    (!writer || v->report.vote.epoch > writer->report.vote.epoch))
			writer = v;
	}
	return writer;
}

long long chorus_epoch(const struct chorus *chorus)
{
	long long epoch = 0;

	for (size_t i = 0; i < chorus->count; i++)
		if (chorus->voices[i].report.vote.epoch > epoch)
			epoch = chorus->voices[i].report.vote.epoch;
	return epoch;
}
