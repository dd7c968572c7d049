// SPDX-License-Identifier: BSD-3-Clause
/*
 * The names of the program, a table each.
 */

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "cloud/provider.h"
#include "fence_cloud/config.h"
#include "fence_cloud/rows.h"
#include "ocf/agent.h"

#define NAMES_VERSION "0.1.0"

#define NAMES_TEXT(what, after)                                                                    \
	"Fences servers of " what " through the provider's API: cuts the power, and reports "      \
	"success only when the API has shown the server to be off.\n\n"                            \
	"The plug is a server's id or its name; a name is asked for by itself, so that the "       \
	"account is not listed. Two servers of one name are refused. Requests that are refused "   \
	"because something else is under way, or because there were too many, are sent again "     \
	"within power_timeout." after

static const struct cloud_provider *const names_providers[] = {
	&cloud_digitalocean, &cloud_hetzner, &cloud_aws, &cloud_openstack, &cloud_upcloud,
	&cloud_scaleway,     &cloud_vultr,   &cloud_gcp, &cloud_linode,
};

/* In the same order. */
static const char *const names_choices[] = {"digitalocean", "hetzner",	"aws",	 "openstack",
					    "upcloud",	    "scaleway", "vultr", "gcp",
					    "linode",	    NULL};

/* Plain HTTP would show the credentials to the network. */
static bool names_is_safe(const char *url)
{
	static const char *const safe[] = {"https://", "http://127.", "http://[::1]",
					   "http://localhost"};

	for (size_t i = 0; i < ARRAY_SIZE(safe); i++)
		if (!strncmp(url, safe[i], strlen(safe[i])))
			return true;
	return false;
}

/* The first word of needs that was not given. */
static const char *names_missing(const struct fence_cloud_config *c, const char *needs)
{
	const struct {
		const char *name, *value;
	} known[] = {
		{"zone", c->cloud.zone},
		{"region", c->cloud.region},
		{"project", c->cloud.project},
	};

	for (size_t i = 0; needs && i < ARRAY_SIZE(known); i++)
		if (strstr(needs, known[i].name) && !known[i].value)
			return known[i].name;
	return NULL;
}

static int names_check(const struct fence_cloud_config *c, const struct cloud_provider *provider,
		       struct fault *fault)
{
	const char *missing = names_missing(c, provider->power.needs);
	const bool own = provider->auth == CLOUD_SIGV4 || provider->auth == CLOUD_GCE;

	if (c->cloud.api_url && !names_is_safe(c->cloud.api_url))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "api_url must begin with https://");
	if (missing)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "%s must be given for %s",
				 missing, provider->title);
	if (!own && !c->cloud.token_file && !c->cloud.token)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "token_file must be given: the credentials for %s",
				 provider->title);
	return 0;
}

static int names_check_any(const void *config, struct fault *fault)
{
	const struct fence_cloud_config *c = config;

	return names_check(c, names_providers[c->provider], fault);
}

static const struct param names_params_any[] = {
	ROWS_OF_ALL,
	{
		.name = "provider",
		ROW_IN(PARAM_CHOICE, provider),
		.choices = names_choices,
		.required = true,
		.brief = "the cloud",
		.text = "Each of them also has an agent of its own, which needs no provider.",
	},
	ROW_CREDENTIALS(
		"A regular file of root, mode 0600. Its first line is the API token; for AWS it has "
		"the lines aws_access_key_id=... and aws_secret_access_key=..., for OpenStack "
		"those of an openrc file. AWS and GCP do without one where the instance has a role "
		"or a service account that may fence."),
	ROW_ZONE(false),
	ROW_REGION(false),
	ROW_PROJECT(false),
	ROW_API,
	{.name = NULL},
};

#define NAMES_TABLE(provider_, name_, title_, url_, example_, after_, ...)                         \
	static int names_check_##provider_(const void *config, struct fault *fault)                \
	{                                                                                          \
		return names_check(config, &cloud_##provider_, fault);                             \
	}                                                                                          \
	static const struct param names_params_##provider_[] = {                                   \
		ROWS_OF_ALL, __VA_ARGS__, ROW_API, {.name = NULL}};                                \
	static const struct agent names_##provider_ = {                                            \
		.name = name_,                                                                     \
		.version = NAMES_VERSION,                                                          \
		.brief = "fencing of " title_ " servers by the API",                               \
		.text = NAMES_TEXT(title_, after_),                                                \
		.url = url_,                                                                       \
		.example = example_,                                                               \
		.params = names_params_##provider_,                                                \
		.config_size = sizeof(struct fence_cloud_config),                                  \
		.check = names_check_##provider_,                                                  \
		.fence = &fence_cloud_ops,                                                         \
	};

NAMES_TABLE(digitalocean, "fence_digitalocean", "DigitalOcean", "https://www.digitalocean.com",
	    "token_file=/etc/quorate/digitalocean.token",
	    "\n\nThe token needs the scopes droplet:read and droplet:update.",
	    ROW_CREDENTIALS(ROW_TOKEN_TEXT))
