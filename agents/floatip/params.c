// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <string.h>

#include "base/fault.h"
#include "cloud/cloud.h"
#include "cloud/provider.h"
#include "floatip/config.h"

#define ONE_DAY_MS 86400000
#define ONE_HOUR_MS 3600000

#define IN(kind, member) FIELD(kind, struct floatip_config, member)

/* In the same order as floatip_providers. */
static const char *const floatip_names[] = {
	"digitalocean", "hetzner", "aws", "openstack", "upcloud", "scaleway", "vultr", "gcp", NULL};

static const struct cloud_provider *const floatip_providers[] = {
	&cloud_digitalocean, &cloud_hetzner,  &cloud_aws,   &cloud_openstack,
	&cloud_upcloud,	     &cloud_scaleway, &cloud_vultr, &cloud_gcp,
};

static const char *const floatip_stops[] = {"release", "leave", NULL};

const struct param floatip_params[] = {
	{
		.name = "provider",
		IN(PARAM_CHOICE, provider),
		.choices = floatip_names,
		.required = true,
		.brief = "the cloud",
		.text = "The cloud whose API moves the address.",
	},
	{
		.name = "ip",
		IN(PARAM_ADDRESS, ip),
		.unique = "address",
		.required = true,
		.brief = "the floating address",
		.text = "The floating (reserved, elastic, flexible) address that the account has. "
			"IPv6 addresses move at DigitalOcean and Hetzner; a Hetzner one is any of its "
			"net, whose ip_id must be given.",
	},
	{
		.name = "ip_id",
		IN(PARAM_STRING, ip_id),
		.brief = "the address's id",
		.text = "Its id at the provider, where the API wants one. Without it the agent looks "
			"through the account's addresses, which costs requests.",
	},
	{
		.name = "token_file",
		IN(PARAM_SECRET_FILE, token_file),
		.brief = "file of the API credentials",
		.text = "A file of root with mode 0600. Its first line is the API token; for AWS it "
			"holds lines aws_access_key_id=... and aws_secret_access_key=... (without a "
			"file, the instance's role serves), for OpenStack the lines of an openrc file "
			"with an application credential or a user. GCP needs none: the instance's "
			"service account serves.",
	},
	{
		.name = "token",
		IN(PARAM_STRING, token),
		.secret = true,
		.brief = "the API token itself",
		.text = "In place of token_file, for a value that Pacemaker keeps out of the CIB "
			"(cibsecret set RESOURCE token ...).",
	},
	{
		.name = "server",
		IN(PARAM_STRING, server),
		.brief = "own server id",
		.text = "The id of this node's server. Without it the metadata service is asked.",
	},
	{
		.name = "nic",
		IN(PARAM_STRING, nic),
		.brief = "own port, interface or MAC",
		.text = "What gets the address where it isn't the server: AWS's network interface, "
			"OpenStack's port, UpCloud's MAC. Without it the metadata service is asked.",
	},
	{
		.name = "zone",
		IN(PARAM_STRING, zone),
		.brief = "zone",
		.text = "The zone of the address. Without it the metadata service is asked.",
	},
	{
		.name = "region",
		IN(PARAM_STRING, region),
		.brief = "region",
		.text = "The region of the address. Without it the metadata service is asked.",
	},
	{
		.name = "project",
		IN(PARAM_STRING, project),
		.brief = "project",
		.text = "GCP's project.",
	},
	{
		.name = "api_url",
		IN(PARAM_STRING, api_url),
		.brief = "base URL of the API",
		.text = "In place of the provider's own, for a private cloud or a test.",
	},
	{
		.name = "ca_file",
		IN(PARAM_PATH, ca_file),
		.brief = "CA certificates",
		.text = "A PEM file that the API's certificate is verified with, in place of the "
			"host's CA certificates.",
	},
	{
		.name = "metadata_host",
		IN(PARAM_STRING, metadata_host),
		.brief = "address of the metadata service",
		.text = "In place of the provider's own, with an optional :port.",
	},
	{
		.name = "api_interval",
		IN(PARAM_DURATION, api_interval),
		.fallback = "60s",
		.max = ONE_DAY_MS,
		.reloadable = true,
		.brief = "time between two questions to the API",
		.text = "How often monitor asks the API who has the address. In between it asks the "
			"metadata service, where that knows, or trusts the last answer.",
	},
	{
		.name = "api_grace",
		IN(PARAM_DURATION, api_grace),
		.fallback = "5min",
		.max = ONE_DAY_MS,
		.reloadable = true,
		.brief = "how long an API failure is forgiven",
		.text = "While the API can't be asked, monitor repeats its last answer for so long, and "
			"fails then. A failing API is never taken for an address that is not here.",
	},
	{
		.name = "stop",
		IN(PARAM_CHOICE, stop),
		.choices = floatip_stops,
		.fallback = "release",
		.reloadable = true,
		.brief = "what stop does",
		.text = "release: stop takes the address from this server, and fails if it can't. "
			"leave: stop leaves it to whoever starts next, and asks nobody.",
	},
	{
		.name = "interface",
		IN(PARAM_STRING, interface),
		.brief = "network interface that gets the address",
		.text = "Where the provider doesn't translate the address, the host must have it: start "
			"puts it on this interface, as /32 or /128, and stop takes it away.",
	},
	{.name = NULL},
};

const struct cloud_provider *floatip_provider(const struct floatip_config *config)
{
	const struct cloud_provider *provider = floatip_providers[config->provider];

	return config->ip.family == AF_INET6 && provider->six ? provider->six : provider;
}

struct cloud_config floatip_cloud(const struct floatip_config *config)
{
	return (struct cloud_config){
		.token_file = config->token_file,
		.token = config->token,
		.api_url = config->api_url,
		.ca_file = config->ca_file,
		.metadata_host = config->metadata_host,
		.server = config->server,
		.nic = config->nic,
		.zone = config->zone,
		.region = config->region,
		.project = config->project,
	};
}

static int floatip_check_url(const struct floatip_config *c, struct fault *fault)
{
	/* The token goes there: over TLS, or nowhere. */
	if (c->api_url && strncmp(c->api_url, "https://", 8))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "api_url must begin with https://, not '%.40s'", c->api_url);
	return 0;
}

int floatip_check(const void *config, struct fault *fault)
{
	const struct floatip_config *c = config;
	const struct cloud_provider *provider = floatip_provider(c);

	if (c->token && c->token_file)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "token and token_file exclude each other");
	if (!c->token && !c->token_file && provider->auth != CLOUD_SIGV4 &&
	    provider->auth != CLOUD_GCE)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "token_file must be given: the file of %s's API credentials",
				 provider->title);
	if (provider == &cloud_gcp && !c->project)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "project must be given: GCP's project");
	if (c->ip.family == AF_INET6 && !provider->six)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "ip must be an IPv4 address: %s has no IPv6 addresses that move",
				 provider->title);
	if (provider == &cloud_hetzner && c->ip.family == AF_INET6 && !c->ip_id)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "ip_id must be given: the id of the net that ip is in");
	if (c->ip.prefix != INET_NO_PREFIX)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL, "ip must be without /prefix");
	return floatip_check_url(c, fault);
}
