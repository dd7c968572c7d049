/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Spots: where each address of the configuration belongs, and in what form.
 *
 * The choice of the link is pure: the parameter nic, else the connected routes.
 */
#pragma once

#include "net/addr.h"
#include "net/link.h"

struct call;
struct fault;
struct seen;
struct vip_config;

struct spot_list {
	struct addr *items; /* owned; by address of the configuration, ready for addr_add() */
	size_t count;
};

#define SPOT_LIST_INIT ((struct spot_list){.items = NULL})

/* Whether the choice depends on routes: some address comes without link or prefix. */
bool spot_needs_routes(const struct vip_config *config);

/*
 * 0; -EINVAL with the fault naming the parameter that would settle it (no interface, no prefix,
 * two interfaces that are equal, a label that is too long); -ENOMEM.
 */
int spot_choose(const struct vip_config *config, struct seen *seen, struct fault *fault,
		struct spot_list *ret_list);
void spot_list_release(struct spot_list *list);

/* Whether the instance is what the spot asks for. */
bool spot_is(const struct addr *spot, const struct addr *instance);

#define AUTO_SPOT_LIST CLEANUP(spot_list_release)
