/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A conversation with a database server, under deadlines.
 *
 * libmariadb's non-blocking calls, so that a stopped server, a full accept queue or a query that
 * never ends costs the deadline and not a millisecond more. The library is loaded here and not
 * linked (4 ms of CPU): only where SQL is spoken. Nothing is read from the user's or the host's
 * option files unless a file is named.
 *
 * Source: mariadb.com/kb/en/non-blocking-api-reference.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

#include "base/buf.h"
#include "mysql/rows.h"

struct deadline;
struct fault;
struct sql;

struct sql_target {
	const char *socket; /* a UNIX socket; or, when NULL, */
	const char *host;   /* an address or a name, and */
	int port;
	const char *user, *password; /* NULL: the option file's, or the name of our user id */
	const char *option_file;     /* [client] of it; NULL: none is read */
	bool tls;		     /* insist on TLS */
};

/* Server error numbers that are acted upon. */
#define SQL_TOO_MANY_CONNECTIONS 1040
#define SQL_ACCESS_DENIED 1045
#define SQL_LOCK_TIMEOUT 1205
#define SQL_UNKNOWN_VARIABLE 1193

/*
 * 0 with *ret_sql owned by the caller. -ETIMEDOUT: nobody answered by the deadline (a server that
 * hangs). -ECONNREFUSED: nobody listens. -EUSERS: all connections are taken, the extra one too.
 * -EACCES: the user or password is wrong. -ENOENT: libmariadb is missing. -EREMOTEIO: anything else.
 */
int sql_open(const struct sql_target *target, const struct deadline *deadline, struct fault *fault,
	     struct sql **ret_sql);
void sql_close(struct sql **sql);

/*
 * One statement; rows (may be NULL) gets its result. 0; -ETIMEDOUT or -ECONNRESET, and then the
 * conversation is over; -EREMOTEIO for an error of the server, whose number is sql_error().
 */
int sql_ask(struct sql *sql, const struct deadline *deadline, struct fault *fault,
	    struct rows *rows, const char *format, ...) PRINTF_LIKE(5, 6);
unsigned sql_error(const struct sql *sql);

/* The process behind a UNIX socket, as the kernel knows it; 0 for another connection. */
pid_t sql_owner(const struct sql *sql);

/* The server's version as it told it: "10.11.19-MariaDB-...", "8.4.3". */
const char *sql_version(const struct sql *sql);

/* Appends the text as an SQL string with its quotes. */
void sql_quote(struct buf *buf, const char *text);

#define AUTO_SQL CLEANUP(sql_close)
