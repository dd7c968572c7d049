/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The log: one line an event, where ocf_log of resource-agents would put it.
 *
 * HA_LOGFACILITY (or HA_logfacility) other than "none" sends it to syslog(3), HA_LOGFILE (or
 * HA_logfile) appends it there, a terminal on stderr gets it plainly; with none of them it goes
 * to stderr. Debug lines are dropped unless HA_debug is set and not 0, and also reach HA_DEBUGLOG.
 * Mains and agents log; library code below them logs debug at the most.
 */
#pragma once

#include <syslog.h>

#include "base/attr.h"

struct log {
	char tag[96]; /* "vip(web-address)[4711]" */
};

/* The instance may be NULL. Reads the environment only; nothing is opened before the first line. */
void log_init(struct log *log, const char *program, const char *instance);

/* Level as in syslog(3): LOG_ERR, LOG_WARNING, LOG_INFO, LOG_DEBUG. */
void log_line(const struct log *log, int level, const char *format, ...) PRINTF_LIKE(3, 4);

/* The same, but never to stderr: the reader of stderr has the sentence already. */
void log_quiet_line(const struct log *log, int level, const char *format, ...) PRINTF_LIKE(3, 4);
