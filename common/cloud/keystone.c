// SPDX-License-Identifier: BSD-3-Clause

#include "cloud/keystone.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#include "base/buf.h"
#include "base/fault.h"
#include "cloud/cloud.h"
#include "cloud/session.h"
#include "net/http.h"
#include "text/json.h"

#define KEYSTONE_TOKEN_MAX 16384 /* bytes of a header: a fernet token has some 200 */

/* A member of the body out of the credentials; NULL without one. */
static json_t *keystone_string(const struct cloud *cloud, const char *name, const char *otherwise)
{
	AUTO_SECRET struct secret value = SECRET_INIT;

	if (secret_value(&cloud->secret, name, &value))
		return otherwise ? json_string(otherwise) : NULL;
	return json_string(value.text);
}

static json_t *keystone_application(const struct cloud *cloud)
{
	json_t *id = keystone_string(cloud, "OS_APPLICATION_CREDENTIAL_ID", NULL);
	json_t *secret = keystone_string(cloud, "OS_APPLICATION_CREDENTIAL_SECRET", NULL);

	return json_pack("{s:{s:{s:[s],s:{s:o,s:o}}}}", "auth", "identity", "methods",
			 "application_credential", "application_credential", "id", id, "secret",
			 secret);
}

static json_t *keystone_password(const struct cloud *cloud)
{
	json_t *user = keystone_string(cloud, "OS_USERNAME", NULL);
	json_t *password = keystone_string(cloud, "OS_PASSWORD", NULL);
	json_t *user_domain = keystone_string(cloud, "OS_USER_DOMAIN_NAME", "Default");
	json_t *project = keystone_string(cloud, "OS_PROJECT_NAME", NULL);
	json_t *project_domain = keystone_string(cloud, "OS_PROJECT_DOMAIN_NAME", "Default");

	return json_pack("{s:{s:{s:[s],s:{s:{s:o,s:o,s:{s:o}}}},s:{s:{s:o,s:{s:o}}}}}", "auth",
			 "identity", "methods", "password", "password", "user", "name", user,
			 "password", password, "domain", "name", user_domain, "scope", "project",
			 "name", project, "domain", "name", project_domain);
}

/* The public endpoints of the region, a TYPE=URL line each. */
static int keystone_keep_catalogue(struct cloud *cloud, const json_t *answer)
{
	AUTO_SECRET struct secret region = SECRET_INIT;
	AUTO_BUF struct buf services = BUF_INIT;
	const json_t *catalog = json_at(answer, "token.catalog");
	char type[64], interface[32], id[128], url[512];
	const char *wanted = cloud->config->region;

	if (!wanted && !secret_value(&cloud->secret, "OS_REGION_NAME", &region))
		wanted = region.text;
	for (size_t i = 0; i < json_array_size(catalog); i++) {
		const json_t *service = json_array_get(catalog, i);
		const json_t *endpoints = json_object_get(service, "endpoints");

		for (size_t k = 0; k < json_array_size(endpoints); k++) {
			const json_t *e = json_array_get(endpoints, k);

			if (!json_text_at(service, "type", type, sizeof(type)) ||
			    !json_text_at(e, "interface", interface, sizeof(interface)) ||
			    !json_text_at(e, "url", url, sizeof(url)) ||
			    strcmp(interface, "public"))
				continue;
			if (strncmp(url, "https://", 8)) /* the token goes there */
				continue;
			if (wanted &&
			    (!json_text_at(e, "region", id, sizeof(id)) || strcmp(id, wanted)))
				continue;
			buf_addf(&services, "%s=%s\n", type, url);
		}
	}
	free(cloud->services);
	cloud->services = buf_error(&services) ? NULL : strdup(services.data);
	return cloud->services ? 0 : -ENOMEM;
}

/* A refused login says how long to wait, as any other request; -EAGAIN when that is too long. */
static int keystone_refused(const struct cloud *cloud, const struct http_answer *answer,
			    struct fault *fault)
{
	long seconds = http_retry_after(answer, time(NULL));

	(void)fault_set(fault, FAULT_GENERIC, 0, "OpenStack's login answers HTTP %ld",
			answer->status);
	return seconds > 0 && cloud_pause(cloud, seconds * 1000LL, fault) ? -EAGAIN : -EIO;
}

