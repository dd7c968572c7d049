/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a node tells the others about itself, and what it keeps on its disk: coded as text.
 *
 * A report goes to every watcher of the resource over cpg, one line:
 *	quorate-mysql 1 node=db2 state=frozen epoch=7 partial=0 settled=1 ring=1:1234 asked=1:7 lag=-1
 *	semi=replica waiting=0 sync=db1,db2 office=- received=0-1-100
 * Reports of another ring are those of another membership; who collects votes drops them. asked names
 * the question that this is the answer to, as "node id:number", 0:0 for none: "quorate-mysql 1 ask
 * 1:7", at which every watcher looks at its server and reports.
 *
 * A state is the ledger's line and one more, "state=writer partial=0", in a file beside the data: a
 * copy of the data that is put back brings its own epoch along.
 */
#pragma once

#include <stdint.h>

#include "mysql/election.h"
#include "mysql/machine.h"

#define VOTE_LAG_UNKNOWN (-1)

#define VOTE_OFFICE_MAX 200

/* Semi-synchronous replication, as the server has it. */
enum vote_semi {
	VOTE_SEMI_OFF,
	VOTE_SEMI_WRITER,  /* commits wait */
	VOTE_SEMI_REPLICA, /* it acknowledges */
};

struct vote_question {
	uint32_t node; /* 0: none */
	long long number;
};

struct vote_report {
	struct election_vote vote; /* frozen is not sent: it is the state's trait, when settled */
	enum machine_state state;
	bool settled; /* as in mysql/view.h */
	uint32_t ring_node;
	uint64_t ring_seq;
	struct vote_question asked;
	long long lag; /* seconds, or VOTE_LAG_UNKNOWN */
	enum vote_semi semi;
	long long waiting;	      /* commits, for an acknowledgement */
	struct ledger_nodes sync;     /* as the node knows it; the writer's is right */
	char office[VOTE_OFFICE_MAX]; /* how it became the writer (mysql/office.h), or "-" */
};

void vote_release(struct vote_report *report);
void vote_print(const struct vote_report *report, struct buf *text);

/*
 * The text needs no NUL behind it. vote.received.flavour says how to read the position. 0, -ENOMEM,
 * or -EINVAL for what is no report of this version; *report owns nothing then.
 */
int vote_parse(struct vote_report *report, const char *text, size_t length);

void vote_print_question(const struct vote_question *question, struct buf *text);
int vote_parse_question(struct vote_question *question, const char *text, size_t length);

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
