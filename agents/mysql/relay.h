/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * What MariaDB's relay logs still hold that was not applied, read from the files.
 *
 * A server that was restarted no longer knows what it had received, and throws its relay logs away
 * at the next START SLAVE. The files know: which transactions are whole in them, and where the first
 * one begins that the server lacks. From there the agent has them applied (MASTER_USE_GTID=no with
 * RELAY_LOG_FILE and RELAY_LOG_POS purges nothing).
 *
 * A transaction counts when its end was written; what is cut off behind the last end was never
 * acknowledged.
 *
 * A binary log is read in the same way, for what another server does not know: a tail that only this
 * server has. Source: mariadb.com/kb/en/replication-protocol, "Gtid_event" and others.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "mysql/gtid.h"

struct fault;
struct lineage;

#define RELAY_NAME_MAX 256

/* A transaction that is being read; it may go on in the next file. */
struct relay_group {
	bool open, standalone, statement;
	uint32_t domain, server;
	uint64_t sequence, position;
	char file[RELAY_NAME_MAX];
};

struct relay {
	struct gtid_set received;  /* owned: executed, and what is whole in the files beyond it */
	bool undrained;		   /* something of it was not executed */
	char file[RELAY_NAME_MAX]; /* the first of that: the file as the index names it, */
	uint64_t position;	   /* and where in it, in bytes */
	struct relay_group group;

	/* Of a binary log: new is what this lineage does not know; received stays empty. */
	const struct lineage *known;
	uint64_t count;	 /* transactions of the tail */
	bool statements; /* some of it is no change of rows: nothing can turn it back */
	bool before;	 /* some that is known stands in front of it */
	char from[64], to[64];
};

void relay_release(struct relay *relay);

/*
 * Goes through one file's bytes; name is how the index calls it. 0, -EINVAL for what is no log,
 * -EOPNOTSUPP for an encrypted one, -ENOMEM. Begin with received a copy of executed. A damaged tail ends the file without an error.
 */
int relay_scan(struct relay *relay, const char *name, const uint8_t *bytes, size_t length);

/*
 * All files that the index names, in its order. 0 (also without an index: nothing was received), or
 * -errno with the fault set.
 */
int relay_read(struct relay *relay, const char *index, const struct gtid_set *executed,
	       struct fault *fault);

/* The files of a binary log, back from the last to the one in which the tail begins. As relay_read(). */
int relay_read_tail(struct relay *relay, const char *index, const struct lineage *known,
		    struct fault *fault);

/* Where the file is that the index names, absolute or beside it; to be freed, NULL without memory. */
char *relay_path(const char *index, const char *name);

#define AUTO_RELAY CLEANUP(relay_release)
