/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verdict: from what there is to the state of the resource and one sentence. Pure.
 */
#pragma once

#include "net/addr.h"
#include "net/link.h"
#include "ocf/role.h"

struct fault;
struct home;
struct vip_config;

struct verdict_view {
	const struct addr_list *addrs;
	const struct link_list *links; /* of every address found, and the links below them */
	int nic;		  /* index where the addresses belong; 0: any; -1: no such link */
	const struct home *homes; /* by address: where start put it; NULL: unknown */
	bool loopback_standby;	  /* an address on lo means standby, not a wrong link */
	bool standby;		  /* the record says unpromoted */
	bool promotable;	  /* nobody but this instance puts the addresses on lo */
};

/*
 * ABSENT: none of the addresses is there. STANDBY: all wait on the loopback. BROKEN: some are
 * missing, in a wrong place or form, unusable, or their link is down. DEGRADED: deprecated though
 * nobody asked. The fault says the first thing found.
 */
enum role_state verdict_reach(const struct vip_config *config, const struct verdict_view *view,
			      struct fault *fault);
