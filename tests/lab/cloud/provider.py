# SPDX-License-Identifier: BSD-3-Clause
"""
What the providers have in common: routes to handlers, authentication, refusals, pages of lists,
and the faults that are a provider's to speak. A provider's module is a table of routes, of words
for states and of its errors, and the shapes of its answers.
"""

import re
import time
import uuid
from urllib.parse import unquote

from answers import Answer, Refusal, html_answer, json_answer
from account import Server

SPACE = uuid.UUID("7d9ba3e0-0b1e-5d0c-9b6c-000000000000")


class Route:
    def __init__(self, handler, kind, method, pattern, query):
        self.handler = handler
        self.kind = kind
        self.method = method
        self.query = query
        names = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(pattern))
        self.match = re.compile(names + r"\Z").match


def route(kind, method, pattern, query=()):
    """Marks a handler. kind may be a function of the provider that reads it from the request."""
    def mark(handler):
        handler.routes = getattr(handler, "routes", []) + [(kind, method, pattern, set(query))]
        return handler
    return mark


class Provider:
    name = ""
    base = ""  # of the API below /NAME, as the provider's own base URL has it
    mount = None  # what the routes are relative to; None: base
    zone = region = ""
    power_words = {}
    action_words = {"running": "running", "done": "success", "failed": "error"}
    refusals = {}  # reason: (HTTP status, code, words)
    limit_headers = None  # names of limit, remaining, reset
    retry_after = True
    page_most = 100
    json_bodies = True

    def __init_subclass__(cls):
        cls.routes = [Route(value, *mark) for value in vars(cls).values()
                      for mark in getattr(value, "routes", [])]

    def __init__(self, account, faults, settings, note):
        self.account = account
        self.faults = faults
        self.settings = settings
        self.note = note  # takes what no document of the provider allows
        self.token = settings.get("token", f"lab-token-{self.name}")
        self.page_size = int(settings.get("page-size", 2))
        self.asked = 0

    # Names of things.

    def server_id(self, name, number):
        return str(uuid.uuid5(SPACE, f"{self.name}/server/{name}"))

    def address_id(self, ip, number):
        return str(uuid.uuid5(SPACE, f"{self.name}/address/{ip}"))

    def nic(self, name, mac):
        return str(uuid.uuid5(SPACE, f"{self.name}/nic/{name}"))

    # A request's way.

    def classify(self, request):
        request.route = None
        for candidate in self.routes:
            found = candidate.match(request.path)
            if found and candidate.method == request.method:
                request.route = candidate
                request.params = {k: unquote(v) for k, v in found.groupdict().items()}
                try:
                    request.kind = candidate.kind(self, request) if callable(candidate.kind) \
                        else candidate.kind
                except (Refusal, AttributeError, TypeError):
                    request.kind = "other"
                return

    def answer(self, request):
        try:
            answer = self.serve(request)
        except Refusal as refusal:
            answer = self.refuse(refusal, request)
        self.asked += 1
        said = {name for name, _ in answer.headers}
        answer.headers += [header for header in self.limits() + self.signs(request)
                           if header[0] not in said]
        return answer

    def serve(self, request):
        fault = self.faults.take("refuse", self.name, request.kind, request.path)
        if fault and not fault.applied:
            return self.refuse_by(fault, request)
        if not request.route:
            known = any(r.match(request.path) for r in self.routes)
            self.note(self.name, f"{request.method} {request.path}: no such request")
            raise Refusal("method" if known else "no-route")
        self.check(request)
        if request.kind != "auth":
            self.authenticate(request)
        answer = request.route.handler(self, request, **request.params)
        return self.refuse_by(fault, request) if fault else answer

    def check(self, request):
        for name in set(request.query) - request.route.query:
            self.note(self.name, f"{request.method} {request.path}: no parameter {name}")
        if request.body and self.json_bodies:
            kind = request.headers.get("content-type", "")
            if not kind.startswith("application/json"):
                self.note(self.name, f"{request.method} {request.path}: body of type {kind!r}")
                raise Refusal("invalid", "the body's type is not application/json")

    def authenticate(self, request):
        if request.bearer() != self.token:
            raise Refusal("unauthorized")

    def limits(self):
        if not self.limit_headers:
            return []
        limit, remaining, reset = self.limit_headers
        most = 5000
        return [(limit, str(most)), (remaining, str(max(most - self.asked, 1))),
                (reset, str(int(time.time()) + 3600))]

    def signs(self, request):
        """More headers of every answer."""
        return []

    # Refusals.

    def error(self, status, code, words):
        raise NotImplementedError

    def refuse(self, refusal, request):
        status, code, words = self.refusals.get(refusal.reason) or self.refusals["invalid"]
        return self.error(status, code, refusal.detail or words)

    def refuse_by(self, fault, request):
        reasons = {"auth": "unauthorized", "forbidden": "forbidden", "locked": "locked",
                   "not-found": "no-server" if request.kind in ("on", "off", "reset", "status")
                   else "no-address"}
        if fault.name in reasons:
            return self.refuse(Refusal(reasons[fault.name]), request)
        if fault.name == "server-error":
            return self.fail(int(fault.argument), request)
        answer = self.refuse(Refusal("rate"), request)
        seconds = int(float(fault.argument))
        if fault.name == "rate" and self.retry_after:
            answer.headers.append(("Retry-After", str(seconds)))
        elif self.limit_headers:
            _, remaining, reset = self.limit_headers
            answer.headers += [(remaining, "0"), (reset, str(int(time.time()) + seconds))]
        return answer

    def fail(self, status, request):
        if status in (502, 504):  # what stands before the provider says it
            return html_answer(status, "Bad Gateway" if status == 502 else "Gateway Time-out")
        _, code, words = self.refusals["server-error"]
        return self.error(status, code, words)

    # Readings.

    def sees_stale(self, request):
        return bool(self.faults.take("view", self.name, request.kind, request.path, "stale"))

    def unknown_word(self, request):
        fault = self.faults.take("view", self.name, request.kind, request.path, "unknown-status")
        return str(fault.argument) if fault else None

    def owner(self, address, request):
        return address.former if self.sees_stale(request) else address.owner

    def power(self, server, request):
        state = server.former if self.sees_stale(request) else server.power
        return self.unknown_word(request) or self.power_words[state]

    def look(self, ident, request):
        if self.faults.take("view", self.name, request.kind, request.path, "lost-action"):
            raise Refusal("no-action")
        action = self.account.action(ident)
        return action, self.unknown_word(request) or self.action_words[self.account.look(action)]

    def page(self, request, items, number, size):
        """The page, and the number of the next one or None; numbers count from 1."""
        size = max(1, min(size, self.page_size))
        if self.faults.take("view", self.name, request.kind, request.path, "page-loop"):
            return items[:size], number
        start = (number - 1) * size
        return items[start:start + size], number + 1 if start + size < len(items) else None

    def number(self, request, name, default):
        value = request.query.get(name, "")
        if value == "":
            return default
        if not value.isdigit() or int(value) < 1:
            raise Refusal("invalid", f"{name} is no page number")
        return int(value)

    # Changes.

    def outcome(self, request):
        fault = self.faults.take("act", self.name, request.kind, request.path)
        if not fault:
            return None, False
        if fault.name == "action-error":
            return "failed", False
        return ("other", True) if fault.name == "wrong-owner" else ("ignored", False)

    def change(self, request, verb, thing, target=None, **how):
        outcome, other = self.outcome(request)
        if other:
            outcome = self.account.other_than(target)
        return self.account.begin(verb, thing, target, outcome, hold=self.hold(request), **how)

    def hold(self, request):
        """What an action of this request waits for, or None."""
        fault = self.faults.take("hold", self.name, request.kind, request.path)
        return (lambda: self.faults.wait_for(fault)) if fault else None

    def change_now(self, request, verb, thing, target=None):
        """A change that the provider makes before it answers."""
        action = self.change(request, verb, thing, target, at_once=True)
        if action.state == "failed":
            raise Refusal("server-error")
        return action

    def body(self, request, **fields):
        """The JSON body: fields by their type; what it has beyond them is noted."""
        value = request.json() if request.body else {}
        if not isinstance(value, dict):
            raise Refusal("invalid", "the body is no object")
        for name in set(value) - set(fields):
            self.note(self.name, f"{request.method} {request.path}: no field {name}")
        for name, kind in fields.items():
            if name in value and not (isinstance(value[name], kind)
                                      and not (kind is int and isinstance(value[name], bool))):
                raise Refusal("invalid", f"{name} is of a wrong type")
        return value

    def metadata(self, server, request):
        """What the metadata service tells this server, or None: it has none."""
        return None

    def expire(self):
        """Forgets the tokens that it gave out."""

    def described(self):
        """What state.json says of it besides the account."""
        return {}


__all__ = ["Answer", "Provider", "Refusal", "Route", "Server", "json_answer", "route"]
