// SPDX-License-Identifier: BSD-3-Clause

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fault.h"
#include "base/num.h"
#include "mysql/config.h"

#define IN(kind, member) FIELD(kind, struct mysql_config, member)

#define ONE_HOUR_MS 3600000
#define TEN_YEARS_S 315360000

/* As enum config_rejoin. */
static const char *const rejoins[] = {"manual", "safe", "auto", NULL};

/* As enum config_resync. */
static const char *const resyncs[] = {"none", "backup", "clone", NULL};

const struct param mysql_params[] = {
	{
		.name = "binary",
		IN(PARAM_PATH, binary),
		.fallback = "/usr/sbin/mariadbd",
		.brief = "the server's program",
		.text = "mariadbd or mysqld itself. mysqld_safe is not used: it would start a server "
			"again behind the cluster's back.",
	},
	{
		.name = "config",
		IN(PARAM_PATH, config),
		.fallback = "/etc/mysql/my.cnf",
		.brief = "the server's option file",
		.text = "Read by the server before the options that the agent gives it.",
	},
	{
		.name = "datadir",
		IN(PARAM_PATH, datadir),
		.fallback = "/var/lib/mysql",
		.unique = "datadir",
		.brief = "the data directory",
		.text = "It must hold an installed database: the agent never creates one.",
	},
	{
		.name = "user",
		IN(PARAM_STRING, user),
		.fallback = "mysql",
		.brief = "the server's system user",
		.text = "Who the server runs as.",
	},
	{
		.name = "group",
		.type = PARAM_STRING,
		.standing = PARAM_IGNORED,
		.instead = "the server takes the groups of its user",
		.brief = "the server's system group",
		.text = "Of the stock agent.",
	},
	{
		.name = "log",
		IN(PARAM_PATH, log),
		.fallback = "/var/log/mysql/error.log",
		.brief = "the server's error log",
		.text = "The server appends to it.",
	},
	{
		.name = "pid",
		IN(PARAM_PATH, pid),
		.fallback = "/run/mysqld/mysqld.pid",
		.brief = "the server's pid file",
		.text = "Written for people and scripts. The agent knows its server by the lock on the "
			"data directory.",
	},
	{
		.name = "socket",
		IN(PARAM_PATH, socket),
		.fallback = "/run/mysqld/mysqld.sock",
		.unique = "socket",
		.brief = "the server's UNIX socket",
		.text = "Its directory is made if it is missing, as it is after a boot.",
	},
	{
		.name = "additional_parameters",
		IN(PARAM_STRING, additional_parameters),
		.brief = "further options of the server",
		.text = "Between blanks, without quotes. What the agent decides (--read-only, "
			"--skip-slave-start and others) comes behind them and wins.",
	},
	{
		.name = "sql_user",
		IN(PARAM_STRING, sql_user),
		.fallback = "root",
		.brief = "the agent's database user",
		.text = "It logs in over the socket, by the system user that the agent runs as (root), "
			"and so needs no password.",
	},
	{
		.name = "sql_option_file",
		IN(PARAM_SECRET_FILE, sql_option_file),
		.brief = "option file of the agent's login",
		.text = "A file of root with mode 0600 whose [client] section has user and password, "
			"where the socket alone does not log in.",
	},
	{
		.name = "test_table",
		IN(PARAM_STRING, test_table),
		.reloadable = true,
		.brief = "a table that monitor reads",
		.text = "DATABASE.TABLE, read with LIMIT 1 in a monitor with OCF_CHECK_LEVEL 10.",
	},
	{
		.name = "node_list",
		IN(PARAM_STRING, node_list),
		.brief = "the nodes that hold the data",
		.text = "Their names in the cluster, each with the address under which the others reach "
			"its server, where that is not the name: 'db1=192.0.2.1 db2=192.0.2.2', with an "
			"optional :port. Needed as a promotable clone: who holds every commit is counted "
			"among them.",
	},
	{
		.name = "replication_user",
		IN(PARAM_STRING, replication_user),
		.brief = "the database user that replicates",
		.text = "The same on all nodes, with REPLICATION SLAVE and SLAVE MONITOR (MySQL: "
			"REPLICATION CLIENT), by which a candidate asks the others what they have "
			"received.",
	},
	{
		.name = "replication_passwd",
		IN(PARAM_STRING, replication_passwd),
		.secret = true,
		.brief = "its password",
		.text = "For a value that Pacemaker keeps out of the CIB (cibsecret). A file is better.",
	},
	{
		.name = "replication_passwd_file",
		IN(PARAM_SECRET_FILE, replication_passwd_file),
		.brief = "file of its password",
		.text = "A file of root with mode 0600; its first line is the password.",
	},
	{
		.name = "replication_port",
		IN(PARAM_PORT, replication_port),
		.fallback = "3306",
		.brief = "the port of the others' servers",
		.text = "For nodes of node_list without a port of their own.",
	},
	{
		.name = "replication_require_ssl",
		IN(PARAM_BOOLEAN, replication_require_ssl),
		.fallback = "false",
		.brief = "replicate over TLS only",
		.text = "Connections between the nodes' servers, and the agent's to them, use TLS or "
			"fail.",
	},
	{
		.name = "replication_master_ssl_ca",
		IN(PARAM_PATH, ssl_ca),
		.brief = "CA of the servers' certificates",
		.text = "A PEM file, read by the replicating server.",
	},
	{
		.name = "replication_master_ssl_cert",
		IN(PARAM_PATH, ssl_cert),
		.brief = "the replicating server's certificate",
		.text = "A PEM file.",
	},
	{
		.name = "replication_master_ssl_key",
		IN(PARAM_PATH, ssl_key),
		.brief = "the replicating server's key",
		.text = "A PEM file.",
	},
	{
		.name = "max_slave_lag",
		IN(PARAM_INTEGER, max_slave_lag),
		.fallback = "3600",
		.max = TEN_YEARS_S,
		.reloadable = true,
		.brief = "lag of a reader, in seconds",
		.text = "A replica that is further behind loses the reader attribute.",
	},
	{
		.name = "evict_outdated_slaves",
		IN(PARAM_BOOLEAN, evict_outdated_slaves),
		.fallback = "false",
		.reloadable = true,
		.brief = "fail a replica that lags too much",
		.text = "monitor fails beyond max_slave_lag, and Pacemaker restarts the replica.",
	},
	{
		.name = "reader_attribute",
		IN(PARAM_STRING, reader_attribute),
		.fallback = "readable",
		.brief = "node attribute of readers",
		.text = "A transient node attribute, 1 where the server may be read from, 0 where it "
			"lags too much or replication is broken: for the locations of reader "
			"addresses.",
	},
	{
		.name = "rejoin",
		IN(PARAM_CHOICE, rejoin),
		.choices = rejoins,
		.fallback = "safe",
		.reloadable = true,
		.brief = "how far a former writer is repaired",
		.text = "safe: a crashed writer that another node has replaced is recovered in the role of "
			"a replica, which cuts off what was never acknowledged. auto: and what a node has "
			"that the writer lacks is taken back (flashback), if it is changes of rows only. "
			"manual: both wait for a person. What is cut off or taken back is kept as SQL in "
			"the data directory before, in quorate.errant-TIME.sql.",
	},
	{
		.name = "resync",
		IN(PARAM_CHOICE, resync),
		.choices = resyncs,
		.fallback = "none",
		.reloadable = true,
		.brief = "a full copy for a node that can't rejoin",
		.text = "backup (MariaDB): where rejoin has come to its end, or the writer's binary logs "
			"don't go back far enough, the watcher gets a copy of another node's data by "
			"mariadb-backup, of a replica's if there is one, while the own server stands "
			"by; it comes over TLS whose key is the replication password. clone (MySQL): the "
			"same by the CLONE plugin. When the copy is complete, a failure of the resource is "
			"reported, and the start that follows puts it in place; the data of before are kept "
			"beside, in DATADIR.before-TIME (one of them). DATADIR may be no mount point, and "
			"all of the server's files must be in it. none: this is left to a person.",
	},
	{
		.name = "resync_port",
		IN(PARAM_PORT, resync_port),
		.fallback = "4444",
		.reloadable = true,
		.brief = "where the watcher gives copies",
		.text = "A TCP port, on the node's address of node_list, that is open while "
			"resync=backup. Only who knows the replication password gets anything.",
	},
	{
		.name = "retire_timeout",
		IN(PARAM_DURATION, retire_timeout),
		.fallback = "10s",
		.max = ONE_HOUR_MS,
		.reloadable = true,
		.brief = "how long demote may wait",
		.text = "For writes to end and a replica to have them. Then the server is killed and "
			"started again as a replica: a client gets an error, and nothing is committed here "
			"that the new writer lacks.",
	},
	{
		.name = "write_fence",
		IN(PARAM_BOOLEAN, write_fence),
		.fallback = "true",
		.reloadable = true,
		.brief = "end the writing without quorum",
		.text = "When corosync has no quorum, is gone, or proves nothing any more for as long as "
			"the others need to form a ring without this node, the watcher refuses writes by "
			"itself as demote does, within retire_timeout, also while Pacemaker hangs. Set it to "
			"false before the cluster software is stopped while the databases are to run on, as "
			"in maintenance mode.",
	},
	{
		.name = "client_binary",
		.type = PARAM_STRING,
		.standing = PARAM_IGNORED,
		.instead = "the agent speaks the protocol itself",
		.brief = "the client program",
		.text = "Of the stock agent.",
	},
	{
		.name = "test_user",
		.type = PARAM_STRING,
		.standing = PARAM_IGNORED,
		.instead = "sql_user logs in over the socket",
		.brief = "the monitor's database user",
		.text = "Of the stock agent.",
	},
	{
		.name = "test_passwd",
		.type = PARAM_STRING,
		.standing = PARAM_IGNORED,
		.instead = "sql_option_file holds a login, where one is needed",
		.secret = true,
		.brief = "its password",
		.text = "Of the stock agent.",
	},
	{
		.name = "enable_creation",
		.type = PARAM_STRING,
		.standing = PARAM_IGNORED,
		.instead = "the agent never creates a database; run mariadb-install-db",
		.brief = "create a database at start",
		.text = "Of the stock agent.",
	},
	{.name = NULL},
};

