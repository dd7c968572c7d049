/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * A tunnel between two nodes that know the same secret: TLS 1.3 whose key is that secret (PSK, with a
 * key exchange of its own), so that either end proves to know it, and nobody in between can read
 * along. No certificates, no secret on the wire.
 *
 * What goes through it are pieces of a kind each. An end that does not come as TUNNEL_END is a stream
 * that broke off. Source: RFC 8446, 2.2 and 4.2.11; SSL_CTX_set_psk_client_callback(3).
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"

struct fault;
struct tunnel;

enum tunnel_kind {
	TUNNEL_ASK = 'A',    /* what is wanted, as text */
	TUNNEL_SIZE = 'S',   /* about how many bytes will come, as text */
	TUNNEL_BYTES = 'B',  /* of the stream */
	TUNNEL_WAIT = 'W',   /* nothing yet, but somebody is there */
	TUNNEL_END = 'E',    /* the stream was whole */
	TUNNEL_FAILED = 'F', /* it ended before, with the sentence */
};

#define TUNNEL_PIECE_MAX 65536
#define TUNNEL_HEAD 5

/* The head of a piece: its kind and length. 0, or -EPROTO for what is none. Pure. */
int tunnel_read_head(const uint8_t head[TUNNEL_HEAD], enum tunnel_kind *ret_kind,
		     size_t *ret_length);

/*
 * Over the connected socket, which stays the caller's, as the end that serves or the one that asks.
 * Nothing is waited for longer than milliseconds at a time. 0; -EACCES: the other end does not know
 * the secret; -ETIMEDOUT, -ENOENT (no OpenSSL), -errno; the fault is set.
 */
int tunnel_open(int fd, bool serves, const char *secret, long milliseconds, struct fault *fault,
		struct tunnel **ret_tunnel);
void tunnel_close(struct tunnel **tunnel);

/* 0, or -errno with the fault set. */
int tunnel_send(struct tunnel *tunnel, enum tunnel_kind kind, const void *bytes, size_t length,
		struct fault *fault);

/* One piece into bytes, TUNNEL_PIECE_MAX of them, with a NUL behind. 0 or -errno with the fault set. */
int tunnel_receive(struct tunnel *tunnel, enum tunnel_kind *ret_kind,
		   char bytes[TUNNEL_PIECE_MAX + 1], size_t *ret_length, struct fault *fault);

#define AUTO_TUNNEL CLEANUP(tunnel_close)
