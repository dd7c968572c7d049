/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The agent's side of the kernel: whether the table is as the daemon wants it, what of it is ours,
 * connection sync, and the end of all that.
 *
 * Functions return 0 or -errno with the call's fault set.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "net/ipvs_change.h"
#include "net/ipvs_kernel.h"

struct call;
struct ipvs_config;

struct kernel_side {
	struct ipvs ipvs;
	struct ipvs_table owned; /* services that are ours, by configuration and by record */
};

#define KERNEL_SIDE_INIT ((struct kernel_side){.ipvs = IPVS_INIT, .owned = IPVS_TABLE_INIT})

int kernel_side_open(struct kernel_side *side, struct call *call);
void kernel_side_close(struct kernel_side *side);

/* Fills owned: the table that the daemon has left at path, and the services of the configuration. */
int kernel_side_own(struct kernel_side *side, struct call *call, const struct ipvs_config *config,
		    const char *path);

/* How many services of owned the kernel has. */
int kernel_side_count(struct kernel_side *side, struct call *call, size_t *ret_count);

/* Removes them. */
int kernel_side_remove(struct kernel_side *side, struct call *call);

/*
 * How many changes lead from the kernel's table to the one that is wanted, as net/ipvs_text.h writes
 * it; a sentence about the first.
 */
int kernel_side_compare(struct kernel_side *side, struct call *call, const char *want,
			size_t *ret_count, char text[IPVS_CHANGE_TEXT_MAX]);

/* Sets the timeouts of idle connections that the configuration gives. */
int kernel_side_timeouts(struct kernel_side *side, struct call *call,
			 const struct ipvs_config *config);

#define AUTO_KERNEL_SIDE CLEANUP(kernel_side_close)
