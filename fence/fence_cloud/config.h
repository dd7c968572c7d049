/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of the cloud fence agents, and the rows of their tables.
 *
 * One program, many names: fence_cloud has the parameter provider and all others; fence_hetzner and
 * the rest are one provider each, with the parameters that it knows. names.c has the tables.
 */
#pragma once

#include "cloud/cloud.h"
#include "ocf/fence.h"

struct agent;
struct cloud_provider;
struct fault;

struct fence_cloud_config {
	struct fence_config fence; /* first, as ocf/fence.h wants it */
	struct cloud_config cloud;
	int provider; /* of fence_cloud only: index into the choices */
};

/* The provider of a name: its own, or that of the configuration. */
const struct cloud_provider *fence_cloud_provider(const struct agent *agent,
						  const struct fence_cloud_config *config);

extern const struct fence_ops fence_cloud_ops;
