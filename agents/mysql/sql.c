// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/sql.h"

#include <errno.h>
#include <limits.h>
#include <mysql.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/library.h"

#define SQL_SONAME "libmariadb.so.3"
#define SQL_STATEMENT_MAX 65536
#define SQL_LAST_TURNS 8 /* that a call gets to notice that its socket is shut */

struct sql {
	struct {
		__typeof__(mysql_init) *init;
		__typeof__(mysql_optionsv) *option;
		__typeof__(mysql_close) *close;
		__typeof__(mysql_errno) *number;
		__typeof__(mysql_error) *words;
		__typeof__(mysql_get_socket) *socket;
		__typeof__(mysql_get_server_info) *version;
		__typeof__(mysql_real_connect_start) *connect_start;
		__typeof__(mysql_real_connect_cont) *connect_cont;
		__typeof__(mysql_real_query_start) *query_start;
		__typeof__(mysql_real_query_cont) *query_cont;
		__typeof__(mysql_store_result_start) *store_start;
		__typeof__(mysql_store_result_cont) *store_cont;
		__typeof__(mysql_free_result) *free_result;
		__typeof__(mysql_num_fields) *columns;
		__typeof__(mysql_fetch_fields) *fields;
		__typeof__(mysql_fetch_row) *row;
		__typeof__(mysql_fetch_lengths) *lengths;
	} lib;
	MYSQL *mysql;
	bool over;
	unsigned error;
};

static int sql_load(struct sql *sql, struct fault *fault)
{
	const struct library_symbol symbols[] = {
		{"mysql_init", (void **)&sql->lib.init},
		{"mysql_optionsv", (void **)&sql->lib.option},
		{"mysql_close", (void **)&sql->lib.close},
		{"mysql_errno", (void **)&sql->lib.number},
		{"mysql_error", (void **)&sql->lib.words},
		{"mysql_get_socket", (void **)&sql->lib.socket},
		{"mysql_get_server_info", (void **)&sql->lib.version},
		{"mysql_real_connect_start", (void **)&sql->lib.connect_start},
		{"mysql_real_connect_cont", (void **)&sql->lib.connect_cont},
		{"mysql_real_query_start", (void **)&sql->lib.query_start},
		{"mysql_real_query_cont", (void **)&sql->lib.query_cont},
		{"mysql_store_result_start", (void **)&sql->lib.store_start},
		{"mysql_store_result_cont", (void **)&sql->lib.store_cont},
		{"mysql_free_result", (void **)&sql->lib.free_result},
		{"mysql_num_fields", (void **)&sql->lib.columns},
		{"mysql_fetch_fields", (void **)&sql->lib.fields},
		{"mysql_fetch_row", (void **)&sql->lib.row},
		{"mysql_fetch_lengths", (void **)&sql->lib.lengths},
	};

	return library_load(SQL_SONAME, symbols, ARRAY_SIZE(symbols), fault);
}

/*
 * Waits for what the library waits for. Past the deadline the socket is shut, and the library is
 * told of a timeout, so that its call ends and leaves nothing half done.
 */
static int sql_wait(struct sql *sql, int wanted, const struct deadline *deadline)
{
	struct pollfd polled = {.fd = sql->lib.socket(sql->mysql)};
	int came = 0;

	polled.events = (short)((wanted & MYSQL_WAIT_READ ? POLLIN : 0) |
				(wanted & MYSQL_WAIT_WRITE ? POLLOUT : 0) |
				(wanted & MYSQL_WAIT_EXCEPT ? POLLPRI : 0));
	if (sql->over || poll(&polled, 1, deadline_left(deadline)) <= 0 ||
	    deadline_passed(deadline)) {
		sql->over = true;
		(void)shutdown(polled.fd, SHUT_RDWR);
		return MYSQL_WAIT_TIMEOUT;
	}
	came |= polled.revents & (POLLIN | POLLHUP | POLLERR) ? MYSQL_WAIT_READ : 0;
	came |= polled.revents & (POLLOUT | POLLERR) ? MYSQL_WAIT_WRITE : 0;
	came |= polled.revents & POLLPRI ? MYSQL_WAIT_EXCEPT : 0;
	return came & wanted ? came & wanted : wanted;
}

/* Runs a started call to its end; status is what the start returned. */
#define SQL_FINISH(sql, deadline, status, cont, ret_value)                                         \
	for (int sql_turns = 0; (status) && sql_turns < SQL_LAST_TURNS; sql_turns += (sql)->over)  \
	(status) = (sql)->lib.cont((ret_value), (sql)->mysql, sql_wait((sql), (status), (deadline)))

static int sql_late(struct fault *fault)
{
	return fault_set(fault, FAULT_TIMEOUT, -ETIMEDOUT,
			 "the server did not answer in time: it hangs");
}

static int sql_failed(struct sql *sql, struct fault *fault)
{
	const char *words = sql->lib.words(sql->mysql);

	sql->error = sql->lib.number(sql->mysql);
	if (sql->over)
		return sql_late(fault);
	switch (sql->error) {
	case 2002: /* CR_CONNECTION_ERROR */
	case 2003: /* CR_CONN_HOST_ERROR */
		return fault_set(fault, FAULT_GENERIC, -ECONNREFUSED, "%s", words);
	case 2006: /* CR_SERVER_GONE_ERROR */
	case 2013: /* CR_SERVER_LOST */
	case 2055: /* CR_SERVER_LOST_EXTENDED */
		sql->over = true;
		return fault_set(fault, FAULT_GENERIC, -ECONNRESET, "%s", words);
	case SQL_TOO_MANY_CONNECTIONS:
		return fault_set(fault, FAULT_GENERIC, -EUSERS, "%s", words);
	case SQL_ACCESS_DENIED:
	case 1698: /* ER_ACCESS_DENIED_NO_PASSWORD_ERROR */
		return fault_set(fault, FAULT_ARGS, -EACCES, "%s", words);
	default:
		return fault_set(fault, FAULT_GENERIC, -EREMOTEIO, "%s (%u)", words, sql->error);
	}
}

