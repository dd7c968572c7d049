/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The director: keeps the kernel's table as the intent wants it and the servers allow, on the loop.
 *
 * It starts with a first round of all checks at once; only then is the table looked at and brought,
 * by as few changes as possible, to what it should be: no connection goes to a server that was dead
 * at the start, and nothing flaps. The table stays when the director ends. Servers that are written by
 * name come into it when they have an address (ipvs/names.h). While the director is cut off from the
 * cluster's quorum (ipvs/cluster_side.h) it wants no table at all.
 *
 * Requests over the control socket:
 *	status [json]		all services and servers, as text or JSON
 *	table			the table that is wanted now (net/ipvs_text.h)
 *	monitor			"services N", "below SERVICE" for each without quorum, "nameless NAME" for
 *				each without address, "dead N ALL", "cut WHY" without the cluster's quorum
 *	through			"through SERVICE: CODE REASON" for each that fails (ipvs/through.h), "asked N"
 *	repair			reads the kernel's table anew and brings it in order: how many changes
 *	reload			reads the configuration again; answered when it is in force
 *	drain SERVER [SECONDS]	maint SERVER	undrain SERVER (ipvs/manual.h)
 */
#pragma once

#include <stdbool.h>

#include "base/attr.h"

struct director;
struct fault;
struct intent;
struct log;
struct loop;
struct server_request;

struct director_options {
	/* Reads the configuration; called at start and for every reload. 0 or -errno. */
	int (*read)(void *data, struct intent *ret_intent, struct fault *fault);
	/* Once: the table is right (NULL), or the director can't begin and is to be freed. */
	void (*ready)(void *data, const struct fault *fault);
	void *data;
	/* Without the cluster's quorum the services are withdrawn (true); with it they are back. */
	void (*withdrawn)(void *data, bool withdrawn);
	const char *instance;	 /* the resource */
	const char *manual_path; /* what people said (ipvs/manual.h) */
	const char *table_path;	 /* what was wanted last: whose services are ours */
	const struct log *log;
};

/* Borrows the options. 0 or -errno with the fault set; ready() comes later, from the loop. */
int director_new(struct loop *loop, const struct director_options *options,
		 struct director **ret_director, struct fault *fault);
void director_free(struct director **director);

/* The resource stops: who wants to be told is told (omega). done() comes when all have ended. */
void director_end(struct director *director, void (*done)(void *data), void *data);

/* Answers a request, now or later (daemon/server.h). */
void director_ask(struct director *director, struct server_request *request, const char *line);

#define AUTO_DIRECTOR CLEANUP(director_free)
