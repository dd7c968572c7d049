/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A fault: what went wrong, in the one sentence that a person will read.
 *
 * The function that knows the sentence puts it here and returns the negative errno that it was
 * given; its callers carry that number up unchanged. Only the end of an action (ocf/exit.h) turns
 * the kind into an OCF exit code and prints the reason. A struct fault owns no memory.
 *
 * Kinds follow OCF 1.1, "Return codes": https://github.com/ClusterLabs/OCF-spec (ra/1.1).
 */
#pragma once

#include "base/attr.h"

enum fault_kind {
	FAULT_NONE,
	FAULT_GENERIC,	  /* it failed here and now; trying again or elsewhere may help */
	FAULT_ARGS,	  /* a parameter is wrong on this host (a NIC or file that is not there) */
	FAULT_CONFIGURED, /* a parameter is wrong on every host */
	FAULT_PERM,	  /* the privilege is missing */
	FAULT_INSTALLED,  /* a program, module or kernel feature is missing */
	FAULT_TIMEOUT,	  /* the deadline passed */
};

#define FAULT_REASON_MAX 256

struct fault {
	enum fault_kind kind;
	char reason[FAULT_REASON_MAX]; /* as base/line.h has it, cut; "" while kind is FAULT_NONE */
};

#define FAULT_INIT ((struct fault){.kind = FAULT_NONE})

/* Replaces what the fault said and returns error. A NULL fault only returns error. */
int fault_set(struct fault *fault, enum fault_kind kind, int error, const char *format, ...)
	PRINTF_LIKE(4, 5);

/* The same of pieces as line_join() takes them, and for its reason. */
int fault_join(struct fault *fault, enum fault_kind kind, int error, const char *const pieces[]);

/* Puts words in front of the reason: where it happened. Does nothing to an empty fault. */
void fault_prefix(struct fault *fault, const char *format, ...) PRINTF_LIKE(2, 3);
