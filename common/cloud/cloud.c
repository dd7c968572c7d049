// SPDX-License-Identifier: BSD-3-Clause

#include "cloud/cloud.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>
#include <time.h>

#include "base/deadline.h"
#include "base/fault.h"
#include "base/num.h"
#include "cloud/auth.h"
#include "cloud/provider.h"
#include "net/http.h"
#include "text/json.h"
#include "text/xml.h"

#define CLOUD_BACKOFF_MS 250
#define CLOUD_FIRST_LOOK_MS 50LL
#define CLOUD_BACKOFF_MOST_MS 5000
#define CLOUD_RATE_MS 1000 /* when the provider does not say how long */

int cloud_open(struct cloud *cloud, const struct cloud_provider *provider,
	       const struct cloud_config *config, const struct deadline *deadline,
	       struct fault *fault)
{
	int r = 0;

	*cloud = (struct cloud){.provider = provider, .config = config, .deadline = deadline};
	if (config->token_file)
		r = secret_read(config->token_file, fault, &cloud->secret);
	else if (config->token)
		r = secret_copy(config->token, fault, &cloud->secret);
	if (r)
		fault_prefix(fault, "token_file: ");
	if (r)
		return r;
	if (variables_set(cloud->variables.zone, config->zone ? config->zone : "") ||
	    variables_set(cloud->variables.region, config->region ? config->region : "") ||
	    variables_set(cloud->variables.project, config->project ? config->project : ""))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "zone, region or project is too long");
	return 0;
}

void cloud_close(struct cloud *cloud)
{
	http_close(&cloud->http);
	secret_wipe(&cloud->secret);
	secret_wipe(&cloud->session);
	secret_wipe(&cloud->key);
	secret_wipe(&cloud->key_id);
	secret_wipe(&cloud->metadata_token);
	free(cloud->services);
	cloud->services = NULL;
}

long long cloud_poll_ms(const struct cloud *cloud, unsigned int looks)
{
	const long long sooner = CLOUD_FIRST_LOOK_MS << (looks < 8 ? looks : 8);

	return sooner < cloud->provider->poll_ms ? sooner : cloud->provider->poll_ms;
}

int cloud_pause(const struct cloud *cloud, long long milliseconds, struct fault *fault)
{
	struct deadline until = deadline_in(milliseconds);

	if (deadline_left(cloud->deadline) <= milliseconds) {
		if (fault && fault->kind == FAULT_NONE)
			(void)fault_set(fault, FAULT_TIMEOUT, 0, "no answer in time");
		return -ETIMEDOUT;
	}
	while (!deadline_passed(&until))
		(void)poll(NULL, 0, deadline_left(&until));
	return 0;
}

/* Doubles with every try, and lies between the half and the whole of it. */
static long long cloud_backoff(unsigned int tries)
{
	long long most = CLOUD_BACKOFF_MS << (tries < 5 ? tries : 5);
	unsigned int random = 0;

	if (most > CLOUD_BACKOFF_MOST_MS)
		most = CLOUD_BACKOFF_MOST_MS;
	(void)!getrandom(&random, sizeof(random), GRND_NONBLOCK);
	return most / 2 + random % (most / 2);
}

const char *cloud_text_at(const struct cloud *cloud, const json_t *answer, const char *path,
			  char text[VARIABLE_MAX])
{
	AUTO_BUF struct buf filled = BUF_INIT;
	const char *missing;

	if (!path || variables_fill(&cloud->variables, path, VARIABLES_PLAIN, &filled, &missing))
		return NULL;
	return json_text_at(answer, filled.data, text, VARIABLE_MAX);
}

/* The class of an answer that is no success: the first row that fits. */
static enum cloud_class cloud_classify(const struct cloud *cloud, long status, const char *code)
{
	const struct cloud_error *e = cloud->provider->errors;

	if (status >= 500 && !code)
		return CLOUD_RETRY;
	for (; e->http || e->code; e++) {
		if (e->http && e->http != status)
			continue;
		if (e->code && (!code || strcmp(e->code, code)))
			continue;
		return e->means;
	}
	return CLOUD_RETRY;
}

/* How long a limit lasts: Retry-After, the reset's time, or a second. */
static long long cloud_limit_ms(const struct cloud *cloud, const struct http_answer *answer)
{
	const char *name = cloud->provider->limit_reset;
	const long long now = time(NULL);
	long seconds = http_retry_after(answer, now);
	char text[64];
	long long reset;

	if (seconds >= 0)
		return seconds * 1000LL + CLOUD_BACKOFF_MS;
	if (name && http_header(answer, name, text, sizeof(text)) &&
	    !num_parse(text, 0, now + 86400, &reset))
		return (reset > now ? reset - now : 0) * 1000LL + CLOUD_RATE_MS;
	return CLOUD_RATE_MS;
}

