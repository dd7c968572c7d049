// SPDX-License-Identifier: BSD-3-Clause

#include "rsync/roster.h"

#include "rsync/ledger.h"

#define ROSTER_SCORE_SOURCE 1000
#define ROSTER_SCORE_BASE 10
#define ROSTER_SCORE_STEP 5
#define ROSTER_SCORE_SICK (-1)

static struct roster_entry *roster_place(struct roster *roster, uint32_t node)
{
	for (size_t i = 0; i < roster->count; i++)
		if (roster->entries[i].node == node)
			return &roster->entries[i];
	return roster->count < ROSTER_MAX ? &roster->entries[roster->count++] : NULL;
}

void roster_hear(struct roster *roster, uint32_t node, uint32_t pid,
		 const struct doorbell *doorbell)
{
	struct roster_entry *entry = roster_place(roster, node);

	if (entry)
		*entry = (struct roster_entry){.node = node,
					       .pid = pid,
					       .generation = doorbell->generation,
					       .sequence = doorbell->sequence,
					       .state = doorbell->state};
}

void roster_drop(struct roster *roster, uint32_t node, uint32_t pid)
{
	for (size_t i = 0; i < roster->count; i++)
		if (roster->entries[i].node == node && roster->entries[i].pid == pid)
			roster->entries[i] = roster->entries[--roster->count];
}

const struct roster_entry *roster_find(const struct roster *roster, uint32_t node)
{
	for (size_t i = 0; i < roster->count; i++)
		if (roster->entries[i].node == node)
			return &roster->entries[i];
	return NULL;
}

const struct roster_entry *roster_source(const struct roster *roster)
{
	const struct roster_entry *source = NULL;
	bool twice = false;

	for (size_t i = 0; i < roster->count; i++) {
		const struct roster_entry *e = &roster->entries[i];

		if (e->state.role != DOORBELL_SOURCE)
			continue;
		if (source && e->generation == source->generation)
			twice = true;
		if (source && e->generation <= source->generation)
			continue;
		source = e;
		twice = false;
	}
	return twice ? NULL : source;
}

uint64_t roster_highest(const struct roster *roster)
{
	uint64_t highest = 0;

	for (size_t i = 0; i < roster->count; i++)
		if (roster->entries[i].generation > highest)
			highest = roster->entries[i].generation;
	return highest;
}

static struct ledger roster_copy(const struct roster_entry *entry)
{
	return (struct ledger){.generation = entry->generation,
			       .sequence = entry->sequence,
			       .whole = entry->state.flags & DOORBELL_WHOLE};
}

/* A tree that its guard refuses is worse than any, whatever its ledger says that it was. */
static int roster_compare(const struct roster_entry *a, const struct roster_entry *b)
{
	const bool a_sick = a->state.flags & DOORBELL_SICK, b_sick = b->state.flags & DOORBELL_SICK;
	const struct ledger one = roster_copy(a), other = roster_copy(b);

	return a_sick != b_sick ? b_sick - a_sick : ledger_compare(&one, &other);
}

/* How many others compare with the node's copy in this sense: below 0 are worse, above 0 better. */
static size_t roster_count(const struct roster *roster, uint32_t node, int sense)
{
	const struct roster_entry *own = roster_find(roster, node);
	size_t count = 0;

	for (size_t i = 0; own && i < roster->count; i++)
		if (&roster->entries[i] != own &&
		    roster_compare(&roster->entries[i], own) * sense > 0)
			count++;
	return count;
}

static size_t roster_worse(const struct roster *roster, uint32_t node)
{
	return roster_count(roster, node, -1);
}

size_t roster_better(const struct roster *roster, uint32_t node)
{
	return roster_count(roster, node, 1);
}

int roster_score(const struct roster *roster, uint32_t node)
{
	const struct roster_entry *own = roster_find(roster, node);

	if (!own)
		return ROSTER_SCORE_BASE;
	if (own->state.flags & DOORBELL_SICK)
		return ROSTER_SCORE_SICK;
	if (own->state.role == DOORBELL_SOURCE)
		return ROSTER_SCORE_SOURCE;
	return ROSTER_SCORE_BASE + ROSTER_SCORE_STEP * (int)roster_worse(roster, node);
}