static int config_check_replication(const struct mysql_config *c, struct fault *fault)
{
	if (c->replication_passwd && c->replication_passwd_file)
		return fault_set(
			fault, FAULT_CONFIGURED, -EINVAL,
			"replication_passwd and replication_passwd_file exclude each other");
	if (c->node_list && !c->replication_user)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "replication_user must be given with node_list: the database user "
				 "that replicates");
	if (c->resync != RESYNC_NONE && c->rejoin == REJOIN_MANUAL)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "resync and rejoin=manual exclude each other: use rejoin=safe or "
				 "auto, or resync=none");
	if (!c->ssl_cert != !c->ssl_key)
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "replication_master_ssl_cert and _key belong together");
	return 0;
}

int config_check(const void *config, struct fault *fault)
{
	const struct mysql_config *c = config;
	struct config_nodes nodes;
	const char *name = strrchr(c->binary, '/');
	int r = config_check_replication(c, fault);

	if (r)
		return r;
	if (name && strstr(name, "_safe"))
		return fault_set(
			fault, FAULT_CONFIGURED, -EINVAL,
			"binary must be the server (mariadbd), not '%.80s': that starts it "
			"again behind the cluster's back",
			c->binary);
	if (c->test_table && !strchr(c->test_table, '.'))
		return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
				 "test_table must have the form DATABASE.TABLE, not '%.60s'",
				 c->test_table);
	return c->node_list ? config_read_nodes(c, &nodes, fault) : 0;
}