NAMES_TABLE(hetzner, "fence_hetzner", "Hetzner Cloud", "https://www.hetzner.com/cloud",
	    "token_file=/etc/quorate/hetzner.token",
	    "\n\nThe token needs read and write permission.", ROW_CREDENTIALS(ROW_TOKEN_TEXT))
NAMES_TABLE(linode, "fence_linode", "Linode (Akamai)", "https://www.linode.com",
	    "token_file=/etc/quorate/linode.token power_timeout=150",
	    "\n\nThe API has no hard power-off: it asks the guest first. Give a frozen guest time "
	    "by power_timeout, and Pacemaker by pcmk_off_timeout and pcmk_reboot_timeout.",
	    ROW_CREDENTIALS(ROW_TOKEN_TEXT))
NAMES_TABLE(scaleway, "fence_scaleway", "Scaleway", "https://www.scaleway.com",
	    "token_file=/etc/quorate/scaleway.secret zone=fr-par-1",
	    "\n\nThe token is the secret key of an API key that may change instances.",
	    ROW_CREDENTIALS(ROW_TOKEN_TEXT), ROW_ZONE(true))
NAMES_TABLE(upcloud, "fence_upcloud", "UpCloud", "https://upcloud.com",
	    "token_file=/etc/quorate/upcloud.token",
	    "\n\nA server is found by its UUID, or by its host name in the account's list, as the "
	    "API can't search.",
	    ROW_CREDENTIALS(ROW_TOKEN_TEXT))
NAMES_TABLE(vultr, "fence_vultr", "Vultr", "https://www.vultr.com",
	    "token_file=/etc/quorate/vultr.token",
	    "\n\nThe addresses of all nodes must be in the API key's access list.",
	    ROW_CREDENTIALS(ROW_TOKEN_TEXT))
NAMES_TABLE(aws, "fence_quorate_aws", "Amazon EC2", "https://aws.amazon.com/ec2",
	    "token_file=/etc/quorate/aws.keys region=eu-central-1",
	    "\n\nThe plug is an instance's id or its tag Name. The keys, or the role of the "
	    "instances, need ec2:DescribeInstances, ec2:StopInstances and ec2:StartInstances.",
	    ROW_CREDENTIALS("A regular file of root, mode 0600, with the lines "
			    "aws_access_key_id=... and aws_secret_access_key=..., and perhaps "
			    "aws_session_token=... Without it the instance's role serves."),
	    ROW_REGION(true))
NAMES_TABLE(gcp, "fence_quorate_gcp", "Google Compute Engine", "https://cloud.google.com/compute",
	    "project=web-1234 zone=europe-west3-a method=cycle",
	    "\n\nAn instance is told to stop by its guest first; method=cycle resets it at once.",
	    ROW_CREDENTIALS("A regular file of root, mode 0600, with an access token. Without it "
			    "the instance's service account serves."),
	    ROW_PROJECT(true), ROW_ZONE(true))
NAMES_TABLE(openstack, "fence_quorate_openstack", "OpenStack", "https://www.openstack.org",
	    "token_file=/etc/quorate/openrc power_timeout=100",
	    "\n\nCompute may give a guest a minute to shut down: let power_timeout, and "
	    "Pacemaker's pcmk_off_timeout and pcmk_reboot_timeout, be longer. api_url is the "
	    "address of the identity service, in place of OS_AUTH_URL.",
	    ROW_CREDENTIALS("A regular file of root, mode 0600, with the lines of an openrc file: "
			    "OS_AUTH_URL, and OS_APPLICATION_CREDENTIAL_ID with "
			    "OS_APPLICATION_CREDENTIAL_SECRET, or user, password and project."),
	    ROW_REGION(false))

static const struct agent *const names_others[] = {
	&names_digitalocean, &names_hetzner, &names_linode, &names_scaleway,  &names_upcloud,
	&names_vultr,	     &names_aws,     &names_gcp,    &names_openstack, NULL,
};

const struct agent agent = {
	.name = "fence_cloud",
	.version = NAMES_VERSION,
	.brief = "fencing of cloud servers by the provider's API",
	.text = NAMES_TEXT("nine clouds", ""),
	.url = "https://github.com/ClusterLabs",
	.example = "provider=hetzner token_file=/etc/quorate/hetzner.token",
	.params = names_params_any,
	.config_size = sizeof(struct fence_cloud_config),
	.check = names_check_any,
	.fence = &fence_cloud_ops,
	.others = names_others,
};

const struct cloud_provider *fence_cloud_provider(const struct agent *which,
						  const struct fence_cloud_config *config)
{
	static const struct {
		const struct agent *agent;
		const struct cloud_provider *provider;
	} table[] = {
		{&names_digitalocean, &cloud_digitalocean},
		{&names_hetzner, &cloud_hetzner},
		{&names_linode, &cloud_linode},
		{&names_scaleway, &cloud_scaleway},
		{&names_upcloud, &cloud_upcloud},
		{&names_vultr, &cloud_vultr},
		{&names_aws, &cloud_aws},
		{&names_gcp, &cloud_gcp},
		{&names_openstack, &cloud_openstack},
	};

	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].agent == which)
			return table[i].provider;
	return names_providers[config->provider];
}
