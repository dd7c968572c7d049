/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The parameters of an agent, read in one pass into its configuration struct.
 */
#pragma once

#include <stdbool.h>

#include "ocf/param.h"

struct agent;
struct fault;

/* Where values come from: the text of a parameter by its name, or NULL. */
typedef const char *(*param_source)(const char *name, const void *context);

/*
 * Reads every row into a fresh configuration and runs the agent's check(). 0 with *ret_config
 * owned by the caller (params_release()); -EINVAL with the fault naming the first parameter that
 * is wrong; -ENOMEM. Rows that are IGNORED, or an ALIAS that lost to its current name, leave no
 * trace here: params_remark() tells about them.
 */
int params_read(const struct agent *agent, param_source source, const void *context,
		void **ret_config, struct fault *fault);
void params_release(const struct agent *agent, void *config);

/*
 * The sentence about the n-th parameter that is accepted without effect or under an older name,
 * counted from 0; NULL when there are no more. text holds the sentence.
 */
const char *params_remark(const struct agent *agent, param_source source, const void *context,
			  size_t n, char text[256]);

/* The effective text of a row: its own, that of an alias, or the fallback; NULL when unset. */
const char *params_text(const struct agent *agent, const struct param *param, param_source source,
			const void *context);

/* Whether every secret file of the configuration is one (PARAM_SECRET_FILE). 0 or -errno. */
int params_check_secrets(const struct agent *agent, const void *config, struct fault *fault);

/* The row of that name, or NULL. */
const struct param *params_find(const struct agent *agent, const char *name);

/* A param_source over OCF_RESKEY_*; the context is unused. */
const char *params_environment(const char *name, const void *context);
