// SPDX-License-Identifier: BSD-3-Clause

#include "fence_quorate_redfish/bmc.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "fence_quorate_redfish/request.h"
#include "net/http.h"
#include "text/json.h"

#define BMC_LOGOUT_MS 1500
#define BMC_AGAIN_MS 1000

int bmc_open(struct bmc *bmc, const struct bmc_config *config, const struct deadline *deadline,
	     struct fault *fault)
{
	const char *colon = strchr(config->host, ':');
	const bool bare = colon && strchr(colon + 1, ':') && *config->host != '[';
	int length;

	*bmc = (struct bmc){.config = config, .deadline = deadline};
	if (strcspn(config->host, "/?#@ \t") != strlen(config->host))
		return fault_set(fault, FAULT_ARGS, -EINVAL, "ip: '%.60s' is no host",
				 config->host);
	if (colon && !bare &&
	    *config->host != '[') /* "host:port", as older configurations have it */
		length = snprintf(bmc->base, sizeof(bmc->base), "https://%s", config->host);
	else
		length = snprintf(bmc->base, sizeof(bmc->base), "https://%s%s%s:%d",
				  bare ? "[" : "", config->host, bare ? "]" : "", config->port);
	if (length >= (int)sizeof(bmc->base))
		return fault_set(fault, FAULT_ARGS, -EINVAL, "ip is too long");
	return http_open(config->http, fault, &bmc->http);
}

void bmc_close(struct bmc *bmc)
{
	const struct deadline *whole = bmc->deadline;
	const struct deadline moment = deadline_in(BMC_LOGOUT_MS);

	if (bmc->http && *bmc->session) {
		bmc->deadline = &moment;
		(void)request_send(bmc, "DELETE", bmc->session, NULL, NULL, NULL);
		bmc->deadline = whole;
	}
	http_close(&bmc->http);
	secret_wipe(&bmc->token);
}

/* Copies the URI of a reference {"@odata.id": URI}. 0 or -EBADMSG. */
static int bmc_reference(const struct bmc *bmc, const json_t *reference, struct fault *fault,
			 char uri[BMC_URI_MAX])
{
	const char *text = json_string_value(json_object_get(reference, "@odata.id"));

	if (!text || request_uri(bmc, text, uri))
		return fault_set(fault, FAULT_GENERIC, -EBADMSG,
				 "the BMC's answer has no usable @odata.id");
	return 0;
}

static int bmc_keep_session(struct bmc *bmc, const struct http_answer *answer, struct fault *fault)
{
	char token[1024], location[BMC_URI_MAX];
	int r;

	if (!http_header(answer, "x-auth-token", token, sizeof(token)) || !*token) {
		bmc->basic = true;
		return 0;
	}
	if (!http_header(answer, "location", location, sizeof(location)) ||
	    request_uri(bmc, location, bmc->session))
		bmc->session[0] = '\0';
	r = secret_copy(token, fault, &bmc->token);
	explicit_bzero(token, sizeof(token));
	return r;
}

/* A session, or basic authentication where there are none to be had. */
static int bmc_login(struct bmc *bmc, const char *sessions, struct fault *fault)
{
	AUTO_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
	AUTO_JSON json_t *body = json_pack("{s:s,s:s}", "UserName", bmc->config->user, "Password",
					   bmc->config->password);
	char *text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	int r;

	if (!text)
		return fault_set(fault, FAULT_ARGS, -EINVAL, "username or password is no UTF-8");
	r = request_send(bmc, "POST", sessions, text, fault, &answer);
	explicit_bzero(text, strlen(text));
	free(text);
	if (r)
		return r;
	if (answer.status == 401)
		return fault_set(fault, FAULT_PERM, -EACCES,
				 "the BMC refuses username and password (HTTP 401)");
	if (answer.status == 200 || answer.status == 201)
		return bmc_keep_session(bmc, &answer, fault);
	bmc->basic = true;
	return 0;
}

/* The only member of the collection of systems. */
static int bmc_only_system(struct bmc *bmc, const char *systems, struct fault *fault)
{
	AUTO_JSON json_t *json = NULL;
	const json_t *members;
	int r = request_get(bmc, systems, fault, &json);

	if (r)
		return r;
	members = json_object_get(json, "Members");
	if (json_array_size(members) > 1 ||
	    json_integer_value(json_object_get(json, "Members@odata.count")) > 1 ||
	    json_object_get(json, "Members@odata.nextLink"))
		return fault_set(
			fault, FAULT_ARGS, -ENOTUNIQ,
			"this BMC has several systems: give the URI of one as systems_uri");
	if (!json_array_size(members))
		return fault_set(fault, FAULT_GENERIC, -ENOENT, "this BMC shows no system");
	return bmc_reference(bmc, json_array_get(members, 0), fault, bmc->system);
}

static int bmc_prepare(struct bmc *bmc, struct fault *fault)
{
	AUTO_JSON json_t *root = NULL;
	char systems[BMC_URI_MAX], sessions[BMC_URI_MAX];
	const json_t *links;
	int r;

	if (bmc->ready)
		return 0;
	if (bmc->config->system && request_uri(bmc, bmc->config->system, bmc->system))
		return fault_set(fault, FAULT_ARGS, -EINVAL, "systems_uri must begin with a slash");
	r = request_get(bmc, bmc->config->root, fault, &root);
	if (r)
		return r;
	links = json_object_get(json_object_get(root, "Links"), "Sessions");
	if (!links || bmc_reference(bmc, links, NULL, sessions))
		bmc->basic = true;
	else
		r = bmc_login(bmc, sessions, fault);
	if (!r && !*bmc->system)
		r = bmc_reference(bmc, json_object_get(root, "Systems"), fault, systems);
	if (!r && !*bmc->system)
		r = bmc_only_system(bmc, systems, fault);
	bmc->ready = !r;
	return r;
}

