/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of fence_quorate_redfish (params.c has the texts).
 */
#pragma once

#include "ocf/fence.h"
#include "ocf/param.h"

struct fault;

struct redfish_config {
	struct fence_config fence; /* first, as ocf/fence.h wants it */
	const char *ip;
	int ipport;
	const char *username, *password, *password_file;
	const char *redfish_uri, *systems_uri, *ca_file;
	bool ssl_insecure, port_as_ip;
};

extern const struct param redfish_params[];

/* struct agent's check(): the parameters together. */
int redfish_check(const void *config, struct fault *fault);
