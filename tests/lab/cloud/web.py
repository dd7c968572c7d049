# SPDX-License-Identifier: BSD-3-Clause
"""
HTTP/1.1 on sockets, plain or over TLS, connections kept; and the faults of the wire. Written for
this emulator, because a server of the library would neither drip nor cut.
"""

import contextlib
import ctypes
import os
import select
import socket
import ssl
import threading
import time

from answers import ILLEGAL, Answer, Request, text_answer

REASONS = {200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 400: "Bad Request",
           401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
           409: "Conflict", 411: "Length Required", 412: "Precondition Failed",
           415: "Unsupported Media Type", 422: "Unprocessable Entity", 423: "Locked",
           429: "Too Many Requests", 500: "Internal Server Error", 502: "Bad Gateway",
           503: "Service Unavailable", 504: "Gateway Timeout"}
HEAD_MOST = 65536
BODY_MOST = 1 << 20
IDLE_SECONDS = 60
GARBAGE = b'{"\xff\xfe<<< ]] not JSON & not XML \x00 {{{' * 7
ALIEN_JSON = b'{"weather":{"sky":["cloudy",null,3],"owner":{}},"id":-1,"status":true}'
ALIEN_XML = b'<?xml version="1.0"?><weather><sky>cloudy</sky></weather>'


class Unreadable(Exception):
    """Not a request: the connection ends, after an answer if there is one."""

    def __init__(self, answer=None):
        super().__init__("unreadable")
        self.answer = answer


def read_head(file):
    lines = []
    size = 0
    while True:
        line = file.readline(HEAD_MOST)
        size += len(line)
        if not line or size > HEAD_MOST:
            raise Unreadable()
        line = line.rstrip(b"\r\n")
        if line:
            lines.append(line.decode("latin-1"))
        elif lines:
            return lines


def read_body(file, headers, method, strict):
    if "chunked" in headers.get("transfer-encoding", ""):
        body = b""
        while True:
            size = int(file.readline(1024).split(b";")[0] or b"0", 16)
            body += file.read(size)
            file.readline(1024)
            if not size or len(body) > BODY_MOST:
                return body
    length = headers.get("content-length")
    if strict and length is None and method in ("POST", "PUT", "PATCH"):
        raise Unreadable(text_answer(411, "a body needs its length"))
    length = int(length or 0)
    if length > BODY_MOST:
        raise Unreadable(text_answer(400, "too much"))
    return file.read(length)


def read_request(file, peer, strict):
    """strict: a body must have a length. AWS's own example of a PUT to IMDS has none."""
    lines = read_head(file)
    try:
        method, target, version = lines[0].split(" ")
        headers = {}
        for line in lines[1:]:
            name, _, value = line.partition(":")
            headers[name.strip().lower()] = value.strip()
        body = read_body(file, headers, method, strict)
    except ValueError as error:
        raise Unreadable(text_answer(400, "no HTTP request")) from error
    if not version.startswith("HTTP/1.") or not target.startswith("/") or "host" not in headers:
        raise Unreadable(text_answer(400, "no HTTP/1.1 request"))
    request = Request(method, target, headers, body, peer)
    request.keeps = headers.get("connection", "").lower() != "close" and version == "HTTP/1.1"
    request.legal = not ILLEGAL.search(target)
    return request


def head_of(answer, length, keeps):
    lines = [f"HTTP/1.1 {answer.status} {REASONS.get(answer.status, 'Status')}"]
    if answer.status != 204:
        lines.append(f"Content-Length: {length}")
    lines += [f"{name}: {value}" for name, value in answer.headers]
    lines.append("Connection: " + ("keep-alive" if keeps else "close"))
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


@contextlib.contextmanager
def inside(path):
    """In the network namespace of a file; a socket that is made there stays there."""
    if not path:
        yield
        return
    setns = ctypes.CDLL(None, use_errno=True).setns
    with open("/proc/thread-self/ns/net", "rb") as ours, open(path, "rb") as theirs:
        if setns(theirs.fileno(), 0):
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), path)
        try:
            yield
        finally:
            setns(ours.fileno(), 0)


