# SPDX-License-Identifier: BSD-3-Clause
"""
Linode (Akamai) v4, read from linode/linodego (instances.go, retries.go, errors.go, recorded
traffic test/integration/fixtures: 400 "Linode busy.", 404 "Not found", 401 "Invalid Token",
X-Ratelimit-Limit) and techdocs.akamai.com (linode-api, metadata-service-api: a token first, text
unless JSON is asked for). shutdown asks the guest, as the API has nothing harder. Of no document:
the refusal to stop what is not running.
"""

import json
import secrets

from answers import text_answer
from provider import Provider, Refusal, json_answer, route


class Linode(Provider):
    name = "linode"
    base = "/v4"
    region = "ap-west"
    page_most = 500
    limit_headers = ("X-Ratelimit-Limit", "X-Ratelimit-Remaining", "X-Ratelimit-Reset")
    power_words = {"on": "running", "off": "offline", "starting": "booting",
                   "stopping": "shutting_down", "resetting": "rebooting"}
    refusals = {
        "unauthorized": (401, "", "Invalid Token"),
        "forbidden": (403, "", "Unauthorized"),
        "no-route": (404, "", "Not found"),
        "no-server": (404, "", "Not found"),
        "no-address": (404, "address", "Not found"),
        "method": (405, "", "Method Not Allowed"),
        "bad-json": (400, "", "JSON is invalid."),
        "invalid": (400, "", "Request is invalid."),
        "locked": (400, "", "Linode busy."),
        "rate": (429, "", "Too many requests"),
        "server-error": (500, "", "Internal Server Error"),
    }

    def __init__(self, *args):
        super().__init__(*args)
        self.tokens = set()

    def server_id(self, name, number):
        return 52557260 + number

    def address_id(self, ip, number):
        return ip

    def error(self, status, code, words):
        reason = {"reason": words}
        if code:
            reason["field"] = code
        return json_answer(status, {"errors": [reason]})

    def instance(self, server, request):
        return {"id": server.id, "label": server.name, "group": "", "region": self.region,
                "status": self.power(server, request), "type": "g6-nanode-1", "tags": [],
                "ipv4": [server.ip], "ipv6": "2001:db8::f03c:91ff/128", "hypervisor": "kvm",
                "created": "2018-01-01T00:01:01", "updated": "2018-01-01T00:01:01",
                "specs": {"disk": 25600, "memory": 1024, "vcpus": 1}, "watchdog_enabled": True}

    @route("list", "GET", "/linode/instances", ("page", "page_size"))
    def list_instances(self, request):
        number, size = self.number(request, "page", 1), self.number(request, "page_size", 100)
        if not 25 <= size <= self.page_most:
            return self.error(400, "page_size", "Must be 25-500")
        items = list(self.account.servers.values())
        try:
            wanted = json.loads(request.headers.get("x-filter", "{}"))
        except ValueError as error:
            raise Refusal("invalid", "Cannot parse filter") from error
        if "label" in wanted:
            items = [s for s in items if s.name == wanted["label"]]
        pages = max(1, -(-len(items) // min(size, self.page_size)))
        if number > pages:
            raise Refusal("no-route")
        shown, following = self.page(request, items, number, size)
        if following == number:
            pages += number
        return json_answer(200, {"data": [self.instance(s, request) for s in shown],
                                 "page": number, "pages": pages, "results": len(items)})

    @route("status", "GET", "/linode/instances/{ident}")
    def show_instance(self, request, ident):
        return json_answer(200, self.instance(self.account.server(ident), request))

    def turn(self, request, ident, verb):
        server = self.account.server(ident)
        self.body(request, config_id=int)
        if not server.busy and verb != "on" and server.power == "off":
            raise Refusal("invalid", f"Linode {ident} is not running")
        self.change(request, verb, server)
        return json_answer(200, {})

    @route("off", "POST", "/linode/instances/{ident}/shutdown")
    def shutdown(self, request, ident):
        return self.turn(request, ident, "off")

    @route("on", "POST", "/linode/instances/{ident}/boot")
    def boot(self, request, ident):
        return self.turn(request, ident, "on")

    @route("reset", "POST", "/linode/instances/{ident}/reboot")
    def reboot(self, request, ident):
        return self.turn(request, ident, "reset")

    # Addresses: all linodes must keep a public one, so these are for sharing, not for failover.

    @route("show", "GET", "/networking/ips/{ip}")
    def show(self, request, ip):
        address = self.account.address(ip)
        owner = self.owner(address, request)
        return json_answer(200, {"address": address.ip, "type": "ipv4", "public": True,
                                 "region": self.region, "linode_id": owner.id if owner else None,
                                 "reserved": True})

    @route("assign", "POST", "/networking/ips/assign")
    def assign(self, request):
        value = self.body(request, region=str, assignments=list)
        for pair in value.get("assignments", []):
            self.change_now(request, "assign", self.account.address(pair.get("address")),
                            self.account.server(pair.get("linode_id")))
        return json_answer(200, {})

    def metadata(self, server, request):
        if request.path == "/v1/token":
            seconds = request.headers.get("metadata-token-expiry-seconds", "")
            if request.method != "PUT":
                return text_answer(405, "method not allowed")
            if not seconds.isdigit() or not 1 <= int(seconds) <= 86400:
                return text_answer(400, "expiry seconds are missing or out of range")
            self.tokens.add(secrets.token_hex(32))
            return text_answer(200, sorted(self.tokens)[-1])
        if request.headers.get("metadata-token") not in self.tokens:
            return text_answer(401, "unauthorized")
        if request.path != "/v1/instance":
            return text_answer(404, "not found")
        value = {"id": server.id, "label": server.name, "region": self.region,
                 "type": "g6-nanode-1", "host_uuid": "a6dc3b9ba6b7a1d8", "tags": []}
        if "application/json" in request.headers.get("accept", ""):
            return json_answer(200, value)
        return text_answer(200, "".join(f"{key}: {item}\n" for key, item in value.items()
                                        if key != "tags"))

    def expire(self):
        self.tokens.clear()


PROVIDER = Linode
