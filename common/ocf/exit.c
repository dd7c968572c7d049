// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/exit.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/line.h"

int exit_code(int result, const struct fault *fault)
{
	if (result >= 0)
		return result;
	switch (fault->kind) {
	case FAULT_ARGS:
		return OCF_ERR_ARGS;
	case FAULT_CONFIGURED:
		return OCF_ERR_CONFIGURED;
	case FAULT_PERM:
		return OCF_ERR_PERM;
	case FAULT_INSTALLED:
		return OCF_ERR_INSTALLED;
	default:
		return OCF_ERR_GENERIC;
	}
}

static int exit_log_level(int code)
{
	switch (code) {
	case OCF_NOT_RUNNING:
		return LOG_INFO;
	case OCF_DEGRADED:
	case OCF_DEGRADED_PROMOTED:
		return LOG_WARNING;
	default:
		return LOG_ERR;
	}
}

void exit_reason(const struct log *log, const struct fault *fault, int code)
{
	const char *prefix = getenv("OCF_EXIT_REASON_PREFIX");

	if (fault->kind == FAULT_NONE || code == OCF_SUCCESS || code == OCF_RUNNING_PROMOTED)
		return;
	if (!prefix || !*prefix)
		prefix = "ocf-exit-reason:";
	if (isatty(STDERR_FILENO))
		prefix = "";
	(void)fprintf(stderr, "%s%.*s\n", prefix, (int)line_cut(fault->reason, OCF_REASON_MAX),
		      fault->reason);
	log_quiet_line(log, exit_log_level(code), "%s", fault->reason);
}