static void bmc_keep_types(struct bmc *bmc, const json_t *types)
{
	size_t used = 0;

	bmc->types[0] = '\0';
	for (size_t i = 0; i < json_array_size(types); i++) {
		const char *type = json_string_value(json_array_get(types, i));

		if (!type || used + strlen(type) + 3 > sizeof(bmc->types))
			continue;
		used += (size_t)snprintf(bmc->types + used, sizeof(bmc->types) - used, "%s%s ",
					 used ? "" : " ", type);
	}
}

/* What the reset action takes may stand in a resource of its own. */
static int bmc_ask_types(struct bmc *bmc, const json_t *info, struct fault *fault)
{
	AUTO_JSON json_t *json = NULL;
	char uri[BMC_URI_MAX];
	const char *text = json_string_value(info);
	int r;

	if (!text || request_uri(bmc, text, uri))
		return 0;
	r = request_get(bmc, uri, fault, &json);
	if (!r)
		bmc_keep_types(bmc, json_at(json, "Parameters[Name=ResetType].AllowableValues"));
	return r;
}

static int bmc_keep_action(struct bmc *bmc, const json_t *system, struct fault *fault)
{
	const json_t *reset =
		json_object_get(json_object_get(system, "Actions"), "#ComputerSystem.Reset");
	const char *target = json_string_value(json_object_get(reset, "target"));
	const json_t *types = json_object_get(reset, "ResetType@Redfish.AllowableValues");

	if (*bmc->target)
		return 0;
	if (!target || request_uri(bmc, target, bmc->target)) {
		bmc->target[0] = '\0';
		return 0;
	}
	bmc_keep_types(bmc, types);
	return types ? 0 : bmc_ask_types(bmc, json_object_get(reset, "@Redfish.ActionInfo"), fault);
}

static void bmc_forget_session(struct bmc *bmc)
{
	bmc->ready = false;
	bmc->session[0] = '\0';
	secret_wipe(&bmc->token);
}

int bmc_power(struct bmc *bmc, struct fault *fault, char word[BMC_WORD_MAX])
{
	bool again = bmc->token.text != NULL;
	int r = bmc_prepare(bmc, fault);

	while (!r) {
		AUTO_JSON json_t *json = NULL;

		r = request_get(bmc, bmc->system, fault, &json);
		if (r == -EKEYEXPIRED && again) {
			again = false;
			bmc_forget_session(bmc);
			r = bmc_prepare(bmc, fault);
			continue;
		}
		if (r)
			break;
		if (json_text_at(json, "PowerState", word, BMC_WORD_MAX) && *word)
			return bmc_keep_action(bmc, json, fault);
		(void)fault_set(fault, FAULT_GENERIC, 0, "the BMC's answer has no PowerState");
		r = request_pause(bmc, BMC_AGAIN_MS, fault);
	}
	return r;
}

/* The first of the types that the system takes; without a list, the first. */
static bool bmc_choose(const struct bmc *bmc, const char *types, char type[BMC_WORD_MAX])
{
	while (*types) {
		const size_t length = strcspn(types, " ");
		char padded[BMC_WORD_MAX + 2];

		(void)snprintf(type, BMC_WORD_MAX, "%.*s", (int)length, types);
		(void)snprintf(padded, sizeof(padded), " %s ", type);
		if (!*bmc->types || strstr(bmc->types, padded))
			return true;
		types += length + strspn(types + length, " ");
	}
	return false;
}

static int bmc_judge(struct bmc *bmc, const struct http_answer *answer, struct fault *fault)
{
	const long status = answer->status;

	if (status >= 200 && status < 300)
		return 0;
	request_refused(answer, fault);
	switch (status) {
	case 401: /* the session is over */
		if (!bmc->token.text)
			return -EACCES;
		bmc_forget_session(bmc);
		return BMC_BUSY;
	case 403:
		return -EACCES;
	case 409:
	case 429:
	case 503:
		return BMC_BUSY;
	case 404:
	case 405:
	case 501:
		return -EOPNOTSUPP;
	default:
		return BMC_UNSURE;
	}
}

int bmc_reset(struct bmc *bmc, const char *types, struct fault *fault)
{
	AUTO_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
	char type[BMC_WORD_MAX], body[64];
	int r;

	if (!*bmc->target)
		return fault_set(fault, FAULT_GENERIC, -ENOTSUP, "this system has no reset action");
	if (!bmc_choose(bmc, types, type))
		return fault_set(fault, FAULT_GENERIC, -ENOTSUP,
				 "this system doesn't take %s, but only:%.120s", types, bmc->types);
	(void)snprintf(body, sizeof(body), "{\"ResetType\":\"%s\"}", type);
	r = request_send(bmc, "POST", bmc->target, body, fault, &answer);
	if (r == -ECONNREFUSED || r == -EHOSTUNREACH)
		return BMC_BUSY;
	if (r)
		return r == -EPROTO ? r : BMC_UNSURE;
	return bmc_judge(bmc, &answer, fault);
}
