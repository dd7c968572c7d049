// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/outcome.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/line.h"

void outcome_vset(struct outcome *outcome, enum outcome_code code, const char *format,
		  va_list arguments)
{
	outcome->code = code;
	(void)vsnprintf(outcome->reason, sizeof(outcome->reason), format, arguments);
	outcome->reason[line_cut(outcome->reason, sizeof(outcome->reason) - 1)] = '\0';
	line_clean(outcome->reason);
}

void outcome_set(struct outcome *outcome, enum outcome_code code, const char *format, ...)
{
	va_list arguments;

	va_start(arguments, format);
	outcome_vset(outcome, code, format, arguments);
	va_end(arguments);
}

void outcome_set_errno(struct outcome *outcome, int error, bool connected)
{
	enum outcome_code code = OUTCOME_UNREACHABLE;

	if (error == EMFILE || error == ENFILE || error == ENOMEM || error == ENOBUFS)
		code = OUTCOME_NONE;
	else if (error == ECONNREFUSED || error == ECONNRESET || error == EPIPE)
		code = connected ? OUTCOME_CUT : OUTCOME_REFUSED;
	else if (error == ETIMEDOUT)
		code = connected ? OUTCOME_HUNG : OUTCOME_SILENT;
	outcome_set(outcome, code, "%s", strerror(error));
}

const char *outcome_text(enum outcome_code code)
{
	static const char *const texts[OUTCOME_CODES] = {
		[OUTCOME_NONE] = "unchecked",	 [OUTCOME_OK] = "OK",
		[OUTCOME_SILENT] = "L4TOUT",	 [OUTCOME_REFUSED] = "L4CON",
		[OUTCOME_UNREACHABLE] = "L3ERR", [OUTCOME_TLS] = "L6RSP",
		[OUTCOME_HUNG] = "L7TOUT",	 [OUTCOME_CUT] = "L7CUT",
		[OUTCOME_DAMAGED] = "L7RSP",	 [OUTCOME_STATUS] = "L7STS",
		[OUTCOME_CONTENT] = "L7DATA",	 [OUTCOME_PROGRAM] = "PROCERR",
		[OUTCOME_NODE] = "NODELEFT",	 [OUTCOME_NAME] = "NONAME",
	};

	return (unsigned int)code < OUTCOME_CODES ? texts[code] : "?";
}
