// SPDX-License-Identifier: BSD-3-Clause
/*
 * The metadata service: what an instance can learn about itself without the API.
 */

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"
#include "cloud/cloud.h"
#include "cloud/provider.h"
#include "net/plain.h"
#include "text/json.h"

static const char *metadata_host(const struct cloud *cloud)
{
	return cloud->config->metadata_host ? cloud->config->metadata_host :
					      cloud->provider->metadata.host;
}

static int metadata_login(struct cloud *cloud, struct fault *fault)
{
	const struct cloud_metadata *m = &cloud->provider->metadata;
	const char *const headers[] = {m->token_ttl_header, NULL};
	const struct plain_request request = {
		.method = "PUT",
		.host = metadata_host(cloud),
		.path = m->token_path,
		.headers = headers,
	};
	AUTO_BUF struct buf body = BUF_INIT;
	AUTO_SECRET struct secret answer = SECRET_INIT;
	int status = 0, r;

	if (!m->token_path || cloud->metadata_token.text)
		return 0;
	r = plain_run(&request, cloud->deadline, fault, &status, &body);
	if (r)
		return r;
	if (status != 200)
		return fault_set(fault, FAULT_GENERIC, -EIO,
				 "the metadata service refuses a session token (HTTP %d)", status);
	r = secret_copy(body.data, fault, &answer);
	if (!r && !secret_token(&answer))
		return fault_set(fault, FAULT_GENERIC, -EBADMSG,
				 "the metadata service gives an empty session token");
	return r ? r : secret_copy(secret_token(&answer), fault, &cloud->metadata_token);
}

static int metadata_fetch(struct cloud *cloud, const struct cloud_fact *fact, struct fault *fault,
			  struct buf *body)
{
	const struct cloud_metadata *m = &cloud->provider->metadata;
	AUTO_BUF struct buf path = BUF_INIT;
	AUTO_BUF struct buf token = BUF_INIT;
	const char *headers[4] = {NULL}, *missing = NULL;
	struct plain_request request = {
		.method = "GET", .host = metadata_host(cloud), .headers = headers};
	int count = 0, status = 0, r;

	if (!fact->path || !request.host)
		return -ENOENT;
	r = metadata_login(cloud, fault);
	if (!r)
		r = variables_fill(&cloud->variables, fact->path, VARIABLES_PLAIN, &path, &missing);
	if (r)
		return r;
	if (cloud->metadata_token.text) {
		buf_addf(&token, "%s: %s", m->token_header, cloud->metadata_token.text);
		headers[count++] = token.data;
	}
	if (m->header)
		headers[count++] = m->header;
	if (fact->header)
		headers[count++] = fact->header;
	request.path = path.data;
	r = plain_run(&request, cloud->deadline, fault, &status, body);
	if (r)
		return r;
	if (status == 404)
		return fault_set(fault, FAULT_GENERIC, -ENOENT, "the metadata service has no %.60s",
				 path.data);
	if (status != 200)
		return fault_set(fault, FAULT_GENERIC, -EIO, "the metadata service answers HTTP %d",
				 status);
	return 0;
}

int cloud_ask_metadata_json(struct cloud *cloud, const struct cloud_fact *fact, struct fault *fault,
			    json_t **ret_answer)
{
	AUTO_BUF struct buf body = BUF_INIT;
	int r = metadata_fetch(cloud, fact, fault, &body);

	return r ? r : json_read(body.data, body.length, fault, ret_answer);
}

int cloud_ask_metadata(struct cloud *cloud, const struct cloud_fact *fact, struct fault *fault,
		       char value[VARIABLE_MAX])
{
	AUTO_BUF struct buf body = BUF_INIT;
	AUTO_JSON json_t *json = NULL;
	char text[VARIABLE_MAX], line[VARIABLE_MAX];
	const char *found, *after;
	int r = metadata_fetch(cloud, fact, fault, &body);

	if (!r && fact->at)
		r = json_read(body.data, body.length, fault, &json);
	if (r)
		return r;
	found = fact->at ? cloud_text_at(cloud, json, fact->at, text) : body.data;
	if (!found)
		return -ENOENT;
	after = fact->after ? strstr(found, fact->after) : NULL;
	if (after)
		found = after + strlen(fact->after);
	if (strcspn(found, "\r\n") >= VARIABLE_MAX)
		return fault_set(fault, FAULT_GENERIC, -EMSGSIZE,
				 "the metadata service's %.60s is too long", fact->path);
	(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn(found, "\r\n"), found);
	return variables_set(value, line);
}

/* A variable from the configuration, or else from the metadata service, where that has it. */
static int metadata_learn(struct cloud *cloud, const char *given, const struct cloud_fact *fact,
			  struct fault *fault, char value[VARIABLE_MAX])
{
	if (given)
		return variables_set(value, given) ? fault_set(fault, FAULT_CONFIGURED, -EINVAL,
							       "'%.40s...' is too long", given) :
						     0;
	return fact->path ? cloud_ask_metadata(cloud, fact, fault, value) : 0;
}

int cloud_learn_self(struct cloud *cloud, struct fault *fault)
{
	const struct cloud_metadata *m = &cloud->provider->metadata;
	const struct cloud_config *c = cloud->config;
	struct variables *v = &cloud->variables;
	int r = metadata_learn(cloud, c->server, &m->server, fault, v->server);

	if (!r && !c->nic && m->mac.path)
		r = metadata_learn(cloud, NULL, &m->mac, fault, v->mac);
	if (!r)
		r = metadata_learn(cloud, c->nic, &m->nic, fault, v->nic);
	if (!r)
		r = metadata_learn(cloud, c->zone, &m->zone, fault, v->zone);
	if (!r)
		r = metadata_learn(cloud, c->region, &m->region, fault, v->region);
	return r;
}
