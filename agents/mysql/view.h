/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What a server is at, as its own answers tell it: a struct, made purely out of rows.
 */
#pragma once

#include <stdbool.h>

#include "mysql/gtid.h"
#include "mysql/lineage.h"

struct deadline;
struct dialect;
struct fault;
struct rows;
struct sql;

#define VIEW_LAG_UNKNOWN (-1)

/*
 * settled: relay_log_purge, which the agent has off from the start of a server until what its relay
 * logs held is applied or counts no more. Only the agent on that node can read those files; the
 * others see by this variable whether the server speaks for them too.
 */
struct view {
	bool read_only;
	bool settled;			      /* its position says all that it has received */
	bool has_source;		      /* a channel to another server is configured */
	bool receiving, connecting, applying; /* the channel's threads */
	bool semi_old;			      /* MySQL's plugins are those of old */
	bool semi_writer;		      /* commits wait for acknowledgements */
	bool semi_replica;		      /* it acknowledges */
	long long semi_clients;		      /* replicas that acknowledge */
	long long semi_waiting;		      /* commits that wait now */
	long long lag;			      /* seconds, or VIEW_LAG_UNKNOWN */
	long long io_error, sql_error;
	char source_host[256];
	int source_port;
	char error[256];	  /* the channel's words */
	struct gtid_set executed; /* applied or written here */
	struct gtid_set received; /* executed, and what the relay log has beyond it */
	struct gtid_set applied;  /* committed by the applier (MariaDB): executed may still wait */
	struct lineage lineage;	  /* of what is executed (MariaDB) */
	bool conflict;		  /* the positions exclude each other */
	bool outdated;		  /* somebody knows a later epoch; only a watcher can tell */
};

/*
 * From the rows of dialect->positions with read_only and settled, of dialect->channels, and of the status of
 * semi-synchronous replication ("Variable_name", "Value"). 0, -ENOMEM, or -EINVAL when a position
 * is not understood. The view is empty before, and released by the caller in any case.
 */
int view_read(struct view *view, const struct dialect *dialect, const struct rows *positions,
	      const struct rows *channels, const struct rows *semi);
void view_release(struct view *view);

/* Asks the server, in three questions. 0 or -errno as sql_ask(). */
int view_take(struct view *view, const struct dialect *dialect, struct sql *sql,
	      const struct deadline *deadline, struct fault *fault);

#define AUTO_VIEW CLEANUP(view_release)
