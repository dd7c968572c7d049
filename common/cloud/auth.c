// SPDX-License-Identifier: BSD-3-Clause

#include "cloud/auth.h"

#include <errno.h>
#include <jansson.h>
#include <string.h>

#include "base/fault.h"
#include "cloud/cloud.h"
#include "cloud/keystone.h"
#include "cloud/provider.h"
#include "cloud/session.h"
#include "net/http.h"
#include "text/json.h"

#define AUTH_ROLE_PATH "/latest/meta-data/iam/security-credentials/"
#define AUTH_GCE_PATH "/computeMetadata/v1/instance/service-accounts/default/token"

static int auth_keep(const json_t *answer, const char *path, struct fault *fault,
		     struct secret *ret_secret)
{
	const json_t *value = json_at(answer, path);

	if (!json_is_string(value))
		return fault_set(fault, FAULT_GENERIC, -EBADMSG,
				 "the metadata service's credentials lack %s", path);
	return secret_copy(json_string_value(value), fault, ret_secret);
}

/*
 * The metadata service is next door: what it does not answer at once, it won't. Final, where a
 * silent API would be asked again.
 */
static int auth_unanswered(struct fault *fault)
{
	fault_prefix(fault, "no credentials: ");
	return -ENOENT;
}

/* The instance's role: its keys are JSON behind the role's name. */
static int auth_assume_role(struct cloud *cloud, struct fault *fault)
{
	AUTO_BUF struct buf path = BUF_INIT;
	AUTO_JSON json_t *answer = NULL;
	struct cloud_fact fact = {.path = AUTH_ROLE_PATH};
	char role[VARIABLE_MAX];
	int r = cloud_ask_metadata(cloud, &fact, fault, role);

	if (r == -ENOENT)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "token_file must be given: this instance has no role");
	if (r)
		return auth_unanswered(fault);
	buf_addf(&path, AUTH_ROLE_PATH "%s", role);
	fact.path = path.data;
	r = cloud_ask_metadata_json(cloud, &fact, fault, &answer);
	if (r)
		return auth_unanswered(fault);
	r = auth_keep(answer, "AccessKeyId", fault, &cloud->key_id);
	if (!r)
		r = auth_keep(answer, "SecretAccessKey", fault, &cloud->key);
	if (!r)
		r = auth_keep(answer, "Token", fault, &cloud->session);
	return r;
}

static int auth_prepare_keys(struct cloud *cloud, struct fault *fault)
{
	if (cloud->key.text)
		return 0;
	if (!cloud->secret.text)
		return auth_assume_role(cloud, fault);
	if (secret_value(&cloud->secret, "aws_access_key_id", &cloud->key_id) ||
	    secret_value(&cloud->secret, "aws_secret_access_key", &cloud->key))
		return fault_set(
			fault, FAULT_ARGS, -EINVAL,
			"token_file must hold aws_access_key_id and aws_secret_access_key");
	(void)secret_value(&cloud->secret, "aws_session_token", &cloud->session);
	return 0;
}

static int auth_ask_google(struct cloud *cloud, struct fault *fault)
{
	static const struct cloud_fact fact = {.path = AUTH_GCE_PATH};
	AUTO_JSON json_t *answer = NULL;
	int r = cloud_ask_metadata_json(cloud, &fact, fault, &answer);

	return r ? auth_unanswered(fault) :
		   auth_keep(answer, "access_token", fault, &cloud->session);
}

int auth_prepare(struct cloud *cloud, struct fault *fault)
{
	switch (cloud->provider->auth) {
	case CLOUD_SIGV4:
		return auth_prepare_keys(cloud, fault);
	case CLOUD_KEYSTONE:
		return cloud->session.text || session_recall(cloud) ? 0 :
								      keystone_login(cloud, fault);
	case CLOUD_GCE:
		return secret_token(&cloud->secret) || cloud->session.text ?
			       0 :
			       auth_ask_google(cloud, fault);
	case CLOUD_BEARER:
	case CLOUD_HEADER:
		break;
	}
	if (!secret_token(&cloud->secret))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "token_file or token must be given: the API token of %s",
				 cloud->provider->title);
	return 0;
}

bool auth_renew(struct cloud *cloud)
{
	if (!cloud->session.text || cloud->renewed ||
	    (cloud->provider->auth != CLOUD_KEYSTONE && cloud->provider->auth != CLOUD_GCE))
		return false;
	secret_wipe(&cloud->session);
	session_forget(cloud);
	cloud->renewed = true;
	return true;
}

void auth_apply(const struct cloud *cloud, struct http_request *request, struct buf *header,
		struct buf *signature)
{
	const struct cloud_provider *provider = cloud->provider;
	const char *token = cloud->session.text ? cloud->session.text : cloud->secret.text;

	switch (provider->auth) {
	case CLOUD_BEARER:
	case CLOUD_GCE:
		buf_addf(header, "Authorization: Bearer %s", token);
		break;
	case CLOUD_HEADER:
	case CLOUD_KEYSTONE:
		buf_addf(header, "%s: %s", provider->auth_header, token);
		break;
	case CLOUD_SIGV4:
		buf_addf(signature, "aws:amz:%s:ec2", cloud->variables.region);
		request->sigv4 = signature->data;
		request->user = cloud->key_id.text;
		request->password = cloud->key.text;
		if (cloud->session.text)
			buf_addf(header, "X-Amz-Security-Token: %s", cloud->session.text);
		break;
	}
}

int auth_base(const struct cloud *cloud, const char *service, struct fault *fault, struct buf *url)
{
	const char *missing = NULL;
	int r;

	if (cloud->provider->auth == CLOUD_KEYSTONE)
		return keystone_base(cloud, service, fault, url);
	if (cloud->config->api_url) {
		buf_adds(url, cloud->config->api_url);
		return buf_error(url);
	}
	r = variables_fill(&cloud->variables, cloud->provider->base, VARIABLES_URL, url, &missing);
	if (r == -ENODATA)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "%s must be given", missing);
	return r;
}
