/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How this director stands in the cluster, by what corosync has said. Pure; times are milliseconds.
 *
 * Where corosync was never met, there is no cluster to be cut off from. quorate=0 and the end of a
 * corosync that was there cut off at once. Own messages that stay out are doubt, since a ring that
 * forms anew holds them up for seconds; doubt that lasts is a frozen corosync, whose place the
 * other nodes have taken.
 */
#pragma once

#include <stdbool.h>

#define STAND_DOUBT_MS 10000 /* longer than a ring takes to form anew */

enum stand_state {
	STAND_ALONE, /* corosync was never met */
	STAND_WHOLE, /* quorum, and own messages are delivered */
	STAND_DOUBT, /* quorum, as far as is known */
	STAND_CUT,   /* cut off from quorum */
};

struct stand {
	enum stand_state state;
	long long since; /* of the doubt */
};

/* connected and quorate are corosync's word; holds: and own messages come back. True: it is another. */
bool stand_look(struct stand *stand, bool connected, bool quorate, bool holds, long long now);

/* How long until another look is due; -1: not before corosync says something. */
long long stand_wait(const struct stand *stand, long long now);
