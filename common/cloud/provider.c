// SPDX-License-Identifier: BSD-3-Clause

#include "cloud/provider.h"

#include <string.h>

const struct cloud_provider *const cloud_providers[] = {
	&cloud_digitalocean, &cloud_hetzner, &cloud_aws, &cloud_openstack, &cloud_upcloud,
	&cloud_scaleway,     &cloud_vultr,   &cloud_gcp, &cloud_linode,	   NULL,
};

const struct cloud_provider *cloud_provider_find(const char *name)
{
	for (const struct cloud_provider *const *p = cloud_providers; *p; p++)
		if (!strcmp((*p)->name, name))
			return *p;
	return NULL;
}
