# SPDX-License-Identifier: BSD-3-Clause
"""
An account at a provider: servers that have power, addresses that have owners, and actions, which
take their time. What a provider calls all this and how it spells it is the provider's module's.

A change is done when its hook has returned: a server that reads "off" is off, an address that has
an owner is routed to it. The hook is told

    off SERVER, on SERVER, assign ADDRESS SERVER, unassign ADDRESS

with the server's name and the provider's in CLOUD_PROVIDER. A hook that fails makes the action
fail.
"""

import os
import subprocess
import threading
import time

from answers import Refusal

PASSING = {"off": "stopping", "on": "starting", "reset": "resetting"}
REACHED = {"off": "off", "on": "on", "reset": "on"}
HOOK_SECONDS = 60


class Server:
    def __init__(self, name, number, ident, nic, mac, ip, zone):
        self.name = name
        self.number = number
        self.id = ident
        self.nic = nic
        self.mac = mac
        self.ip = ip
        self.zone = zone
        self.power = self.former = "on"
        self.busy = None
        self.filler = False


class Address:
    def __init__(self, ip, number, ident):
        self.ip = ip
        self.number = number
        self.id = ident
        self.owner = self.former = None  # servers
        self.busy = None
        self.revision = 1
        self.association = None
        self.broken = False  # the routing did not follow
        self.by_hand = True  # its owner was not set by a request
        self.filler = False


class Action:
    def __init__(self, ident, verb, thing, target, outcome, written):
        self.id = ident
        self.verb = verb
        self.thing = thing
        self.target = target
        self.outcome = outcome  # None: as asked; failed, ignored, or a server instead of target
        self.written = written  # the owner has changed already, only the hook is to come
        self.state = "running"  # then done or failed
        self.looks = 0
        self.started = time.time()
        self.ended = None
        self.done = threading.Event()


class Account:
    def __init__(self, name, directory, record, delay=0.1, boot=0.1, polls=2, hook=()):
        self.name = name
        self.record = record
        self.delay = delay
        self.boot = boot
        self.polls = polls
        self.hook = list(hook)
        self.log = os.path.join(directory, "hooks.log")
        self.lock = threading.RLock()
        self.servers = {}
        self.addresses = {}
        self.actions = {}
        self.next_action = 36800000

    # Things by what names them.

    def server(self, ident):
        for server in self.servers.values():
            if str(ident) == str(server.id):
                return server
        raise Refusal("no-server")

    def server_of_nic(self, nic):
        for server in self.servers.values():
            if nic in (server.nic, server.mac):
                return server
        raise Refusal("no-nic")

    def address(self, key):
        for address in self.addresses.values():
            if str(key) in (address.ip, str(address.id)):
                return address
        raise Refusal("no-address")

    def action(self, ident):
        action = self.actions.get(str(ident))
        if not action:
            raise Refusal("no-action")
        return action

    def owned_by(self, server):
        return [a for a in self.addresses.values() if a.owner is server]

    def other_than(self, server):
        return next(s for s in self.servers.values() if s is not server and not s.filler)

    # Changes.

    def begin(self, verb, thing, target=None, outcome=None, at_once=False, written=False,
              hold=None):
        """Starts a change; Refusal("locked") when another is under way."""
        with self.lock:
            if thing.busy and not written:
                raise Refusal("locked")
            if outcome is None and not written and self.is_so(verb, thing, target):
                outcome = "ignored"
            self.next_action += 1
            action = Action(self.next_action, verb, thing, target, outcome, written)
            self.actions[str(action.id)] = action
            thing.busy = action
            if verb in PASSING and thing.power != REACHED[verb]:
                thing.former, thing.power = thing.power, PASSING[verb]
            elif verb == "reset":
                thing.former, thing.power = thing.power, PASSING[verb]
        self.record(self, "begin", verb, action)
        if at_once:
            self.finish(action, hold)
        else:
            timer = threading.Timer(self.boot if verb == "on" else self.delay, self.finish,
                                    (action, hold))
            timer.daemon = True
            timer.start()
        return action

    @staticmethod
    def is_so(verb, thing, target):
        if verb in PASSING:
            return verb != "reset" and thing.power == REACHED[verb]
        return thing.owner is target

    def finish(self, action, hold=None):
        if hold:
            hold()
        ok = action.outcome != "failed"
        if ok and action.outcome != "ignored":
            ok = self.run_hooks(action)
        with self.lock:
            if not action.written:
                self.settle(action, ok and action.outcome != "ignored")
            action.state = "done" if ok else "failed"
            action.ended = time.time()
            if action.thing.busy is action:
                action.thing.busy = None
        self.record(self, "end", action.state, action)
        action.done.set()

    def settle(self, action, changed):
        thing = action.thing
        if action.verb in PASSING:
            if changed:
                thing.power = REACHED[action.verb]
            elif thing.power == PASSING[action.verb]:
                thing.power = thing.former
        elif changed:
            target = self.receiver(action)
            if thing.owner is not target:
                thing.former = thing.owner
            thing.owner = target
            thing.by_hand = False
            thing.revision += 1
            thing.association = f"{thing.revision:08x}{thing.number:08x}" if target else None

    @staticmethod
    def receiver(action):
        return action.outcome if isinstance(action.outcome, Server) else action.target

    def hook_calls(self, action):
        thing = action.thing
        if action.verb == "reset":
            return [("off", thing.name), ("on", thing.name)]
        if action.verb in PASSING:
            return [(action.verb, thing.name)]
        target = thing.owner if action.written else self.receiver(action)
        return [("assign", thing.ip, target.name) if target else ("unassign", thing.ip)]

    def run_hooks(self, action):
        return not self.hook or all(self.run_hook(call) for call in self.hook_calls(action))

    def run_hook(self, call):
        environment = dict(os.environ, CLOUD_PROVIDER=self.name)
        with open(self.log, "ab") as log:
            try:
                status = subprocess.run(self.hook + list(call), stdin=subprocess.DEVNULL,
                                        stdout=log, stderr=log, env=environment,
                                        timeout=HOOK_SECONDS, check=False).returncode
            except (OSError, subprocess.TimeoutExpired) as error:
                log.write(f"{error}\n".encode())
                status = -1
            if status:
                log.write(f"hook {' '.join(call)}: exit status {status}\n".encode())
        return status == 0

    def look(self, action):
        """The state of an action as one more reading shows it: at least so many polls run."""
        with self.lock:
            action.looks += 1
            late = action.ended and time.time() - action.ended > 20 * self.delay
            if action.state != "running" and action.looks < self.polls and not late:
                return "running"
            return action.state

    def described(self):
        with self.lock:
            return {
                "servers": {s.name: {"id": s.id, "nic": s.nic, "mac": s.mac, "ip": s.ip,
                                     "power": s.power}
                            for s in self.servers.values() if not s.filler},
                "addresses": {a.ip: {"id": a.id, "owner": a.owner.name if a.owner else None}
                              for a in self.addresses.values() if not a.filler},
                "actions": [{"id": a.id, "verb": a.verb, "state": a.state,
                             "on": getattr(a.thing, "name", None) or a.thing.ip}
                            for a in list(self.actions.values())[-20:]],
            }
