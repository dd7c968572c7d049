# SPDX-License-Identifier: BSD-3-Clause
"""The socket DIR/control: a line of JSON asks, a line of JSON answers."""

import json
import os
import socket
import threading


def path_of(directory):
    """Through /proc, since a socket's name has no more than 107 bytes."""
    handle = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    return handle, f"/proc/self/fd/{handle}/control"


def serve(directory, answer):
    handle, path = path_of(directory)
    try:
        os.unlink(path)
    except FileNotFoundError:
        pass
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(path)
    listener.listen(16)
    os.close(handle)

    def talk(connection):
        with connection, connection.makefile("rwb") as file:
            try:
                value = answer(json.loads(file.readline()))
            except (ValueError, KeyError, TypeError, LookupError) as error:
                value = {"error": f"{type(error).__name__}: {error}"}
            file.write(json.dumps(value).encode() + b"\n")

    def loop():
        while True:
            connection, _ = listener.accept()
            threading.Thread(target=talk, args=(connection,), daemon=True).start()

    threading.Thread(target=loop, daemon=True).start()


def ask(directory, question):
    handle, path = path_of(directory)
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as connection:
        connection.settimeout(90)
        connection.connect(path)
        os.close(handle)
        with connection.makefile("rwb") as file:
            file.write(json.dumps(question).encode() + b"\n")
            file.flush()
            return json.loads(file.readline())
