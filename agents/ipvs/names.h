/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The addresses of real servers that are written by name: looked up beside the loop, and again from
 * time to time.
 *
 * A name keeps its address as long as it is one of the name's; else it gets the first one. One that
 * cannot be looked up any more keeps what it had: a name server that fails stops no service.
 */
#pragma once

#include <stdbool.h>

#include "base/attr.h"

struct fault;
struct intent;
struct log;
struct loop;
struct names;

#define NAMES_AGAIN_MS 60000   /* from one look to the next */
#define NAMES_HURRY_MS 10000   /* after one that failed */
#define NAMES_PATIENCE_MS 5000 /* that a start waits for a first answer */

struct names_owner {
	struct loop *loop;
	const struct log *log;
	void (*changed)(void *data); /* a name got its first answer, or another address */
	void *data;
};

/* Copies the owner. 0, or -ENOMEM with the fault set. */
int names_new(const struct names_owner *owner, struct names **ret_names, struct fault *fault);
void names_free(struct names **names);

/*
 * Gives the named servers of an intent their addresses; those without stay nameless, as do those
 * whose address another server of the service has. From now on the names of this intent are looked
 * up and no others. True: each has had an answer.
 */
bool names_fill(struct names *names, struct intent *intent);

#define AUTO_NAMES CLEANUP(names_free)
