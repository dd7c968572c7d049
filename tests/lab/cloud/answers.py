# SPDX-License-Identifier: BSD-3-Clause
"""Requests as the emulator received them, and what it answers."""

import json
import re
from urllib.parse import parse_qsl, unquote, urlsplit

# RFC 3986: what may stand in a request's path and query; the rest must be percent-encoded.
ILLEGAL = re.compile(r"[^A-Za-z0-9\-._~:/?\[\]@!$&'()*+,;=%]|%(?![0-9A-Fa-f]{2})")


class Refusal(Exception):
    """The provider says no: a reason of its table of errors, with its words or with these."""

    def __init__(self, reason, detail=None):
        super().__init__(detail or reason)
        self.reason = reason
        self.detail = detail


class Request:
    """One request. Names of headers are in lower case; kind is what it is about (faults.py)."""

    def __init__(self, method, target, headers, body, peer=""):
        parts = urlsplit(target)
        self.method = method
        self.target = target
        self.path = parts.path
        self.raw_query = parts.query
        self.query = dict(parse_qsl(parts.query, keep_blank_values=True))
        self.headers = headers
        self.body = body
        self.peer = peer
        self.scheme = "https"
        self.only = None  # a BMC's listener knows but one server
        self.kind = "other"
        self.route = None
        self.params = {}

    @property
    def origin(self):
        return f"{self.scheme}://{self.headers.get('host', 'localhost')}"

    def below(self, prefix):
        """The same request as the provider behind a prefix sees it."""
        self.path = self.path[len(prefix):] or "/"
        return self

    def json(self):
        try:
            return json.loads(self.body.decode("utf-8"))
        except ValueError as error:
            raise Refusal("bad-json") from error

    def bearer(self):
        scheme, _, token = self.headers.get("authorization", "").partition(" ")
        return token.strip() if scheme.lower() == "bearer" else None

    def segments(self):
        return [unquote(part) for part in self.path.split("/")]


class Answer:
    def __init__(self, status, body=b"", content_type=None, headers=()):
        self.status = status
        self.body = body
        self.headers = list(headers)
        if content_type:
            self.headers.append(("Content-Type", content_type))


def json_answer(status, value, headers=(), content_type="application/json"):
    return Answer(status, json.dumps(value).encode(), content_type, headers)


def text_answer(status, text, headers=()):
    return Answer(status, text.encode(), "text/plain; charset=utf-8", headers)


def html_answer(status, text):
    page = f"<html><head><title>{status} {text}</title></head><body>{text}</body></html>\n"
    return Answer(status, page.encode(), "text/html")


def tree_answer(tree, path, end="\n"):
    """A metadata tree as a file system: an index with / for branches, a value as plain text."""
    node = tree
    for name in [part for part in path.split("/") if part]:
        if isinstance(node, list) and name.isdigit() and int(name) < len(node):
            node = node[int(name)]
        elif isinstance(node, dict) and name in node:
            node = node[name]
        else:
            return text_answer(404, "not found" + end)
    if isinstance(node, dict):
        names = [key + ("/" if isinstance(value, (dict, list)) else "")
                 for key, value in node.items()]
    elif isinstance(node, list):
        names = [f"{index}/" for index in range(len(node))]
    else:
        return text_answer(200, value_text(node))
    return text_answer(200, end.join(names) + end)


def value_text(value):
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
