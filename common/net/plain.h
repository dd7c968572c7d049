/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * Plain HTTP/1.0 to an address, over one raw socket: the metadata service of a cloud, which is on
 * the host's own link (169.254.169.254). A millisecond instead of libcurl's twenty.
 */
#pragma once

#include "base/buf.h"

struct deadline;
struct fault;

#define PLAIN_BODY_MAX (256U << 10) /* bytes */
#define PLAIN_MOST_MS 1000	    /* the most one request takes, however late the deadline */

struct plain_request {
	const char *method; /* "GET", "PUT" */
	const char *host;   /* "169.254.169.254", "[fd00:42::42]", with ":port" or without */
	const char *path;   /* "/metadata/v1/id" */
	const char *const *headers; /* "Name: value", NULL-terminated, or NULL */
};

/*
 * 0 with the status and the body appended; -errno with the fault set: -ETIMEDOUT, -ECONNREFUSED,
 * -EBADMSG (no HTTP), -EMSGSIZE ...
 */
int plain_run(const struct plain_request *request, const struct deadline *deadline,
	      struct fault *fault, int *ret_status, struct buf *body);

/* Splits an answer: its status, and where its body begins; -EBADMSG. Pure. */
int plain_read(const char *bytes, size_t length, int *ret_status, size_t *ret_body);
