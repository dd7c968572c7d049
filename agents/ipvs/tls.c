// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/tls.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "base/inet.h"
#include "base/library.h"
#include "ipvs/intent.h"
#include "ipvs/talk.h"

#define TLS_SONAME "libssl.so.3"
#define TLS_CRYPTO_SONAME "libcrypto.so.3"

struct tls {
	struct {
		__typeof__(TLS_client_method) *method;
		__typeof__(SSL_CTX_new) *context_new;
		__typeof__(SSL_CTX_free) *context_free;
		__typeof__(SSL_CTX_set_verify) *set_verify;
		__typeof__(SSL_CTX_set_default_verify_paths) *default_paths;
		__typeof__(SSL_CTX_load_verify_locations) *load_file;
		__typeof__(SSL_CTX_ctrl) *context_control;
		__typeof__(SSL_new) *new;
		__typeof__(SSL_free) *free;
		__typeof__(SSL_ctrl) *control;
		__typeof__(SSL_set_fd) *set_fd;
		__typeof__(SSL_set1_host) *set_host;
		__typeof__(SSL_get0_param) *get_param;
		__typeof__(SSL_connect) *connect;
		__typeof__(SSL_get_error) *get_error;
		__typeof__(SSL_get_verify_result) *verify_result;
		__typeof__(SSL_read) *read;
		__typeof__(SSL_write) *write;
	} ssl;
	struct {
		__typeof__(X509_VERIFY_PARAM_set1_ip) *set_ip;
		__typeof__(X509_verify_cert_error_string) *verify_words;
		__typeof__(ERR_get_error) *error;
		__typeof__(ERR_clear_error) *clear;
		__typeof__(ERR_reason_error_string) *words;
	} crypto;
	SSL_CTX *context;
	const struct intent_check *check;
};

struct tls_session {
	const struct tls *tls;
	SSL *ssl;
};

static int tls_load(struct tls *tls, struct fault *fault)
{
	const struct library_symbol crypto[] = {
		{"X509_VERIFY_PARAM_set1_ip", (void **)&tls->crypto.set_ip},
		{"X509_verify_cert_error_string", (void **)&tls->crypto.verify_words},
		{"ERR_get_error", (void **)&tls->crypto.error},
		{"ERR_clear_error", (void **)&tls->crypto.clear},
		{"ERR_reason_error_string", (void **)&tls->crypto.words},
	};
	const struct library_symbol ssl[] = {
		{"TLS_client_method", (void **)&tls->ssl.method},
		{"SSL_CTX_new", (void **)&tls->ssl.context_new},
		{"SSL_CTX_free", (void **)&tls->ssl.context_free},
		{"SSL_CTX_set_verify", (void **)&tls->ssl.set_verify},
		{"SSL_CTX_set_default_verify_paths", (void **)&tls->ssl.default_paths},
		{"SSL_CTX_load_verify_locations", (void **)&tls->ssl.load_file},
		{"SSL_CTX_ctrl", (void **)&tls->ssl.context_control},
		{"SSL_new", (void **)&tls->ssl.new},
		{"SSL_free", (void **)&tls->ssl.free},
		{"SSL_ctrl", (void **)&tls->ssl.control},
		{"SSL_set_fd", (void **)&tls->ssl.set_fd},
		{"SSL_set1_host", (void **)&tls->ssl.set_host},
		{"SSL_get0_param", (void **)&tls->ssl.get_param},
		{"SSL_connect", (void **)&tls->ssl.connect},
		{"SSL_get_error", (void **)&tls->ssl.get_error},
		{"SSL_get_verify_result", (void **)&tls->ssl.verify_result},
		{"SSL_read", (void **)&tls->ssl.read},
		{"SSL_write", (void **)&tls->ssl.write},
	};
	int r = library_load(TLS_CRYPTO_SONAME, crypto, ARRAY_SIZE(crypto), fault);

	return r ? r : library_load(TLS_SONAME, ssl, ARRAY_SIZE(ssl), fault);
}

