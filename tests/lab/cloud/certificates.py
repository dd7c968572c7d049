# SPDX-License-Identifier: BSD-3-Clause
"""An authority and two certificates of it, made by openssl: of the right names and of a wrong."""

import os
import subprocess

NAMES = ("localhost", "127.0.0.1", "192.0.2.254")
WRONG = ("wrong.example",)


def openssl(*arguments):
    subprocess.run(("openssl",) + arguments, check=True, stdin=subprocess.DEVNULL,
                   stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)


def alternative(name):
    return ("IP:" if name.replace(".", "").isdigit() or ":" in name else "DNS:") + name


def key_of(directory, name):
    return os.path.join(directory, name + ".key")


def file_of(directory, name):
    return os.path.join(directory, name + ".pem")


def make_authority(directory):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", key_of(directory, "ca"), "-out", file_of(directory, "ca"), "-days", "30",
            "-subj", "/CN=emulated cloud", "-addext", "keyUsage=critical,keyCertSign,cRLSign")


def make(directory, name, names):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes",
            "-keyout", key_of(directory, name), "-out", file_of(directory, name), "-days", "30",
            "-CA", file_of(directory, "ca"), "-CAkey", key_of(directory, "ca"),
            "-subj", f"/CN={names[0]}", "-addext", "basicConstraints=critical,CA:FALSE",
            "-addext", "subjectAltName=" + ",".join(alternative(n) for n in names))


def prepare(directory, more_names=()):
    """Makes what is missing; returns the names of the two certificates."""
    os.makedirs(directory, mode=0o700, exist_ok=True)
    if not os.path.exists(file_of(directory, "wrong")):
        make_authority(directory)
        make(directory, "server", NAMES + tuple(more_names))
        make(directory, "wrong", WRONG)
    return "server", "wrong"
