/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The verdict of a monitor, out of what the metadata service and the API have said. Pure.
 */
#pragma once

#include <stdbool.h>

#include "cloud/address.h"
#include "ocf/role.h"

enum verdict_api {
	VERDICT_API_NOT_ASKED,
	VERDICT_API_OURS,
	VERDICT_API_NOT_OURS,
	VERDICT_API_FAILED,
};

struct verdict_view {
	enum address_glance glance;
	enum verdict_api api;
	bool last_ours;	    /* the last answer of the API, or what it was asked for since */
	long long last_age; /* milliseconds since an answer; -1: there is none */
	long long grace;    /* milliseconds */
};

/*
 * Whether the API must be asked: its last answer is older than the interval, or the metadata
 * service says otherwise.
 */
bool verdict_needs_api(const struct verdict_view *view, long long interval);

/* Whether it should be ours, by all that is known without the API. */
bool verdict_expects(const struct verdict_view *view);

enum verdict_outcome {
	VERDICT_CANNOT_TELL = 1, /* the API has failed for longer than the grace */
};

/*
 * 0 with ROLE_ACTIVE, ROLE_ABSENT, or ROLE_DEGRADED (the API fails, and the last answer stands);
 * or VERDICT_CANNOT_TELL. A failure makes nothing ROLE_ABSENT that was not so before.
 */
int verdict_reach(const struct verdict_view *view, enum role_state *ret_state);
