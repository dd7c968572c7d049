/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of a floatip instance: its parameters as values (params.c has the texts).
 */
#pragma once

#include <stdbool.h>

#include "base/inet.h"
#include "ocf/param.h"

struct cloud_config;
struct cloud_provider;
struct fault;

enum floatip_stop {
	FLOATIP_RELEASE,
	FLOATIP_LEAVE,
};

struct floatip_config {
	int provider; /* index into the choices, which are those of floatip_provider() */
	struct inet ip;
	const char *ip_id;
	const char *token_file, *token;
	const char *server, *nic, *zone, *region, *project;
	const char *api_url, *ca_file, *metadata_host;
	long long api_interval; /* milliseconds between two questions to the API in monitors */
	long long api_grace; /* milliseconds that an API failure leaves the last verdict standing */
	int stop;	     /* enum floatip_stop */
	const char *interface; /* that gets the address, or NULL */
};

extern const struct param floatip_params[];

/* struct agent's check(): the parameters together. */
int floatip_check(const void *config, struct fault *fault);

const struct cloud_provider *floatip_provider(const struct floatip_config *config);

/* The same as the cloud's parameters; the strings stay the configuration's. */
struct cloud_config floatip_cloud(const struct floatip_config *config);
