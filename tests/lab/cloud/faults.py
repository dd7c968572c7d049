# SPDX-License-Identifier: BSD-3-Clause
"""
What can go wrong, switched on and off while the emulator runs.

A fault has a place where it acts: "tls" (before there is a request), "refuse" (another answer by
the provider's rules), "wire" (how the answer travels), "act" (what becomes of a change), "hold"
(when it does), "view" (what a reading shows), "metadata". It hits requests of some kinds:

    auth        a login                     status  a server's power state
    find, show  who has an address          list    the account's servers
    assign, unassign                        on, off, reset
    poll        an action's progress        metadata
"""

import threading

CHANGES = ("assign", "unassign", "on", "off", "reset")
READS = ("find", "show", "list", "status", "poll")
API = CHANGES + READS + ("auth", "other")


class Kind:
    def __init__(self, place, kinds, words, argument=None, applied=False):
        self.place = place
        self.kinds = kinds
        self.words = words
        self.argument = argument  # its default, or None: takes none
        self.applied = applied    # whether a change is made although the answer is spoilt


KINDS = {
    "bad-name": Kind("tls", API, "the certificate is for another name"),
    "hang-tls": Kind("tls", API, "accepts the connection and never says a word"),
    "rate": Kind("refuse", API, "too many requests, Retry-After SECONDS", 1),
    "rate-reset": Kind("refuse", API, "the same, and only the limit's reset tells when", 1),
    "locked": Kind("refuse", CHANGES, "another action is under way; TIMES as argument", 0),
    "server-error": Kind("refuse", API, "HTTP status CODE", 500),
    "auth": Kind("refuse", API, "the credentials are not accepted"),
    "forbidden": Kind("refuse", API, "the credentials do not suffice"),
    "not-found": Kind("refuse", API, "the thing is not there"),
    "hang": Kind("wire", API, "takes the request and never answers"),
    "close": Kind("wire", API, "takes the request and closes the connection"),
    "cut": Kind("wire", API, "closes the connection in the middle of the body", applied=True),
    "garbage": Kind("wire", API, "the body is no JSON and no XML", applied=True),
    "alien": Kind("wire", API, "the body is well-formed and says something else", applied=True),
    "huge": Kind("wire", API, "the body has MEGABYTES", 64, applied=True),
    "drip": Kind("wire", API, "a byte of the answer every MILLISECONDS", 1000, applied=True),
    "slow": Kind("wire", API, "the answer comes MILLISECONDS late", 1000, applied=True),
    "action-error": Kind("act", CHANGES, "the action ends badly and nothing is changed"),
    "held": Kind("hold", CHANGES, "an action does not end before this is cleared"),
    "ignored": Kind("act", ("assign", "unassign"), "reports success and changes nothing"),
    "ignored-off": Kind("act", ("off",), "reports success while the server stays on"),
    "wrong-owner": Kind("act", ("assign",), "reports success while another server got it"),
    "stale": Kind("view", ("find", "show", "status", "list"), "reads what was before"),
    "unknown-status": Kind("view", ("poll", "status", "list"), "a status WORD of no document",
                           "wobbling"),
    "lost-action": Kind("view", ("poll",), "no such action, although the change happened"),
    "page-loop": Kind("view", ("find", "list"), "the next page is this page"),
    "metadata-dead": Kind("metadata", ("metadata",), "the metadata service never answers"),
    "metadata-wrong": Kind("metadata", ("metadata",), "it takes us for another server"),
    "metadata-error": Kind("metadata", ("metadata",), "it answers 500"),
}
EXPIRE = "expire"  # no state: forgets every token that was given out


class Fault:
    def __init__(self, name, argument=None, times=0, provider=None, on=None, path=None,
                 applied=None):
        kind = KINDS[name]
        self.name = name
        self.place = kind.place
        self.argument = kind.argument if argument is None else argument
        if name == "locked" and argument is not None and not times:
            times = int(argument)
        self.left = times or None  # None: for ever
        self.provider = provider
        self.kinds = tuple(on) if on else kind.kinds
        self.path = path
        self.applied = kind.applied if applied is None else applied
        self.hits = 0

    @property
    def number(self):
        return float(self.argument)

    def fits(self, provider, kind, path):
        return (self.left != 0 and kind in self.kinds
                and self.provider in (None, provider)
                and (not self.path or self.path in (path or "")))

    def described(self):
        return {"name": self.name, "argument": self.argument, "left": self.left,
                "provider": self.provider, "on": list(self.kinds), "path": self.path,
                "applied": self.applied, "hits": self.hits}


class Faults:
    def __init__(self):
        self.lock = threading.Lock()
        self.active = []
        self.changed = threading.Condition(self.lock)

    def add(self, fault):
        with self.changed:
            self.active.append(fault)
            self.changed.notify_all()

    def clear(self, name=None):
        with self.changed:
            self.active = [f for f in self.active if name and f.name != name]
            self.changed.notify_all()

    def take(self, place, provider, kind, path=None, name=None):
        """The first fault of this place that fits; it is one of its times."""
        with self.lock:
            for fault in self.active:
                if fault.place == place and name in (None, fault.name) \
                        and fault.fits(provider, kind, path):
                    fault.hits += 1
                    if fault.left:
                        fault.left -= 1
                    return fault
        return None

    def holds(self, fault):
        with self.lock:
            return fault in self.active

    def wait_for(self, fault):
        """Until it is cleared."""
        with self.changed:
            self.changed.wait_for(lambda: fault not in self.active)

    def described(self):
        with self.lock:
            return [fault.described() for fault in self.active]
