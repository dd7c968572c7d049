/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The ledger: who may write, since when, and where every acknowledged commit is.
 *
 * One line, "epoch=7 writer=db1 sync=db1,db2 acks=db1,db2", in the CIB as a cluster option of the
 * resource; and the same line on the disk of every node beside its data, with what that node was
 * when it wrote it. The epoch counts writers. Two sets of nodes go with it:
 *
 *	sync	has everything that was acknowledged before it came into the set, and is promotable;
 *		with the writer alone in it, the writer waits for nobody
 *	acks	may acknowledge the writer's commits; sync is a part of it
 *
 * So an acknowledged commit is with the writer, and with a node of acks unless the writer was alone.
 * A node outside of acks replicates without acknowledging. The sets change only by a decision that
 * is written here first, and never by a timeout. Without a ledger (epoch 0) every configured node is
 * in both: nothing was ever acknowledged.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"

#define LEDGER_NODES_MAX 16
#define LEDGER_NAME_MAX 64 /* bytes of a node's name with its NUL */

struct ledger_nodes {
	char names[LEDGER_NODES_MAX][LEDGER_NAME_MAX];
	size_t count;
};

struct ledger {
	long long epoch;
	char writer[LEDGER_NAME_MAX]; /* "" before the first */
	struct ledger_nodes sync, acks;
};

/* A name as Pacemaker and DNS have them; -EINVAL otherwise, -E2BIG, -EEXIST. */
int ledger_add(struct ledger_nodes *nodes, const char *name);
bool ledger_has(const struct ledger_nodes *nodes, const char *name);

/* Appends the names with commas between them. */
void ledger_print_nodes(const struct ledger_nodes *nodes, struct buf *text);

/* Names between commas; the list is emptied first. 0 or -EINVAL. */
int ledger_parse_nodes(struct ledger_nodes *nodes, const char *text, size_t length);

/* 0, or -EINVAL for what is no ledger of ours; *ledger is left alone then. */
int ledger_parse(struct ledger *ledger, const char *text);
void ledger_print(const struct ledger *ledger, struct buf *text);

/* Letter by letter, the order of the names too. */
bool ledger_same(const struct ledger *a, const struct ledger *b);

/* The first ledger: all nodes in both sets, nobody a writer. */
struct ledger ledger_first(const struct ledger_nodes *configured);

/*
 * The next epoch: the node is the writer, alone in sync until others have caught up, and those that
 * answered at its election may acknowledge.
 */
struct ledger ledger_elect(const struct ledger *ledger, const char *node,
			   const struct ledger_nodes *voters);

/*
 * The writer's decisions about another node. Each returns 0, or -EPERM when writer is not the writer
 * or the node is the writer itself (or, for join, may not acknowledge).
 *
 *	admit	before it starts to replicate: from now on its acknowledgement counts
 *	join	it has received everything, and the writer has been waiting for acknowledgements
 *		since before that was looked at
 *	leave	Pacemaker has fenced or stopped it, and all that stay in acks have received
 *		everything, since some commit may be with it and with the writer only
 */
int ledger_admit(struct ledger *ledger, const char *writer, const char *node);
int ledger_join(struct ledger *ledger, const char *writer, const char *node);
int ledger_leave(struct ledger *ledger, const char *writer, const char *node);

/*
 * Whether a commit may be nowhere but with the writer and in the relay log of this node: then it is
 * applied before anything throws it away. own is the ledger as this node knew it last. It may be that
 * of an epoch ago: the receiver of a replica goes on with a writer that was elected again, and
 * acknowledges, whether the node was told or not.
 */
bool ledger_counts_on(const struct ledger *ledger, const char *node, const struct ledger *own);