static int keystone_keep(struct cloud *cloud, const struct http_answer *answer, struct fault *fault)
{
	AUTO_FREE char *token = malloc(KEYSTONE_TOKEN_MAX);
	AUTO_JSON json_t *json = NULL;
	char until[64];
	int r;

	if (answer->status == 401 || answer->status == 403)
		return fault_set(fault, FAULT_PERM, -EACCES,
				 "OpenStack refuses the credentials of token_file (HTTP %ld)",
				 answer->status);
	if (answer->status != 201)
		return keystone_refused(cloud, answer, fault);
	if (!token || !http_header(answer, "x-subject-token", token, KEYSTONE_TOKEN_MAX))
		return fault_set(fault, FAULT_GENERIC, -EBADMSG,
				 "OpenStack's login gives no token");
	r = json_read(answer->body.data, answer->body.length, fault, &json);
	if (!r && !json_array_size(json_at(json, "token.catalog")))
		r = fault_set(fault, FAULT_GENERIC, -EBADMSG,
			      "OpenStack's login gives no catalogue");
	if (!r)
		r = keystone_keep_catalogue(cloud, json);
	if (!r)
		r = secret_copy(token, fault, &cloud->session);
	if (!r && json_text_at(json, "token.expires_at", until, sizeof(until)))
		session_keep(cloud, until);
	explicit_bzero(token, KEYSTONE_TOKEN_MAX);
	return r;
}

int keystone_login(struct cloud *cloud, struct fault *fault)
{
	static const char *const headers[] = {"Content-Type: application/json", NULL};
	AUTO_SECRET struct secret auth_url = SECRET_INIT;
	AUTO_SECRET struct secret application = SECRET_INIT;
	AUTO_HTTP_ANSWER struct http_answer answer = HTTP_ANSWER_INIT;
	AUTO_BUF struct buf url = BUF_INIT;
	AUTO_JSON json_t *body = NULL;
	AUTO_FREE char *text = NULL;
	struct http_request request = {.method = "POST", .headers = headers};
	bool known = !secret_value(&cloud->secret, "OS_APPLICATION_CREDENTIAL_ID", &application);
	int r = secret_value(&cloud->secret, "OS_AUTH_URL", &auth_url);

	body = known ? keystone_application(cloud) : keystone_password(cloud);
	text = body ? json_dumps(body, JSON_COMPACT) : NULL;
	if ((r && !cloud->config->api_url) || !text)
		return fault_set(
			fault, FAULT_ARGS, -EINVAL,
			"token_file must hold OS_AUTH_URL and an application credential or "
			"a user, as an openrc file");
	buf_adds(&url, cloud->config->api_url ? cloud->config->api_url : auth_url.text);
	while (url.length && url.data[url.length - 1] == '/')
		url.data[--url.length] = '\0';
	if (url.length < 3 || strcmp(url.data + url.length - 3, "/v3"))
		buf_adds(&url, "/v3");
	buf_adds(&url, "/auth/tokens");
	if (strncmp(url.data, "https://", 8))
		return fault_set(fault, FAULT_ARGS, -EINVAL,
				 "token_file: OS_AUTH_URL must begin with https://");
	request.url = url.data;
	request.body = text;
	cloud->requests++;
	r = http_run(cloud->http, &request, cloud->deadline, fault, &answer);
	explicit_bzero(text, strlen(text));
	return r ? r : keystone_keep(cloud, &answer, fault);
}

int keystone_base(const struct cloud *cloud, const char *service, struct fault *fault,
		  struct buf *url)
{
	const size_t length = strlen(service);

	for (const char *line = cloud->services; line && *line; line += strcspn(line, "\n")) {
		line += *line == '\n';
		if (strncmp(line, service, length) || line[length] != '=')
			continue;
		buf_add(url, line + length + 1, strcspn(line + length + 1, "\n"));
		while (url->length && url->data[url->length - 1] == '/')
			url->data[--url->length] = '\0';
		return buf_error(url);
	}
	return fault_set(fault, FAULT_ARGS, -ENOENT,
			 "OpenStack's catalogue has no public %s service by https in this region",
			 service);
}
