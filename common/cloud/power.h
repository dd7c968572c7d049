/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The power of a provider's server: looks and requests. Whoever asks for a change looks afterwards:
 * what a request answers proves nothing.
 */
#pragma once

#include "cloud/variables.h"

struct cloud;
struct fault;

enum power_state {
	POWER_ON,
	POWER_OFF,
	POWER_CHANGING, /* neither: starting, stopping, a word we don't know */
	POWER_ABSENT,	/* the account has no such server, and the account could be read */
};

/*
 * Finds the plug and makes it {server}: an id at once, a name by asking for that name, where the API
 * can, else by the list. An id is absent only when the list doesn't have it either. The state comes
 * along. 0; -EEXIST when two servers have that name; -errno.
 */
int power_select(struct cloud *cloud, const char *plug, struct fault *fault,
		 enum power_state *ret_state);

/* The state of {server}. 0 or -errno: an answer without a state is none. */
int power_status(struct cloud *cloud, struct fault *fault, enum power_state *ret_state);

/*
 * Asks for POWER_ON or POWER_OFF. 0; CLOUD_BUSY or CLOUD_UNSURE with the fault saying why; -errno.
 * action is kept between the calls for one server, "" at first: while the provider's action for the
 * last request goes on, that one is not sent again.
 */
int power_ask(struct cloud *cloud, enum power_state wanted, char action[VARIABLE_MAX],
	      struct fault *fault);

/*
 * The provider's own reset, until its action is done. -ENOTSUP where its end can't be proved, or the
 * server isn't on; -errno.
 */
int power_cycle(struct cloud *cloud, struct fault *fault);

/* Whether the API can be reached with the credentials, by one request. 0 or -errno. */
int power_check(struct cloud *cloud, struct fault *fault);

/* Calls take for every server of the account. */
int power_list(struct cloud *cloud, struct fault *fault,
	       void (*take)(const char *id, const char *name, enum power_state state, void *data),
	       void *data);
