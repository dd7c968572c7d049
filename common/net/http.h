/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * HTTP over libcurl (https://curl.se/libcurl/c/): one session an action, its connection kept.
 *
 * libcurl is loaded with the first session (base/library.h). TLS is verified, from the hashed
 * directory of the host's CA certificates (a bundle file costs 50 ms of parsing); redirects are
 * not followed; the proxy of the environment is honoured, for secrets it isn't; nothing waits past
 * the deadline. A request that reached no HTTP answer is an error; any status is an answer.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

struct deadline;
struct fault;

#define HTTP_BODY_MAX (4U << 20) /* bytes of an answer; more is an error (-EMSGSIZE) */
#define HTTP_CONNECT_MS 2000	 /* default of http_options.connect_ms */
#define HTTP_REQUEST_MS 5000	 /* default of http_options.request_ms */

struct http_options {
	const char *ca_file;   /* PEM, instead of the host's directory; or NULL */
	const char *interface; /* local interface or address; or NULL */
	bool insecure;	       /* skip the verification: fence devices with their own certificate */
	int connect_ms;	       /* the most a connection takes; 0: HTTP_CONNECT_MS */
	int request_ms;	       /* the most one request takes; 0: HTTP_REQUEST_MS */

	/* Is told of each request, without headers, bodies and queries; or NULL. */
	void (*trace)(const char *line, void *data);
	void *trace_data;
};

struct http_request {
	const char *method; /* "GET", "POST", "PUT", "PATCH", "DELETE" */
	const char *url;
	const char *const *headers;  /* "Name: value", NULL-terminated, or NULL */
	const char *body;	     /* or NULL */
	const char *user, *password; /* basic authentication or AWS key pair, or NULL */
	const char *sigv4;	     /* "aws:amz:REGION:SERVICE": sign with user and password */
};

struct http_answer {
	long status;
	struct buf headers; /* as received, a line each */
	struct buf body;
};

#define HTTP_ANSWER_INIT ((struct http_answer){.headers = BUF_INIT, .body = BUF_INIT})

struct http; /* a session */

int http_open(const struct http_options *options, struct fault *fault, struct http **ret_http);
void http_close(struct http **http);

/*
 * 0 with the answer; -errno with the fault set and no secret in its sentence: -ETIMEDOUT,
 * -ECONNREFUSED, -EHOSTUNREACH (not resolved), -EPROTO (TLS; the sentence says what is wrong with
 * the certificate), -EMSGSIZE, -ECONNRESET (cut in the middle), -EIO.
 */
int http_run(struct http *http, const struct http_request *request, const struct deadline *deadline,
	     struct fault *fault, struct http_answer *ret_answer);
void http_answer_release(struct http_answer *answer);

/* The value of a header, name without case, in text; NULL when it is absent or longer. Pure. */
const char *http_header(const struct http_answer *answer, const char *name, char *text,
			size_t size);

/* Seconds to wait from Retry-After (RFC 9110, 10.2.3: seconds or a date), or -1. Pure. */
long http_retry_after(const struct http_answer *answer, long long now);

#define AUTO_HTTP CLEANUP(http_close)
#define AUTO_HTTP_ANSWER CLEANUP(http_answer_release)