void sql_close(struct sql **sql)
{
	struct sql *s = *sql;

	if (s && s->mysql)
		s->lib.close(s->mysql);
	free(s);
	*sql = NULL;
}

static void sql_set_options(struct sql *sql, const struct sql_target *target)
{
	char yes = 1;

	(void)sql->lib.option(sql->mysql, MYSQL_OPT_NONBLOCK, NULL);
	if (target->option_file) {
		(void)sql->lib.option(sql->mysql, MYSQL_READ_DEFAULT_FILE, target->option_file);
		(void)sql->lib.option(sql->mysql, MYSQL_READ_DEFAULT_GROUP, "client");
	}
	if (target->tls)
		(void)sql->lib.option(sql->mysql, MYSQL_OPT_SSL_ENFORCE, &yes);
}

int sql_open(const struct sql_target *target, const struct deadline *deadline, struct fault *fault,
	     struct sql **ret_sql)
{
	AUTO_SQL struct sql *sql = calloc(1, sizeof(*sql));
	MYSQL *connected = NULL;
	int status, r;

	if (!sql)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	r = sql_load(sql, fault);
	if (r)
		return r;
	sql->mysql = sql->lib.init(NULL);
	if (!sql->mysql)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	sql_set_options(sql, target);
	status = sql->lib.connect_start(&connected, sql->mysql,
					target->socket ? NULL : target->host, target->user,
					target->password, NULL, (unsigned)target->port,
					target->socket, 0);
	SQL_FINISH(sql, deadline, status, connect_cont, &connected);
	if (!connected)
		return sql_failed(sql, fault);
	r = sql_ask(sql, deadline, fault, NULL, "SET SESSION sql_mode=''");
	if (!r)
		*ret_sql = TAKE(sql);
	return r;
}

static int sql_copy(struct sql *sql, MYSQL_RES *result, struct rows *rows)
{
	const size_t columns = sql->lib.columns(result);
	const MYSQL_FIELD *fields = sql->lib.fields(result);
	int r = rows_begin(rows, columns);

	for (size_t i = 0; !r && i < columns; i++)
		r = rows_add(rows, fields[i].name, fields[i].name_length);
	for (MYSQL_ROW row; !r && (row = sql->lib.row(result));) {
		const unsigned long *lengths = sql->lib.lengths(result);

		for (size_t i = 0; !r && i < columns; i++)
			r = rows_add(rows, row[i], lengths[i]);
	}
	return r;
}

static int sql_take_result(struct sql *sql, const struct deadline *deadline, struct fault *fault,
			   struct rows *rows)
{
	MYSQL_RES *result = NULL;
	int status = sql->lib.store_start(&result, sql->mysql);
	int r = 0;

	SQL_FINISH(sql, deadline, status, store_cont, &result);
	if (!result)
		return sql->lib.number(sql->mysql) || sql->over ? sql_failed(sql, fault) : 0;
	if (rows)
		r = sql_copy(sql, result, rows);
	sql->lib.free_result(result);
	return r ? fault_set(fault, FAULT_GENERIC, r, "the server's answer: %s", strerror(-r)) : 0;
}

int sql_ask(struct sql *sql, const struct deadline *deadline, struct fault *fault,
	    struct rows *rows, const char *format, ...)
{
	AUTO_FREE char *statement = NULL;
	int status, length, failed = 1;
	va_list arguments;

	if (rows)
		rows_release(rows);
	if (sql->over)
		return sql_late(fault);
	va_start(arguments, format);
	length = vasprintf(&statement, format, arguments);
	va_end(arguments);
	if (length < 0 || length > SQL_STATEMENT_MAX) {
		statement = length < 0 ? NULL : statement;
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "a statement is too long");
	}
	status = sql->lib.query_start(&failed, sql->mysql, statement, (unsigned long)length);
	SQL_FINISH(sql, deadline, status, query_cont, &failed);
	if (failed)
		return sql_failed(sql, fault);
	return sql_take_result(sql, deadline, fault, rows);
}

unsigned sql_error(const struct sql *sql)
{
	return sql->error;
}

pid_t sql_owner(const struct sql *sql)
{
	struct ucred owner = {.pid = 0};
	socklen_t length = sizeof(owner);

	if (getsockopt(sql->lib.socket(sql->mysql), SOL_SOCKET, SO_PEERCRED, &owner, &length) < 0)
		return 0;
	return owner.pid;
}

const char *sql_version(const struct sql *sql)
{
	const char *version = sql->lib.version(sql->mysql);

	return version ? version : "";
}

void sql_quote(struct buf *buf, const char *text)
{
	buf_adds(buf, "'");
	for (; *text; text++) {
		if (*text == '\'' || *text == '\\')
			buf_add(buf, "\\", 1);
		buf_add(buf, text, 1);
	}
	buf_adds(buf, "'");
}
