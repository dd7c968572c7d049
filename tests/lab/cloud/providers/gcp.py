# SPDX-License-Identifier: BSD-3-Clause
"""
Google Compute Engine v1, read from docs.cloud.google.com/compute/docs/reference/rest/v1
(instances.addAccessConfig, deleteAccessConfig, start, stop, reset; addresses; zoneOperations get
and wait; errors) and its metadata server's reference. An interface has at most one access
configuration (terraform-google-vm 111); its name is what its maker called it, "external-nat" from
gcloud, "External NAT" from the console, and to delete one by a wrong name is answered with 200
(doitintl/kubeip 59): here the operation then ends with an error, which is a guess.
"""

import json
import re
import secrets
import time

from answers import text_answer
from provider import Provider, Refusal, json_answer, route

PROJECT = "/projects/{project}"
INSTANCE = PROJECT + "/zones/{zone}/instances/{name}"
LIST = ("filter", "maxResults", "pageToken", "orderBy", "returnPartialSuccess")


class Gcp(Provider):
    name = "gcp"
    base = "/compute/v1"
    zone = "us-east1-b"
    region = "us-east1"
    page_most = 500
    power_words = {"on": "RUNNING", "off": "TERMINATED", "starting": "STAGING",
                   "stopping": "STOPPING", "resetting": "RUNNING"}
    action_words = {"running": "RUNNING", "done": "DONE", "failed": "DONE"}
    refusals = {
        "unauthorized": (401, "authError", "Invalid Credentials"),
        "forbidden": (403, "forbidden", "Required 'compute.instances.stop' permission"),
        "no-route": (404, "notFound", "Not Found"),
        "no-server": (404, "notFound", "The resource 'instance' was not found"),
        "no-address": (404, "notFound", "The resource 'address' was not found"),
        "no-action": (404, "notFound", "The resource 'operation' was not found"),
        "method": (405, "httpMethodNotAllowed", "Method Not Allowed"),
        "bad-json": (400, "parseError", "Parse Error"),
        "invalid": (400, "invalid", "Invalid value"),
        "config": (400, "badRequest", "At most one access config currently supported."),
        "in-use": (400, "invalid", "External IP address is already in-use."),
        "locked": (400, "resourceNotReady", "The resource is not ready"),
        "rate": (403, "rateLimitExceeded", "Rate Limit Exceeded"),
        "server-error": (500, "backendError", "Backend Error"),
    }

    def __init__(self, *args):
        super().__init__(*args)
        self.project = self.settings.get("project", "lab-project")
        self.by_hand = self.settings.get("access-config", "external-nat")
        self.names = {}  # of the access configurations that requests made, by address
        self.tokens = {}

    def server_id(self, name, number):
        return name  # the API goes by names

    def address_id(self, ip, number):
        return f"address-{number}"

    def nic(self, name, mac):
        return "nic0"

    def error(self, status, code, words):
        return json_answer(status, {"error": {
            "code": status, "message": words,
            "errors": [{"message": words, "domain": "global", "reason": code}]}})

    def authenticate(self, request):
        until = self.tokens.get(request.bearer())
        if request.bearer() != self.token and (not until or until < time.time()):
            raise Refusal("unauthorized")

    def inside(self, project, zone=None, region=None):
        if project != self.project or zone not in (None, self.zone) \
                or region not in (None, self.region):
            raise Refusal("no-route")

    # Shapes.

    def url(self, *parts):
        return "/".join(("https://www.googleapis.com/compute/v1/projects", self.project) + parts)

    def instance_url(self, server):
        return self.url("zones", self.zone, "instances", server.name)

    def address(self, address, request):
        owner = self.owner(address, request)
        value = {"kind": "compute#address", "id": str(7000 + address.number), "name": address.id,
                 "address": address.ip, "addressType": "EXTERNAL", "networkTier": "PREMIUM",
                 "status": "IN_USE" if owner else "RESERVED",
                 "region": self.url("regions", self.region)}
        if owner:
            value["users"] = [self.instance_url(owner)]
        return value

    def configs(self, server):
        return [{"kind": "compute#accessConfig", "type": "ONE_TO_ONE_NAT", "natIP": a.ip,
                 "name": self.by_hand if a.by_hand else self.names.get(a.ip, "External NAT"),
                 "networkTier": "PREMIUM"} for a in self.account.owned_by(server)]

    def instance(self, server, request):
        nic = {"kind": "compute#networkInterface", "name": "nic0", "networkIP": server.ip}
        if self.configs(server):
            nic["accessConfigs"] = self.configs(server)
        return {"kind": "compute#instance", "id": str(880000 + server.number),
                "name": server.name, "status": self.power(server, request),
                "zone": self.url("zones", self.zone), "networkInterfaces": [nic]}

    def operation(self, action, word):
        value = {"kind": "compute#operation", "id": str(action.id), "status": word,
                 "name": f"operation-{action.id}", "operationType": action.verb,
                 "zone": self.url("zones", self.zone), "progress": 100 if word == "DONE" else 0}
        if action.state == "failed" and word == "DONE":
            value.update(httpErrorStatusCode=400, httpErrorMessage="BAD REQUEST", error={
                "errors": [{"code": "INVALID_USAGE", "message": "The operation failed."}]})
        return value

    def listed(self, request, kind, items, shape):
        token = request.query.get("pageToken", "1")
        if not token.isdigit():
            raise Refusal("invalid", "Invalid value for field 'pageToken'")
        wanted = re.fullmatch(r'(\w+) *(?:=|eq) *"?([^"]*)"?', request.query.get("filter", ""))
        if request.query.get("filter") and not wanted:
            raise Refusal("invalid", "Invalid value for field 'filter'")
        shown = [shape(item, request) for item in items]
        if wanted:
            shown = [value for value in shown if value.get(wanted[1]) == wanted[2]]
        shown, following = self.page(request, shown, int(token),
                                     self.number(request, "maxResults", 500))
        value = {"kind": kind}
        if shown:
            value["items"] = shown
        if following:
            value["nextPageToken"] = str(following)
        return json_answer(200, value)

    # Addresses.

    @route("show", "GET", PROJECT + "/regions/{region}/addresses", LIST)
    def list_addresses(self, request, project, region):
        self.inside(project, region=region)
        return self.listed(request, "compute#addressList",
                           list(self.account.addresses.values()), self.address)

    @route("show", "GET", PROJECT + "/regions/{region}/addresses/{name}")
    def show(self, request, project, region, name):
        self.inside(project, region=region)
        return json_answer(200, self.address(self.account.address(name), request))

    @route("assign", "POST", INSTANCE + "/addAccessConfig", ("networkInterface", "requestId"))
    def add(self, request, project, zone, name):
        self.inside(project, zone)
        server = self.account.server(name)
        value = self.body(request, name=str, type=str, natIP=str, networkTier=str, kind=str)
        if request.query.get("networkInterface") != "nic0":
            raise Refusal("invalid", "Invalid value for field 'networkInterface'")
        if value.get("type") not in (None, "ONE_TO_ONE_NAT"):
            raise Refusal("invalid", "Invalid value for field 'type'")
        address = self.account.address(value.get("natIP"))
        if self.configs(server):
            raise Refusal("config")
        if address.owner:
            raise Refusal("in-use", f"External IP address: {address.ip} is already in-use.")
        action = self.change(request, "assign", address, server)
        self.names[address.ip] = value.get("name", "External NAT")
        return json_answer(200, self.operation(action, "PENDING"))

    @route("unassign", "POST", INSTANCE + "/deleteAccessConfig",
           ("accessConfig", "networkInterface", "requestId"))
    def delete(self, request, project, zone, name):
        self.inside(project, zone)
        server = self.account.server(name)
        for config in self.configs(server):
            address = self.account.address(config["natIP"])
            if config["name"] == request.query.get("accessConfig"):
                action = self.change(request, "unassign", address)
            else:
                action = self.account.begin("unassign", address, outcome="failed")
            return json_answer(200, self.operation(action, "PENDING"))
        raise Refusal("invalid", "Invalid value for field 'accessConfig'")

    # Instances.

    @route("list", "GET", PROJECT + "/zones/{zone}/instances", LIST)
    def list_instances(self, request, project, zone):
        self.inside(project, zone)
        return self.listed(request, "compute#instanceList",
                           list(self.account.servers.values()), self.instance)

    @route("status", "GET", INSTANCE)
    def show_instance(self, request, project, zone, name):
        self.inside(project, zone)
        return json_answer(200, self.instance(self.account.server(name), request))

    def turn(self, request, project, zone, name, verb):
        self.inside(project, zone)
        server = self.account.server(name)
        if server.busy or (verb == "reset" and server.power != "on"):
            raise Refusal("locked", f"The resource '{self.instance_url(server)}' is not ready")
        return json_answer(200, self.operation(self.change(request, verb, server), "PENDING"))

    @route("off", "POST", INSTANCE + "/stop", ("requestId", "discardLocalSsd",
                                               "noGracefulShutdown"))
    def stop(self, request, project, zone, name):
        return self.turn(request, project, zone, name, "off")

    @route("on", "POST", INSTANCE + "/start", ("requestId",))
    def start(self, request, project, zone, name):
        return self.turn(request, project, zone, name, "on")

    @route("reset", "POST", INSTANCE + "/reset", ("requestId",))
    def reset(self, request, project, zone, name):
        return self.turn(request, project, zone, name, "reset")

    @route("poll", "GET", PROJECT + "/zones/{zone}/operations/{name}")
    @route("poll", "POST", PROJECT + "/zones/{zone}/operations/{name}/wait")
    def poll(self, request, project, zone, name):
        self.inside(project, zone)
        ident = name.removeprefix("operation-")
        if request.method == "POST":
            self.account.action(ident).done.wait(120)
            self.account.action(ident).looks += self.account.polls
        return json_answer(200, self.operation(*self.look(ident, request)))

    # The metadata server.

    def metadata(self, server, request):
        flavor = [("Metadata-Flavor", "Google")]
        if request.headers.get("metadata-flavor") != "Google":
            return text_answer(403, "Missing Metadata-Flavor:Google header.\n", flavor)
        path = request.path.removeprefix("/computeMetadata/v1/instance/")
        if path == "service-accounts/default/token":
            token = "ya29." + secrets.token_urlsafe(24)
            self.tokens[token] = time.time() + 3599
            return json_answer(200, {"access_token": token, "expires_in": 3599,
                                     "token_type": "Bearer"}, flavor)
        values = {"name": server.name, "id": str(880000 + server.number),
                  "zone": f"projects/112233/zones/{self.zone}",
                  "hostname": f"{server.name}.c.{self.project}.internal",
                  "network-interfaces/0/mac": server.mac, "network-interfaces/0/ip": server.ip}
        for config in self.configs(server):
            values["network-interfaces/0/access-configs/0/external-ip"] = config["natIP"]
        if path not in values:
            return text_answer(404, json.dumps({"error": "not found"}), flavor)
        return text_answer(200, values[path], flavor)

    def expire(self):
        self.tokens.clear()


PROVIDER = Gcp
