// SPDX-License-Identifier: BSD-3-Clause

#include "cluster/peers_join.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "daemon/errand.h"

#define JOIN_TRIES 100
#define JOIN_PAUSE_MS                                                                              \
	50 /* corosync forms a membership and says "try again": nothing tells the end */

struct join_errand {
	struct peers_join join;
	const cpg_model_v1_data_t *model;
	struct cpg_name group;
	void (*joined)(struct peers_join *, void *);
	void *data;
};

static cs_error_t join_group(cpg_handle_t handle, const struct cpg_name *group)
{
	cs_error_t error = CS_ERR_TRY_AGAIN;

	for (int i = 0; i < JOIN_TRIES && error == CS_ERR_TRY_AGAIN; i++) {
		if (i)
			(void)poll(NULL, 0, JOIN_PAUSE_MS);
		error = cpg_join(handle, group);
	}
	return error;
}

static void join_run(void *data)
{
	struct join_errand *errand = data;
	struct peers_join *join = &errand->join;
	cpg_model_v1_data_t model = *errand->model;
	unsigned int node = 0;

	join->error =
		cpg_model_initialize(&join->handle, CPG_MODEL_V1, (cpg_model_data_t *)&model, NULL);
	join->connected = join->error == CS_OK;
	if (join->error == CS_OK)
		join->error = cpg_fd_get(join->handle, &join->fd);
	if (join->error == CS_OK)
		join->error = cpg_local_get(join->handle, &node);
	if (join->error == CS_OK)
		join->error = join_group(join->handle, &errand->group);
	join->node = node;
}

static void join_done(void *data)
{
	struct join_errand *errand = data;

	errand->joined(&errand->join, errand->data);
	free(errand);
}

static void join_abandon(void *data)
{
	struct join_errand *errand = data;

	if (errand->join.connected)
		(void)cpg_finalize(errand->join.handle);
	free(errand);
}

int peers_join(struct loop *loop, const cpg_model_v1_data_t *model, const char *group,
	       void (*joined)(struct peers_join *join, void *data), void *data,
	       struct errand **ret_errand)
{
	static const struct errand_ops ops = {join_run, join_done, join_abandon};
	struct join_errand *errand = calloc(1, sizeof(*errand));
	int r;

	if (!errand)
		return -ENOMEM;
	errand->model = model;
	errand->joined = joined;
	errand->data = data;
	(void)snprintf(errand->group.value, sizeof(errand->group.value), "%s", group);
	errand->group.length = (uint32_t)strlen(errand->group.value);
	r = errand_start(loop, &ops, errand, ret_errand, NULL);
	if (r)
		free(errand);
	return r;
}

static void leave_run(void *data)
{
	const cpg_handle_t *handle = data;

	(void)cpg_finalize(*handle);
}

void peers_leave(struct loop *loop, cpg_handle_t handle)
{
	static const struct errand_ops ops = {leave_run, free, free};
	cpg_handle_t *copy = malloc(sizeof(*copy));
	struct errand *errand = NULL;

	if (!copy)
		return;
	*copy = handle;
	if (errand_start(loop, &ops, copy, &errand, NULL))
		free(copy);
	errand_abandon(&errand);
}
