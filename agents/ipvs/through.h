/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One request through each service, as a client on this host would send it: a monitor's deepest look.
 *
 * Where that is possible: the service has an address of this host, a port, and servers that answer
 * through the director (masq; the others answer to the client past it, and the director's own
 * address as their peer is no peer). Asked is what the service's first server is checked with, or a
 * connection where that check is no client's.
 */
#pragma once

#include <stddef.h>

#include "base/attr.h"

struct buf;
struct fault;
struct intent;
struct loop;
struct through;

/*
 * Begins; the intent is borrowed for the call. done() comes when all have answered or had their time,
 * with a line "through SERVICE: CODE REASON" for each that failed and a line "asked N"; then through is
 * gone. 0; 1: there is nothing to ask; -errno with the fault set.
 */
int through_begin(struct loop *loop, const struct intent *intent,
		  void (*done)(const char *text, void *data), void *data,
		  struct through **ret_through, struct fault *fault);
void through_end(struct through **through);

#define AUTO_THROUGH CLEANUP(through_end)
