/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What all parts of a daemon work with. The daemon owns it, the parts borrow it.
 */
#pragma once

#include <stdbool.h>

struct filter;
struct hooks;
struct loop;
struct rsync_config;

struct setting {
	struct loop *loop;
	const struct rsync_config *config;
	const struct filter *filter;
	struct hooks *hooks; /* may be NULL */
	bool *unmarked;	  /* learnt (rsync/pull.h): the rsync here refuses --delete-missing-args */
	const char *base; /* path without suffix in the run directory: BASE.rsyncd.conf */
};
