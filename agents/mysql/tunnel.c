// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/tunnel.h"

#include <errno.h>
#include <openssl/ssl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/fault.h"
#include "base/library.h"

#define TUNNEL_SONAME "libssl.so.3"
#define TUNNEL_IDENTITY "quorate-mysql"

struct tunnel {
	struct {
		__typeof__(TLS_method) *method;
		__typeof__(SSL_CTX_new) *context_new;
		__typeof__(SSL_CTX_free) *context_free;
		__typeof__(SSL_CTX_ctrl) *control;
		__typeof__(SSL_CTX_set_verify) *set_verify;
		__typeof__(SSL_CTX_set_psk_client_callback) *on_client;
		__typeof__(SSL_CTX_set_psk_server_callback) *on_server;
		__typeof__(SSL_new) *new;
		__typeof__(SSL_free) *free;
		__typeof__(SSL_set_fd) *set_fd;
		__typeof__(SSL_set_ex_data) *set_data;
		__typeof__(SSL_accept) *accept;
		__typeof__(SSL_connect) *connect;
		__typeof__(SSL_session_reused) *by_secret;
		__typeof__(SSL_get_error) *get_error;
		__typeof__(SSL_read) *read;
		__typeof__(SSL_write) *write;
	} lib;
	SSL_CTX *context;
	SSL *ssl;
};

static int tunnel_load(struct tunnel *t, struct fault *fault)
{
	const struct library_symbol symbols[] = {
		{"TLS_method", (void **)&t->lib.method},
		{"SSL_CTX_new", (void **)&t->lib.context_new},
		{"SSL_CTX_free", (void **)&t->lib.context_free},
		{"SSL_CTX_ctrl", (void **)&t->lib.control},
		{"SSL_CTX_set_verify", (void **)&t->lib.set_verify},
		{"SSL_CTX_set_psk_client_callback", (void **)&t->lib.on_client},
		{"SSL_CTX_set_psk_server_callback", (void **)&t->lib.on_server},
		{"SSL_new", (void **)&t->lib.new},
		{"SSL_free", (void **)&t->lib.free},
		{"SSL_set_fd", (void **)&t->lib.set_fd},
		{"SSL_set_ex_data", (void **)&t->lib.set_data},
		{"SSL_accept", (void **)&t->lib.accept},
		{"SSL_connect", (void **)&t->lib.connect},
		{"SSL_session_reused", (void **)&t->lib.by_secret},
		{"SSL_get_error", (void **)&t->lib.get_error},
		{"SSL_read", (void **)&t->lib.read},
		{"SSL_write", (void **)&t->lib.write},
	};

	return library_load(TUNNEL_SONAME, symbols, ARRAY_SIZE(symbols), fault);
}

/* The secret is the key; TLS derives from it what it needs. The library hands over nothing but ssl. */
static unsigned tunnel_key(SSL *ssl, unsigned char *key, unsigned room)
{
	__typeof__(SSL_get_ex_data) *get = NULL;
	const struct library_symbol symbol = {"SSL_get_ex_data", (void **)&get};
	const char *secret = library_load(TUNNEL_SONAME, &symbol, 1, NULL) ? NULL : get(ssl, 0);
	size_t length;

	if (!secret)
		return 0;
	length = strlen(secret);
	if (length > room)
		return 0;
	memcpy(key, secret, length);
	return (unsigned)length;
}

static unsigned tunnel_asks(SSL *ssl, const char *hint, char *identity, unsigned most,
			    unsigned char *key, unsigned room)
{
	if (most < sizeof(TUNNEL_IDENTITY))
		return 0;
	memcpy(identity, TUNNEL_IDENTITY, sizeof(TUNNEL_IDENTITY));
	return tunnel_key(ssl, key, room);
}

static unsigned tunnel_serves(SSL *ssl, const char *identity, unsigned char *key, unsigned room)
{
	return strcmp(identity, TUNNEL_IDENTITY) ? 0 : tunnel_key(ssl, key, room);
}