int tls_new(const struct intent_check *check, struct fault *fault, struct tls **ret_tls)
{
	AUTO_TLS struct tls *tls = calloc(1, sizeof(*tls));
	int r = tls ? tls_load(tls, fault) : -ENOMEM;

	if (r)
		return r;
	tls->check = check;
	tls->context = tls->ssl.context_new(tls->ssl.method());
	if (!tls->context)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "OpenSSL can't begin");
	/* One request a connection: what a reading and a writing buffer hold is let go at once. */
	(void)tls->ssl.context_control(tls->context, SSL_CTRL_MODE,
				       SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
					       SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER,
				       NULL);
	(void)tls->ssl.context_control(tls->context, SSL_CTRL_SET_SESS_CACHE_MODE,
				       SSL_SESS_CACHE_OFF, NULL);
	if (check->verify) {
		r = check->ca_file ? tls->ssl.load_file(tls->context, check->ca_file, NULL) :
				     tls->ssl.default_paths(tls->context);
		if (r != 1)
			return fault_set(fault, FAULT_ARGS, -ENOENT,
					 "%s holds no certificates to verify with",
					 check->ca_file ? check->ca_file : "the host's store");
		tls->ssl.set_verify(tls->context, SSL_VERIFY_PEER, NULL);
	}
	*ret_tls = TAKE(tls);
	return 0;
}

void tls_free(struct tls **tls)
{
	if (*tls && (*tls)->context)
		(*tls)->ssl.context_free((*tls)->context);
	free(*tls);
	*tls = NULL;
}

static bool tls_name(const struct tls *tls, SSL *ssl, const struct target *target)
{
	const struct intent_check *check = tls->check;
	const char *name = check->tls_name;

	if (!name && target->url)
		name = target->url->host;
	if (!name)
		name = check->host;
	if (check->sni && name &&
	    tls->ssl.control(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
			     (void *)(uintptr_t)name) != 1)
		return false;
	if (!check->verify)
		return true;
	if (name)
		return tls->ssl.set_host(ssl, name) == 1;
	return tls->crypto.set_ip(tls->ssl.get_param(ssl), target->address.bytes,
				  inet_size(target->address.family)) == 1;
}

struct tls_session *tls_begin(const struct tls *tls, const struct target *target, int fd)
{
	struct tls_session *session = calloc(1, sizeof(*session));

	if (!session)
		return NULL;
	session->tls = tls;
	session->ssl = tls->ssl.new(tls->context);
	if (!session->ssl || tls->ssl.set_fd(session->ssl, fd) != 1 ||
	    !tls_name(tls, session->ssl, target))
		tls_end(&session);
	return session;
}

void tls_end(struct tls_session **session)
{
	if (*session && (*session)->ssl)
		(*session)->tls->ssl.free((*session)->ssl);
	free(*session);
	*session = NULL;
}

/* What a call's result means: 0 for the end, or -errno. */
static int tls_error(const struct tls_session *session, int result)
{
	const int saved = errno;

	switch (session->tls->ssl.get_error(session->ssl, result)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	case SSL_ERROR_SYSCALL:
		return saved ? -saved : 0;
	default:
		return -EPROTO;
	}
}

int tls_shake(struct tls_session *session, char words[TLS_WORDS_MAX])
{
	const struct tls *tls = session->tls;
	const char *why = NULL;
	long verified;
	int r;

	tls->crypto.clear();
	errno = 0;
	r = tls->ssl.connect(session->ssl);
	if (r == 1)
		return 0;
	r = tls_error(session, r);
	if (r == -EAGAIN)
		return r;
	verified = tls->ssl.verify_result(session->ssl);
	if (tls->check->verify && verified != X509_V_OK)
		why = tls->crypto.verify_words(verified);
	else if (r == -EPROTO)
		why = tls->crypto.words(tls->crypto.error());
	else
		why = r ? strerror(-r) : "the connection ended in the handshake";
	(void)snprintf(words, TLS_WORDS_MAX, "%s", why ? why : "no TLS");
	return -EPROTO;
}

static ssize_t tls_result(const struct tls_session *session, int result)
{
	int r;

	if (result > 0)
		return result;
	r = tls_error(session, result);
	if (!r)
		return 0;
	errno = -r;
	return -1;
}

ssize_t tls_send(struct tls_session *session, const void *bytes, size_t length)
{
	session->tls->crypto.clear();
	errno = 0;
	return tls_result(session, session->tls->ssl.write(session->ssl, bytes, (int)length));
}

ssize_t tls_receive(struct tls_session *session, void *bytes, size_t size)
{
	session->tls->crypto.clear();
	errno = 0;
	return tls_result(session, session->tls->ssl.read(session->ssl, bytes, (int)size));
}
