# SPDX-License-Identifier: BSD-3-Clause
"""
Hetzner Cloud, read from the OpenAPI form of docs.hetzner.cloud (MaximilianKoestler/hcloud-openapi,
2026-02) and from hetznercloud/hcloud-go (hcloud/error.go, schema/, metadata/client.go). The words
of "locked": hetzner-cloud-plugin 92. "Already assigned" is taken as: to this very server, since
the controllers of hetzner move an address from server to server with one assign.
"""

import time

from answers import text_answer
from provider import Provider, Refusal, json_answer, route

PAGES = ("page", "per_page", "sort")
COMMANDS = {"off": "stop_server", "on": "start_server", "reset": "reset_server"}


class Hetzner(Provider):
    name = "hetzner"
    base = "/v1"
    region = "eu-central"
    zone = "fsn1-dc14"
    page_most = 50
    limit_headers = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
    retry_after = False
    power_words = {"on": "running", "off": "off", "starting": "starting", "stopping": "stopping",
                   "resetting": "running"}
    action_words = {"running": "running", "done": "success", "failed": "error"}
    refusals = {
        "unauthorized": (401, "unauthorized", "unable to authenticate"),
        "forbidden": (403, "forbidden", "insufficient permissions for this request"),
        "no-route": (404, "not_found", "the requested URL could not be found"),
        "no-server": (404, "not_found", "server not found"),
        "no-address": (404, "not_found", "floating IP not found"),
        "no-action": (404, "not_found", "action not found"),
        "method": (405, "method_not_allowed", "the method is not allowed"),
        "bad-json": (400, "json_error", "invalid JSON in request"),
        "invalid": (422, "invalid_input", "invalid input"),
        "locked": (423, "locked", "cannot perform operation because resource is locked"),
        "assigned": (422, "floating_ip_assigned", "floating IP is already assigned"),
        "rate": (429, "rate_limit_exceeded", "limit of 3600 requests per hour reached"),
        "server-error": (500, "server_error", "an error within the API backend"),
    }

    def server_id(self, name, number):
        return 42000 + number

    def address_id(self, ip, number):
        return 4711 + number

    def error(self, status, code, words):
        return json_answer(status, {"error": {"code": code, "message": words, "details": None}})

    def signs(self, request):
        return [("X-Correlation-Id", "3185e93fbd66587d")]

    # Shapes.

    def floating_ip(self, address, request):
        owner = self.owner(address, request)
        return {"id": address.id, "name": f"ip-{address.number}", "description": None,
                "ip": address.ip, "type": "ipv6" if ":" in address.ip else "ipv4",
                "server": owner.id if owner else None, "dns_ptr": [], "blocked": False,
                "home_location": {"id": 1, "name": "fsn1", "network_zone": self.region},
                "protection": {"delete": False}, "labels": {}, "created": stamp(0)}

    def server(self, server, request):
        return {"id": server.id, "name": server.name, "status": self.power(server, request),
                "created": stamp(0), "labels": {}, "locked": bool(server.busy),
                "public_net": {"ipv4": {"ip": server.ip, "blocked": False},
                               "floating_ips": [a.id for a in self.account.owned_by(server)]},
                "private_net": [], "server_type": {"id": 1, "name": "cx22"},
                "protection": {"delete": False, "rebuild": False}}

    def action(self, action, word):
        done = word in ("success", "error")
        things = [{"id": action.thing.id,
                   "type": "server" if action.verb in COMMANDS else "floating_ip"}]
        if action.target:
            things.insert(0, {"id": action.target.id, "type": "server"})
        return {"action": {
            "id": action.id, "status": word, "progress": 100 if done else 0,
            "command": COMMANDS.get(action.verb, action.verb + "_floating_ip"),
            "started": stamp(action.started), "resources": things,
            "finished": stamp(action.ended or time.time()) if done else None,
            "error": {"code": "action_failed", "message": "Action failed"} if word == "error"
            else None}}

    def listed(self, request, key, items, shape):
        number = self.number(request, "page", 1)
        size = min(self.number(request, "per_page", 25), self.page_most)
        total = len(items)
        items, following = self.page(request, items, number, size)
        size = min(size, self.page_size)
        return json_answer(200, {
            key: [shape(item, request) for item in items],
            "meta": {"pagination": {
                "page": number, "per_page": size, "total_entries": total,
                "previous_page": number - 1 or None, "next_page": following,
                "last_page": max(1, -(-total // size))}}})

    # Floating IPs.

    @route("find", "GET", "/floating_ips", PAGES + ("name", "label_selector"))
    def list_addresses(self, request):
        items = list(self.account.addresses.values())
        if "name" in request.query:
            items = [a for a in items if f"ip-{a.number}" == request.query["name"]]
        return self.listed(request, "floating_ips", items, self.floating_ip)

    @route("show", "GET", "/floating_ips/{ident}")
    def show(self, request, ident):
        return json_answer(200, {"floating_ip": self.floating_ip(self.floating(ident), request)})

    def floating(self, ident):
        if not ident.isdigit():
            raise Refusal("no-address")
        return self.account.address(ident)

    @route("assign", "POST", "/floating_ips/{ident}/actions/assign")
    def assign(self, request, ident):
        address = self.floating(ident)
        value = self.body(request, server=int)
        if "server" not in value:
            raise Refusal("invalid", "server is required")
        server = self.account.server(value["server"])
        if server.busy:
            raise Refusal("locked")
        if address.owner is server and not address.busy:
            raise Refusal("assigned")
        return json_answer(201, self.action(self.change(request, "assign", address, server),
                                            "running"))

    @route("unassign", "POST", "/floating_ips/{ident}/actions/unassign")
    def unassign(self, request, ident):
        self.body(request)
        return json_answer(201, self.action(
            self.change(request, "unassign", self.floating(ident)), "running"))

    # Servers.

    @route("list", "GET", "/servers", PAGES + ("name", "label_selector", "status"))
    def list_servers(self, request):
        items = list(self.account.servers.values())
        if "name" in request.query:
            items = [s for s in items if s.name == request.query["name"]]
        return self.listed(request, "servers", items, self.server)

    @route("status", "GET", "/servers/{ident}")
    def show_server(self, request, ident):
        return json_answer(200, {"server": self.server(self.account.server(ident), request)})

    def turn(self, request, ident, verb):
        return json_answer(201, self.action(
            self.change(request, verb, self.account.server(ident)), "running"))

    @route("off", "POST", "/servers/{ident}/actions/poweroff")
    def poweroff(self, request, ident):
        return self.turn(request, ident, "off")

    @route("on", "POST", "/servers/{ident}/actions/poweron")
    def poweron(self, request, ident):
        return self.turn(request, ident, "on")

    @route("reset", "POST", "/servers/{ident}/actions/reset")
    def reset(self, request, ident):
        return self.turn(request, ident, "reset")

    # Actions.

    @route("poll", "GET", "/actions/{ident}")
    @route("poll", "GET", "/floating_ips/actions/{ident}")
    @route("poll", "GET", "/servers/actions/{ident}")
    @route("poll", "GET", "/floating_ips/{thing}/actions/{ident}")
    @route("poll", "GET", "/servers/{thing}/actions/{ident}")
    def poll(self, request, ident, thing=None):
        return json_answer(200, self.action(*self.look(ident, request)))

    def metadata(self, server, request):
        values = {"instance-id": server.id, "hostname": server.name, "public-ipv4": server.ip,
                  "availability-zone": self.zone, "region": self.region, "private-networks": "[]"}
        name = request.path.removeprefix("/hetzner/v1/metadata/")
        if name not in values:
            return text_answer(404, "not found")
        return text_answer(200, str(values[name]))


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(seconds))


PROVIDER = Hetzner
