/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The role machine: what a database instance is, and what it may become next.
 *
 * A const table of states with their allowed successors and what holds in each. Everything that
 * changes an instance asks machine_move() first, so that an order of things that loses commits is
 * not a mistake that can be made, but a refusal. No SQL here: it is tested by walking it.
 */
#pragma once

#include <stdbool.h>

enum machine_state {
	MACHINE_DOWN,	   /* no server */
	MACHINE_DETACHED,  /* read-only, receives nothing, applies nothing; relay logs are kept */
	MACHINE_FOLLOWING, /* receives from the writer and acknowledges */
	MACHINE_FROZEN,	   /* applies, receives nothing and so acknowledges nothing: may vote */
	MACHINE_DRAINED,   /* frozen, and everything received is applied */
	MACHINE_ELECTED,   /* drained, votes complete, the new epoch is written; still read-only */
	MACHINE_WRITER,	   /* accepts writes */
	MACHINE_RETIRING,  /* was the writer; writes are being refused, clients thrown out */
	MACHINE_DIVERGED,  /* has transactions that the cluster doesn't have */
	MACHINE_STATES,
};

/* What holds in a state. */
struct machine_traits {
	const char *name;
	bool writes;	   /* clients may commit */
	bool acknowledges; /* a writer elsewhere may count on it */
	bool votes;	   /* what it has received can't grow any more */
	bool purges;	   /* on the way in, relay logs are thrown away */
};

const struct machine_traits *machine_traits(enum machine_state state);

bool machine_may(enum machine_state from, enum machine_state to);

/* Goes there, or returns -EPERM and stays. */
int machine_move(enum machine_state *state, enum machine_state to);

/* By name; -EINVAL when there is no such state. */
int machine_parse(const char *name, enum machine_state *ret_state);
