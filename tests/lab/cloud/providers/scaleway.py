# SPDX-License-Identifier: BSD-3-Clause
"""
Scaleway Instance v1, read from scaleway/scaleway-sdk-go (api/instance/v1/instance_sdk.go and its
recorded traffic testdata/test-instance-helpers; scw/errors.go and errors_test.go;
instance_metadata_sdk.go). The refusals by state are "invalid_request_error" with HTTP 400
("server should be running": errors_test.go; "server is being stopped or rebooted":
hashicorp/terraform 9473), also for poweroff (api.scaleway.com 49). ?name= matches a part of a name
(SDK: "server1" also finds "server100"). Total counts are in X-Total-Count.
"""

import time

from answers import text_answer
from provider import Provider, Refusal, json_answer, route

ZONE = "/instance/v1/zones/{zone}"
ACTIONS = {"poweroff": "off", "stop_in_place": "off", "poweron": "on", "reboot": "reset"}


class Scaleway(Provider):
    name = "scaleway"
    zone = "fr-par-1"
    page_most = 100
    power_words = {"on": "running", "off": "stopped", "starting": "starting",
                   "stopping": "stopping", "resetting": "stopping"}
    refusals = {
        "unauthorized": (401, "denied_authentication", "authentication is denied"),
        "forbidden": (403, "permissions_denied", "insufficient permissions"),
        "no-route": (404, "not_found", "resource is not found"),
        "no-server": (404, "unknown_resource", "resource is not found"),
        "no-address": (404, "unknown_resource", "resource is not found"),
        "method": (405, "method_not_allowed", "the method is not allowed"),
        "bad-json": (400, "invalid_request_error", "Validation Error"),
        "invalid": (400, "invalid_request_error", "Validation Error"),
        "state": (400, "invalid_request_error", "server should be running"),
        "locked": (409, "transient_state", "resource is in a transient state"),
        "rate": (429, "too_many_requests", "too many requests"),
        "server-error": (500, "internal_error", "internal error"),
    }

    def error(self, status, code, words):
        value = {"message": words, "type": code}
        if code == "transient_state":
            value.update(resource="instance", resource_id="", current_state="locked")
        return json_answer(status, value)

    def authenticate(self, request):
        if request.headers.get("x-auth-token") != self.token:
            raise Refusal("unauthorized")

    def inside(self, zone):
        if zone != self.zone:
            raise Refusal("no-route", f"zone {zone} has nothing of this account")

    # Shapes.

    def ip(self, address, request):
        owner = self.owner(address, request)
        return {"id": address.id, "address": address.ip, "prefix": None, "reverse": None,
                "server": {"id": owner.id, "name": owner.name} if owner else None,
                "organization": "105bdce1-64c0-48ab-899d-868455867ecf",
                "project": "105bdce1-64c0-48ab-899d-868455867ecf", "zone": self.zone,
                "type": "routed_ipv4", "state": "attached" if owner else "detached", "tags": []}

    def server(self, server, request):
        return {"id": server.id, "name": server.name, "hostname": server.name, "tags": [],
                "commercial_type": "DEV1-S", "state": self.power(server, request),
                "state_detail": "", "protected": False, "zone": self.zone,
                "location": {"zone_id": self.zone}, "creation_date": "2025-09-05T15:45:57Z",
                "public_ips": [{"id": a.id, "address": a.ip, "state": "attached"}
                               for a in self.account.owned_by(server)],
                "allowed_actions": ["poweroff", "reboot"]}

    def listed(self, request, key, items, shape):
        number = self.number(request, "page", 1)
        size = min(self.number(request, "per_page", 50), self.page_most)
        total = len(items)
        items, _ = self.page(request, items, number, size)
        return json_answer(200, {key: [shape(item, request) for item in items]},
                           [("X-Total-Count", str(total))])

    # Flexible IPs.

    @route("find", "GET", ZONE + "/ips", ("page", "per_page", "name", "tags", "type", "project"))
    def list_addresses(self, request, zone):
        self.inside(zone)
        return self.listed(request, "ips", list(self.account.addresses.values()), self.ip)

    @route("show", "GET", ZONE + "/ips/{ip}")
    def show(self, request, zone, ip):
        self.inside(zone)
        return json_answer(200, {"ip": self.ip(self.account.address(ip), request)})

    def address_kind(self, request):
        return "assign" if request.json().get("server") else "unassign"

    @route(address_kind, "PATCH", ZONE + "/ips/{ip}")
    def change_address(self, request, zone, ip):
        self.inside(zone)
        address = self.account.address(ip)
        value = self.body(request, server=(str, type(None)), reverse=(str, type(None)),
                          tags=list, type=str)
        if "server" in value:
            server = self.account.server(value["server"]) if value["server"] else None
            if server and server.busy:
                raise Refusal("state", "server is being stopped or rebooted")
            self.change_now(request, "assign" if server else "unassign", address, server)
        return json_answer(200, {"ip": self.ip(address, request)})

    # Servers.

    @route("list", "GET", ZONE + "/servers", ("page", "per_page", "name", "state", "project",
                                              "tags", "servers", "order"))
    def list_servers(self, request, zone):
        self.inside(zone)
        items = [s for s in self.account.servers.values()
                 if request.query.get("name", "") in s.name]
        return self.listed(request, "servers", items, self.server)

    @route("status", "GET", ZONE + "/servers/{ident}")
    def show_server(self, request, zone, ident):
        self.inside(zone)
        return json_answer(200, {"server": self.server(self.account.server(ident), request)})

    def power_kind(self, request):
        return ACTIONS.get(request.json().get("action"), "other")

    @route(power_kind, "POST", ZONE + "/servers/{ident}/action")
    def act(self, request, zone, ident):
        self.inside(zone)
        server = self.account.server(ident)
        word = self.body(request, action=str, name=str, volumes=dict).get("action")
        if word not in ACTIONS:
            raise Refusal("invalid")
        if server.busy:
            raise Refusal("state", "server is being stopped or rebooted")
        wanted = "off" if word == "poweron" else "on"
        if server.power != wanted:
            raise Refusal("state", "server should be "
                          + ("stopped" if wanted == "off" else "running"))
        action = self.change(request, ACTIONS[word], server)
        return json_answer(202, {"task": {
            "id": self.address_id(str(action.id), 0), "description": f"server_{word}",
            "progress": 0, "status": "pending", "href_from": f"/servers/{ident}/action",
            "href_result": f"/servers/{ident}", "terminated_at": None, "zone": self.zone,
            "started_at": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(action.started))}})

    def metadata(self, server, request):
        if request.path != "/conf":
            return text_answer(404, "not found")
        held = [{"id": a.id, "address": a.ip, "dynamic": False, "family": "inet",
                 "netmask": "32", "provisioning_mode": "dhcp", "tags": []}
                for a in self.account.owned_by(server)]
        value = {"id": server.id, "name": server.name, "hostname": server.name,
                 "commercial_type": "DEV1-S", "state_detail": "booted", "tags": [],
                 "location": {"zone_id": self.zone, "platform_id": "14"},
                 "public_ip": held[0] if held else None, "public_ips_v4": held,
                 "public_ips_v6": [], "private_ip": server.ip, "mac_address": server.mac}
        if request.query.get("format") == "json":
            return json_answer(200, value)
        return text_answer(200, f"ID={server.id}\nNAME={server.name}\n")


PROVIDER = Scaleway
