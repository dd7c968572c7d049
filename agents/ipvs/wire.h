/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sockets of probes: non-blocking, and with as few packets as a check can be made of.
 *
 * TCP: the third packet of the handshake waits for the request (TCP_QUICKACK off) and is saved
 * where there is none, and the end is a reset (SO_LINGER 0): the server keeps no TIME-WAIT, and a
 * connection that was only knocked at never reaches its accept(2).
 *
 * A socket of TCP is used again: to dissolve its connection, which is a reset, too, costs a third
 * less than a new socket does.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ipvs/kind.h"

struct target;

#define WIRES_MAX 64 /* of a family; more are closed */

enum wire_outcome {
	WIRE_OPEN = 0,
	WIRE_OPENING = 1
};

/* Sockets of TCP that wait to be used again. */
struct wires {
	int fds[2][WIRES_MAX]; /* IPv4 and IPv6; owned */
	size_t count[2];
};

void wires_release(struct wires *wires);

/* Opens the way and starts to connect: an outcome with *ret_fd owned by the caller, or -errno. */
int wire_open(struct wires *wires, const struct target *target, enum kind_way way, int *ret_fd);

/* What became of connecting, once the descriptor was ready: 0 or -errno. */
int wire_opened(int fd);

/*
 * Ends it. farewell: what was sent last shall arrive. True: the descriptor is not closed but waits
 * among the wires, and nobody may watch it any more.
 */
bool wire_close(struct wires *wires, const struct target *target, enum kind_way way, int fd,
		bool farewell);
