/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verdict of a monitor, out of what was seen. Pure.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "daemon/keeper.h"
#include "ocf/role.h"

struct fault;

#define VERDICT_NEVER (-1LL)
#define VERDICT_AGAIN_S 300 /* what dies again within that time is the cluster's to judge */

struct verdict_view {
	enum keeper_state daemon;
	const char
		*daemon_words; /* why it is not KEEPER_ANSWERS, or was not before it was revived */
	bool revived;	       /* by this monitor */
	long long revived_ago; /* seconds since an earlier one did it; VERDICT_NEVER */
	size_t here;	       /* services of ours in the kernel */
	size_t wrong;	       /* changes that the kernel's table needs */
	const char *first_wrong;   /* a sentence about the first of them */
	bool repaired;		   /* the daemon has put them right since */
	const char *sync_words;	   /* what is wrong with connection sync, or NULL */
	const char *setting_words; /* with the kernel's settings, or NULL */
	const char *below;	   /* a service without quorum and fallback, or NULL */
	const char *cut;	   /* why it is cut off from the cluster's quorum, or NULL */
	const char *through;	   /* a service that does not answer its own host, or NULL */
	const char *nameless;	   /* a server's name that has no address, or NULL */
	long dead, servers;
	bool active; /* the role that it has, if it is whole */
};

/* Whether a daemon that is dead or silent is to be started again by a monitor: its table is here. */
bool verdict_revives(const struct verdict_view *view);

/* The state, with the fault set for DEGRADED and BROKEN. */
enum role_state verdict_reach(const struct verdict_view *view, struct fault *fault);
