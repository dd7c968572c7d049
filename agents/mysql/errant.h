/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What only this server has: transactions that no other node knows, and so nobody was told of, or
 * that somebody wrote past the cluster.
 *
 * They are never thrown away silently: as SQL they go into quorate.errant-TIME.sql in the data
 * directory (root's, mode 0600) before a recovery cuts them off or they are taken back. MariaDB only.
 */
#pragma once

struct lineage;
struct site;
struct view;

/*
 * Of a server that is down: keeps what theirs does not know. Where nothing is known of the others,
 * the last file of the binary log is copied as it is. 0, also when there was nothing to keep; -errno
 * with the fault set.
 */
int errant_keep(struct site *site, const struct lineage *theirs);

/*
 * Of the own server, which runs and is read-only: keeps what the writer lacks, and takes it back
 * (mariadb-binlog --flashback), binary logs and positions too. 0 when the writer can be followed; -ESTALE
 * with the fault set when it can't be taken back: statements other than changes of rows, or
 * histories of which too little is known. Nothing was changed then.
 */
int errant_take_back(struct site *site, const struct view *writer);

/* Leaves word where the binary log is, for errant_keep(). */
int errant_prepare(struct site *site);