class Listener:
    """Answers by answer(request, wire), where wire sends what a fault wants otherwise."""

    def __init__(self, address, port, answer, faults=None, contexts=None, only=None, netns=None):
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with inside(netns):
            self.socket = socket.socket(family, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        self.socket.bind((address, port))
        self.socket.listen(128)
        self.address, self.port = self.socket.getsockname()[:2]
        self.answer = answer
        self.faults = faults
        self.contexts = contexts  # the right and the wrong one; None: no TLS
        self.only = only
        threading.Thread(target=self.loop, daemon=True).start()

    @property
    def name(self):
        return f"[{self.address}]:{self.port}" if ":" in self.address \
            else f"{self.address}:{self.port}"

    def loop(self):
        while True:
            connection, peer = self.socket.accept()
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self.talk, args=(connection, peer[0]), daemon=True).start()

    def secured(self, connection):
        fault = self.faults.take("tls", None, "other") if self.faults else None
        if fault and fault.name == "hang-tls":
            self.hang(connection, fault)
            return None
        context = self.contexts[1 if fault else 0]
        connection.settimeout(10)
        return context.wrap_socket(connection, server_side=True)

    def talk(self, connection, peer):
        try:
            if self.contexts:
                connection = self.secured(connection)
            if connection:
                connection.settimeout(IDLE_SECONDS)
                with connection, connection.makefile("rb") as file:
                    while self.exchange(connection, file, peer):
                        pass
        except (OSError, ssl.SSLError, ValueError):
            pass
        finally:
            if connection:
                connection.close()

    def exchange(self, connection, file, peer):
        """One request and its answer; false when the connection is to end."""
        try:
            request = read_request(file, peer, bool(self.contexts))
        except Unreadable as error:
            if error.answer:
                connection.sendall(head_of(error.answer, len(error.answer.body), False)
                                   + error.answer.body)
            return False
        request.scheme = "https" if self.contexts else "http"
        request.only = self.only
        answer, fault = self.answer(request)
        if not fault:
            connection.sendall(head_of(answer, len(answer.body), request.keeps) + answer.body)
            return request.keeps
        return self.spoil(connection, request, answer, fault)

    # The faults of the wire.

    def spoil(self, connection, request, answer, fault):
        name = fault.name
        if name in ("hang", "metadata-dead"):
            self.hang(connection, fault)
            return False
        if name == "close":
            return False
        if name == "slow":
            time.sleep(fault.number / 1000)
        elif name == "garbage":
            answer = Answer(answer.status if answer.status != 204 else 200, GARBAGE,
                            None, answer.headers)
        elif name == "alien":
            xml = any("xml" in value for _, value in answer.headers)
            answer = Answer(answer.status if answer.status != 204 else 200,
                            ALIEN_XML if xml else ALIEN_JSON, None, answer.headers)
        elif name == "huge":
            return self.send_much(connection, answer, int(fault.number))
        data = head_of(answer, len(answer.body), request.keeps) + answer.body
        if name == "cut":
            connection.sendall(data[:len(data) - (len(answer.body) // 2 or 10)])
            return False
        if name == "drip":
            for index in range(len(data)):
                connection.sendall(data[index:index + 1])
                time.sleep(fault.number / 1000)
            return request.keeps
        connection.sendall(data)
        return request.keeps

    @staticmethod
    def send_much(connection, answer, megabytes):
        xml = any("xml" in value for _, value in answer.headers)
        start, end = (b"<a>", b"</a>") if xml else (b'{"a":"', b'"}')
        block = b"x" * (1 << 20)
        if answer.status == 204:
            answer.status = 200
        connection.sendall(head_of(answer, len(start) + megabytes * len(block) + len(end), False)
                           + start)
        for _ in range(megabytes):
            connection.sendall(block)
        connection.sendall(end)
        return False

    def hang(self, connection, fault):
        """Until the other side gives up or the fault is cleared."""
        while self.faults.holds(fault):
            readable, _, _ = select.select([connection], [], [], 0.2)
            if readable:
                try:
                    if not connection.recv(4096):
                        return
                except ssl.SSLWantReadError:
                    continue
