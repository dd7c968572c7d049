# SPDX-License-Identifier: BSD-3-Clause
"""
The server's side of MySQL's client/server protocol (version 10), with faults at will.

Source: dev.mysql.com/doc/dev/mysql-server, "Client/Server Protocol".
"""

import hashlib
import os
import random
import socket
import struct
import subprocess
import time

LONG_PASSWORD, CONNECT_WITH_DB, PROTOCOL_41 = 0x1, 0x8, 0x200
TRANSACTIONS, SECURE, PLUGIN_AUTH, LENENC = 0x2000, 0x8000, 0x80000, 0x200000
CAPABILITIES = LONG_PASSWORD | CONNECT_WITH_DB | PROTOCOL_41 | TRANSACTIONS | SECURE | \
    PLUGIN_AUTH | LENENC
AUTOCOMMIT = 2
COM_QUIT, COM_INIT_DB, COM_QUERY, COM_PING = 1, 2, 3, 14
NATIVE, SHA2 = 'mysql_native_password', 'caching_sha2_password'
LONG_AGO = 3600


class Gone(Exception):
    """The client, or the connection by a fault, is gone."""


class Refused(Exception):
    """An error packet: number, SQL state, words."""

    def __init__(self, number, state, words):
        super().__init__(words)
        self.number, self.state, self.words = number, state, words


def lenenc(data):
    if isinstance(data, str):
        data = data.encode()
    size = len(data)
    if size < 251:
        return bytes([size]) + data
    return b'\xfc' + struct.pack('<H', size) + data


def native(password, nonce):
    first = hashlib.sha1(password).digest()
    second = hashlib.sha1(nonce + hashlib.sha1(first).digest()).digest()
    return bytes(a ^ b for a, b in zip(first, second))


def sha2(password, nonce):
    first = hashlib.sha256(password).digest()
    second = hashlib.sha256(hashlib.sha256(first).digest() + nonce).digest()
    return bytes(a ^ b for a, b in zip(first, second))


class Wire:
    """One conversation: packets, in order, with the fault that is on."""

    def __init__(self, connection, fault):
        self.connection = connection
        self.fault = fault  # a function of the place: None or the fault's kind
        self.sequence = 0

    def take(self, size):
        data = b''
        while len(data) < size:
            try:
                piece = self.connection.recv(size - len(data))
            except OSError as error:
                raise Gone from error
            if not piece:
                raise Gone
            data += piece
        return data

    def read(self):
        head = self.take(4)
        self.sequence = head[3] + 1
        return self.take(head[0] | head[1] << 8 | head[2] << 16)

    def send(self, payload, place='answer'):
        data = struct.pack('<I', len(payload))[:3] + bytes([self.sequence & 255]) + payload
        self.sequence += 1
        try:
            self.push(data, self.fault(place))
        except OSError as error:
            raise Gone from error

    def push(self, data, kind):
        if kind is None:
            self.connection.sendall(data)
        elif kind == 'hang':
            self.wait()
        elif kind == 'drip':
            for byte in data * LONG_AGO:
                self.connection.sendall(bytes([byte]))
                time.sleep(0.1)
        elif kind == 'garbage':
            self.connection.sendall(random.Random(len(data)).randbytes(4096))
            self.wait()
        elif kind == 'huge':
            self.connection.sendall(b'\xff\xff\xff' + data[3:4] + b'\0' * 70000)
            self.wait()
        elif kind == 'short':
            self.connection.sendall(data[:-max(1, len(data) // 3)])
            raise Gone
        elif kind == 'reset':
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER,
                                       struct.pack('ii', 1, 0))
            raise Gone
        elif kind == 'error':
            words = b'Out of memory; check if another program uses it'
            body = b'\xff' + struct.pack('<H', 1041) + b'#HY000' + words
            self.connection.sendall(struct.pack('<I', len(body))[:3] + data[3:4] + body)
            raise Gone
        else:
            raise Gone  # 'close'

    def wait(self):
        """Until the client has had enough."""
        while self.connection.recv(4096):
            pass
        raise Gone

    def ok(self, affected=0):
        self.send(b'\0' + bytes([affected, 0]) + struct.pack('<HH', AUTOCOMMIT, 0))

    def error(self, refused):
        self.send(b'\xff' + struct.pack('<H', refused.number) + b'#' + refused.state.encode() +
                  refused.words.encode())

    def rows(self, names, rows):
        end = b'\xfe' + struct.pack('<HH', 0, AUTOCOMMIT)
        self.send(bytes([len(names)]))
        for name in names:
            self.send(lenenc('def') + lenenc('') * 3 + lenenc(name) + lenenc('') + b'\x0c' +
                      struct.pack('<HIBHB', 45, 4096, 253, 0, 31) + b'\0\0')
        self.send(end)
        for row in rows:
            self.send(b''.join(b'\xfb' if cell is None else lenenc(str(cell)) for cell in row),
                      'row')
        self.send(end)

    def greet(self, version, number, plugin):
        self.nonce = bytes(random.randrange(1, 127) for _ in range(20))
        self.send(b'\x0a' + version.encode() + b'\0' + struct.pack('<I', number) +
                  self.nonce[:8] + b'\0' + struct.pack('<HBHH', CAPABILITIES & 0xffff, 255,
                                                       AUTOCOMMIT, CAPABILITIES >> 16) +
                  bytes([21]) + b'\0' * 10 + self.nonce[8:] + b'\0' + plugin.encode() + b'\0',
                  'greeting')
        data = self.read()
        flags = struct.unpack('<I', data[:4])[0]
        user, rest = data[32:].split(b'\0', 1)
        answer, rest = rest[1:1 + rest[0]], rest[1 + rest[0]:]
        if flags & CONNECT_WITH_DB:
            rest = rest.split(b'\0', 1)[1]
        return user.decode(), answer, rest.split(b'\0')[0].decode()

    def prove(self, password, answer, theirs, plugin, full):
        """Whether the client knows the password, by the account's plugin."""
        if theirs != plugin:
            self.send(b'\xfe' + plugin.encode() + b'\0' + self.nonce + b'\0')
            answer = self.read()
        if plugin == NATIVE:
            return answer == native(password.encode(), self.nonce)
        if full:
            return self.prove_by_key(password)
        if answer != sha2(password.encode(), self.nonce):
            return False
        self.send(b'\x01\x03')
        return True

    def prove_by_key(self, password):
        """The first login of an account: its password under the server's public key."""
        private = subprocess.run(['openssl', 'genrsa', '2048'], capture_output=True, check=True)
        path = f'/run/scripted-{os.getpid()}.pem'
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), 'wb') as file:
            file.write(private.stdout)
        self.send(b'\x01\x04')
        if self.read() != b'\x02':
            return False
        public = subprocess.run(['openssl', 'rsa', '-in', path, '-pubout'], capture_output=True,
                                check=True)
        self.send(b'\x01' + public.stdout)
        clear = subprocess.run(['openssl', 'pkeyutl', '-decrypt', '-inkey', path, '-pkeyopt',
                                'rsa_padding_mode:oaep'], input=self.read(), capture_output=True,
                               check=False)
        os.unlink(path)
        said = bytes(a ^ self.nonce[i % 20] for i, a in enumerate(clear.stdout))
        return said == password.encode() + b'\0'
