/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Connection sync as the configuration has it: the kernel's daemons of this network namespace, master
 * of an active instance and backup of a standby. Without sync_interface all of it does nothing.
 *
 * Functions return 0, or -errno with the fault set.
 */
#pragma once

#include <stdbool.h>

#include "net/ipvs_change.h"

struct fault;
struct ipvs;
struct ipvs_config;

/* The daemon of the role runs as configured, the other does not. */
int sync_take(struct ipvs *ipvs, const struct ipvs_config *config, bool active,
	      struct fault *fault);

/* Empty, or what is not so. */
int sync_look(struct ipvs *ipvs, const struct ipvs_config *config, bool active,
	      char text[IPVS_CHANGE_TEXT_MAX], struct fault *fault);

/* Ends the daemons that are as configured; those of others stay. */
int sync_end(struct ipvs *ipvs, const struct ipvs_config *config, struct fault *fault);

/*
 * Ends the master alone; *ret_ended tells whether there was one of ours. sync_resume() starts it again
 * where no role has been taken since.
 */
int sync_pause(struct ipvs *ipvs, const struct ipvs_config *config, bool *ret_ended,
	       struct fault *fault);
int sync_resume(struct ipvs *ipvs, const struct ipvs_config *config, struct fault *fault);