/* result is what a call of the library returned. */
static int tunnel_failed(struct tunnel *t, int result, const char *what, struct fault *fault)
{
	const int saved = errno;

	switch (t->lib.get_error(t->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return fault_set(fault, FAULT_TIMEOUT, -ETIMEDOUT, "%s: nothing came for too long",
				 what);
	case SSL_ERROR_ZERO_RETURN:
		return fault_set(fault, FAULT_GENERIC, -ECONNRESET, "%s: the stream broke off",
				 what);
	case SSL_ERROR_SYSCALL:
		return fault_set(fault, FAULT_GENERIC, saved ? -saved : -ECONNRESET, "%s: %s", what,
				 saved ? strerror(saved) : "the stream broke off");
	default:
		return fault_set(fault, FAULT_ARGS, -EACCES,
				 "%s: the other end is no quorate-mysql with the same replication "
				 "password",
				 what);
	}
}

void tunnel_close(struct tunnel **tunnel)
{
	struct tunnel *t = *tunnel;

	if (t && t->ssl)
		t->lib.free(t->ssl);
	if (t && t->context)
		t->lib.context_free(t->context);
	free(t);
	*tunnel = NULL;
}

/* No certificate is believed: only the secret makes a connection. */
static int tunnel_prepare(struct tunnel *t, int fd, bool serves, const char *secret)
{
	t->context = t->lib.context_new(t->lib.method());
	if (!t->context ||
	    t->lib.control(t->context, SSL_CTRL_SET_MIN_PROTO_VERSION, TLS1_3_VERSION, NULL) != 1)
		return -ENOMEM;
	(void)t->lib.control(t->context, SSL_CTRL_SET_SESS_CACHE_MODE, SSL_SESS_CACHE_OFF, NULL);
	if (!serves) /* the end that asks might be offered one */
		t->lib.set_verify(t->context, SSL_VERIFY_PEER, NULL);
	t->lib.on_client(t->context, tunnel_asks);
	t->lib.on_server(t->context, tunnel_serves);
	t->ssl = t->lib.new(t->context);
	if (!t->ssl || t->lib.set_data(t->ssl, 0, (void *)(uintptr_t)secret) != 1 ||
	    t->lib.set_fd(t->ssl, fd) != 1)
		return -ENOMEM;
	return 0;
}

int tunnel_open(int fd, bool serves, const char *secret, long milliseconds, struct fault *fault,
		struct tunnel **ret_tunnel)
{
	const struct timeval patience = {milliseconds / 1000, milliseconds % 1000 * 1000};
	AUTO_TUNNEL struct tunnel *t = calloc(1, sizeof(*t));
	int r = t ? tunnel_load(t, fault) : -ENOMEM;

	if (!r && (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience)) < 0 ||
		   setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience)) < 0))
		r = -errno;
	if (!r && !*secret)
		return fault_set(fault, FAULT_ARGS, -EACCES,
				 "there is no replication password to know each other by");
	if (!r)
		r = tunnel_prepare(t, fd, serves, secret);
	if (r)
		return fault_set(fault, FAULT_GENERIC, r, "TLS can't begin: %s", strerror(-r));
	errno = 0;
	r = serves ? t->lib.accept(t->ssl) : t->lib.connect(t->ssl);
	if (r != 1)
		return tunnel_failed(t, r, "handshake", fault);
	if (t->lib.by_secret(t->ssl) != 1)
		return fault_set(fault, FAULT_ARGS, -EACCES,
				 "handshake: the other end did not prove to know the secret");
	(void)t->lib.set_data(t->ssl, 0, NULL);
	*ret_tunnel = TAKE(t);
	return 0;
}

static int tunnel_put(struct tunnel *t, const void *bytes, size_t length, struct fault *fault)
{
	int n;

	errno = 0;
	n = length ? t->lib.write(t->ssl, bytes, (int)length) : 1; /* whole, or failed */
	return n > 0 ? 0 : tunnel_failed(t, n, "sending", fault);
}

int tunnel_send(struct tunnel *tunnel, enum tunnel_kind kind, const void *bytes, size_t length,
		struct fault *fault)
{
	const uint8_t head[TUNNEL_HEAD] = {(uint8_t)kind, (uint8_t)(length >> 24),
					   (uint8_t)(length >> 16), (uint8_t)(length >> 8),
					   (uint8_t)length};
	int r = tunnel_put(tunnel, head, sizeof(head), fault);

	return r ? r : tunnel_put(tunnel, bytes, length, fault);
}

int tunnel_read_head(const uint8_t head[TUNNEL_HEAD], enum tunnel_kind *ret_kind,
		     size_t *ret_length)
{
	const size_t length = (size_t)head[1] << 24 | (size_t)head[2] << 16 | (size_t)head[3] << 8 |
			      head[4];

	if (!head[0] || !strchr("ASBWEF", head[0]) || length > TUNNEL_PIECE_MAX)
		return -EPROTO;
	*ret_kind = (enum tunnel_kind)head[0];
	*ret_length = length;
	return 0;
}

static int tunnel_get(struct tunnel *t, void *bytes, size_t length, struct fault *fault)
{
	for (size_t got = 0; got < length;) {
		int n;

		errno = 0;
		n = t->lib.read(t->ssl, (char *)bytes + got, (int)(length - got));
		if (n <= 0)
			return tunnel_failed(t, n, "receiving", fault);
		got += (size_t)n;
	}
	return 0;
}

int tunnel_receive(struct tunnel *tunnel, enum tunnel_kind *ret_kind,
		   char bytes[TUNNEL_PIECE_MAX + 1], size_t *ret_length, struct fault *fault)
{
	uint8_t head[TUNNEL_HEAD];
	int r = tunnel_get(tunnel, head, sizeof(head), fault);

	if (r)
		return r;
	if (tunnel_read_head(head, ret_kind, ret_length))
		return fault_set(fault, FAULT_GENERIC, -EPROTO,
				 "receiving: what comes is not understood");
	bytes[*ret_length] = '\0';
	return tunnel_get(tunnel, bytes, *ret_length, fault);
}
