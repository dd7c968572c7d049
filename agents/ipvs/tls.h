/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * TLS of a probe over a non-blocking socket, by OpenSSL, which is loaded when the first check wants
 * it. Certificates are verified where the check asks for it: chain, dates, and its tls_name (or, without
 * one, the address). Without that any certificate will do, as with both peers.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#include "base/attr.h"

struct fault;
struct intent_check;
struct target;
struct tls;	    /* what a check's connections have in common */
struct tls_session; /* one connection */

#define TLS_WORDS_MAX 80

/* Before privileges go: reads the check's ca_file, or the host's own certificates. 0 or -errno. */
int tls_new(const struct intent_check *check, struct fault *fault, struct tls **ret_tls);
void tls_free(struct tls **tls);

/* NULL when there is no memory. The descriptor stays the caller's. */
struct tls_session *tls_begin(const struct tls *tls, const struct target *target, int fd);
void tls_end(struct tls_session **session);

/*
 * The handshake, as far as it goes: 0 when it is over, -EAGAIN, or -EPROTO with words that say why.
 * Call it again whenever the descriptor is ready.
 */
int tls_shake(struct tls_session *session, char words[TLS_WORDS_MAX]);

/* As send(2) and recv(2): bytes, 0 for the end, -1 with errno (EAGAIN, EPROTO). */
ssize_t tls_send(struct tls_session *session, const void *bytes, size_t length);
ssize_t tls_receive(struct tls_session *session, void *bytes, size_t size);

#define AUTO_TLS CLEANUP(tls_free)
