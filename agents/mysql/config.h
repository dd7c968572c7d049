/* SPDX-License-Identifier: BSD-3-Clause */
/*
 * The configuration of a mysql instance: its parameters as values (params.c has the texts).
 */
#pragma once

#include <stdbool.h>

#include "mysql/ledger.h"
#include "ocf/param.h"

struct fault;

enum config_rejoin {
	REJOIN_MANUAL, /* a diverged node waits for a person */
	REJOIN_SAFE,   /* what a recovery may cut off */
	REJOIN_AUTO,   /* and what was written past the cluster is taken back */
};

enum config_resync {
	RESYNC_NONE,   /* a person puts another node's data there */
	RESYNC_BACKUP, /* mariadb-backup of another node does */
	RESYNC_CLONE,  /* MySQL's CLONE plugin does */
};

struct mysql_config {
	const char *binary, *config, *datadir, *user, *group, *log, *pid, *socket;
	const char *additional_parameters;
	const char *test_table;
	const char *sql_user, *sql_option_file;
	const char *node_list;
	const char *replication_user, *replication_passwd, *replication_passwd_file;
	int replication_port;
	bool replication_require_ssl;
	const char *ssl_ca, *ssl_cert, *ssl_key;
	long max_slave_lag; /* seconds */
	bool evict_outdated_slaves;
	const char *reader_attribute;
	int rejoin; /* enum config_rejoin */
	int resync; /* enum config_resync */
	int resync_port;
	long long retire_timeout; /* milliseconds */
	bool write_fence;
};

extern const struct param mysql_params[];

/* struct agent's check(): the parameters together. */
int config_check(const void *config, struct fault *fault);

struct config_node {
	char name[LEDGER_NAME_MAX];
	char address[256]; /* of its server, for the other nodes */
	int port;
};

/* The nodes of node_list ("db1=192.0.2.1 db2=db2.example:3307"). */
struct config_nodes {
	struct config_node nodes[LEDGER_NODES_MAX];
	size_t count;
};

/* 0, or -EINVAL with the fault naming the piece that is wrong. */
int config_read_nodes(const struct mysql_config *config, struct config_nodes *nodes,
		      struct fault *fault);

/* NULL when the list doesn't have it. */
const struct config_node *config_find_node(const struct config_nodes *nodes, const char *name);

/* The name of this node, as Pacemaker has it. */
void config_own_name(char name[LEDGER_NAME_MAX]);
