// SPDX-License-Identifier: BSD-3-Clause

#include "ipvs/sync.h"

#include <stdio.h>

#include "ipvs/config.h"
#include "net/ipvs_kernel.h"

static struct ipvs_sync sync_of(const struct ipvs_config *config, bool active)
{
	struct ipvs_sync sync = {
		.role = active ? IPVS_SYNC_MASTER : IPVS_SYNC_BACKUP,
		.id = (uint32_t)config->sync_id,
		.maximum = (uint16_t)config->sync_maxlen,
		.group = config->sync_group,
		.port = (uint16_t)config->sync_port,
		.ttl = (uint8_t)config->sync_ttl,
	};

	(void)snprintf(sync.link, sizeof(sync.link), "%.15s", config->sync_interface);
	return sync;
}

static int sync_runs(struct ipvs *ipvs, const struct ipvs_config *config, bool active,
		     bool *ret_runs, struct fault *fault)
{
	const struct ipvs_sync wanted = sync_of(config, active);
	struct ipvs_sync runs[2];
	size_t count;
	int r = ipvs_sync_list(ipvs, fault, runs, &count);

	*ret_runs = false;
	for (size_t i = 0; !r && i < count; i++)
		*ret_runs |= ipvs_sync_fits(&runs[i], &wanted);
	return r;
}

int sync_take(struct ipvs *ipvs, const struct ipvs_config *config, bool active, struct fault *fault)
{
	struct ipvs_sync sync;
	int r;

	if (!config->sync_interface)
		return 0;
	sync = sync_of(config, active);
	r = ipvs_sync_stop(ipvs, active ? IPVS_SYNC_BACKUP : IPVS_SYNC_MASTER, fault);
	return r ? r : ipvs_sync_start(ipvs, &sync, fault);
}

int sync_look(struct ipvs *ipvs, const struct ipvs_config *config, bool active,
	      char text[IPVS_CHANGE_TEXT_MAX], struct fault *fault)
{
	bool runs;
	int r;

	text[0] = '\0';
	if (!config->sync_interface)
		return 0;
	r = sync_runs(ipvs, config, active, &runs, fault);
	if (!r && !runs)
		(void)snprintf(text, IPVS_CHANGE_TEXT_MAX,
			       "the sync daemon does not run as %s on %.15s with id %ld",
			       active ? "master" : "backup", config->sync_interface,
			       config->sync_id);
	return r;
}

int sync_end(struct ipvs *ipvs, const struct ipvs_config *config, struct fault *fault)
{
	int r = 0;

	for (int active = 0; config->sync_interface && !r && active < 2; active++) {
		bool runs;

		r = sync_runs(ipvs, config, active, &runs, fault);
		if (!r && runs)
			r = ipvs_sync_stop(ipvs, active ? IPVS_SYNC_MASTER : IPVS_SYNC_BACKUP,
					   fault);
	}
	return r;
}

int sync_pause(struct ipvs *ipvs, const struct ipvs_config *config, bool *ret_ended,
	       struct fault *fault)
{
	int r = 0;

	*ret_ended = false;
	if (config->sync_interface)
		r = sync_runs(ipvs, config, true, ret_ended, fault);
	return !r && *ret_ended ? ipvs_sync_stop(ipvs, IPVS_SYNC_MASTER, fault) : r;
}

int sync_resume(struct ipvs *ipvs, const struct ipvs_config *config, struct fault *fault)
{
	struct ipvs_sync runs[2], master;
	size_t count;
	int r;

	if (!config->sync_interface)
		return 0;
	master = sync_of(config, true);
	r = ipvs_sync_list(ipvs, fault, runs, &count);
	return r || count ? r : ipvs_sync_start(ipvs, &master, fault);
}
