/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * How a request proves who sends it: what the provider tables can't say.
 */
#pragma once

#include <stdbool.h>

#include "base/buf.h"

struct cloud;
struct fault;
struct http_request;

/* Makes sure that there is something to prove it with: a token, a key pair, a login. 0 or -errno. */
int auth_prepare(struct cloud *cloud, struct fault *fault);

/* Throws a login away that the API does not take. True when there was one to renew, and once. */
bool auth_renew(struct cloud *cloud);

/*
 * Adds to the request what it needs: a header line, written into header, or the signing options,
 * whose text is written into signature.
 */
void auth_apply(const struct cloud *cloud, struct http_request *request, struct buf *header,
		struct buf *signature);

/* The base URL of a service (NULL: the only one). -ENOENT when a login's catalogue lacks it. */
int auth_base(const struct cloud *cloud, const char *service, struct fault *fault, struct buf *url);
