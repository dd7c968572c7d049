# SPDX-License-Identifier: BSD-3-Clause
"""
The scripted server: its options, its state, its replication and its conversations. The file mysqld
says what it is for.
"""

import fcntl
import json
import os
import pwd
import re
import signal
import socket
import struct
import sys
import threading
import time

import acts
import wire
import words
from wire import Gone, Refused

TICK = 0.005
PORTS = '/run/scene/ports'  # the data directory behind each port
USERS = {'repl': 'secret-of-replication', 'app': 'app'}


def version_of(path):
    return re.search(r'mysql-(\d+\.\d+\.\d+)', path).group(1)


def stored_options(path):
    with open(path, encoding='utf-8') as file:
        return ['--' + line.strip() for line in file if line.strip() and line[0] not in '[#']


class Server:
    def __init__(self, path, arguments):
        self.name = version_of(path)
        self.version = tuple(int(n) for n in self.name.split('.'))
        self.lock = threading.RLock()
        self.clients, self.faults, self.acknowledged = {}, [], set()
        self.io, self.sql, self.error, self.paused, self.waiting = 'No', False, (0, ''), False, 0
        self.full = self.cut = False
        self.configure(arguments)

    def configure(self, arguments):
        options = self.read_options(arguments)
        plugins = ' '.join(value for name, value in options if name == 'plugin_load_add')
        self.semi = words.NEW if 'semisync_source' in plugins else \
            words.OLD if 'semisync_master' in plugins else None
        self.values, self.settable = words.variables(self.version, self.semi)
        self.log_path = dict(options).get('log_error')
        for name, value in options:
            loose = name.startswith('loose_')
            name = name.removeprefix('loose_')
            if name in self.values:
                self.values[name] = value
            elif not loose and name != 'defaults_file':
                self.end(f"[ERROR] [MY-000067] [Server] unknown variable '{name}={value}'.")
        if acts.truth(self.values['super_read_only']):
            self.values['read_only'] = '1'
        self.data = self.values['datadir']
        self.values |= {'version': self.name, 'version_comment': 'scripted', 'server_uuid':
                        f'{int(self.values["server_id"]):08d}-5c21-11ef-8a4c-0242ac110002'}

    @staticmethod
    def read_options(arguments):
        options = []
        for argument in stored_options(arguments[0].partition('=')[2]) + arguments:
            name, _, value = argument.lstrip('-').partition('=')
            options.append((name.replace('-', '_'), value or '1'))
        return options

    def end(self, line):
        with open(self.log_path, 'a', encoding='utf-8') as file:
            file.write(line + '\n')
        sys.exit(1)

    def load(self):
        try:
            with open(f'{self.data}/state.json', encoding='utf-8') as file:
                state = json.load(file)
        except FileNotFoundError:
            state = {'binlog': {}, 'relay': {}, 'channel': None}
        # A transaction that waited for its acknowledgement is in the binary log: recovery keeps it.
        self.binlog, self.relay = state['binlog'], state['relay']
        self.done, self.channel = set(self.binlog), state['channel']

    def save(self):
        state = {'binlog': self.binlog, 'relay': self.relay, 'channel': self.channel}
        with open(f'{self.data}/state.new', 'w', encoding='utf-8') as file:
            json.dump(state, file)
        os.rename(f'{self.data}/state.new', f'{self.data}/state.json')

    def run(self):
        locked = open(f'{self.data}/ibdata1', 'r+b')  # kept for life
        fcntl.lockf(locked, fcntl.LOCK_EX | fcntl.LOCK_NB)
        self.load()
        os.makedirs(PORTS, exist_ok=True)
        link = f"{PORTS}/{self.values['port']}"
        if os.path.lexists(link):
            os.unlink(link)
        os.symlink(self.data, link)
        sockets = [socket.socket(socket.AF_UNIX) for _ in range(2)]
        for listener, path in zip(sockets, (f'{self.data}/control', self.values['socket'])):
            if os.path.exists(path):
                os.unlink(path)
            listener.bind(path)
            os.chmod(path, 0o777)
        sockets.append(socket.create_server(('127.0.0.1', int(self.values['port']))))
        os.setuid(pwd.getpwnam(self.values['user']).pw_uid)
        for listener, serve in zip(sockets, (self.control, self.serve, self.serve)):
            listener.listen(64)
            threading.Thread(target=self.accept, args=(listener, serve), daemon=True).start()
        threading.Thread(target=self.replicate, daemon=True).start()
        with open(self.values['pid_file'], 'w', encoding='ascii') as file:
            file.write(f'{os.getpid()}\n')
        notify = os.environ.get('NOTIFY_SOCKET', '')
        if notify and self.version >= (8, 4, 0):  # 8.0 stands for one without sd_notify(3)
            teller = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
            teller.sendto(b'READY=1\n', '\0' + notify[1:])
        signal.sigwait([signal.SIGTERM])
        os.unlink(self.values['socket'])
        os._exit(0)

    @staticmethod
    def accept(listener, serve):
        number = 8
        while True:
            connection, _ = listener.accept()
            number += 2
            threading.Thread(target=serve, args=(connection, number + listener.fileno()),
                             daemon=True).start()

    def fault(self, place, statement=''):
        with self.lock:
            for fault in self.faults:
                if fault['place'] == place and re.search(fault.get('match', ''), statement) and \
                        fault.get('times', 1 << 30) > 0:
                    fault['times'] = fault.get('times', 1 << 30) - 1
                    return fault['kind']
        return None

    def control(self, connection, _):
        with connection, connection.makefile('rw') as stream:
            for line in stream:
                answer = getattr(self, 'do_' + json.loads(line).pop('do'))(json.loads(line))
                stream.write(json.dumps(answer) + '\n')
                stream.flush()

    def do_fault(self, request):
        with self.lock:
            self.faults = [request] if 'kind' in request else []

    def do_applier(self, request):
        self.paused = not request['on']

    def do_cut(self, request):
        """Nothing comes from the source any more, nor does it hear of us."""
        self.cut = request['on']

    def do_full(self, request):
        self.full = request['on']

    def do_dump(self, request):
        """A replica asks for what it lacks, and says what it has."""
        if USERS.get(request['user']) != request['password']:
            return {'error': [1045, f"Access denied for user '{request['user']}'"]}
        secure = request['ssl'] or request['key']
        if self.version >= (8, 4, 0) and not secure:
            return {'error': [2061, 'Authentication requires secure connection.']}
        with self.lock:
            if request['semi']:
                self.acknowledged |= set(request['have'])
            return {'log': {k: v for k, v in self.binlog.items() if k not in request['have']}}

    def do_state(self, request):
        if USERS.get(request['user']) != request['password']:
            return {'error': [1045, f"Access denied for user '{request['user']}'"]}
        with self.lock:
            return {'binlog': {k: v for k, v in self.binlog.items() if k in self.done},
                    'relay': {}, 'channel': self.channel}

    def clone(self, port, user, password, path):
        """A donor's data, its replication's configuration with them, and none of its relay log."""
        request = {'do': 'state', 'user': user, 'password': password}
        with socket.socket(socket.AF_UNIX) as asked:
            asked.connect(f'{PORTS}/{port}/control')
            with asked.makefile('rw') as stream:
                stream.write(json.dumps(request) + '\n')
                stream.flush()
                answer = json.loads(stream.readline())
        if 'error' in answer:
            raise Refused(3862, 'HY000', f"Clone Donor Error: {answer['error']}")
        os.makedirs(f'{path}/mysql')
        with open(f'{path}/ibdata1', 'wb'):
            pass
        with open(f'{path}/state.json', 'w', encoding='utf-8') as file:
            json.dump(answer, file)

    def set_text(self, names):
        """The names UUID:NUMBER as the server prints a set."""
        text = []
        for uuid in sorted({name.split(':')[0] for name in names}):
            numbers = sorted(int(n.split(':')[1]) for n in names if n.startswith(uuid))
            parts = [uuid]
            for n in numbers:
                if n - 1 in numbers:
                    parts[-1] = re.sub(r'(-\d+)?$', f'-{n}', parts[-1], count=1)
                else:
                    parts.append(str(n))
            text.append(':'.join(parts))
        return ',\n'.join(text)

    @staticmethod
    def names_of(text):
        names = set()
        for part in re.sub(r'\s', '', text).split(','):
            uuid, *ranges = part.split(':')
            for numbers in ranges:
                first, _, last = numbers.partition('-')
                names |= {f'{uuid}:{n}' for n in range(int(first), int(last or first) + 1)}
        return names

    def semi_name(self, source, what):
        pair = ('source', 'replica') if self.semi == words.NEW else ('master', 'slave')
        return f'rpl_semi_sync_{pair[0 if source else 1]}_{what}'

    def semi_on(self, source):
        return bool(self.semi) and acts.truth(self.values[self.semi_name(source, 'enabled')])

    def fetch(self):
        """What the source has beyond us, or its error; None when nobody is there."""
        c = self.channel
        request = {'do': 'dump', 'user': c['SOURCE_USER'], 'password': c['SOURCE_PASSWORD'],
                   'ssl': c.get('SOURCE_SSL') == '1', 'key': c.get('GET_SOURCE_PUBLIC_KEY') == '1',
                   'semi': self.semi_on(False), 'have': sorted(self.done | set(self.relay))}
        try:
            with socket.socket(socket.AF_UNIX) as asked:
                asked.settimeout(1)
                asked.connect(f"{PORTS}/{c['SOURCE_PORT']}/control")
                with asked.makefile('rw') as stream:
                    stream.write(json.dumps(request) + '\n')
                    stream.flush()
                    return json.loads(stream.readline() or 'null')
        except OSError:
            return None

    def replicate(self):
        failures = 0
        while True:
            time.sleep(TICK)
            answer = self.fetch() if self.io != 'No' and self.channel and not self.cut \
                else None
            with self.lock:
                if self.io != 'No' and answer and 'log' in answer:
                    self.io, self.error, failures = 'Yes', (0, ''), 0
                    if answer['log']:
                        self.relay |= answer['log']
                        self.save()
                elif self.io != 'No' and self.channel:
                    self.io, failures = 'Connecting', failures + TICK
                    self.error = tuple(answer['error']) if answer else (2003, 'no connection')
                    default = '10' if self.version >= (8, 4, 0) else '86400'
                    if failures > int(self.channel.get('SOURCE_RETRY_COUNT', default)):
                        self.io = 'No'
                if self.sql and not self.paused and set(self.relay) - self.done:
                    self.binlog = self.binlog | self.relay
                    self.done |= set(self.relay)
                    self.save()

    def serve(self, connection, number):
        link = wire.Wire(connection, lambda place: self.fault(place, link.statement))
        link.statement = ''
        try:
            with connection:
                self.login(link, connection, number)
                self.talk(link, number)
        except (Gone, OSError):
            pass
        finally:
            with self.lock:
                self.clients.pop(number, None)

    def login(self, link, connection, number):
        local = connection.family == socket.AF_UNIX
        plugin = wire.SHA2 if self.version >= (8, 4, 0) else wire.NATIVE
        if self.full:
            link.error(Refused(1040, '08004', 'Too many connections'))
            raise Gone
        user, answer, theirs = link.greet(self.name, number, plugin)
        owner = struct.unpack('3i', connection.getsockopt(
            socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1] if local else -1
        if local and user == 'root':
            known = owner == 0  # auth_socket
        else:
            known = user in USERS and link.prove(USERS[user], answer, theirs, plugin,
                                                 self.fault('login') == 'full')
        if not known:
            link.error(Refused(1045, '28000', f"Access denied for user '{user}'@'localhost'"))
            raise Gone
        with self.lock:
            self.clients[number] = (connection, user)
        link.ok()

    def talk(self, link, number):
        while True:
            packet = link.read()
            if packet[0] == wire.COM_QUIT:
                return
            if packet[0] in (wire.COM_PING, wire.COM_INIT_DB):
                link.ok()
                continue
            if packet[0] != wire.COM_QUERY:
                link.error(Refused(1047, '08S01', 'Unknown command'))
                continue
            link.statement = packet[1:].decode()
            verdict = 'ok'
            try:
                names, rows = self.answer(link.statement, number)
                if names:
                    link.rows(names, rows)
                else:
                    link.ok()
            except Refused as refused:
                verdict = str(refused.number)
                link.error(refused)
            finally:
                self.note(verdict, link.statement)

    def note(self, verdict, statement):
        hidden = re.sub(r"(PASSWORD=|IDENTIFIED BY )'[^']*'", r"\1'***'", statement)
        with open(f'{self.data}/statements', 'a', encoding='utf-8') as file:
            file.write(f'{verdict}\t{hidden}\n')

    def answer(self, statement, number):
        found = words.find(self.version, statement)
        if not found:
            raise Refused(1064, '42000', "You have an error in your SQL syntax; check the manual "
                          "that corresponds to your MySQL server version for the right syntax to "
                          f"use near '{statement[:80]}' at line 1")
        match, act = found
        return acts.HANDLED[act](self, match.groupdict() | {'number': number}) or (None, None)

