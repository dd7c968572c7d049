/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The processes that carry a whole database from node to node, children of the watcher: what talks
 * with the network for hours is not what guards the writer.
 *
 *	quorate-mysql donate    listens at resync_port and gives this server's data to a node that
 *	                        knows the replication password, one at a time
 *	quorate-mysql receive   gets another node's data into the staging place (mysql/staging.h)
 *
 * They have the watcher's environment; the replication password comes on stdin. On stdout they say
 * lines: "at PEER PHASE DONE TOTAL" (bytes), "idle", and at last "failed SENTENCE".
 */
#pragma once

#include <limits.h>
#include <stdbool.h>

#include "mysql/site.h"
#include "mysql/tunnel.h"
#include "ocf/call.h"

#define PORTER_BACKUP "/usr/bin/mariadb-backup"
#define PORTER_UNPACK "/usr/bin/mbstream"
#define PORTER_SHAKE_MS 10000	 /* a handshake may take, */
#define PORTER_SILENCE_MS 30000L /* and the other end may say nothing */
#define PORTER_BREATH_MS 5000	 /* after which one that waits itself says so */

struct porter {
	struct call call;
	struct site site;
	const struct mysql_config *config;
	long long told; /* when a line was last said */
};

/* 0, or -errno with the call's fault set. */
int porter_open(struct porter *porter);

/* The own server in conversation, looked at. 0 or -errno. */
int porter_meet_own(struct porter *porter);

/* A line, at most one a second unless it is forced. */
void porter_tell(struct porter *porter, bool now, const char *peer, const char *phase,
		 const long long counts[2]);

/* What a main returns. */
int porter_end(struct porter *porter, int r);

int donate_run(void);
int receive_run(void);

/*
 * The line of a porter. 0 with the phase (64 bytes at the most) and the numbers; -EINVAL for another.
 * Pure.
 */
struct porter_line {
	char peer[LEDGER_NAME_MAX], phase[32];
	long long done, total;
};

int porter_read(const char *line, struct porter_line *ret_line);

/* What is asked for: "backup RESOURCE NODE", names without blanks. 0 or -EINVAL. Pure. */
struct porter_wish {
	char resource[200], node[LEDGER_NAME_MAX];
};

int porter_read_wish(const char *text, struct porter_wish *ret_wish);
