/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The address on a network interface of the host, where the provider doesn't translate it.
 */
#pragma once

#include <stdbool.h>

struct call;
struct floatip_config;

/* Nothing to do without the parameter interface. 0 or -errno with the call's fault set. */
int plumb_add(struct call *call, const struct floatip_config *config);
int plumb_remove(struct call *call, const struct floatip_config *config);

/* Whether the interface is there. 0 or -errno. */
int plumb_check(struct call *call, const struct floatip_config *config);

/* Whether the address is there (true without the parameter). 0 or -errno. */
int plumb_look(struct call *call, const struct floatip_config *config, bool *ret_there);
