# SPDX-License-Identifier: BSD-3-Clause
"""
What MySQL 8.0 and 8.4 understand: options, variables, statements, and the columns of their answers,
as the reference manuals have them. Anything else is refused as the servers do: 1064, 1193, and the
end of a server that was started with it.

Source: dev.mysql.com/doc/refman/8.0/en, /8.4/en: replication statements, options and variables.
"""

import re

NEW, OLD = 'new', 'old'  # the words of the semi-synchronous plugins that are loaded

# Options, variables and their defaults; a name with a star can be set while the server runs.
COMMON = {
    'server_id*': '1', 'port': '3306', 'bind_address': '*', 'datadir': '', 'socket': '',
    'pid_file': '', 'log_error': '', 'user': '', 'report_host': '', 'read_only*': '0',
    'super_read_only*': '0', 'relay_log_recovery': '0', 'relay_log_purge*': '1',
    'skip_replica_start': '0', 'skip_slave_start': '0', 'log_bin': 'binlog', 'relay_log': 'relay',
    'binlog_format*': 'ROW', 'binlog_row_image*': 'FULL', 'log_replica_updates': '1',
    'sync_binlog*': '1', 'innodb_flush_log_at_trx_commit*': '1', 'gtid_mode*': 'OFF',
    'enforce_gtid_consistency*': 'OFF', 'binlog_expire_logs_seconds*': '2592000',
    'init_replica*': '', 'max_connections*': '151', 'plugin_load_add': '', 'skip_networking': '0',
    'skip_name_resolve': '0', 'innodb_buffer_pool_size*': '134217728', 'gtid_executed': '',
    'innodb_doublewrite*': 'ON', 'auto_increment_increment*': '1', 'auto_increment_offset*': '1',
    'version': '', 'server_uuid': '', 'version_comment': '', 'sql_mode*': '', 'offline_mode*': '0',
    'replica_parallel_workers*': '4', 'clone_valid_donor_list*': '', 'relay_log_index': '',
}
ONLY = {'8.0': {'expire_logs_days*': '0', 'log_slave_updates': '1', 'init_slave*': '',
                'slave_parallel_workers*': '4', 'default_authentication_plugin': ''},
        '8.4': {'authentication_policy*': '*,,'}}
SEMI = {
    NEW: {'rpl_semi_sync_source_enabled*': '0', 'rpl_semi_sync_source_timeout*': '10000',
          'rpl_semi_sync_source_wait_point*': 'AFTER_SYNC',
          'rpl_semi_sync_source_wait_no_replica*': '1',
          'rpl_semi_sync_source_wait_for_replica_count*': '1',
          'rpl_semi_sync_replica_enabled*': '0'},
    OLD: {'rpl_semi_sync_master_enabled*': '0', 'rpl_semi_sync_master_timeout*': '10000',
          'rpl_semi_sync_master_wait_point*': 'AFTER_SYNC',
          'rpl_semi_sync_master_wait_no_slave*': '1',
          'rpl_semi_sync_master_wait_for_slave_count*': '1',
          'rpl_semi_sync_slave_enabled*': '0'},
}

# Options of CHANGE REPLICATION SOURCE TO, and what their values look like.
TEXT, NUMBER = r"'(?:[^'\\]|\\.)*'", r'\d+(?:\.\d+)?'
SOURCE = {
    'SOURCE_HOST': TEXT, 'SOURCE_PORT': NUMBER, 'SOURCE_USER': TEXT, 'SOURCE_PASSWORD': TEXT,
    'SOURCE_CONNECT_RETRY': NUMBER, 'SOURCE_RETRY_COUNT': NUMBER, 'SOURCE_DELAY': NUMBER,
    'SOURCE_HEARTBEAT_PERIOD': NUMBER, 'SOURCE_AUTO_POSITION': '[01]', 'SOURCE_SSL': '[01]',
    'SOURCE_SSL_CA': TEXT, 'SOURCE_SSL_CERT': TEXT, 'SOURCE_SSL_KEY': TEXT,
    'GET_SOURCE_PUBLIC_KEY': '[01]', 'SOURCE_SSL_VERIFY_SERVER_CERT': '[01]',
}

