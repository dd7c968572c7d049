/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What one probe of a server came to.
 */
#pragma once

#include <stdarg.h>
#include <stdbool.h>

#include "base/attr.h"

/* The layer that failed and how, as HAProxy's statistics abbreviate it. */
enum outcome_code {
	OUTCOME_NONE,	 /* nothing yet, or this host had no means: says nothing of the server */
	OUTCOME_OK,	 /* alive */
	OUTCOME_SILENT,	 /* the deadline passed before the connection stood */
	OUTCOME_REFUSED, /* the connection was refused, or reset before it was used */
	OUTCOME_UNREACHABLE, /* the network says that there is no way */
	OUTCOME_TLS,	     /* the handshake failed, or the certificate doesn't fit */
	OUTCOME_HUNG,	     /* connected, and the deadline passed before the answer was whole */
	OUTCOME_CUT,	     /* the connection ended before the answer was whole */
	OUTCOME_DAMAGED,     /* the answer is not of the protocol, or too large */
	OUTCOME_STATUS,	     /* the protocol says no: status, error, login refused */
	OUTCOME_CONTENT,     /* the answer is not the one that was asked for */
	OUTCOME_PROGRAM,     /* an external program said no or could not be run */
	OUTCOME_NODE,	     /* its cluster node has left: no probe is asked */
	OUTCOME_NAME,	     /* its name has no address */
	OUTCOME_CODES
};

#define OUTCOME_REASON_MAX 96
#define OUTCOME_NO_WEIGHT (-1)
#define OUTCOME_WEIGHT_MAX 65535

struct outcome {
	enum outcome_code code;
	int weight;   /* what the answer says about it, or OUTCOME_NO_WEIGHT */
	bool percent; /* weight is in percent of the configured one, 0 to 100 */
	char reason
		[OUTCOME_REASON_MAX]; /* as base/line.h has it; "" when there is no more to say */
};

#define OUTCOME_INIT ((struct outcome){.weight = OUTCOME_NO_WEIGHT})

void outcome_set(struct outcome *outcome, enum outcome_code code, const char *format, ...)
	PRINTF_LIKE(3, 4);

void outcome_vset(struct outcome *outcome, enum outcome_code code, const char *format,
		  va_list arguments);

/* By what connect(2) or recv(2) said; connected: whether the connection had stood. */
void outcome_set_errno(struct outcome *outcome, int error, bool connected);

/* "L4OK", "L4TOUT", ... */
const char *outcome_text(enum outcome_code code);
