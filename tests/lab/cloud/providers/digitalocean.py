# SPDX-License-Identifier: BSD-3-Clause
"""
DigitalOcean, read from its published OpenAPI document (github.com/digitalocean/openapi, 7c1300c:
resources/reserved_ips, reserved_ipv6, droplets, actions, shared) and its metadata reference
(docs.digitalocean.com/reference/api/metadata). Of issues, not of the document: the words of a
pending event (doctl 493, terraform-provider-digitalocean 1034). Of neither, and plausible: the
refusal to switch off what is off.
"""

import time

from answers import tree_answer
from openapi import Document
from provider import Answer, Provider, Refusal, json_answer, route

PAGES = ("page", "per_page")
POWER = {"power_off": "off", "shutdown": "off", "power_on": "on", "power_cycle": "reset",
         "reboot": "reset"}


class Digitalocean(Provider):
    name = "digitalocean"
    region = "nyc3"
    page_most = 200
    limit_headers = ("ratelimit-limit", "ratelimit-remaining", "ratelimit-reset")
    power_words = {"on": "active", "off": "off", "starting": "off", "stopping": "active",
                   "resetting": "active"}
    action_words = {"running": "in-progress", "done": "completed", "failed": "errored"}
    refusals = {
        "unauthorized": (401, "unauthorized", "Unable to authenticate you."),
        "forbidden": (403, "forbidden", "You are not authorized to perform this operation."),
        "no-route": (404, "not_found", "The resource you requested could not be found."),
        "no-server": (404, "not_found", "The resource you requested could not be found."),
        "no-address": (404, "not_found", "The resource you requested could not be found."),
        "no-action": (404, "not_found", "The resource you requested could not be found."),
        "method": (405, "method_not_allowed", "The method is not allowed."),
        "bad-json": (400, "bad_request", "Unable to parse the body."),
        "invalid": (422, "unprocessable_entity", "request payload validation failed"),
        "locked": (422, "unprocessable_entity", "The reserved IP already has a pending event."),
        "rate": (429, "too_many_requests", "API rate limit exceeded."),
        "server-error": (500, "server_error", "Unexpected server-side error"),
    }

    def __init__(self, *args):
        super().__init__(*args)
        self.document = Document.of_environment("DO_OPENAPI")

    def server_id(self, name, number):
        return 3164440 + number

    def address_id(self, ip, number):
        return ip

    def error(self, status, code, words):
        return json_answer(status, {"id": code, "message": words,
                                    "request_id": "4d9d8375-3c56-4925-a3e7-eb137fed17e9"})

    def check(self, request):
        super().check(request)
        if self.document:
            for finding in self.document.findings(request):
                self.note(self.name, f"{request.method} {request.path}: {finding}")
                raise Refusal("invalid", finding)

    # Shapes.

    def droplet(self, server, request):
        return {"id": server.id, "name": server.name, "memory": 1024, "vcpus": 1, "disk": 25,
                "locked": bool(server.busy), "status": self.power(server, request),
                "kernel": None, "created_at": "2020-07-21T18:37:44Z", "features": [],
                "backup_ids": [], "next_backup_window": None, "snapshot_ids": [],
                "image": {"id": 63663980}, "volume_ids": [], "size": {"slug": "s-1vcpu-1gb"},
                "size_slug": "s-1vcpu-1gb", "region": self.region_object(), "tags": [],
                "networks": {"v4": [{"ip_address": server.ip, "netmask": "255.255.255.0",
                                     "gateway": "192.0.2.254", "type": "public"}], "v6": []}}

    def region_object(self):
        return {"name": "New York 3", "slug": self.region, "features": [], "available": True,
                "sizes": ["s-1vcpu-1gb"]}

    def reserved(self, address, request):
        owner = self.owner(address, request)
        droplet = self.droplet(owner, request) if owner else None
        if ":" in address.ip:
            return {"ip": address.ip, "reserved_at": "2024-11-20T11:08:30Z",
                    "region_slug": self.region, "droplet": droplet}
        return {"ip": address.ip, "droplet": droplet, "region": self.region_object(),
                "locked": bool(address.busy),
                "project_id": "746c6152-2fa2-11ed-92d3-27aaa54e4988"}

    def action(self, action, word, kind, name):
        ended = word in ("completed", "errored")
        return {"id": action.id, "status": word, "type": kind, "started_at": stamp(action.started),
                "completed_at": stamp(action.ended or time.time()) if ended else None,
                "resource_id": 758604968, "resource_type": name, "region": self.region_object(),
                "region_slug": self.region}

    def listed(self, request, key, items, shape):
        number, size = self.number(request, "page", 1), self.number(request, "per_page", 20)
        if size > self.page_most:
            raise Refusal("invalid", "per_page is out of range")
        total = len(items)
        items, following = self.page(request, items, number, size)
        pages = {}
        if following:
            query = "&".join([f"page={following}"] + [f"{name}={value}" for name, value
                                                      in request.query.items() if name != "page"])
            pages["next"] = f"{request.origin}/{self.name}{request.path}?{query}"
        return json_answer(200, {key: [shape(item, request) for item in items],
                                 "links": {"pages": pages} if pages else {},
                                 "meta": {"total": total}})

    # Addresses.

    @route("find", "GET", "/v2/reserved_ips", PAGES)
    def list_addresses(self, request):
        items = [a for a in self.account.addresses.values() if ":" not in a.ip]
        return self.listed(request, "reserved_ips", items, self.reserved)

    @route("show", "GET", "/v2/reserved_ips/{ip}")
    def show(self, request, ip):
        return json_answer(200, {"reserved_ip": self.reserved(self.account.address(ip), request)})

    @route("show", "GET", "/v2/reserved_ipv6/{ip}")
    def show_v6(self, request, ip):
        return json_answer(200, {"reserved_ipv6": self.reserved(self.account.address(ip),
                                                                request)})

    def address_kind(self, request):
        return request.json().get("type", "other")

    @route(address_kind, "POST", "/v2/reserved_ips/{ip}/actions")
    @route(address_kind, "POST", "/v2/reserved_ipv6/{ip}/actions")
    def act_on_address(self, request, ip):
        address = self.account.address(ip)
        value = self.body(request, type=str, droplet_id=int)
        server = None
        if value.get("type") == "assign":
            server = self.account.server(value.get("droplet_id"))
            if server.busy:
                raise Refusal("locked", "Droplet already has a pending event.")
        elif value.get("type") != "unassign":
            raise Refusal("invalid")
        elif not address.owner and not address.busy:
            raise Refusal("invalid", "The reserved IP is not assigned.")
        action = self.change(request, value["type"], address, server)
        return json_answer(201, {"action": self.action(action, "in-progress",
                                                       value["type"] + "_ip", "reserved_ip")})

    @route("poll", "GET", "/v2/reserved_ips/{ip}/actions/{ident}")
    def poll_address(self, request, ip, ident):
        self.account.address(ip)
        action, word = self.look(ident, request)
        return json_answer(200, {"action": self.action(action, word, action.verb + "_ip",
                                                       "reserved_ip")})

    # Droplets.

    @route("list", "GET", "/v2/droplets", PAGES + ("name", "tag_name", "type"))
    def list_droplets(self, request):
        items = list(self.account.servers.values())
        name = request.query.get("name")
        if name is not None:
            items = [s for s in items if s.name.lower() == name.lower()]
        if "tag_name" in request.query:
            items = []
        return self.listed(request, "droplets", items, self.droplet)

    @route("status", "GET", "/v2/droplets/{ident}")
    def show_droplet(self, request, ident):
        return json_answer(200, {"droplet": self.droplet(self.account.server(ident), request)})

    def power_kind(self, request):
        return POWER.get(request.json().get("type"), "other")

    @route(power_kind, "POST", "/v2/droplets/{ident}/actions")
    def act_on_droplet(self, request, ident):
        server = self.account.server(ident)
        kind = self.body(request, type=str).get("type")
        if kind not in POWER:
            raise Refusal("invalid")
        if server.busy:
            raise Refusal("locked", "Droplet already has a pending event.")
        if (kind == "power_on") == (server.power == "on"):
            raise Refusal("invalid", f"Droplet is currently {server.power}. "
                          f"Please power it {'off' if kind == 'power_on' else 'on'} "
                          "to run this event.")
        action = self.change(request, POWER[kind], server)
        return json_answer(201, {"action": self.action(action, "in-progress", kind, "droplet")})

    @route("poll", "GET", "/v2/actions/{ident}")
    @route("poll", "GET", "/v2/droplets/{server}/actions/{ident}")
    def poll(self, request, ident, server=None):
        action, word = self.look(ident, request)
        return json_answer(200, {"action": self.action(action, word, action.verb, "droplet")})

    # What a droplet can ask about itself.

    def metadata(self, server, request):
        held = {":" in a.ip: a.ip for a in self.account.owned_by(server)}
        reserved = {name: {"active": v6 in held, **({"ip_address": held[v6]} if v6 in held else {})}
                    for name, v6 in (("ipv4", False), ("ipv6", True))}
        public = {"ipv4": {"address": server.ip, "netmask": "255.255.255.0",
                           "gateway": "192.0.2.254"},
                  "anchor_ipv4": {"address": f"10.17.0.{server.number + 10}",
                                  "netmask": "255.255.0.0", "gateway": "10.17.0.1"},
                  "mac": server.mac, "type": "public"}
        tree = {"id": server.id, "hostname": server.name, "region": self.region,
                "interfaces": {"public": [public]},
                "reserved_ip": reserved, "floating_ip": {"ipv4": reserved["ipv4"]}}
        if request.path == "/metadata/v1.json":
            return json_answer(200, dict(tree, droplet_id=server.id))
        if not request.path.startswith("/metadata/v1/"):
            return Answer(404, b"not found\n", "text/plain")
        return tree_answer(tree, request.path[len("/metadata/v1/"):])


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(seconds))


PROVIDER = Digitalocean
