// SPDX-License-Identifier: BSD-3-Clause

#include "ocf/salvage.h"

#include <errno.h>
#include <string.h>

#include "ocf/agent.h"

struct salvage {
	const struct agent *agent;
	param_source source;
	const void *context;
	bool *taken; /* by row of the agent's table */
};

static const char *salvage_source(const char *name, const void *context)
{
	const struct salvage *salvage = context;
	const struct param *row = params_find(salvage->agent, name);

	if (!row || !salvage->taken[row - salvage->agent->params])
		return NULL;
	return salvage->source(name, salvage->context);
}

/* Whether the parameter, or the one that an alias stands for, says which thing it is. */
static bool salvage_names_it(const struct agent *agent, const struct param *row)
{
	if (row->standing == PARAM_ALIAS)
		row = params_find(agent, row->instead);
	return row && row->standing == PARAM_CURRENT && (row->required || row->unique);
}

int salvage_params(const struct agent *agent, param_source source, const void *context,
		   void **ret_config)
{
	struct salvage salvage = {agent, source, context, NULL};
	const struct param *row = agent->params;
	AUTO_FREE bool *taken = NULL;
	void *config = NULL, *more;
	int r;

	while (row->name)
		row++;
	taken = calloc((size_t)(row - agent->params) + 1, sizeof(*taken));
	if (!taken)
		return -ENOMEM;
	salvage.taken = taken;
	for (row = agent->params; row->name; row++)
		taken[row - agent->params] = salvage_names_it(agent, row);
	r = params_read(agent, salvage_source, &salvage, &config, NULL);
	for (row = agent->params; !r && row->name; row++) {
		bool *take = &taken[row - agent->params];

		if (*take || !source(row->name, context))
			continue;
		*take = true;
		if (params_read(agent, salvage_source, &salvage, &more, NULL)) {
			*take = false;
			continue;
		}
		params_release(agent, config);
		config = more;
	}
	if (!r)
		*ret_config = config;
	return r;
}
