/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A lineage: of each server in each domain, the last transaction that a MariaDB server's history has.
 *
 * A position ("0-2-150") says how far a history goes, and not whether "0-1-103" is a part of it: the
 * new writer has gone on from 102, past the number of what the old one had alone. The binlog state
 * says so ("0-1-102,0-2-150"): server 1 has 102 transactions in it.
 *
 * Within a domain a history is a line (gtid_strict_mode), and two histories are one up to a point.
 * Source: mariadb.com/kb/en/gtid, "gtid_binlog_state".
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "mysql/gtid.h"

#define LINEAGE_MAX 4096 /* servers times domains */

struct lineage_end {
	uint32_t domain, server;
	uint64_t sequence;
};

struct lineage {
	struct lineage_end *ends; /* owned */
	size_t count;
};

#define LINEAGE_INIT ((struct lineage){.ends = NULL})

/*
 * Adds what the text names, a binlog state or a position. 0, -EINVAL (nothing was added), -E2BIG or
 * -ENOMEM.
 */
int lineage_add(struct lineage *lineage, const char *text);
int lineage_put(struct lineage *lineage, const struct lineage_end *end);
void lineage_release(struct lineage *lineage);

/* What the history has of the server in the domain; 0 when it knows nothing of it. */
uint64_t lineage_of(const struct lineage *lineage, uint32_t domain, uint32_t server);

/* Whether mine certainly has what theirs lacks: they know the server, and less of it. */
bool lineage_strays(const struct lineage *mine, const struct lineage *theirs);

/*
 * The position up to which both are one. 0, -ENOMEM, or -ENODATA when theirs does not know a server
 * of mine (its binary logs began later), so that nothing can be told.
 */
int lineage_common(const struct lineage *mine, const struct lineage *theirs,
		   struct gtid_set *ret_common);

/*
 * Appends the binlog state of mine as it was up to there. The last transaction of a domain stands last:
 * the server takes it for that.
 */
void lineage_print_shared(const struct lineage *mine, const struct lineage *theirs,
			  struct buf *text);

#define AUTO_LINEAGE CLEANUP(lineage_release)
