/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A floating address of a provider: who has it, and how it moves.
 *
 * The truth is show: after every assign the owner is read again until it is us or the deadline
 * passes, whatever the action's own answer was.
 */
#pragma once

#include "cloud/variables.h"

struct cloud;
struct fault;

enum address_owner {
	ADDRESS_OURS,
	ADDRESS_FREE,
	ADDRESS_OTHER, /* the variable {owner} says who */
};

/*
 * Names the address, and learns its id where the API wants one. 0; -ENOENT with FAULT_ARGS when the
 * account has no such address; -errno.
 */
int address_select(struct cloud *cloud, const char *ip, const char *ip_id, struct fault *fault);

/* 0 or -errno. The cloud must have learned itself, and the address be selected. */
int address_show(struct cloud *cloud, struct fault *fault, enum address_owner *ret_owner);

/*
 * The same when it should be ours: "not ours" counts only when it was read three times, a poll time
 * apart, because an answer may be a moment old.
 */
int address_confirm(struct cloud *cloud, struct fault *fault, enum address_owner *ret_owner);

/* Until it is ours: 0, or -errno. Ours already: no request beyond show. */
int address_take(struct cloud *cloud, struct fault *fault);

/* Until it is not ours: 0, or -errno. Free or another's: no request beyond show. */
int address_release(struct cloud *cloud, struct fault *fault);

enum address_glance {
	ADDRESS_HELD,	  /* the metadata service says that we hold it */
	ADDRESS_NOT_HELD, /* it says that we don't */
	ADDRESS_UNKNOWN,  /* it doesn't know such things, or doesn't answer: ask the API */
};

/* The local question: no API, no libcurl, a second a request at the most. */
enum address_glance address_glance(struct cloud *cloud, struct fault *fault);