static int config_bad_node(struct fault *fault, const char *piece)
{
	return fault_set(fault, FAULT_CONFIGURED, -EINVAL,
			 "node_list: '%.60s' must have the form NAME, NAME=ADDRESS or "
			 "NAME=ADDRESS:PORT, each name once, %d at the most",
			 piece, LEDGER_NODES_MAX);
}

/* "NAME=ADDRESS:PORT"; an IPv6 address with a port stands in brackets. */
static int config_read_node(const struct mysql_config *config, struct config_node *node,
			    char *piece)
{
	char *equals = strchr(piece, '='), *address = equals ? equals + 1 : piece, *colon;
	long long port = config->replication_port;

	if (equals)
		*equals = '\0';
	colon = strrchr(address, ':');
	if (equals && *address == '[') {
		char *end = strchr(++address, ']');

		if (!end || (end[1] && end[1] != ':'))
			return -EINVAL;
		colon = end[1] ? end + 1 : NULL;
		*end = '\0';
	} else if (equals && colon && strchr(address, ':') == colon) {
		*colon = '\0';
	} else {
		colon = NULL;
	}
	if (colon && num_parse(colon + 1, 1, 65535, &port))
		return -EINVAL;
	if (!*address || strlen(address) >= sizeof(node->address) ||
	    strlen(piece) >= sizeof(node->name))
		return -EINVAL;
	(void)snprintf(node->name, sizeof(node->name), "%s", piece);
	(void)snprintf(node->address, sizeof(node->address), "%s", address);
	node->port = (int)port;
	return 0;
}

int config_read_nodes(const struct mysql_config *config, struct config_nodes *nodes,
		      struct fault *fault)
{
	struct ledger_nodes names = {.count = 0};
	AUTO_FREE char *copy = strdup(config->node_list ? config->node_list : "");
	char *rest = copy, *piece;

	nodes->count = 0;
	if (!copy)
		return fault_set(fault, FAULT_GENERIC, -ENOMEM, "out of memory");
	while ((piece = strsep(&rest, " \t\n,"))) {
		char shown[64];

		if (!*piece)
			continue;
		(void)snprintf(shown, sizeof(shown), "%s", piece);
		if (nodes->count == LEDGER_NODES_MAX ||
		    config_read_node(config, &nodes->nodes[nodes->count], piece) ||
		    ledger_add(&names, nodes->nodes[nodes->count].name))
			return config_bad_node(fault, shown);
		nodes->count++;
	}
	return nodes->count ? 0 : config_bad_node(fault, "");
}

const struct config_node *config_find_node(const struct config_nodes *nodes, const char *name)
{
	for (size_t i = 0; i < nodes->count; i++)
		if (!strcmp(nodes->nodes[i].name, name))
			return &nodes->nodes[i];
	return NULL;
}

void config_own_name(char name[LEDGER_NAME_MAX])
{
	const char *told = getenv("OCF_RESKEY_CRM_meta_on_node");

	if (told && *told)
		(void)snprintf(name, LEDGER_NAME_MAX, "%s", told);
	else if (gethostname(name, LEDGER_NAME_MAX) < 0)
		*name = '\0';
	name[LEDGER_NAME_MAX - 1] = '\0';
}
