/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * One request to a BMC: authentication, repetition of what may be repeated, a redirection to itself.
 */
#pragma once

#include <jansson.h>

#include "fence_quorate_redfish/bmc.h"

struct http_answer;

/*
 * The path of a URI that the BMC or the configuration named: one on the BMC itself, or -EBADMSG.
 */
int request_uri(const struct bmc *bmc, const char *text, char uri[BMC_URI_MAX]);

/* Sends it once, and once more where a 307 or 308 says. 0 with any HTTP answer, or -errno. */
int request_send(struct bmc *bmc, const char *method, const char *uri, const char *body,
		 struct fault *fault, struct http_answer *ret_answer);

/*
 * Reads a resource, again and again until the deadline while there is hope. 0; -EKEYEXPIRED when the
 * session is over; -EACCES; -errno.
 */
int request_get(struct bmc *bmc, const char *uri, struct fault *fault, json_t **ret_json);

/* Puts into words what the service has against it, from its extended information. */
void request_refused(const struct http_answer *answer, struct fault *fault);

/* Waits so long; -ETIMEDOUT at once when the deadline comes first. */
int request_pause(const struct bmc *bmc, long long milliseconds, struct fault *fault);
