/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The words that MariaDB and MySQL have for the same things, as const tables.
 *
 * MariaDB 10.5 and later keeps SLAVE and MASTER. MySQL 8.0.26 and later has REPLICA and SOURCE, 8.4
 * nothing else; the variables of its semi-synchronous replication are named after the plugin that is
 * loaded. Never is the text of a process list read.
 *
 * Source: mariadb.com/kb/en/replication-statements, dev.mysql.com/doc/refman/8.4/en/replication.
 */
#pragma once

#include <stdbool.h>

#include "mysql/gtid.h"

struct fault;

struct dialect {
	const char *name;
	enum gtid_flavour gtid;
	const char *const *options; /* of every start, in the server's words; ends with NULL */
	const char *positions;	    /* a SELECT: "executed", "applied", "lineage" of its row */
	const char *channels;	    /* the state of replication, a row a channel */
	const char *start, *start_sql, *start_io, *stop_io, *stop_all, *reset;
	const char *wait;	    /* a function of position and seconds, 0 when it is applied */
	const char *refuse, *allow; /* writes */
	const char *semi_master, *semi_slave; /* prefixes of variables */
	const char *forever;		      /* the semi-synchronous timeout's largest value */
	/* Columns of channels. */
	const char *source_host, *source_port, *io_running, *sql_running, *lag, *received;
};

extern const struct dialect dialect_mariadb, dialect_mysql, dialect_mysql_plugins_of_old;

/*
 * By the server's version text ("10.11.19-MariaDB-log", "8.4.3"). 0, or -EINVAL with the fault set
 * for one that is too old, or is none of both.
 */
int dialect_choose(const char *version, struct fault *fault, const struct dialect **ret_dialect);

/* The same with the words of the plugins that are loaded: those of old, or of now. */
const struct dialect *dialect_with_plugins(const struct dialect *dialect, bool old);
