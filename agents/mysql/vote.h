/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a node tells the others about itself, and what it keeps on its disk: coded as text.
 *
 * A report goes to every watcher of the resource over cpg, one line:
 *	quorate-mysql 1 node=db2 state=frozen epoch=7 partial=0 ring=1:1234 lag=-1 received=0-1-100
 * Reports of another ring are those of another membership; who collects votes drops them.
 *
 * A state is the ledger's line and one more, "state=writer partial=0", in a file beside the data: a
 * copy of the data that is put back brings its own epoch along.
 */
#pragma once

#include <stdint.h>

#include "mysql/election.h"
#include "mysql/machine.h"

#define VOTE_LAG_UNKNOWN (-1)

struct vote_report {
	struct election_vote vote; /* frozen is not sent: it is the state's trait */
	enum machine_state state;
	uint32_t ring_node;
	uint64_t ring_seq;
	long long lag; /* seconds, or VOTE_LAG_UNKNOWN */
};

void vote_release(struct vote_report *report);
void vote_print(const struct vote_report *report, struct buf *text);

/*
 * The text needs no NUL behind it. vote.received.flavour says how to read the position. 0, -ENOMEM,
 * or -EINVAL for what is no report of this version; *report owns nothing then.
 */
int vote_parse(struct vote_report *report, const char *text, size_t length);

struct vote_state {
	struct ledger ledger; /* as this node knew it last */
	enum machine_state state;
	bool partial; /* election.h; until it has followed a writer of a later epoch */
};

void vote_print_state(const struct vote_state *state, struct buf *text);
int vote_parse_state(struct vote_state *state, const char *text);

/*
 * The file, written so that it outlives a power failure. load: 0; -ENOENT without a file;
 * -EINVAL for a damaged one; -errno.
 */
int vote_load_state(struct vote_state *state, const char *path);
int vote_save_state(const struct vote_state *state, const char *path);

#define AUTO_REPORT CLEANUP(vote_release)