static int cloud_build(struct cloud *cloud, const struct cloud_request *request, struct buf *url,
		       struct buf *body, struct fault *fault)
{
	const bool form = !strncmp(cloud->provider->content_type, "application/x-www", 17);
	const char *missing = NULL;
	int r = auth_base(cloud, request->service, fault, url);

	if (!r)
		r = variables_fill(&cloud->variables, request->path, VARIABLES_URL, url, &missing);
	if (!r && request->body)
		r = variables_fill(&cloud->variables, request->body,
				   form ? VARIABLES_URL : VARIABLES_JSON, body, &missing);
	if (r == -ENODATA)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "%s must be given: %s does not tell it", missing,
				 cloud->provider->title);
	return r;
}

static int cloud_send(struct cloud *cloud, const struct cloud_request *request, struct fault *fault,
		      struct http_answer *answer)
{
	AUTO_BUF struct buf url = BUF_INIT;
	AUTO_BUF struct buf body = BUF_INIT;
	AUTO_BUF struct buf type = BUF_INIT;
	AUTO_BUF struct buf header = BUF_INIT;
	AUTO_BUF struct buf own = BUF_INIT;
	AUTO_BUF struct buf signature = BUF_INIT;
	const char *headers[5] = {"Accept: application/json", NULL}, *missing;
	struct http_request http = {.method = request->method, .headers = headers};
	int count = 1, r;

	if (!cloud->http) {
		struct http_options options = {.ca_file = NULL};

		if (cloud->config->http)
			options = *cloud->config->http;
		options.ca_file = cloud->config->ca_file;
		r = http_open(&options, fault, &cloud->http);
		if (r)
			return r;
	}
	r = auth_prepare(cloud, fault);
	if (!r)
		r = cloud_build(cloud, request, &url, &body, fault);
	if (r)
		return r;
	auth_apply(cloud, &http, &header, &signature);
	if (header.length)
		headers[count++] = header.data;
	buf_addf(&type, "Content-Type: %s", cloud->provider->content_type);
	if (request->body)
		headers[count++] = type.data;
	if (request->header &&
	    !variables_fill(&cloud->variables, request->header, VARIABLES_JSON, &own, &missing))
		headers[count++] = own.data;
	http.url = url.data;
	http.body = request->body ? body.data : NULL;
	cloud->requests++;
	r = http_run(cloud->http, &http, cloud->deadline, fault, answer);
	explicit_bzero(header.data, header.length);
	return r;
}

static int cloud_parse(const struct http_answer *answer, struct fault *fault, json_t **ret_json)
{
	const char *bytes = answer->body.data;

	if (!answer->body.length)
		return 0;
	if (bytes[strspn(bytes, " \t\r\n")] == '<')
		return xml_read(bytes, answer->body.length, fault, ret_json);
	return json_read(bytes, answer->body.length, fault, ret_json);
}

static bool cloud_is_ok(const struct cloud_request *request, long status)
{
	for (size_t i = 0; i < ARRAY_SIZE(request->ok); i++)
		if (request->ok[i] && request->ok[i] == status)
			return true;
	return false;
}

/* Reading can be repeated; a change whose answer was lost may have happened. */
static bool cloud_changes(const struct cloud_request *request)
{
	return strcmp(request->method, "GET") &&
	       !(request->body && strstr(request->body, "Action=Describe"));
}

/* What one try came to: a result for the caller, or the wait before the next try. */
struct cloud_try {
	int result;
	bool again;
	long long wait; /* milliseconds */
};

static struct cloud_try cloud_refused(struct cloud *cloud, const struct cloud_request *request,
				      const struct http_answer *answer, unsigned int tries,
				      struct fault *fault)
{
	const struct cloud_provider *provider = cloud->provider;
	AUTO_JSON json_t *json = NULL;
	char code[VARIABLE_MAX], text[VARIABLE_MAX];
	const char *said, *words;
	enum cloud_class class;

