/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The sockets of probes: non-blocking, and with as few packets as a check can be made of.
 *
 * TCP: the third packet of the handshake waits for the request (TCP_QUICKACK off) and is saved
 * where there is none, and the end is a reset (SO_LINGER 0): the server keeps no TIME-WAIT, and a
 * connection that was only knocked at never reaches its accept(2).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "ipvs/kind.h"

struct target;

enum wire_outcome {
	WIRE_OPEN = 0,
	WIRE_OPENING = 1
};

/* Opens the way and starts to connect: an outcome with *ret_fd owned by the caller, or -errno. */
int wire_open(const struct target *target, enum kind_way way, int *ret_fd);

/* What became of connecting, once the descriptor was ready: 0 or -errno. */
int wire_opened(int fd);

/* Ends it. farewell: what was sent last shall arrive. */
void wire_close(int fd, enum kind_way way, bool farewell);
