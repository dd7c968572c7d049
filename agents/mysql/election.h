/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The election: may this node become the writer, by what all have received?
 *
 * An acknowledged commit is with the last writer, and with one node of the ledger's acks, any one,
 * unless the writer was alone in sync. A node that has received a commit has received all before it.
 * So the votes are complete
 *	(a) with that of the last writer, which has everything, or
 *	(b) with those of all others of acks, if one of them at least is in sync
 * and the candidate must come to have what the best of the voters has. With all nodes in both sets,
 * (b) is the rule "voters >= nodes - ack_count" with an ack_count of 1. Before there was a writer, all
 * configured nodes but one must vote.
 *
 * What counts is what was received, not what was applied (the slow applier may have received most),
 * of voters that can't receive any more, of this epoch. The candidate is of the sync set. A
 * divergence ends it: nobody guesses.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "mysql/gtid.h"
#include "mysql/ledger.h"

struct fault;

struct election_vote {
	char node[LEDGER_NAME_MAX];
	long long epoch; /* that the voter knows */
	bool frozen;	 /* it can't receive any more */
	bool partial;	 /* the last writer, whose recovery may have cut commits off: no (a) */
	struct gtid_set received; /* owned */
};

enum election_outcome {
	ELECTION_WON,	     /* it has everything that any voter has */
	ELECTION_BEHIND,     /* the best voter has more: fetch that, and ask again */
	ELECTION_INCOMPLETE, /* too few votes */
	ELECTION_DIVERGED,   /* voters have histories that exclude each other */
	ELECTION_EXCLUDED,   /* the node is not in the in-sync set */
};

/*
 * One of the votes is the candidate's own. *ret_best is the vote with the most, the candidate's own
 * if none has more; valid when WON or BEHIND. The fault says why for all but WON and BEHIND.
 */
enum election_outcome election_decide(const struct ledger *ledger, const char *candidate,
				      const struct election_vote *votes, size_t count,
				      const struct election_vote **ret_best, struct fault *fault);
