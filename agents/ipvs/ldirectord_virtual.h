/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A virtual service as ldirectord's configuration writes it, before it is an intent's.
 */
#pragma once

#include <stdbool.h>

#include "ipvs/reading.h"

#define LD_UNSET (-1)

/* What a virtual service has, and where it is not given, the file. */
struct ld_options {
	long long checktimeout, negotiatetimeout, checkinterval; /* milliseconds or LD_UNSET */
	long failurecount, checkcount;
	int quiescent;					    /* 0, 1 or LD_UNSET */
	const char *fallback, *fallback6, *fallbackcommand; /* or NULL */
	int fallback_line;
};

struct ld_real {
	const char *text;
	int line;
};

struct ld_virtual {
	struct reading at; /* of the line that begins it */
	struct ipvs_service service;
	struct ld_options own;
	const char *checktype, *service_name, *checkcommand, *request, *receive;
	const char *virtualhost, *httpmethod, *login, *passwd, *database;
	uint16_t checkport;
	struct ld_real *reals;
	size_t real_count;
};

#define LD_OPTIONS_INIT                                                                            \
	((struct ld_options){.checktimeout = LD_UNSET,                                             \
			     .negotiatetimeout = LD_UNSET,                                         \
			     .checkinterval = LD_UNSET,                                            \
			     .failurecount = LD_UNSET,                                             \
			     .checkcount = LD_UNSET,                                               \
			     .quiescent = LD_UNSET})

/* "192.0.2.1:80", "[2001:db8::1]:http", a fwmark. six: the keyword was virtual6. */
int ld_virtual_begin(struct ld_virtual *virtual, const char *text, bool six);

/* Adds the service with its servers and checks to the intent. */
int ld_virtual_end(const struct ld_virtual *virtual, const struct ld_options *global);
