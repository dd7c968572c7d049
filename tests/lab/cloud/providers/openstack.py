# SPDX-License-Identifier: BSD-3-Clause
"""
OpenStack, read from the API references and samples of openstack/keystone (api-ref/source/v3,
samples auth-application-credential-id-request, auth-password-*), openstack/neutron-lib
(api-ref/source/v2/floatingips.inc and samples, exceptions/l3.py, api/faults.py), openstack/neutron
(services/revisions: 412) and openstack/nova (api-ref/source/servers*.inc, doc/api_samples/servers,
doc/source/user/metadata.rst). The database changes at once, the data plane follows: status. The
409 for a machine in the wrong state has the words of php-opencloud 261.
"""

import re
import secrets
import time

from answers import text_answer
from provider import Answer, Provider, Refusal, json_answer, route

PROJECT = "4969c491a3c74ee4af974e6d800c62de"
FIPS = "/network/v2.0/floatingips"
SERVERS = "/compute/v2.1/servers"
FIP_FILTERS = ("floating_ip_address", "port_id", "status", "id", "limit", "marker", "fields",
               "project_id", "page_reverse", "sort_key", "sort_dir")
SERVER_FILTERS = ("name", "status", "limit", "marker", "all_tenants", "sort_key", "sort_dir")
HTTP_TITLES = {401: "unauthorized", 403: "forbidden", 404: "itemNotFound",
               409: "conflictingRequest", 400: "badRequest", 429: "overLimit", 413: "overLimit"}
TASKS = {"off": "powering-off", "on": "powering-on", "reset": "reboot_started_hard"}


