/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The rows of the parameters that every fence agent has (struct fence_config), by the names and
 * with the short options of the fence agents in Python.
 *
 * A fence agent's table begins with FENCE_PARAMS(power_timeout, login_timeout, shell_timeout), the
 * defaults in seconds as text. FENCE_MISSING_AS_OFF is for agents that can tell a plug that does
 * not exist from one that cannot be asked.
 */
#pragma once

#include "ocf/fence.h"
#include "ocf/param.h"

#define FENCE_IN(kind, member) FIELD(kind, struct fence_config, member)

#define FENCE_SECONDS(row, member_, fallback_, brief_, text_)                                      \
	{                                                                                          \
		.name = (row), FENCE_IN(PARAM_DURATION, member_), .fallback = (fallback_),         \
		.min = 0, .max = 86400000, .brief = (brief_), .text = (text_),                     \
	}

#define FENCE_FLAG(row, letter_, member_, brief_, text_)                                           \
	{                                                                                          \
		.name = (row), FENCE_IN(PARAM_BOOLEAN, member_), .letter = (letter_),              \
		.brief = (brief_), .text = (text_),                                                \
	}

#define FENCE_WORD(row, letter_, member_, fallback_, brief_, text_)                                \
	{                                                                                          \
		.name = (row), FENCE_IN(PARAM_STRING, member_), .letter = (letter_),               \
		.fallback = (fallback_), .brief = (brief_), .text = (text_),                       \
	}

#define FENCE_ALIAS(row, of)                                                                       \
	{                                                                                          \
		.name = (row), .standing = PARAM_ALIAS, .instead = (of)                            \
	}

#define FENCE_WITHOUT_EFFECT(row, kind, why)                                                       \
	{                                                                                          \
		.name = (row), .type = (kind), .standing = PARAM_IGNORED, .instead = (why)         \
	}

#define FENCE_PARAMS(power_timeout_, login_timeout_, shell_timeout_)                               \
	FENCE_WORD("action", 'o', action, "reboot", "what to do",                                  \
		   "on, off, reboot, status, monitor, list, list-status, validate-all or "         \
		   "metadata, where the agent has it."),                                           \
		FENCE_WORD("plug", 'n', plug, NULL, "what to fence",                               \
			   "The name or number by which the device knows the node. Several, with " \
			   "plug_separator between them, are one node: each of them must obey."),  \
		FENCE_ALIAS("port", "plug"),                                                       \
		FENCE_WORD("plug_separator", '\0', plug_separator, ",",                            \
			   "what stands between several plugs", "A character."),                   \
		FENCE_WORD("separator", 'C', separator, ",", "what parts the columns of list",     \
			   "A character."),                                                        \
		{.name = "method",                                                                 \
		 FENCE_IN(PARAM_CHOICE, method),                                                   \
		 .letter = 'm',                                                                    \
		 .fallback = "onoff",                                                              \
		 .choices = (const char *const[]){"onoff", "cycle", NULL},                         \
		 .brief = "how to reboot",                                                         \
		 .text = "onoff cuts the power, proves it, and switches on again. cycle uses the " \
			 "device's own reset where its end can be proved, and onoff elsewhere."},  \
		FENCE_SECONDS("delay", delay, "0", "time to wait before off and reboot",           \
			      "It comes on top of power_timeout. Pacemaker's pcmk_delay_base "     \
			      "does the same."),                                                   \
		FENCE_SECONDS("power_timeout", power_timeout, power_timeout_,                      \
			      "time for on, off or the off of a reboot",                           \
			      "The action fails when the state is not reached by then. Keep it "   \
			      "below Pacemaker's own timeout (pcmk_off_timeout and "               \
			      "pcmk_reboot_timeout, 60 s by default), which kills the agent."),    \
		FENCE_SECONDS("power_wait", power_wait, "0",                                       \
			      "time to wait after switching before the first look",                \
			      "For devices that are slow to notice."),                             \
		FENCE_SECONDS("login_timeout", login_timeout, login_timeout_,                      \
			      "time for a connection to the device",                               \
			      "The connection must be there by then."),                            \
		FENCE_SECONDS("shell_timeout", shell_timeout, shell_timeout_,                      \
			      "time for one request to the device",                                \
			      "A request without an answer by then has failed; it is repeated "    \
			      "while there is time."),                                             \
		FENCE_SECONDS("stonith_status_sleep", status_sleep, "1",                           \
			      "time between two looks while a plug is being switched",             \
			      "The first looks come sooner."),                                     \
		FENCE_FLAG("disable_timeout", '\0', disable_timeout,                               \
			   "leave the timeout to Pacemaker",                                       \
			   "power_timeout then has no effect; the agent waits an hour at the "     \
			   "most."),                                                               \
		FENCE_WITHOUT_EFFECT("retry_on", PARAM_INTEGER,                                    \
				     "on is asked for again until power_timeout"),                 \
		FENCE_FLAG("verbose", 'v', verbose, "tell each request on stderr",                 \
			   "Method, address and result; no secrets."),                             \
		{.name = "verbose_level",                                                          \
		 FENCE_IN(PARAM_INTEGER, verbose_level),                                           \
		 .max = 100,                                                                       \
		 .brief = "the same as verbose for anything above 0",                              \
		 .text = "A number."},                                                             \
		FENCE_FLAG("quiet", 'q', quiet, "no errors on stderr", "The log still has them."), \
		{.name = "debug_file",                                                             \
		 FENCE_IN(PARAM_PATH, debug_file),                                                 \
		 .letter = 'D',                                                                    \
		 .brief = "append each request to this file",                                      \
		 .text = "What verbose tells, with the time."},                                    \
		FENCE_ALIAS("debug", "debug_file")

#define FENCE_MISSING_AS_OFF                                                                       \
	FENCE_FLAG("missing_as_off", '\0', missing_as_off, "a plug that does not exist is off",    \
		   "Otherwise fencing it fails. Only a device that could be asked, and that "      \
		   "has no such plug, counts.")
