/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * An agent: one const table.
 *
 * An agent's room defines `const struct agent agent`. The mains of ocf/agent_main.c (the resource
 * agent itself) or ocf/fence_main.c (the fence agent) and of ocf-metadata/ (the renderer) are linked
 * with the same table.
 *
 * Source: OCF Resource Agent API 1.1, https://github.com/ClusterLabs/OCF-spec (ra/1.1).
 */
#pragma once

#include "ocf/param.h"

struct call;
struct fault;
struct fence_ops;
struct role_ops;

/*
 * One row an action and monitor interval, in the order of the metadata. Durations are texts as
 * Pacemaker takes them ("20s"). Two monitor rows need different intervals; the row without a role
 * is the one that Pacemaker runs for a primitive and for an unpromoted instance.
 *
 * run returns an OCF exit code (ocf/exit.h) or a negative errno with the call's fault set. NULL:
 * the core does it (meta-data, validate-all).
 */
struct action {
	const char *name; /* NULL ends the table */
	int (*run)(struct call *call);
	const char *timeout;
	const char *interval; /* NULL: none */
	const char *role;     /* "Promoted" or NULL */
	const char *depth;    /* OCF_CHECK_LEVEL of this row, or NULL */
};

struct agent {
	const char *name; /* the file's name: "vip" */
	const char *version;
	const char *brief;	    /* a phrase without full stop: shortdesc */
	const char *text;	    /* sentences; a blank line parts paragraphs: longdesc */
	const char *example;	    /* parameters of the man page's example: "ip=192.0.2.10" */
	const struct param *params; /* PARAM_CURRENT rows fill a configuration */
	const struct action *actions;
	size_t config_size;	     /* bytes of the agent's configuration struct */
	const struct role_ops *role; /* for the actions of ocf/role.h; NULL: the agent's own */

	/*
	 * Looks at the parameters together, and at nothing else (OCF_CHECK_LEVEL 0). Runs after
	 * every row was read. May be NULL. 0, or -EINVAL with the fault set.
	 */
	int (*check)(const void *config, struct fault *fault);

	/*
	 * Looks at what the parameters need of this host: files, NICs, modules (OCF_CHECK_LEVEL
	 * 10, and before every start). Changes nothing. May be NULL. 0 or -errno.
	 */
	int (*check_host)(struct call *call, const void *config);

	/* Runs before any other function here touches the host (setns). May be NULL. */
	int (*enter)(struct call *call, const void *config);

	/* A fence agent (ocf/fence.h), which has no actions, role, check_host or enter of its own. */
	const struct fence_ops *fence;
	const char *url; /* of the devices' vendor */
	const struct agent *const
		*others; /* the executable's other names, or NULL; ends with NULL */
};

extern const struct agent agent;

#define QUORATE_PROVIDER "quorate"
