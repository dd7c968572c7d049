/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * External checks: programs that say by their exit status how a server is. They run as children of
 * the director, under the check's deadline, after which their whole process group is ended.
 *
 * ldirectord's are told virtual and real server in four more arguments; keepalived's (MISC_CHECK) run
 * as they are written, and as EXTERNAL_DYNAMIC an exit status of 2 to 255 is alive with that weight
 * less 2.
 */
#pragma once

#include <stddef.h>

#include "base/attr.h"
#include "ipvs/gauge.h"

struct loop;
struct outcome;
struct plan;
struct programs;
struct target;

/*
 * Begins the external checks of a plan (borrowed). gauges (borrowed, by the plan's order) hold what
 * is known before, and are kept up to date; news() is called when one changes its state or weight.
 * 0 with NULL where the plan has none; -errno.
 */
int programs_start(struct loop *loop, const struct plan *plan, struct gauge *gauges,
		   void (*news)(void *data), void *data, struct programs **ret_programs);

/* Ends what runs. */
void programs_end(struct programs **programs);

/* What an exit status as of wait(2) means. late: the deadline has passed. Pure. */
void program_judge(const struct target *target, int status, bool late, struct outcome *ret_outcome);

/*
 * The arguments; *ret_argv, ended by NULL, and its strings are one block of the caller's. -ESRCH: there
 * is no such user.
 */
int program_argv(const struct target *target, const char ***ret_argv);
