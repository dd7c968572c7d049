# SPDX-License-Identifier: BSD-3-Clause
"""
UpCloud 1.3, read from developers.upcloud.com/1.3 (8 servers, 10 IP addresses), the recorded
traffic in UpCloudLtd/upcloud-go-api (upcloud/service/fixtures: attachmodifyreleasefloatingip-
address, createstartstopserver, createrestartserver) and upcloud/error_codes.go: PATCH answers 202;
a detached address has neither "server" nor "mac"; stop answers 200 with the server still started;
a restart passes through maintenance. The metadata's form: upcloud.com/docs, metadata service.
"""

import base64

from answers import tree_answer
from provider import Provider, Refusal, json_answer, route


class Upcloud(Provider):
    name = "upcloud"
    base = "/1.3"
    zone = region = "fi-hel2"
    power_words = {"on": "started", "off": "stopped", "starting": "maintenance",
                   "stopping": "started", "resetting": "maintenance"}
    refusals = {
        "unauthorized": (401, "AUTHENTICATION_FAILED",
                         "Authentication failed using the given username and password."),
        "forbidden": (403, "ACTION_FORBIDDEN", "The action is not allowed."),
        "no-route": (404, "NOT_FOUND", "The requested resource does not exist."),
        "no-server": (404, "SERVER_NOT_FOUND", "The server does not exist."),
        "no-nic": (404, "INTERFACE_NOT_FOUND", "The interface does not exist."),
        "no-address": (404, "IP_ADDRESS_NOT_FOUND", "The IP address does not exist."),
        "method": (405, "METHOD_NOT_ALLOWED", "The method is not allowed."),
        "bad-json": (400, "INVALID_REQUEST", "The body is not JSON."),
        "invalid": (400, "INVALID_REQUEST", "The request is invalid."),
        "state": (409, "SERVER_STATE_ILLEGAL", "The server's state does not allow it."),
        "locked": (409, "SERVER_STATE_ILLEGAL", "The server is in maintenance state."),
        "rate": (429, "TOO_MANY_REQUESTS", "Too many requests."),
        "server-error": (500, "SERVICE_ERROR", "An unexpected error occurred."),
    }

    def server_id(self, name, number):
        return "00" + super().server_id(name, number)[2:]

    def address_id(self, ip, number):
        return ip

    def nic(self, name, mac):
        return mac

    def error(self, status, code, words):
        return json_answer(status, {"error": {"error_code": code, "error_message": words}})

    def authenticate(self, request):
        user = self.settings.get("user", "lab-user")
        password = self.settings.get("password", "lab-password")
        basic = base64.b64encode(f"{user}:{password}".encode()).decode()
        if request.headers.get("authorization") != f"Basic {basic}":
            super().authenticate(request)

    # Shapes.

    def ip_address(self, address, request):
        value = {"access": "public", "address": address.ip, "floating": "yes",
                 "family": "IPv6" if ":" in address.ip else "IPv4",
                 "ptr_record": address.ip.replace(".", "-") + ".example.host", "zone": self.zone}
        owner = self.owner(address, request)
        if owner:
            value.update(mac=owner.mac, server=owner.id)
        return value

    def server(self, server, request, brief=False):
        value = {"core_number": "1", "hostname": server.name, "license": 0,
                 "memory_amount": "1024", "plan": "1xCPU-1GB", "tags": {"tag": []},
                 "state": self.power(server, request), "title": f"machine {server.number}",
                 "uuid": server.id, "zone": self.zone}
        if not brief:
            interface = {"index": 1, "mac": server.mac, "type": "public", "network": "03000000",
                         "ip_addresses": {"ip_address": [{"address": server.ip, "family": "IPv4",
                                                          "floating": "no"}]}}
            value.update(boot_order="disk", firewall="off", host=6946046595, metadata="yes",
                         ip_addresses={"ip_address": []},
                         networking={"interfaces": {"interface": [interface]}})
        return value

    # IP addresses.

    @route("find", "GET", "/ip_address")
    def list_addresses(self, request):
        return json_answer(200, {"ip_addresses": {"ip_address": [
            self.ip_address(a, request) for a in self.account.addresses.values()]}})

    @route("show", "GET", "/ip_address/{ip}")
    def show(self, request, ip):
        return json_answer(200, {"ip_address": self.ip_address(self.account.address(ip), request)})

    def address_kind(self, request):
        return "assign" if request.json()["ip_address"].get("mac") else "unassign"

    @route(address_kind, "PATCH", "/ip_address/{ip}")
    def change_address(self, request, ip):
        address = self.account.address(ip)
        value = self.body(request, ip_address=dict).get("ip_address", {})
        for name in set(value) - {"mac", "ptr_record", "release_policy"}:
            raise Refusal("invalid", f"The attribute {name} is unknown.")
        if "mac" in value:
            server = None
            if value["mac"] is not None:
                server = self.account.server_of_nic(str(value["mac"]).lower())
            self.change_now(request, "assign" if server else "unassign", address, server)
        return json_answer(202, {"ip_address": self.ip_address(address, request)})

    # Servers.

    @route("list", "GET", "/server", ("limit", "offset", "label"))
    def list_servers(self, request):
        items = list(self.account.servers.values())
        start = int(request.query.get("offset", 0))
        end = start + int(request.query.get("limit", len(items)))
        return json_answer(200, {"servers": {"server": [
            self.server(s, request, True) for s in items[start:end]]}})

    @route("status", "GET", "/server/{ident}")
    def show_server(self, request, ident):
        return json_answer(200, {"server": self.server(self.account.server(ident), request)})

    def turn(self, request, ident, verb, wanted):
        server = self.account.server(ident)
        if server.busy or server.power != wanted:
            raise Refusal("state", f"The server {ident} is in an illegal state.")
        before = self.server(server, request)
        self.change(request, verb, server)
        return json_answer(200, {"server": before})

    def stop_fields(self, request, key, *more):
        value = self.body(request, **{key: dict}).get(key, {})
        for name in set(value) - {"stop_type", "timeout", *more}:
            raise Refusal("invalid", f"The attribute {name} is unknown.")
        if value.get("stop_type", "soft") not in ("soft", "hard"):
            raise Refusal("invalid", "The attribute stop_type has an invalid value.")
        if not str(value.get("timeout", 1)).isdigit() or int(value.get("timeout", 1)) < 1:
            raise Refusal("invalid", "The attribute timeout has an invalid value.")

    @route("off", "POST", "/server/{ident}/stop")
    def stop(self, request, ident):
        self.stop_fields(request, "stop_server")
        return self.turn(request, ident, "off", "on")

    @route("on", "POST", "/server/{ident}/start")
    def start(self, request, ident):
        value = self.body(request, server=dict).get("server", {})
        for name in set(value) - {"host", "avoid_host", "start_type"}:
            raise Refusal("invalid", f"The attribute {name} is unknown.")
        return self.turn(request, ident, "on", "off")

    @route("reset", "POST", "/server/{ident}/restart")
    def restart(self, request, ident):
        self.stop_fields(request, "restart_server", "timeout_action", "host")
        return self.turn(request, ident, "reset", "on")

    def metadata(self, server, request):
        held = [{"address": a.ip, "family": "IPv4", "floating": True, "dhcp": False}
                for a in self.account.owned_by(server)]
        interface = {"index": 1, "mac": server.mac, "type": "public",
                     "ip_addresses": [{"address": server.ip, "family": "IPv4", "floating": False,
                                       "dhcp": True}] + held}
        tree = {"cloud_name": "upcloud", "instance_id": server.id, "hostname": server.name,
                "platform": "servers", "region": self.region,
                "network": {"interfaces": [interface]}}
        if request.path == "/metadata/v1.json":
            return json_answer(200, tree)
        tree["network"] = {"interfaces": {"1": dict(interface, ip_addresses={
            str(n + 1): ip for n, ip in enumerate(interface["ip_addresses"])})}}
        return tree_answer(tree, request.path.removeprefix("/metadata/v1/"))


PROVIDER = Upcloud
