# SPDX-License-Identifier: BSD-3-Clause
"""
What the statements do: functions of the server and of what their patterns (words.py) have found.
Each returns names and rows, or nothing.
"""

import fnmatch
import os
import re
import time

import words
from wire import Gone, Refused

TICK = 0.005
HANDLED = {}


def truth(value):
    return str(value).upper() in ('1', 'ON', 'TRUE', 'YES')


def handles(name):
    return lambda function: HANDLED.setdefault(name, function)


@handles('ok')
@handles('old')
def do_nothing(_server, _found):
    return None


@handles('one')
def do_one(_server, _found):
    return ['1'], [['1']]


def assign(server, name, value):
    if name in ('read_only', 'super_read_only') and truth(value):
        while server.waiting:  # behind the commits that wait
            time.sleep(TICK)
    server.values[name] = value
    if name == 'super_read_only' and truth(value):
        server.values['read_only'] = value
    if name == 'read_only' and not truth(value):
        server.values['super_read_only'] = '0'


@handles('set')
def do_set(server, found):
    scope = 'SESSION'
    for piece in words.pieces(found['list']):
        match = re.fullmatch(r'(?:(GLOBAL|SESSION) )?(\w+) ?= ?(.*)', piece, re.IGNORECASE)
        if not match:
            raise Refused(1064, '42000', f"syntax to use near '{piece}'")
        scope = (match.group(1) or scope).upper()
        name, value = match.group(2).lower(), words.unquote(match.group(3))
        if name not in server.values:
            raise Refused(1193, 'HY000', f"Unknown system variable '{name}'")
        if scope == 'GLOBAL' and name not in server.settable:
            raise Refused(1238, 'HY000', f"Variable '{name}' is a read only variable")
        if scope == 'GLOBAL':
            assign(server, name, value)


def wait_for(server, text, seconds):
    wanted, end = server.names_of(text), time.monotonic() + float(seconds)
    while not wanted <= server.done:
        if time.monotonic() > end:
            return '1'
        time.sleep(TICK)
    return '0'


def value_of(server, text, number):
    match = re.fullmatch(r'@@(?:GLOBAL\.)?(\w+)', text, re.IGNORECASE)
    wait = re.fullmatch(r"WAIT_FOR_EXECUTED_GTID_SET\(('[^']*'), ([\d.]+)\)", text)
    if match and match.group(1).lower() == 'gtid_executed':
        return server.set_text(server.done)
    if match and match.group(1).lower() not in server.values:
        raise Refused(1193, 'HY000', f"Unknown system variable '{match.group(1)}'")
    if match:
        return server.values[match.group(1).lower()]
    if wait:
        return wait_for(server, words.unquote(wait.group(1)), wait.group(2))
    if re.fullmatch(r"'[^']*'|\d+", text):
        return words.unquote(text)
    if text == 'CONNECTION_ID()':
        return number
    raise Refused(1064, '42000', f"syntax to use near '{text}'")


@handles('select')
def do_select(server, found):
    names, values = [], []
    for piece in words.pieces(found['list']):
        text, _, name = piece.partition(' AS ')
        names.append(name or text)
        values.append(value_of(server, text, found['number']))
    return names, [values]


def shown(values, like):
    pattern = (like or '%').replace('%', '*').replace('_', '?').lower()
    return ['Variable_name', 'Value'], [[name, value] for name, value in sorted(values.items())
                                        if fnmatch.fnmatchcase(name.lower(), pattern)]


@handles('variables')
def do_variables(server, found):
    on = {'0': 'OFF', '1': 'ON'}
    known = {name: on.get(value, value) if name.endswith(('only', 'enabled', 'updates', 'log_bin'))
             else value for name, value in server.values.items()}
    if found.get('names'):
        wanted = {words.unquote(name) for name in words.pieces(found['names'])}
        known = {name: value for name, value in known.items() if name in wanted}
    return shown(known, found.get('like'))


@handles('status')
def do_status(server, found):
    if not server.semi:
        return shown({}, found['like'])
    acks = server.io == 'Yes' and server.semi_on(False)
    return shown({
        server.semi_name(True, 'status').capitalize(): 'ON' if server.semi_on(True) else 'OFF',
        server.semi_name(True, 'clients').capitalize(): '1' if server.acknowledged else '0',
        server.semi_name(True, 'wait_sessions').capitalize(): str(server.waiting),
        server.semi_name(False, 'status').capitalize(): 'ON' if acks else 'OFF',
    }, found['like'])