	(void)cloud_parse(answer, NULL, &json);
	said = cloud_text_at(cloud, json, provider->error_code, code);
	words = cloud_text_at(cloud, json, provider->error_text, text);
	class = cloud_classify(cloud, answer->status, said);
	(void)fault_set(fault, FAULT_GENERIC, 0, "%s answers HTTP %ld%s%.40s%s%.120s",
			provider->title, answer->status, said ? " " : "", said ? said : "",
			words ? ": " : "", words ? words : "");
	switch (class) {
	case CLOUD_GONE:
		return (struct cloud_try){.result = CLOUD_ABSENT};
	case CLOUD_VERIFY:
		return (struct cloud_try){.result = CLOUD_UNSURE};
	case CLOUD_AUTH:
		if (auth_renew(cloud))
			return (struct cloud_try){.again = true};
		fault->kind = FAULT_PERM;
		return (struct cloud_try){.result = -EACCES};
	case CLOUD_CONFIG:
		fault->kind = FAULT_ARGS;
		return (struct cloud_try){.result = -EINVAL};
	case CLOUD_LOCKED:
		if (cloud_changes(request))
			return (struct cloud_try){.result = CLOUD_BUSY};
		return (struct cloud_try){.again = true, .wait = provider->poll_ms};
	case CLOUD_RATE:
		return (struct cloud_try){.again = true, .wait = cloud_limit_ms(cloud, answer)};
	case CLOUD_RETRY:
		break;
	}
	if (cloud_changes(request))
		return (struct cloud_try){.result = CLOUD_UNSURE};
	return (struct cloud_try){.again = true, .wait = cloud_backoff(tries)};
}

static struct cloud_try cloud_attempt(struct cloud *cloud, const struct cloud_request *request,
				      unsigned int tries, struct fault *fault, json_t **ret_answer)
{
	AUTO_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
	AUTO_JSON json_t *json = NULL;
	int r = cloud_send(cloud, request, fault, &answer);

	if (!r && !cloud_is_ok(request, answer.status))
		return cloud_refused(cloud, request, &answer, tries, fault);
	if (!r) {
		r = cloud_parse(&answer, fault, &json);
		if (!r) {
			if (ret_answer)
				*ret_answer = TAKE(json);
			return (struct cloud_try){.result = 0};
		}
	}
	if (r == -EPROTO || r == -EINVAL || r == -ENOENT || r == -EACCES || r == -ENOMEM ||
	    r == -EAGAIN)
		return (struct cloud_try){.result = r};
	if (cloud_changes(request) && r != -ECONNREFUSED && r != -EHOSTUNREACH)
		return (struct cloud_try){.result = CLOUD_UNSURE};
	return (struct cloud_try){.again = true, .wait = cloud_backoff(tries)};
}

int cloud_run(struct cloud *cloud, const struct cloud_request *request, struct fault *fault,
	      json_t **ret_answer)
{
	struct fault local = FAULT_INIT;

	if (!fault)
		fault = &local;
	for (unsigned int tries = 0;; tries++) {
		struct cloud_try try = cloud_attempt(cloud, request, tries, fault, ret_answer);

		if (!try.again) {
			if (!try.result)
				*fault = FAULT_INIT;
			return try.result;
		}
		if (cloud_pause(cloud, try.wait, fault))
			return -ETIMEDOUT;
	}
}

static bool cloud_is_word(const char *const *words, const char *word)
{
	for (; words && *words; words++)
		if (!strcmp(*words, word))
			return true;
	return false;
}

enum cloud_progress cloud_progress(const struct cloud *cloud, const json_t *answer,
				   struct fault *fault)
{
	const struct cloud_provider *provider = cloud->provider;
	char word[VARIABLE_MAX], error[VARIABLE_MAX];

	if (!cloud_text_at(cloud, answer, provider->action_state, word))
		return CLOUD_UNCLEAR;
	if (!cloud_text_at(cloud, answer, provider->action_error, error))
		*error = '\0';
	if (*error || cloud_is_word(provider->action_failed, word)) {
		(void)fault_set(fault, FAULT_GENERIC, 0, "%s: the action ended with '%.40s'%s%.80s",
				provider->title, word, *error ? ": " : "", error);
		return CLOUD_FAILED;
	}
	return cloud_is_word(provider->action_done, word)    ? CLOUD_DONE :
	       cloud_is_word(provider->action_running, word) ? CLOUD_RUNNING :
							       CLOUD_UNCLEAR;
}

int cloud_await(struct cloud *cloud, const struct cloud_request *poll_request, const json_t *answer,
		struct fault *fault)
{
	AUTO_JSON json_t *latest = NULL;
	char id[VARIABLE_MAX];

	if (!poll_request->method ||
	    !cloud_text_at(cloud, answer, cloud->provider->action_id, id) ||
	    variables_set(cloud->variables.action, id))
		return CLOUD_UNSURE;
	for (unsigned int looks = 0;; looks++) {
		const json_t *seen = looks ? latest : answer;
		enum cloud_progress progress = cloud_progress(cloud, seen, fault);
		int r;

		if (progress != CLOUD_RUNNING)
			return progress == CLOUD_DONE ? 0 : CLOUD_UNSURE;
		r = cloud_pause(cloud, cloud_poll_ms(cloud, looks), fault);
		if (r)
			return r;
		json_release(&latest);
		r = cloud_run(cloud, poll_request, fault, &latest);
		if (r) /* an action that can't be found says nothing about what it did */
			return r > 0 ? CLOUD_UNSURE : r;
	}
}
