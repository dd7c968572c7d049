// SPDX-License-Identifier: BSD-3-Clause

#include "mysql/dialect.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/fault.h"

static const char *const dialect_mariadb_options[] = {
	"--skip-slave-start",
	"--gtid-strict-mode=1",
	"--rpl-semi-sync-master-enabled=0",
	NULL,
};

/* loose: without a plugin of that name there is no such option. */
static const char *const dialect_mysql_options[] = {
	"--skip-replica-start",
	"--super-read-only=1",
	"--loose-rpl-semi-sync-source-enabled=0",
	"--loose-rpl-semi-sync-master-enabled=0",
	NULL,
};

const struct dialect dialect_mariadb = {
	.name = "MariaDB",
	.gtid = GTID_MARIADB,
	.options = dialect_mariadb_options,
	.positions =
		"SELECT @@global.gtid_binlog_pos AS executed, @@global.gtid_slave_pos AS applied, "
		"@@global.gtid_binlog_state AS lineage",
	.channels = "SHOW ALL SLAVES STATUS",
	.start = "START SLAVE",
	.start_sql = "START SLAVE SQL_THREAD",
	.start_io = "START SLAVE IO_THREAD",
	.stop_io = "STOP SLAVE IO_THREAD",
	.stop_all = "STOP SLAVE",
	.reset = "RESET SLAVE ALL",
	.wait = "MASTER_GTID_WAIT",
	.refuse = "SET GLOBAL read_only=1",
	.allow = "SET GLOBAL read_only=0",
	.semi_master = "rpl_semi_sync_master",
	.semi_slave = "rpl_semi_sync_slave",
	.forever = "18446744073709551615",
	.source_host = "Master_Host",
	.source_port = "Master_Port",
	.io_running = "Slave_IO_Running",
	.sql_running = "Slave_SQL_Running",
	.lag = "Seconds_Behind_Master",
	.received = "Gtid_IO_Pos",
};

#define DIALECT_MYSQL                                                                              \
	.name = "MySQL", .gtid = GTID_MYSQL, .options = dialect_mysql_options,                     \
	.positions = "SELECT @@global.gtid_executed AS executed, '' AS applied",                   \
	.channels = "SHOW REPLICA STATUS", .start = "START REPLICA",                               \
	.start_sql = "START REPLICA SQL_THREAD", .start_io = "START REPLICA IO_THREAD",            \
	.stop_io = "STOP REPLICA IO_THREAD", .stop_all = "STOP REPLICA",                           \
	.reset = "RESET REPLICA ALL", .wait = "WAIT_FOR_EXECUTED_GTID_SET",                        \
	.refuse = "SET GLOBAL super_read_only=1", .allow = "SET GLOBAL read_only=0",               \
	.forever = "4294967295", .source_host = "Source_Host", .source_port = "Source_Port",       \
	.io_running = "Replica_IO_Running", .sql_running = "Replica_SQL_Running",                  \
	.lag = "Seconds_Behind_Source", .received = "Retrieved_Gtid_Set"

const struct dialect dialect_mysql = {
	DIALECT_MYSQL,
	.semi_master = "rpl_semi_sync_source",
	.semi_slave = "rpl_semi_sync_replica",
};

const struct dialect dialect_mysql_plugins_of_old = {
	DIALECT_MYSQL,
	.semi_master = "rpl_semi_sync_master",
	.semi_slave = "rpl_semi_sync_slave",
};

int dialect_choose(const char *version, struct fault *fault, const struct dialect **ret_dialect)
{
	unsigned major = 0, minor = 0, patch = 0;
	const bool maria = strstr(version, "MariaDB");
	const char *number = maria && !strncmp(version, "5.5.5-", 6) ? version + 6 : version;
	unsigned number_of;

	if (sscanf(number, "%3u.%3u.%3u", &major, &minor, &patch) < 2)
		return fault_set(fault, FAULT_INSTALLED, -EINVAL,
				 "'%.40s' is no version of MariaDB or MySQL", version);
	number_of = major * 1000000 + minor * 1000 + patch;
	if (maria && number_of < 10005000)
		return fault_set(fault, FAULT_INSTALLED, -EINVAL,
				 "MariaDB %s is too old: 10.5 or later is needed", number);
	if (!maria && number_of < 8000026)
		return fault_set(fault, FAULT_INSTALLED, -EINVAL,
				 "MySQL %s is too old: 8.0.26 or later is needed", number);
	*ret_dialect = maria ? &dialect_mariadb : &dialect_mysql;
	return 0;
}

const struct dialect *dialect_with_plugins(const struct dialect *dialect, bool old)
{
	if (dialect->gtid != GTID_MYSQL)
		return dialect;
	return old ? &dialect_mysql_plugins_of_old : &dialect_mysql;
}
