// SPDX-License-Identifier: BSD-3-Clause

#include "base/fault.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"

int fault_set(struct fault *fault, enum fault_kind kind, int error, const char *format, ...)
{
	va_list args;

	if (!fault)
		return error;
	fault->kind = kind;
	va_start(args, format);
	(void)vsnprintf(fault->reason, sizeof(fault->reason), format, args);
	va_end(args);
	line_clean(fault->reason);
	return error;
}

int fault_join(struct fault *fault, enum fault_kind kind, int error, const char *const pieces[])
{
	if (!fault)
		return error;
	fault->kind = kind;
	(void)line_join(fault->reason, sizeof(fault->reason), pieces);
	line_clean(fault->reason);
	return error;
}

void fault_prefix(struct fault *fault, const char *format, ...)
{
	char old[FAULT_REASON_MAX];
	va_list args;
	size_t used;

	if (!fault || fault->kind == FAULT_NONE)
		return;
	memcpy(old, fault->reason, sizeof(old));
	va_start(args, format);
	(void)vsnprintf(fault->reason, sizeof(fault->reason), format, args);
	va_end(args);
	used = strlen(fault->reason);
	(void)snprintf(fault->reason + used, sizeof(fault->reason) - used, "%s", old);
	line_clean(fault->reason);
}
