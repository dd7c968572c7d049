# SPDX-License-Identifier: BSD-3-Clause
"""The emulator: accounts at providers, what listens, what is written down, who may change it."""

import importlib
import json
import os
import signal
import ssl
import sys
import threading
import time
from collections import Counter

import certificates
import control
from account import Account, Address, Server
from answers import Answer, text_answer
from faults import API, EXPIRE, KINDS, Fault, Faults
from web import Listener

NAMES = ("digitalocean", "hetzner", "aws", "openstack", "upcloud", "scaleway", "vultr", "gcp",
         "linode", "redfish")
# Things that a careless comparison takes for n1, n2 or 203.0.113.7.
FILLER_SERVERS = ("n10", "xn1", "n1-old", "n20")
FILLER_ADDRESSES = ("203.0.113.70", "203.0.113.71", "203.0.113.77")


class Misuse(Exception):
    pass


def address_and_port(text):
    address, _, port = text.rpartition(":")
    if not address or not port.isdigit():
        raise Misuse(f"not ADDRESS:PORT: {text}")
    return address.strip("[]"), int(port)


def specification(text):
    first, *rest = text.split(",")
    return first, dict(part.partition("=")[::2] for part in rest)


class Records:
    """The files of DIR. None of them ever has a header or a body in it, so none has a secret."""

    def __init__(self, directory):
        self.directory = directory
        self.lock = threading.Lock()
        self.files = {name: open(os.path.join(directory, name + ".log"), "a", encoding="utf-8")
                      for name in ("requests", "violations", "events")}
        self.counters = Counter()

    def line(self, name, text):
        now = time.time()
        stamp = time.strftime("%H:%M:%S", time.localtime(now)) + f".{int(now * 1000) % 1000:03}"
        with self.lock:
            self.files[name].write(f"{stamp} {text}\n")
            self.files[name].flush()

    def request(self, provider, request, status, milliseconds, fault):
        self.line("requests", f"{provider} {request.method} {request.target} {status} "
                  f"{milliseconds:.1f} {request.kind} {fault.name if fault else '-'}")
        with self.lock:
            self.counters[f"{provider} {request.kind} {status}"] += 1

    def counted(self, reset):
        with self.lock:
            value = dict(self.counters)
            if reset:
                self.counters.clear()
        return value

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.directory, name)
        with open(os.open(path + ".new", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode), "w",
                  encoding="utf-8") as file:
            file.write(text)
        os.replace(path + ".new", path)


