/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A set of transactions, as the server names them: a replication position over all of its domains.
 *
 * MariaDB writes "0-1-100,3-2-7": of each domain the last transaction, as domain-server-sequence,
 * where all before it belong to the position. MySQL writes "UUID:1-5:7,UUID:tag:1-3". Both are kept
 * as ranges of numbers by source, sorted, without overlap and without neighbours that touch.
 *
 * Two positions are equal, or one has everything of the other, or each has something that the other
 * lacks. The last one, and two MariaDB positions that give one number in a domain to different
 * servers, is a divergence: nobody may choose between them by size.
 *
 * Source: mariadb.com/kb/en/gtid, dev.mysql.com/doc/refman/8.4/en/replication-gtids-concepts.html.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

#define GTID_SOURCE_MAX 72     /* bytes: a UUID, a colon and a tag of 32, or a domain */
#define GTID_RANGES_MAX 65536U /* in one set */
#define GTID_NUMBER_MAX INT64_MAX

enum gtid_flavour {
	GTID_MARIADB,
	GTID_MYSQL,
};

struct gtid_range {
	char source[GTID_SOURCE_MAX];
	uint32_t domain, server; /* MariaDB: of the last transaction */
	uint64_t from, to;	 /* both belong to it; MariaDB: from is 1 */
};

struct gtid_set {
	enum gtid_flavour flavour;
	struct gtid_range *ranges; /* owned */
	size_t count;
};

#define GTID_SET_INIT(kind) ((struct gtid_set){.flavour = (kind)})

enum gtid_order {
	GTID_EQUAL,
	GTID_LESS,     /* the first lacks something that the second has */
	GTID_MORE,     /* the first has everything of the second, and something else */
	GTID_DIVERGED, /* each has something that the other lacks */
};

/*
 * Replaces the set by what the text says. 0, -EINVAL (the set is empty then), -E2BIG or -ENOMEM. An
 * empty text is an empty set. MariaDB text that names a domain twice is wrong.
 */
int gtid_parse(struct gtid_set *set, const char *text);

/* Appends the text in the server's own spelling. */
void gtid_print(const struct gtid_set *set, struct buf *text);
void gtid_release(struct gtid_set *set);

enum gtid_order gtid_compare(const struct gtid_set *a, const struct gtid_set *b);

/* Whether a has everything of b. */
bool gtid_covers(const struct gtid_set *a, const struct gtid_set *b);

/*
 * Adds everything of the other to the set. 0, -ENOMEM, or -ESTALE when the two diverge in the
 * servers of a MariaDB domain, which leaves the set as it was.
 */
int gtid_unite(struct gtid_set *set, const struct gtid_set *other);

/*
 * What mine has and theirs lacks: the errant transactions of a server against its writer. The last
 * transaction of a MariaDB domain that has another server counts as lacking. 0 or -ENOMEM.
 */
int gtid_errant(const struct gtid_set *mine, const struct gtid_set *theirs,
		struct gtid_set *ret_errant);

/* How many transactions the set has; GTID_NUMBER_MAX when they are more. */
uint64_t gtid_size(const struct gtid_set *set);

#define AUTO_GTID CLEANUP(gtid_release)