class Openstack(Provider):
    name = "openstack"
    base = "/identity/v3"
    mount = ""
    region = "RegionOne"
    power_words = {"on": "ACTIVE", "off": "SHUTOFF", "starting": "SHUTOFF",
                   "stopping": "ACTIVE", "resetting": "HARD_REBOOT"}
    refusals = {
        "unauthorized": (401, "", "The request you have made requires authentication."),
        "forbidden": (403, "PolicyNotAuthorized", "rule is disallowed by policy"),
        "no-route": (404, "HTTPNotFound", "The resource could not be found."),
        "no-server": (404, "", "Instance could not be found."),
        "no-nic": (404, "PortNotFound", "Port could not be found."),
        "no-address": (404, "FloatingIPNotFound", "Floating IP could not be found"),
        "method": (405, "", "The method is not allowed."),
        "bad-json": (400, "HTTPBadRequest", "Malformed request body"),
        "invalid": (400, "HTTPBadRequest", "Invalid input"),
        "locked": (409, "Conflict", "The resource is being changed by another request."),
        "state": (409, "", "Cannot do that in this state"),
        "associated": (409, "FloatingIPPortAlreadyAssociated", "that fixed IP already has one"),
        "revision": (412, "RevisionNumberConstraintFailed", "Constrained to another revision"),
        "rate": (429, "OverLimit", "This request was rate-limited."),
        "server-error": (500, "HTTPInternalServerError", "Request Failed: internal server error"),
    }

    def __init__(self, *args):
        super().__init__(*args)
        self.tokens = {}
        self.application = (self.settings.get("application-id", "lab-application"),
                            self.settings.get("application-secret", "lab-application-secret"))
        self.user = (self.settings.get("user", "lab-user"),
                     self.settings.get("password", "lab-password"),
                     self.settings.get("project", "lab-project"))

    def refuse(self, refusal, request):
        self.path = request.path
        return super().refuse(refusal, request)

    def error(self, status, code, words):
        if self.path.startswith("/network/") and status != 401:
            return json_answer(status, {"NeutronError": {"type": code, "message": words,
                                                         "detail": ""}})
        if self.path.startswith("/compute/") and status != 401:
            return json_answer(status, {HTTP_TITLES.get(status, "computeFault"):
                                        {"code": status, "message": words}})
        return json_answer(status, {"error": {"code": status, "message": words,
                                              "title": HTTP_TITLES.get(status, "error").title()}})

    def authenticate(self, request):
        until = self.tokens.get(request.headers.get("x-auth-token"))
        if not until or until < time.time():
            raise Refusal("unauthorized")

    # Identity.

    def believes(self, auth):
        identity = auth["identity"]
        if identity["methods"] == ["application_credential"]:
            given = identity["application_credential"]
            return (given["id"], given["secret"]) == self.application and "scope" not in auth
        if identity["methods"] != ["password"]:
            return False
        user, project = identity["password"]["user"], auth["scope"]["project"]
        domains = {user["domain"].get("name", user["domain"].get("id")),
                   project["domain"].get("name", project["domain"].get("id"))}
        return (user["name"], user["password"], project["name"]) == self.user \
            and domains <= {"Default", "default"}

    @route("auth", "POST", "/identity/v3/auth/tokens", ("nocatalog",))
    def login(self, request):
        try:
            believed = self.believes(request.json()["auth"])
        except (KeyError, TypeError, AttributeError) as error:
            raise Refusal("invalid", "the body lacks something that the method needs") from error
        if not believed:
            raise Refusal("unauthorized")
        token = "gAAAAA" + secrets.token_urlsafe(150)
        self.tokens[token] = time.time() + 3600
        return json_answer(201, {"token": {
            "methods": request.json()["auth"]["identity"]["methods"],
            "user": {"id": "fd786d56402c4d1691372e7dee0d00b5", "name": self.user[0],
                     "domain": {"id": "default", "name": "Default"}},
            "project": {"id": PROJECT, "name": self.user[2],
                        "domain": {"id": "default", "name": "Default"}},
            "issued_at": stamp(time.time()), "expires_at": stamp(time.time() + 3600),
            "audit_ids": ["9JsolhssRzKfyayTIiCRUg"], "is_domain": False, "roles": [],
            "catalog": self.catalog(f"{request.origin}/{self.name}")}},
            [("X-Subject-Token", token), ("Vary", "X-Auth-Token")])

    def catalog(self, base):
        """As clouds have it: what is not public or of another region leads nowhere from here."""
        def service(kind, name, path):
            urls = [("internal", self.region, "http://192.0.2.253" + path),
                    ("public", self.region, base + path),
                    ("admin", self.region, "http://192.0.2.253" + path),
                    ("public", "RegionTwo", "https://192.0.2.253" + path)]
            return {"type": kind, "name": name, "id": f"service-{kind}", "endpoints": [
                {"id": f"{kind}-{where}-{region}", "interface": where, "region": region,
                 "region_id": region, "url": url} for where, region, url in urls]}
        return [service("identity", "keystone", "/identity"),
                service("compute_legacy", "nova_legacy", "/compute/v2"),
                service("network", "neutron", "/network"),
                service("compute", "nova", "/compute/v2.1")]

    # Networking.

    def floatingip(self, address, request):
        owner = self.owner(address, request)
        failed = not address.busy and address.broken
        status = "ERROR" if failed else "ACTIVE" if owner and not address.busy else "DOWN"
        return {"id": address.id, "floating_ip_address": address.ip,
                "floating_network_id": "376da547-b977-4cfe-9cba-275c80debf57",
                "fixed_ip_address": owner.ip if owner else None,
                "port_id": owner.nic if owner else None, "status": status,
                "router_id": "d23abc8d-2991-4a55-ba98-2aaea84cc72f" if owner else None,
                "project_id": PROJECT, "tenant_id": PROJECT, "description": "",
                "revision_number": address.revision, "port_forwardings": [], "tags": [],
                "port_details": {"device_id": owner.id, "mac_address": owner.mac,
                                 "status": "ACTIVE", "admin_state_up": True,
                                 "device_owner": "compute:nova"} if owner else None}

    @route("find", "GET", FIPS, FIP_FILTERS)
    def list_addresses(self, request):
        items = [self.floatingip(a, request) for a in self.account.addresses.values()]
        for name in ("floating_ip_address", "port_id", "status", "id"):
            if name in request.query:
                items = [value for value in items if value[name] == request.query[name]]
        return json_answer(200, {"floatingips": items})

    @route("show", "GET", FIPS + "/{ident}")
    def show(self, request, ident):
        return json_answer(200, {"floatingip": self.floatingip(self.fip(ident), request)})

    def fip(self, ident):
        address = self.account.address(ident)
        if ident != address.id:
            raise Refusal("no-address", f"Floating IP {ident} could not be found")
        return address

    def address_kind(self, request):
        return "assign" if request.json()["floatingip"].get("port_id") else "unassign"

    @route(address_kind, "PUT", FIPS + "/{ident}")
    def update(self, request, ident):
        address = self.fip(ident)
        value = self.body(request, floatingip=dict).get("floatingip", {})
        wanted = re.fullmatch(r'"?revision_number=(\d+)"?', request.headers.get("if-match", ""))
        if wanted and int(wanted[1]) != address.revision:
            raise Refusal("revision")
        for name in set(value) - {"port_id", "fixed_ip_address", "description"}:
            raise Refusal("invalid", f"Unrecognized attribute(s) '{name}'")
        server = self.account.server_of_nic(value["port_id"]) if value.get("port_id") else None
        if server and [a for a in self.account.owned_by(server) if a is not address]:
            raise Refusal("associated")
        self.associate(request, address, server)
        return json_answer(200, {"floatingip": self.floatingip(address, request)})

    def associate(self, request, address, server):
        """The database at once; the hook and the status after the delay."""
        account = self.account
        outcome, other = self.outcome(request)
        if other:
            server = account.other_than(server)
        with account.lock:
            if outcome != "ignored" and address.owner is not server:
                address.former, address.owner = address.owner, server
                address.by_hand = False
                address.revision += 1
            address.broken = outcome == "failed"
        account.begin("assign" if server else "unassign", address, server, outcome, written=True,
                      hold=self.hold(request))

    # Compute.

    def server(self, server, request):
        stopped = server.power in ("off", "starting")
        return {"id": server.id, "name": server.name, "status": self.power(server, request),
                "OS-EXT-STS:power_state": 4 if server.power == "off" else 1,
                "OS-EXT-STS:vm_state": "stopped" if stopped else "active",
                "OS-EXT-STS:task_state": TASKS.get(server.busy.verb) if server.busy else None,
                "tenant_id": PROJECT, "addresses": {"private": [
                    {"addr": server.ip, "version": 4, "OS-EXT-IPS:type": "fixed",
                     "OS-EXT-IPS-MAC:mac_addr": server.mac}]},
                "created": "2013-09-03T04:01:32Z", "updated": "2013-09-03T04:01:33Z"}

    def brief(self, server, request):
        return {"id": server.id, "name": server.name, "links": []}

    def listed(self, request, shape):
        items = list(self.account.servers.values())
        try:
            items = [s for s in items if re.search(request.query.get("name", ""), s.name)]
        except re.error as error:
            raise Refusal("invalid", "Invalid filter value") from error
        marker = request.query.get("marker")
        if marker:
            ids = [s.id for s in items]
            if marker not in ids:
                raise Refusal("invalid", f"marker [{marker}] not found")
            items = items[ids.index(marker) + 1:]
        shown, following = self.page(request, items, 1, self.number(request, "limit", 1000))
        value = {"servers": [shape(s, request) for s in shown]}
        if following:
            query = "&".join([f"{name}={text}" for name, text in request.query.items()
                              if name != "marker"] + [f"marker={shown[-1].id}"])
            value["servers_links"] = [{"rel": "next", "href": f"{request.origin}/{self.name}"
                                       f"{request.path}?{query}"}]
        return json_answer(200, value)

    @route("list", "GET", SERVERS, SERVER_FILTERS)
    def list_servers(self, request):
        return self.listed(request, self.brief)

    @route("list", "GET", SERVERS + "/detail", SERVER_FILTERS)
    def list_details(self, request):
        return self.listed(request, self.server)

    @route("status", "GET", SERVERS + "/{ident}")
    def show_server(self, request, ident):
        return json_answer(200, {"server": self.server(self.account.server(ident), request)})

    def power_kind(self, request):
        return {"os-stop": "off", "os-start": "on", "reboot": "reset"}.get(
            next(iter(request.json()), ""), "other")

    @route(power_kind, "POST", SERVERS + "/{ident}/action")
    def act(self, request, ident):
        server = self.account.server(ident)
        value = self.body(request, **{"os-stop": type(None), "os-start": type(None),
                                      "reboot": dict})
        if len(value) != 1 or value.get("reboot", {"type": "HARD"}).get("type") not in (
                "HARD", "SOFT"):
            raise Refusal("invalid", "There is no such action")
        verb = self.power_kind(request)
        word = {"off": "stop", "on": "start", "reset": "reboot"}[verb]
        wanted = {"off": ("on",), "on": ("off",), "reset": ("on", "off")}[verb]
        if server.busy:
            raise Refusal("state", f"Cannot '{word}' instance {ident} while it is in task_state "
                          f"{TASKS[server.busy.verb]}")
        if server.power not in wanted:
            raise Refusal("state", f"Cannot '{word}' instance {ident} while it is in vm_state "
                          f"{'stopped' if server.power == 'off' else 'active'}")
        self.change(request, verb, server)
        return Answer(202)

    def metadata(self, server, request):
        if request.path == "/openstack/latest/meta_data.json":
            return json_answer(200, {"uuid": server.id, "name": server.name,
                                     "hostname": f"{server.name}.novalocal", "launch_index": 0,
                                     "availability_zone": "nova", "project_id": PROJECT})
        if request.path == "/openstack/latest/network_data.json":
            name = "tap" + server.nic[:11]
            return json_answer(200, {
                "links": [{"id": name, "vif_id": server.nic, "type": "bridge", "mtu": 1500,
                           "ethernet_mac_address": server.mac}],
                "networks": [{"id": "network0", "link": name, "type": "ipv4_dhcp",
                              "network_id": "02dd8479-ef26-4398-a102-d19d0a7b3a1f"}],
                "services": []})
        return text_answer(404, "404 Not Found\n")

    def expire(self):
        self.tokens.clear()


def stamp(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S.000000Z", time.gmtime(seconds))


PROVIDER = Openstack
