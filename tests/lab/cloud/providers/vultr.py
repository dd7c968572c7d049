# SPDX-License-Identifier: BSD-3-Clause
"""
Vultr v2, read from vultr/govultr (reserved_ip.go, instance.go, meta.go, listOptions.go; start
restarts a running machine, says instance.go) and vultr.com/metadata. The words of "already
attached", and that a detach is still worked on after its 204: terraform-provider-vultr 77, 322;
the form of errors: 348. The rate limit has no headers. Nothing tells what a reading shows while a
detach is worked on: the old owner, or with the setting early-free=1 nobody.
"""

import base64
import binascii

from answers import tree_answer
from provider import Answer, Provider, Refusal, json_answer, route

PAGES = ("per_page", "cursor")


class Vultr(Provider):
    name = "vultr"
    region = "ewr"
    page_most = 500
    retry_after = False
    power_words = {"on": "running", "off": "stopped", "starting": "stopped",
                   "stopping": "running", "resetting": "running"}
    refusals = {
        "unauthorized": (401, "", "Invalid API token."),
        "forbidden": (403, "", "Unauthorized IP address."),
        "no-route": (404, "", "Invalid API location."),
        "no-server": (404, "", "Invalid instance."),
        "no-address": (404, "", "Invalid reserved IP."),
        "method": (405, "", "Invalid HTTP method."),
        "bad-json": (400, "", "Invalid JSON."),
        "invalid": (400, "", "Invalid request."),
        "locked": (400, "", "Floating IPv4 address is already attached to another server"),
        "rate": (429, "", "Rate limit exceeded."),
        "server-error": (500, "", "Internal server error."),
    }

    def error(self, status, code, words):
        return json_answer(status, {"error": words, "status": status})

    # Shapes.

    def reserved_ip(self, address, request):
        owner = self.owner(address, request)
        if self.settings.get("early-free") and address.busy and address.busy.verb == "unassign":
            owner = None
        return {"id": address.id, "region": self.region, "label": f"ip {address.number}",
                "ip_type": "v6" if ":" in address.ip else "v4", "subnet": address.ip,
                "subnet_size": 64 if ":" in address.ip else 32,
                "instance_id": owner.id if owner else ""}

    def instance(self, server, request):
        return {"id": server.id, "os": "Debian 12 x64 (bookworm)", "ram": 1024, "disk": 25,
                "main_ip": server.ip, "vcpu_count": 1, "region": self.region,
                "plan": "vc2-1c-1gb", "status": "active", "label": server.name,
                "power_status": self.power(server, request),
                "server_status": "ok", "hostname": server.name, "tags": [],
                "features": [], "date_created": "2020-10-10T01:56:20+00:00"}

    def listed(self, request, key, items, shape):
        cursor, number = request.query.get("cursor", ""), 1
        if cursor:
            try:
                number = int(base64.b64decode(cursor, validate=True).decode().partition("_")[2])
            except (ValueError, binascii.Error) as error:
                raise Refusal("invalid", "Invalid cursor.") from error
        size = self.number(request, "per_page", 100)
        if size > self.page_most:
            raise Refusal("invalid", "Invalid per_page.")
        total = len(items)
        items, following = self.page(request, items, number, size)
        link = base64.b64encode(f"next_{following}".encode()).decode() \
            if following else ""
        return json_answer(200, {key: [shape(item, request) for item in items],
                                 "meta": {"total": total, "links": {"next": link, "prev": ""}}})

    # Reserved IPs.

    @route("find", "GET", "/v2/reserved-ips", PAGES)
    def list_addresses(self, request):
        return self.listed(request, "reserved_ips", list(self.account.addresses.values()),
                           self.reserved_ip)

    def reserved(self, ident):
        address = self.account.address(ident)
        if ident != address.id:
            raise Refusal("no-address")
        return address

    @route("show", "GET", "/v2/reserved-ips/{ident}")
    def show(self, request, ident):
        return json_answer(200, {"reserved_ip": self.reserved_ip(self.reserved(ident), request)})

    @route("assign", "POST", "/v2/reserved-ips/{ident}/attach")
    def attach(self, request, ident):
        address = self.reserved(ident)
        server = self.account.server(self.body(request, instance_id=str).get("instance_id"))
        if address.owner or address.busy:
            raise Refusal("locked")
        self.change(request, "assign", address, server)
        return Answer(204)

    @route("unassign", "POST", "/v2/reserved-ips/{ident}/detach")
    def detach(self, request, ident):
        address = self.reserved(ident)
        if not address.owner or address.busy:
            raise Refusal("invalid", "This reserved IP is not attached to a server.")
        self.change(request, "unassign", address)
        return Answer(204)

    # Instances.

    @route("list", "GET", "/v2/instances", PAGES + ("label", "tag", "main_ip", "region"))
    def list_instances(self, request):
        items = list(self.account.servers.values())
        if "label" in request.query:
            items = [s for s in items if s.name == request.query["label"]]
        if "main_ip" in request.query:
            items = [s for s in items if s.ip == request.query["main_ip"]]
        return self.listed(request, "instances", items, self.instance)

    @route("status", "GET", "/v2/instances/{ident}")
    def show_instance(self, request, ident):
        return json_answer(200, {"instance": self.instance(self.account.server(ident), request)})

    def turn(self, request, ident, verb):
        server = self.account.server(ident)
        if server.busy:
            raise Refusal("invalid", "Unable to perform action: server is currently locked")
        self.change(request, verb, server)
        return Answer(204)

    @route("off", "POST", "/v2/instances/{ident}/halt")
    def halt(self, request, ident):
        return self.turn(request, ident, "off")

    @route("on", "POST", "/v2/instances/{ident}/start")
    def start(self, request, ident):
        running = self.account.server(ident).power == "on"
        return self.turn(request, ident, "reset" if running else "on")

    @route("reset", "POST", "/v2/instances/{ident}/reboot")
    def reboot(self, request, ident):
        return self.turn(request, ident, "reset")

    def metadata(self, server, request):
        interface = {"mac": server.mac, "network-type": "public",
                     "ipv4": {"address": server.ip, "netmask": "255.255.255.0",
                              "gateway": "192.0.2.254", "additional": []}}
        tree = {"hostname": server.name, "instanceid": f"{server.number:x}",
                "instance-v2-id": server.id, "interfaces": [interface],
                "region": {"regioncode": self.region.upper(), "countrycode": "US"}}
        if request.path == "/v1.json":
            return json_answer(200, tree)
        if not request.path.startswith("/v1/"):
            return Answer(404)
        return tree_answer(tree, request.path[len("/v1/"):])


PROVIDER = Vultr