@handles('replica')
def do_replica(server, _found):
    c = server.channel
    if not c:
        return words.REPLICA, []
    wire_error = server.error if server.io != 'Yes' else (0, '')
    cells = dict.fromkeys(words.REPLICA, '') | {
        'Source_Host': c['SOURCE_HOST'], 'Source_User': c['SOURCE_USER'],
        'Source_Port': c['SOURCE_PORT'], 'Replica_IO_Running': server.io,
        'Replica_SQL_Running': 'Yes' if server.sql else 'No',
        'Seconds_Behind_Source': '0' if server.sql and server.io == 'Yes' else None,
        'Last_IO_Errno': wire_error[0], 'Last_IO_Error': wire_error[1], 'Last_SQL_Errno': '0',
        'Retrieved_Gtid_Set': server.set_text(server.relay),
        'Executed_Gtid_Set': server.set_text(server.done), 'Auto_Position': '1',
    }
    return words.REPLICA, [[cells[name] for name in words.REPLICA]]


@handles('start')
def do_start(server, found):
    if not server.channel:
        raise Refused(1200, 'HY000', 'The server is not configured as replica; fix in config file '
                      'or with CHANGE REPLICATION SOURCE TO')
    if found['thread'] != 'SQL_THREAD' and server.io == 'No':
        server.io = 'Connecting'
    if found['thread'] != 'IO_THREAD':
        server.sql = True


@handles('stop')
def do_stop(server, found):
    if found['thread'] != 'SQL_THREAD':
        server.io = 'No'
    if found['thread'] != 'IO_THREAD':
        server.sql = False


@handles('reset')
def do_reset(server, found):
    if server.sql or server.io != 'No':
        raise Refused(3081, 'HY000', 'This operation cannot be performed with running replication '
                      "threads; run STOP REPLICA FOR CHANNEL '' first")
    server.relay = {}
    if found['all']:
        server.channel = None
    server.save()


@handles('change')
def do_change(server, found):
    if server.sql or server.io != 'No':
        raise Refused(3021, 'HY000', 'This operation cannot be performed with a running replica '
                      "io thread; run STOP REPLICA IO_THREAD FOR CHANNEL '' first.")
    channel = dict(server.channel or {})
    for piece in words.pieces(found['list']):
        name, _, value = piece.partition('=')
        if not re.fullmatch(words.SOURCE.get(name, 'no such option'), value):
            raise Refused(1064, '42000', f"syntax to use near '{name}'")
        channel[name] = words.unquote(value)
    if len(channel.get('SOURCE_PASSWORD', '')) > 32:
        raise Refused(1210, 'HY000', 'Incorrect arguments: the password is too long')
    server.channel, server.relay = channel, {}
    server.save()


@handles('clone')
def do_clone(server, found):
    """Into another directory: this server goes on with its own data."""
    port, path = found['port'], words.unquote(found['directory'] or "''")
    donor = f"{words.unquote(found['host'])}:{port}"
    if donor not in server.values['clone_valid_donor_list'].split(','):
        raise Refused(3869, 'HY000', f'{donor} is not found in clone_valid_donor_list')
    if not path:
        raise Refused(3707, 'HY000', 'Restart server failed (mysqld is not managed by supervisor '
                      'process).')
    if os.path.lexists(path):
        raise Refused(1007, 'HY000', f"Can't create database '{path}'; database exists")
    server.clone(port, words.unquote(found['user']), words.unquote(found['password']), path)


@handles('progress')
def do_progress(_server, _found):
    return ['done', 'total'], [['500', '1000']]


@handles('kill')
def do_kill(server, found):
    client = server.clients.get(int(found['id']))
    if not client:
        raise Refused(1094, 'HY000', f"Unknown thread id: {found['id']}")
    client[0].shutdown(2)


@handles('processes')
def do_processes(server, found):
    return ['id'], [[number] for number in server.clients if number != found['number']]


@handles('insert')
def do_insert(server, found):
    if truth(server.values['read_only']):
        raise Refused(1290, 'HY000', 'The MySQL server is running with the --read-only option so '
                      'it cannot execute this statement')
    uuid = server.values['server_uuid']
    with server.lock:
        own = [int(name.split(':')[1]) for name in server.binlog if name.startswith(uuid)]
        name = f'{uuid}:{max(own, default=0) + 1}'
        server.binlog[name] = found['id']
        server.save()
        server.waiting += server.semi_on(True)
    waits = server.semi_on(True)
    while waits and name not in server.acknowledged and server.semi_on(True):
        if found['number'] not in server.clients:
            break
        time.sleep(TICK)
    with server.lock:
        server.waiting -= waits
        server.done.add(name)
    if found['number'] not in server.clients:
        raise Gone


@handles('table')
def do_table(server, _found):
    return ['id'], [[server.binlog[name]] for name in sorted(server.done)]
