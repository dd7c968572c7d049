// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/election.h"

#include <errno.h>
#include <string.h>

#include "base/fault.h"

static bool election_counts(const struct ledger *ledger, const struct election_vote *votes,
			    size_t i)
{
	if (!votes[i].frozen || votes[i].epoch != ledger->epoch ||
	    !ledger_has(&ledger->acks, votes[i].node))
		return false;
	for (size_t k = 0; k < i; k++)
		if (!strcmp(votes[k].node, votes[i].node))
			return false;
	return true;
}

static const struct election_vote *election_find(const struct ledger *ledger, const char *node,
						 const struct election_vote *votes, size_t count)
{
	for (size_t i = 0; i < count; i++)
		if (election_counts(ledger, votes, i) && !strcmp(votes[i].node, node))
			return &votes[i];
	return NULL;
}

/* Who is missing; NULL when the votes are complete. */
static const char *election_missing(const struct ledger *ledger, const struct election_vote *votes,
				    size_t count)
{
	const struct election_vote *last = election_find(ledger, ledger->writer, votes, count);
	const char *missing = NULL;
	size_t synced = 0, silent = 0;

	if (last && !last->partial)
		return NULL;
	for (size_t i = 0; i < ledger->acks.count; i++) {
		const char *node = ledger->acks.names[i];

		if (!strcmp(node, ledger->writer))
			continue;
		if (!election_find(ledger, node, votes, count)) {
			missing = node;
			silent++;
		} else if (ledger_has(&ledger->sync, node)) {
			synced++;
		}
	}
	if (!ledger->epoch && silent <= 1)
		return NULL;
	return missing ? missing : synced ? NULL : ledger->writer;
}

enum election_outcome election_decide(const struct ledger *ledger, const char *candidate,
				      const struct election_vote *votes, size_t count,
				      const struct election_vote **ret_best, struct fault *fault)
{
	const struct election_vote *best = election_find(ledger, candidate, votes, count);
	const char *missing = best ? election_missing(ledger, votes, count) : candidate;

	if (!ledger_has(&ledger->sync, candidate)) {
		(void)fault_set(fault, FAULT_GENERIC, -EPERM,
				"%s may lack acknowledged commits: not in the in-sync set of epoch "
				"%lld",
				candidate, ledger->epoch);
		return ELECTION_EXCLUDED;
	}
	if (missing || !best) {
		(void)fault_set(fault, FAULT_GENERIC, -EAGAIN,
				"%s may have commits that no voter has, and has no vote: start or "
				"repair it",
				missing ? missing : candidate);
		return ELECTION_INCOMPLETE;
	}
	for (size_t i = 0; i < count; i++) {
		if (!election_counts(ledger, votes, i) || &votes[i] == best)
			continue;
		switch (gtid_compare(&votes[i].received, &best->received)) {
		case GTID_EQUAL:
		case GTID_LESS:
			continue;
		case GTID_MORE:
			best = &votes[i];
			continue;
		case GTID_DIVERGED:
			break;
		}
		(void)fault_set(
			fault, FAULT_GENERIC, -ESTALE,
			"%s and %s have transactions that exclude each other: rejoin one by "
			"hand",
			votes[i].node, best->node);
		return ELECTION_DIVERGED;
	}
	*ret_best = best;
	return strcmp(best->node, candidate) ? ELECTION_BEHIND : ELECTION_WON;
}
