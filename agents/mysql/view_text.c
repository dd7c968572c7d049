// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/view_text.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "ocf/record.h"

enum view_kind {
	VIEW_BOOL,
	VIEW_NUMBER,
	VIEW_INT,
	VIEW_TEXT,
	VIEW_POSITION
};

#define VIEW_FIELD(kind, member)                                                                   \
	{                                                                                          \
#member, kind, offsetof(struct view, member), sizeof(((struct view *)0)->member)   \
	}

static const struct {
	const char *name;
	enum view_kind kind;
	size_t offset, size;
} view_fields[] = {
	VIEW_FIELD(VIEW_BOOL, read_only),      VIEW_FIELD(VIEW_BOOL, settled),
	VIEW_FIELD(VIEW_BOOL, has_source),     VIEW_FIELD(VIEW_BOOL, receiving),
	VIEW_FIELD(VIEW_BOOL, connecting),     VIEW_FIELD(VIEW_BOOL, applying),
	VIEW_FIELD(VIEW_BOOL, semi_writer),    VIEW_FIELD(VIEW_BOOL, semi_replica),
	VIEW_FIELD(VIEW_BOOL, semi_old),       VIEW_FIELD(VIEW_BOOL, conflict),
	VIEW_FIELD(VIEW_BOOL, outdated),       VIEW_FIELD(VIEW_NUMBER, semi_clients),
	VIEW_FIELD(VIEW_NUMBER, semi_waiting), VIEW_FIELD(VIEW_NUMBER, lag),
	VIEW_FIELD(VIEW_NUMBER, io_error),     VIEW_FIELD(VIEW_NUMBER, sql_error),
	VIEW_FIELD(VIEW_INT, source_port),     VIEW_FIELD(VIEW_TEXT, source_host),
	VIEW_FIELD(VIEW_TEXT, error),	       VIEW_FIELD(VIEW_POSITION, executed),
	VIEW_FIELD(VIEW_POSITION, received),
};

static int view_set(struct record *record, const char *name, long long number)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%lld", number);
	return record_set(record, name, text);
}

static int view_set_position(struct record *record, const char *name, const struct gtid_set *set)
{
	AUTO_BUF struct buf text = BUF_INIT;

	gtid_print(set, &text);
	return buf_error(&text) ? buf_error(&text) : record_set(record, name, text.data);
}

int view_print(const struct view *view, pid_t server, struct buf *text)
{
	AUTO_RECORD struct record record = RECORD_INIT;
	int r = view_set(&record, "server", server);

	if (!r)
		r = view_set(&record, "mysql", view->executed.flavour == GTID_MYSQL);
	for (size_t i = 0; !r && i < ARRAY_SIZE(view_fields); i++) {
		const char *name = view_fields[i].name;
		const void *at = (const char *)view + view_fields[i].offset;

		switch (view_fields[i].kind) {
		case VIEW_BOOL:
			r = view_set(&record, name, *(const bool *)at);
			break;
		case VIEW_NUMBER:
			r = view_set(&record, name, *(const long long *)at);
			break;
		case VIEW_INT:
			r = view_set(&record, name, *(const int *)at);
			break;
		case VIEW_TEXT:
			r = record_set(&record, name, at);
			break;
		case VIEW_POSITION:
			r = view_set_position(&record, name, at);
			break;
		}
	}
	return r ? r : record_print(&record, text);
}

static int view_take_field(size_t i, void *at, const char *value)
{
	const enum view_kind kind = view_fields[i].kind;
	long long number = 0;

	switch (kind) {
	case VIEW_TEXT:
		if (strlen(value) >= view_fields[i].size)
			return -EINVAL;
		memcpy(at, value, strlen(value) + 1);
		return 0;
	case VIEW_POSITION:
		return gtid_parse(at, value);
	case VIEW_BOOL:
	case VIEW_NUMBER:
	case VIEW_INT:
		break;
	}
	if (num_parse(value, kind == VIEW_NUMBER ? LLONG_MIN : 0,
		      kind == VIEW_BOOL ? 1 :
		      kind == VIEW_INT	? UINT16_MAX :
					  LLONG_MAX,
		      &number))
		return -EINVAL;
	if (kind == VIEW_BOOL)
		*(bool *)at = number;
	else if (kind == VIEW_INT)
		*(int *)at = (int)number;
	else
		*(long long *)at = number;
	return 0;
}

static int view_number(const struct record *record, const char *name, long long max,
		       long long *ret_number)
{
	const char *value = record_get(record, name);

	return value ? num_parse(value, 0, max, ret_number) : -EINVAL;
}

int view_parse(struct view *view, const char *text, pid_t *ret_server)
{
	AUTO_RECORD struct record record = RECORD_INIT;
	long long server = 0, mysql = 0;
	int r = record_parse(&record, text, strlen(text));

	if (r)
		return r;
	if (view_number(&record, "server", INT_MAX, &server) ||
	    view_number(&record, "mysql", 1, &mysql))
		return -EINVAL;
	view->executed.flavour = view->received.flavour = mysql ? GTID_MYSQL : GTID_MARIADB;
	for (size_t i = 0; !r && i < ARRAY_SIZE(view_fields); i++) {
		const char *value = record_get(&record, view_fields[i].name);

		r = value ? view_take_field(i, (char *)view + view_fields[i].offset, value) :
			    -EINVAL;
	}
	*ret_server = (pid_t)server;
	return r == -ENOMEM ? r : r ? -EINVAL : 0;
}
