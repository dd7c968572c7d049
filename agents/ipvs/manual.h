/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What people have said about servers: drain and maint, kept over restarts of anything.
 *
 *	drain	no new connections; when there are none any more, or a limit has passed, it leaves
 *	maint	it leaves at once
 *
 * The file has a line each: "drain 192.0.2.7 80 1785000000 600", with the port (0: all), the time it
 * was said and the limit in seconds (0: none).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/inet.h"

struct buf;
struct fault;

enum manual_mode {
	MANUAL_NONE,
	MANUAL_DRAIN,
	MANUAL_MAINT
};

struct manual {
	enum manual_mode mode;
	struct inet address;
	uint16_t port;	 /* 0: all of the address */
	long long since; /* seconds of the epoch */
	long long limit; /* seconds; 0: none */
};

struct manual_list {
	struct manual *items; /* owned */
	size_t count;
};

#define MANUAL_LIST_INIT ((struct manual_list){.items = NULL})
#define MANUAL_MAX 4096
#define MANUAL_LIMIT_MAX (366LL * 86400) /* seconds */

/* "192.0.2.7", "192.0.2.7:80", "2001:db8::7", "[2001:db8::7]:80". -EINVAL. */
int manual_parse_server(const char *text, struct inet *ret_address, uint16_t *ret_port);

/* Replaces what was said of the same address and port; MODE NONE takes away what fits it. */
int manual_set(struct manual_list *list, const struct manual *manual);

/* What was said of this server: of its port before its address. NULL when nothing was. */
const struct manual *manual_find(const struct manual_list *list, const struct inet *address,
				 uint16_t port);

/* Pure. 0; -EINVAL for a damaged text, then with all lines that could be read; -ENOMEM. */
int manual_read(const char *text, struct manual_list *ret_list);
void manual_print(const struct manual_list *list, struct buf *text);
void manual_list_release(struct manual_list *list);

const char *manual_mode_text(enum manual_mode mode); /* "drain", "maint", "" */

#define AUTO_MANUAL_LIST CLEANUP(manual_list_release)