class Emulator:
    def __init__(self, options):
        self.options = options
        directory = os.path.abspath(options["state"])
        os.makedirs(directory, mode=0o700, exist_ok=True)
        self.directory = directory
        self.records = Records(directory)
        self.faults = Faults()
        self.saving = threading.Lock()
        self.providers = {}
        self.listeners = []
        self.ports = []
        names = ",".join(options["provider"]).split(",")
        for name in NAMES if names == ["all"] else names:
            if name not in NAMES:
                raise Misuse(f"no such provider: {name}; there are {' '.join(NAMES)}")
            self.providers[name] = self.build(name)

    def setting(self, name, default):
        return self.options.get(name, default)

    def settings(self, provider):
        values = {}
        for pair in self.options.get("set", []):
            name, separator, value = pair.partition("=")
            owner, dot, inner = name.partition(".")
            if not separator:
                raise Misuse(f"not NAME=VALUE: {pair}")
            if not dot:
                values[name] = value
            elif owner == provider:
                values[inner] = value
        return values

    def build(self, name):
        delay = float(self.setting("delay", 100)) / 1000
        account = Account(name, self.directory, self.record, delay,
                          float(self.setting("boot", delay * 1000)) / 1000,
                          int(self.setting("polls", 2)), self.setting("hook", "").split())
        module = importlib.import_module(f"providers.{name}")
        provider = module.PROVIDER(account, self.faults, self.settings(name), self.violation)
        fillers = not self.options.get("bare")
        for number, text in enumerate(FILLER_SERVERS if fillers else (), 91):
            self.add_server(provider, number, text, True)
        for number, text in enumerate(self.options.get("server") or ("n1", "n2", "n3"), 1):
            self.add_server(provider, number, text, False)
        for number, text in enumerate(FILLER_ADDRESSES if fillers else (), 91):
            self.add_address(provider, number, text, True)
        for number, text in enumerate(self.options.get("address") or ("203.0.113.7",), 1):
            self.add_address(provider, number, text, False)
        return provider

    def add_server(self, provider, number, text, filler):
        name, given = specification(text)
        mac = given.get("mac", f"02:00:00:0c:00:{number:02x}").lower()
        ident = provider.server_id(name, number)
        if "id" in given:
            ident = type(ident)(given["id"])
        server = Server(name, number, ident, given.get("nic") or provider.nic(name, mac), mac,
                        given.get("ip", f"192.0.2.{number}"), provider.zone)
        server.filler = filler
        provider.account.servers[name] = server

    def add_address(self, provider, number, text, filler):
        ip, given = specification(text)
        ident = provider.address_id(ip, number)
        if "id" in given:
            ident = type(ident)(given["id"])
        address = Address(ip, number, ident)
        address.filler = filler
        if "owner" in given:
            if given["owner"] not in provider.account.servers:
                raise Misuse(f"no such server: {given['owner']}")
            address.owner = address.former = provider.account.servers[given["owner"]]
        provider.account.addresses[ip] = address

    # What listens.

    def run(self):
        contexts = self.contexts()
        host, port = address_and_port(self.setting("listen", "127.0.0.1:0"))
        main = self.listen(host, port, self.answer_api, contexts)
        for name, provider in self.providers.items():
            self.ports.append(f"api {name} https://{main.name}/{name}{provider.base}")
        for text in self.options.get("bmc", []):
            server, _, where = text.partition("=")
            listener = self.listen(*address_and_port(where), self.answer_api, contexts, server)
            self.ports.append(f"bmc {server} {listener.name}")
        for text in self.options.get("metadata-for", []):
            self.listen_metadata(text)
        if "metadata" in self.options:
            listener = self.listen(*address_and_port(self.options["metadata"]),
                                   self.answer_metadata_by_peer)
            self.ports.append(f"metadata * * {listener.name}")
        control.serve(self.directory, self.answer_control)
        self.records.write("ports", "\n".join(self.ports) + "\n")
        self.records.write("credentials", self.credentials(), 0o600)
        self.records.write("pid", f"{os.getpid()}\n")
        self.save()
        if "aws" in self.providers:
            threading.Thread(target=importlib.import_module, args=("botocore.auth",),
                             daemon=True).start()
        ended = threading.Event()
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: ended.set())
        print("READY", flush=True)
        ended.wait()
        self.end()

    def listen(self, host, port, answer, contexts=None, only=None):
        listener = Listener(host, port, answer, self.faults, contexts, only,
                            self.options.get("netns"))
        self.listeners.append(listener)
        return listener

    def contexts(self):
        directory = self.setting("tls-dir", os.path.join(self.directory, "tls"))
        contexts = []
        for name in certificates.prepare(directory, self.options.get("tls-name", ())):
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificates.file_of(directory, name),
                                    certificates.key_of(directory, name))
            contexts.append(context)
        return contexts

    def listen_metadata(self, text):
        what, _, where = text.partition("=")
        name, _, server = what.rpartition(":")
        name = name or next(iter(self.providers))
        if name not in self.providers or server not in self.providers[name].account.servers:
            raise Misuse(f"no such provider or server: {what}")
        provider = self.providers[name]

        def answer(request):
            return self.answer_metadata(provider, provider.account.servers[server], request)

        listener = self.listen(*address_and_port(where), answer)
        self.ports.append(f"metadata {name} {server} {listener.name}")

    def credentials(self):
        lines = []
        for name, provider in self.providers.items():
            lines.append(f"{name} token {provider.token}")
            for attribute in ("keys", "user", "application"):
                value = getattr(provider, attribute, None)
                if value:
                    lines.append(f"{name} {attribute} {json.dumps(value)}")
        return "\n".join(lines) + "\n"

    # Requests.

    def answer_api(self, request):
        started = time.monotonic()
        name = request.path.split("/")[1]
        provider = self.providers.get("redfish" if request.only else name)
        if not provider:
            return text_answer(404, "no such provider here"), None
        prefix = f"/{name}{provider.base if provider.mount is None else provider.mount}"
        if (request.path + "/").startswith(prefix + "/"):
            provider.classify(request.below(prefix))
        fault = self.faults.take("wire", provider.name, request.kind, request.path)
        if not request.legal:
            self.violation(provider.name, f"{request.method} {request.target}: not a legal URI")
            answer, fault = text_answer(400, "the URI has characters that it must not have"), None
        elif fault and not fault.applied:
            answer = Answer(200)
        else:
            answer = provider.answer(request)
        self.records.request(provider.name, request, answer.status if answer.status else 0,
                             (time.monotonic() - started) * 1000, fault)
        return answer, fault

    def answer_metadata(self, provider, server, request):
        started = time.monotonic()
        request.kind = "metadata"
        fault = self.faults.take("metadata", provider.name, "metadata", request.path)
        wire = self.faults.take("wire", provider.name, "metadata", request.path)
        if fault and fault.name == "metadata-dead":
            answer, wire = Answer(200), fault
        elif fault and fault.name == "metadata-error":
            answer = text_answer(500, "internal error")
        else:
            if fault:
                server = provider.account.other_than(server)
            answer = provider.metadata(server, request) or text_answer(404, "no metadata")
        self.records.request(provider.name, request, answer.status,
                             (time.monotonic() - started) * 1000, fault or wire)
        return answer, wire

    def answer_metadata_by_peer(self, request):
        for provider in self.providers.values():
            for server in provider.account.servers.values():
                if server.ip == request.peer:
                    return self.answer_metadata(provider, server, request)
        return text_answer(404, "who are you?"), None

    # What is written down.

    def violation(self, provider, text):
        self.records.line("violations", f"{provider} {text}")

    def record(self, account, when, what, action):
        thing = getattr(action.thing, "name", None) or action.thing.ip
        target = action.target.name if action.target else "-"
        self.records.line("events", f"{account.name} {when} {what} {action.verb} {thing} {target}")
        self.save()

    def described(self):
        value = {}
        for name, provider in self.providers.items():
            value[name] = {**provider.account.described(), **provider.described()}
        return value

    def save(self):
        with self.saving:
            self.records.write("state.json", json.dumps(self.described(), indent=1) + "\n")

    # The control socket.

    def answer_control(self, question):
        value = getattr(self, "do_" + question.pop("do"))(**question)
        self.save()
        return value

    def do_fault(self, name, **how):
        if name == EXPIRE:
            for provider in self.providers.values():
                if how.get("provider") in (None, provider.name):
                    provider.expire()
            return "ok"
        if name not in KINDS:
            return {"error": f"no such fault: {name}"}
        if how.get("provider") and how["provider"] not in self.providers:
            return {"error": f"no such provider: {how['provider']}"}
        if how.get("provider") and KINDS[name].place == "tls":
            return {"error": f"{name} comes before it is known which provider is asked"}
        if not set(how.get("on") or ()) <= set(API + ("metadata",)):
            return {"error": f"not kinds of requests: {how['on']}"}
        self.faults.add(Fault(name, **how))
        return "ok"

    def do_clear(self, name=None):
        self.faults.clear(name)
        return "ok"

    def do_state(self):
        return {**self.described(), "faults": self.faults.described()}

    def chosen(self, provider):
        return self.providers[provider or next(iter(self.providers))].account

    def do_owner(self, address, server=None, provider=None):
        account = self.chosen(provider)
        thing = account.addresses[address]
        if server:
            thing.former = thing.owner = None if server == "-" else account.servers[server]
            thing.by_hand = True
            thing.revision += 1
        return thing.owner.name if thing.owner else None

    def do_power(self, server, power=None, provider=None):
        thing = self.chosen(provider).servers[server]
        if power not in (None, "on", "off"):
            return {"error": "power is on or off"}
        if power:
            thing.former = thing.power = power
        return thing.power

    def do_counters(self, reset=False):
        return self.records.counted(reset)

    def do_stop(self):
        threading.Timer(0.05, os.kill, (os.getpid(), signal.SIGTERM)).start()
        return "ok"

    def end(self):
        self.save()
        for name in ("pid", "control"):
            try:
                os.unlink(os.path.join(self.directory, name))
            except OSError:
                pass
        sys.stdout.flush()
        os._exit(0)  # threads that hang on purpose are not waited for