# Statements: since, until, pattern, what does it.
FIRST, LAST = (8, 0, 26), (9, 0, 0)
STATEMENTS = [
    (FIRST, LAST, r'SET (?P<list>.*)', 'set'),
    (FIRST, LAST, r'SELECT (?P<list>.*? AS \w+)', 'select'),
    (FIRST, LAST, r'SELECT (?P<list>@@[\w.]+(?:, @@[\w.]+)*)(?: limit 1)?', 'select'),
    (FIRST, LAST, r"SHOW GLOBAL STATUS LIKE '(?P<like>[^']*)'", 'status'),
    (FIRST, LAST, r"SHOW (?:GLOBAL )?VARIABLES(?: LIKE '(?P<like>[^']*)')?", 'variables'),
    (FIRST, LAST, r"SHOW (?:GLOBAL )?VARIABLES WHERE Variable_name IN \((?P<names>.*)\)", 'variables'),
    (FIRST, LAST, r'SHOW REPLICA STATUS', 'replica'),
    (FIRST, LAST, r'START REPLICA(?: (?P<thread>IO_THREAD|SQL_THREAD))?', 'start'),
    (FIRST, LAST, r'STOP REPLICA(?: (?P<thread>IO_THREAD|SQL_THREAD))?', 'stop'),
    (FIRST, LAST, r'RESET REPLICA(?P<all> ALL)?', 'reset'),
    (FIRST, LAST, r'CHANGE REPLICATION SOURCE TO (?P<list>.*)', 'change'),
    (FIRST, LAST, r'KILL (?:CONNECTION )?(?P<id>\d+)', 'kill'),
    (FIRST, LAST, r'FLUSH BINARY LOGS', 'ok'),
    (FIRST, LAST, r'FLUSH ENGINE LOGS', 'ok'),
    (FIRST, LAST, r'SELECT id FROM information_schema\.processlist WHERE .*', 'processes'),
    (FIRST, LAST, r'INSERT INTO t VALUES \((?P<id>\d+), \d+\)', 'insert'),
    (FIRST, LAST, r'SELECT id FROM app\.t', 'table'),
    (FIRST, LAST, r'SELECT 1 FROM [\w.`]+ LIMIT 1', 'one'),
    (FIRST, LAST, r'SHOW BINARY LOGS', 'ok'),
    (FIRST, LAST, r"CLONE INSTANCE FROM (?P<user>'[^']*')@(?P<host>'[^']*'):(?P<port>\d+) IDENTIFIED BY "
     r"(?P<password>'[^']*')(?: DATA DIRECTORY(?: =)? (?P<directory>'[^']*'))?(?: REQUIRE(?: NO)? SSL)?",
     'clone'),
    (FIRST, LAST, r'SELECT SUM\(DATA\) AS done, SUM\(ESTIMATE\) AS total FROM '
     r'performance_schema\.clone_progress', 'progress'),
    ((8, 2, 0), LAST, r'SHOW BINARY LOG STATUS', 'ok'),
    ((8, 2, 0), LAST, r'RESET BINARY LOGS AND GTIDS', 'ok'),
    # The words of old, which 8.0 understands with a warning.
    (FIRST, (8, 4, 0), r'(?:SHOW|START|STOP|RESET) SLAVE.*', 'old'),
    (FIRST, (8, 4, 0), r'(?:CHANGE|SHOW|RESET|PURGE) MASTER.*', 'old'),
]

REPLICA = [name for name in """
Replica_IO_State Source_Host Source_User Source_Port Connect_Retry Source_Log_File
Read_Source_Log_Pos Relay_Log_File Relay_Log_Pos Relay_Source_Log_File Replica_IO_Running
Replica_SQL_Running Replicate_Do_DB Replicate_Ignore_DB Last_Errno Last_Error Skip_Counter
Exec_Source_Log_Pos Relay_Log_Space Until_Condition Source_SSL_Allowed Seconds_Behind_Source
Source_SSL_Verify_Server_Cert Last_IO_Errno Last_IO_Error Last_SQL_Errno Last_SQL_Error
Source_Server_Id Source_UUID Source_Info_File SQL_Delay SQL_Remaining_Delay
Replica_SQL_Running_State Source_Retry_Count Source_Bind Last_IO_Error_Timestamp
Last_SQL_Error_Timestamp Retrieved_Gtid_Set Executed_Gtid_Set Auto_Position Replicate_Rewrite_DB
Channel_Name Source_TLS_Version Source_public_key_path Get_Source_public_key Network_Namespace
""".split()]


def variables(version, semi):
    """Names with their defaults, and those that can be set."""
    series = '8.4' if version >= (8, 4, 0) else '8.0'
    known = COMMON | ONLY[series] | SEMI.get(semi, {})
    return ({name.rstrip('*'): value for name, value in known.items()},
            {name[:-1] for name in known if name.endswith('*')})


def find(version, statement):
    """The statement's match and what does it, or None."""
    for since, until, pattern, act in STATEMENTS:
        match = re.fullmatch(pattern, statement, re.IGNORECASE | re.DOTALL)
        if match and since <= version < until:
            return match, act
    return None


def pieces(text):
    """A list, parted at the commas that stand in no quotes and no parentheses."""
    return [piece.strip() for piece in
            re.findall(r"((?:[^,'(]|'(?:[^'\\]|\\.)*'|\([^)]*\))+)", text)]


def unquote(text):
    if text.startswith("'") and text.endswith("'") and len(text) > 1:
        return re.sub(r'\\(.)', r'\1', text[1:-1])
    return text
