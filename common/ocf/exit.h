/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The end of an action: exit codes and the exit reason.
 *
 * Codes of OCF 1.1; what Pacemaker makes of them: soft errors (1) restart or move the resource,
 * hard ones (2 to 5) ban it from this node, 6 stops it on every node. 190 and 191 count as 0 and
 * 8 in a monitor and are shown as a failed operation. Source: Pacemaker 2.1 remap_operation().
 */
#pragma once

#include "base/log.h"

struct fault;

enum ocf_code {
	OCF_SUCCESS = 0,
	OCF_ERR_GENERIC = 1,
	OCF_ERR_ARGS = 2,
	OCF_ERR_UNIMPLEMENTED = 3,
	OCF_ERR_PERM = 4,
	OCF_ERR_INSTALLED = 5,
	OCF_ERR_CONFIGURED = 6,
	OCF_NOT_RUNNING = 7,
	OCF_RUNNING_PROMOTED = 8,
	OCF_FAILED_PROMOTED = 9,
	OCF_DEGRADED = 190,
	OCF_DEGRADED_PROMOTED = 191,
};

/* Pacemaker 2.1.5 cuts the reason here (EXIT_REASON_MAX_LEN). */
#define OCF_REASON_MAX 128

/* The exit code for what an action returned: a code as it is, an errno by the fault's kind. */
int exit_code(int result, const struct fault *fault);

/*
 * Prints the fault's sentence, if it has one, as the exit reason on stderr (on a terminal as a
 * plain sentence) and as one log line. A success (0, 8) has nothing to say.
 */
void exit_reason(const struct log *log, const struct fault *fault, int code);
