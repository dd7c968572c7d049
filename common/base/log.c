// SPDX-License-Identifier: BSD-3-Clause

#include "base/log.h"

#include <fcntl.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/line.h"
#include "base/num.h"

#define LOG_LINE_MAX 1024
#define LOG_INSTANCE_MAX 64 /* bytes of the instance's name in the tag */

void log_init(struct log *log, const char *program, const char *instance)
{
	char name[LOG_INSTANCE_MAX + 1], pid[24];
	const char *const named = instance && *instance ? instance : NULL;

	if (named)
		(void)LINE_JOIN(name, named);
	if (named)
		name[line_cut(name, LOG_INSTANCE_MAX)] = '\0';
	(void)num_text((unsigned long long)getpid(), pid);
	(void)LINE_JOIN(log->tag, program, named ? "(" : "", named ? name : "", named ? ")[" : "[",
			pid, "]");
	line_clean(log->tag);
}

static const char *log_setting(const char *name, const char *other)
{
	const char *value = getenv(name);

	if (!value || !*value)
		value = other ? getenv(other) : NULL;
	return value && *value ? value : NULL;
}

static const char *log_level_name(int level)
{
	switch (level) {
	case LOG_ERR:
		return "ERROR";
	case LOG_WARNING:
		return "WARNING";
	case LOG_DEBUG:
		return "DEBUG";
	default:
		return "INFO";
	}
}

static int log_facility(const char *name)
{
	static const struct {
		const char *name;
		int facility;
	} facilities[] = {
		{"user", LOG_USER},	{"local0", LOG_LOCAL0}, {"local1", LOG_LOCAL1},
		{"local2", LOG_LOCAL2}, {"local3", LOG_LOCAL3}, {"local4", LOG_LOCAL4},
		{"local5", LOG_LOCAL5}, {"local6", LOG_LOCAL6}, {"local7", LOG_LOCAL7},
	};

	for (size_t i = 0; i < ARRAY_SIZE(facilities); i++)
		if (!strcmp(facilities[i].name, name))
			return facilities[i].facility;
	return LOG_DAEMON;
}

static void log_append(const char *path, const char *tag, const char *text)
{
	AUTO_CLOSE int fd =
		open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	char when[32];
	time_t now = time(NULL);
	struct tm local;

	if (fd < 0 || !localtime_r(&now, &local))
		return;
	(void)strftime(when, sizeof(when), "%b %d %H:%M:%S", &local);
	(void)dprintf(fd, "%s %s: %s\n", when, tag, text);
}

static void log_write(const struct log *log, int level, bool quiet, const char *text)
{
	const char *facility = log_setting("HA_LOGFACILITY", "HA_logfacility");
	const char *file = log_setting("HA_LOGFILE", "HA_logfile");
	const char *debug = log_setting("HA_debug", NULL);
	const char *debug_file = log_setting("HA_DEBUGLOG", NULL);

	if (level == LOG_DEBUG && (!debug || !strcmp(debug, "0")))
		return;
	if (isatty(STDERR_FILENO)) {
		if (!quiet)
			(void)fprintf(stderr, "%s: %s\n", log->tag, text);
		return;
	}
	if (facility && !strcmp(facility, "none"))
		facility = NULL;
	if (facility) {
		openlog(log->tag, LOG_NDELAY, log_facility(facility));
		syslog(level, "%s", text);
		closelog();
	}
	if (file)
		log_append(file, log->tag, text);
	if (debug_file && level == LOG_DEBUG && (!file || strcmp(file, debug_file)))
		log_append(debug_file, log->tag, text);
	if (!facility && !file && !quiet)
		(void)fprintf(stderr, "%s: %s\n", log->tag, text);
}

PRINTF_LIKE(4, 0)
static void PRINTF_LIKE(4, 0)
	log_format(const struct log *log, int level, bool quiet, const char *format, va_list args)
{
	char text[LOG_LINE_MAX];
	size_t used = (size_t)snprintf(text, sizeof(text), "%s: ", log_level_name(level));

	(void)vsnprintf(text + used, sizeof(text) - used, format, args);
	line_clean(text);
	log_write(log, level, quiet, text);
}

void log_line(const struct log *log, int level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_format(log, level, false, format, args);
	va_end(args);
}

void log_quiet_line(const struct log *log, int level, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	log_format(log, level, true, format, args);
	va_end(args);
}
