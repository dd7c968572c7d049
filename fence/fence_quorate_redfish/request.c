// SPDX-License-Identifier: BSD-3-Clause

#include "fence_quorate_redfish/request.h"

#include <ctype.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "net/http.h"
#include "text/json.h"

#define REQUEST_AGAIN_MS 1000
#define REQUEST_RATE_MOST_S 3600

int request_pause(const struct bmc *bmc, long long milliseconds, struct fault *fault)
{
	const struct deadline until = deadline_in(milliseconds);

	if (deadline_left(bmc->deadline) <= milliseconds) {
		if (fault)
			fault->kind = FAULT_TIMEOUT;
		return -ETIMEDOUT;
	}
	while (!deadline_passed(&until))
		(void)poll(NULL, 0, deadline_left(&until));
	return 0;
}

int request_uri(const struct bmc *bmc, const char *text, char uri[BMC_URI_MAX])
{
	const size_t base = strlen(bmc->base);

	if (!strncmp(text, bmc->base, base) && text[base] == '/')
		text += base;
	if (text[0] != '/' || text[1] == '/' || strlen(text) >= BMC_URI_MAX)
		return -EBADMSG;
	for (const char *c = text; *c; c++)
		if (!isgraph((unsigned char)*c))
			return -EBADMSG;
	(void)snprintf(uri, BMC_URI_MAX, "%s", text);
	return 0;
}

static int request_once(struct bmc *bmc, const char *method, const char *uri, const char *body,
			struct fault *fault, struct http_answer *ret_answer)
{
	char url[BMC_BASE_MAX + BMC_URI_MAX], header[1100];
	const char *headers[5] = {"Accept: application/json", "OData-Version: 4.0", NULL};
	struct http_request request = {
		.method = method, .url = url, .headers = headers, .body = body};
	int count = 2, r;

	(void)snprintf(url, sizeof(url), "%s%s", bmc->base, uri);
	if (body)
		headers[count++] = "Content-Type: application/json";
	if (bmc->token.text) {
		(void)snprintf(header, sizeof(header), "X-Auth-Token: %s", bmc->token.text);
		headers[count++] = header;
	} else if (bmc->basic) {
		request.user = bmc->config->user;
		request.password = bmc->config->password;
	}
	r = http_run(bmc->http, &request, bmc->deadline, fault, ret_answer);
	explicit_bzero(header, sizeof(header));
	return r;
}

int request_send(struct bmc *bmc, const char *method, const char *uri, const char *body,
		 struct fault *fault, struct http_answer *ret_answer)
{
	AUTO_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
	char location[BMC_BASE_MAX + BMC_URI_MAX], other[BMC_URI_MAX];
	int r = request_once(bmc, method, uri, body, fault, &answer);

	if (!r && (answer.status == 307 || answer.status == 308) &&
	    http_header(&answer, "location", location, sizeof(location)) &&
	    !request_uri(bmc, location, other)) {
		http_answer_release(&answer);
		answer = HTTP_ANSWER_INIT;
		r = request_once(bmc, method, other, body, fault, &answer);
	}
	if (!r && ret_answer) {
		*ret_answer = answer;
		answer = HTTP_ANSWER_INIT;
	}
	return r;
}

void request_refused(const struct http_answer *answer, struct fault *fault)
{
	AUTO_JSON json_t *json = NULL;
	char text[160] = "";

	if (!json_read(answer->body.data, answer->body.length, NULL, &json)) {
		const json_t *error = json_object_get(json, "error");
		const json_t *said = json_object_get(
			json_array_get(json_object_get(error, "@Message.ExtendedInfo"), 0),
			"Message");

		if (!said)
			said = json_object_get(error, "message");
		if (json_is_string(said))
			(void)snprintf(text, sizeof(text), ": %s", json_string_value(said));
	}
	(void)fault_set(fault, answer->status == 403 ? FAULT_PERM : FAULT_GENERIC, 0,
			"the BMC answers HTTP %ld%s", answer->status, text);
}

/* How long to wait before reading again, or -errno when that is of no use. */
static long long request_again(struct bmc *bmc, const struct http_answer *answer,
			       struct fault *fault)
{
	long seconds = http_retry_after(answer, time(NULL));

	request_refused(answer, fault);
	switch (answer->status) {
	case 401:
		fault->kind = FAULT_PERM;
		return bmc->token.text ? -EKEYEXPIRED : -EACCES;
	case 403:
		return -EACCES;
	case 404:
	case 410:
		return -ENOENT;
	default:
		break;
	}
	if (answer->status != 429 && answer->status != 409 && answer->status < 500)
		return -EIO;
	return seconds > 0 && seconds < REQUEST_RATE_MOST_S ? seconds * 1000LL : REQUEST_AGAIN_MS;
}

int request_get(struct bmc *bmc, const char *uri, struct fault *fault, json_t **ret_json)
{
	for (;;) {
		AUTO_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
		long long wait = REQUEST_AGAIN_MS;
		int r = request_send(bmc, "GET", uri, NULL, fault, &answer);

		if (r == -EPROTO || r == -EINVAL || r == -ENOMEM)
			return r;
		if (!r && answer.status == 200) {
			r = json_read(answer.body.data, answer.body.length, fault, ret_json);
			if (!r) {
				if (fault)
					*fault = FAULT_INIT;
				return 0;
			}
		} else if (!r) {
			wait = request_again(bmc, &answer, fault);
			if (wait < 0)
				return (int)wait;
		}
		r = request_pause(bmc, wait, fault);
		if (r)
			return r;
	}
}
