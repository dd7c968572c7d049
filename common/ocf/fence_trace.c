// SPDX-License-Identifier: BSD-3-Clause

#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

#include "ocf/fence.h"

#define TRACE_MAX 512 /* bytes of a line */

static void trace_append(const char *path, const char *tag, const char *text)
{
	AUTO_CLOSE int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	time_t now = time(NULL);
	struct tm local;
	char when[32];

	if (fd < 0 || !localtime_r(&now, &local))
		return;
	(void)strftime(when, sizeof(when), "%Y-%m-%d %H:%M:%S", &local);
	(void)dprintf(fd, "%s %s: %s\n", when, tag, text);
}

void fence_trace(const struct fence *fence, const char *format, ...)
{
	const struct fence_config *c = fence_config(fence);
	char text[TRACE_MAX];
	va_list args;

	if (!c->verbose && c->verbose_level <= 0 && !c->debug_file)
		return;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (c->verbose || c->verbose_level > 0)
		(void)fprintf(stderr, "%s\n", text);
	if (c->debug_file)
		trace_append(c->debug_file, fence->log.tag, text);
}
