/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The server's process: found, started, ended.
 *
 * Whose data directory it is, is told by the lock that InnoDB (and Aria) hold on their files for as
 * long as they live: the kernel names the holder (F_GETLK of fcntl(2)). No pid file is believed, and
 * a signal goes through a pidfd that was opened while the lock named the process.
 */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

struct deadline;
struct dialect;
struct fault;
struct mysql_config;

/* The server on the configuration's data directory, 0 when there is none. */
pid_t mysqld_find(const struct mysql_config *config);

/* A pidfd of that process; -1 without one. */
int mysqld_open(const struct mysql_config *config);

/*
 * The version that the binary tells ("10.11.19-MariaDB-...", "8.4.3"), and its words: a file's name
 * does not say whose server it is. 0, or -errno with the fault set, also for one that is too old.
 */
#define MYSQLD_VERSION_MAX 64
int mysqld_ask_version(const struct mysql_config *config, const struct deadline *deadline,
		       struct fault *fault, char version[MYSQLD_VERSION_MAX],
		       const struct dialect **ret_dialect);

/* What recovery does with what was written and never acknowledged (MariaDB's --init-rpl-role). */
enum mysqld_role {
	MYSQLD_MASTER, /* keeps it */
	MYSQLD_SLAVE,  /* cuts it off */
};

/*
 * Starts it: read-only, replicating nothing, nobody's semi-synchronous writer. Returns when it says
 * that it is ready, or its process has ended (fault: the last line of its log), or at the deadline,
 * when it is killed. name is this node's, for the others' lists of replicas.
 */
int mysqld_start(const struct mysql_config *config, enum mysqld_role role, const char *name,
		 const struct deadline *deadline, struct fault *fault);

/*
 * SIGTERM, and SIGKILL (kill: at once) when less than MYSQLD_KILL_MS are left; waits for the end.
 * 0, also when there was none; -ETIMEDOUT with the fault set.
 */
#define MYSQLD_KILL_MS 3000
int mysqld_stop(const struct mysql_config *config, bool kill, const struct deadline *deadline,
		struct fault *fault);
