# SPDX-License-Identifier: BSD-3-Clause
"""
A BMC that speaks Redfish, read from DMTF's mockup public-rackmount1 (DMTF/Redfish-Mockup-Server:
the shapes of ServiceRoot, Systems, ComputerSystem, SessionService) and DSP0266 (sessions: POST
gives X-Auth-Token and Location, DELETE ends one; errors: @Message.ExtendedInfo; actions: target,
@Redfish.AllowableValues or @Redfish.ActionInfo).

Settings: systems=N (the first N servers), allowable=WORDS, action-info=1 (instead of
AllowableValues), reset-status=CODE of a reset that was accepted (200, 202 or 204).
"""

import base64
import secrets

from provider import Answer, Provider, Refusal, json_answer, route

SYSTEM = "/v1/Systems/{ident}"
SESSIONS = "/v1/SessionService/Sessions"
RESETS = {"ForceOff": "off", "GracefulShutdown": "off", "On": "on", "ForceOn": "on",
          "ForceRestart": "reset", "GracefulRestart": "reset", "PowerCycle": "reset",
          "PushPowerButton": "off", "Nmi": "other"}
ALLOWABLE = "On,ForceOff,GracefulShutdown,GracefulRestart,ForceRestart,Nmi,ForceOn,PowerCycle"


class Redfish(Provider):
    name = "redfish"
    power_words = {"on": "On", "off": "Off", "starting": "PoweringOn",
                   "stopping": "PoweringOff", "resetting": "PoweringOn"}
    refusals = {
        "unauthorized": (401, "NoValidSession", "There is no valid session established."),
        "forbidden": (403, "InsufficientPrivilege", "There are insufficient privileges."),
        "no-route": (404, "ResourceMissingAtURI", "The resource at the URI was not found."),
        "no-server": (404, "ResourceMissingAtURI", "The resource at the URI was not found."),
        "no-address": (404, "ResourceMissingAtURI", "The resource at the URI was not found."),
        "method": (405, "OperationNotAllowed", "The HTTP method is not allowed."),
        "bad-json": (400, "MalformedJSON", "The request body is malformed JSON."),
        "invalid": (400, "ActionParameterNotSupported", "The parameter is not supported."),
        "missing": (400, "ActionParameterMissing", "The action requires ResetType."),
        "locked": (503, "ServiceTemporarilyUnavailable", "The service is unavailable. Retry."),
        "rate": (429, "ServiceTemporarilyUnavailable", "The service is unavailable. Retry."),
        "server-error": (500, "InternalError", "The request failed due to an internal error."),
    }

    def __init__(self, *args):
        super().__init__(*args)
        self.user = (self.settings.get("user", "lab-user"),
                     self.settings.get("password", "lab-password"))
        self.allowable = self.settings.get("allowable", ALLOWABLE).split(",")
        self.sessions = {}

    def server_id(self, name, number):
        return f"437XR1138R{number}"

    def error(self, status, code, words):
        message = {"@odata.type": "#Message.v1_1_2.Message", "MessageId": f"Base.1.15.0.{code}",
                   "Message": words, "MessageSeverity": "Critical", "Resolution": "None."}
        return json_answer(status, {"error": {"code": f"Base.1.15.0.{code}", "message": words,
                                              "@Message.ExtendedInfo": [message]}},
                           [("Retry-After", "1")] if status == 503 else ())

    def signs(self, request):
        return [("OData-Version", "4.0"), ("Cache-Control", "no-cache")]

    def classify(self, request):
        if len(request.path) > 1:
            request.path = request.path.rstrip("/")
        super().classify(request)

    def authenticate(self, request):
        if request.route.handler in (Redfish.version, Redfish.root):
            return
        basic = base64.b64encode(":".join(self.user).encode()).decode()
        if request.headers.get("authorization") == f"Basic {basic}":
            return
        if request.headers.get("x-auth-token") not in [t for t, _ in self.sessions.values()]:
            raise Refusal("unauthorized")

    def systems(self, request):
        servers = [s for s in self.account.servers.values() if not s.filler]
        if request.only:
            return [s for s in servers if s.name == request.only]
        return servers[:int(self.settings.get("systems", len(servers)))]

    def system_of(self, request, ident):
        for server in self.systems(request):
            if server.id == ident:
                return server
        raise Refusal("no-server")

    # The service.

    @route("other", "GET", "/")
    def version(self, request):
        return json_answer(200, {"v1": "/redfish/v1/"})

    @route("other", "GET", "/v1")
    def root(self, request):
        return json_answer(200, {
            "@odata.type": "#ServiceRoot.v1_15_0.ServiceRoot", "@odata.id": "/redfish/v1/",
            "Id": "RootService", "Name": "Root Service", "RedfishVersion": "1.15.0",
            "UUID": "92384634-2938-2342-8820-489239905423",
            "Systems": {"@odata.id": "/redfish/v1/Systems"},
            "SessionService": {"@odata.id": "/redfish/v1/SessionService"},
            "Links": {"Sessions": {"@odata.id": "/redfish" + SESSIONS}}})

    @route("list", "GET", "/v1/Systems")
    def list_systems(self, request):
        members = [{"@odata.id": f"/redfish/v1/Systems/{s.id}"} for s in self.systems(request)]
        return json_answer(200, {
            "@odata.type": "#ComputerSystemCollection.ComputerSystemCollection",
            "@odata.id": "/redfish/v1/Systems", "Name": "Computer System Collection",
            "Members@odata.count": len(members), "Members": members})

    @route("status", "GET", SYSTEM)
    def show_system(self, request, ident):
        server = self.system_of(request, ident)
        here = f"/redfish/v1/Systems/{ident}"
        reset = {"target": here + "/Actions/ComputerSystem.Reset"}
        if self.settings.get("action-info"):
            reset["@Redfish.ActionInfo"] = here + "/ResetActionInfo"
        else:
            reset["ResetType@Redfish.AllowableValues"] = self.allowable
        return json_answer(200, {
            "@odata.type": "#ComputerSystem.v1_20_0.ComputerSystem", "@odata.id": here,
            "Id": ident, "Name": server.name, "HostName": server.name, "SystemType": "Physical",
            "PowerState": self.power(server, request),
            "Status": {"State": "Enabled", "Health": "OK"},
            "Actions": {"#ComputerSystem.Reset": reset}})

    @route("other", "GET", SYSTEM + "/ResetActionInfo")
    def action_info(self, request, ident):
        self.system_of(request, ident)
        return json_answer(200, {
            "@odata.type": "#ActionInfo.v1_3_0.ActionInfo", "Id": "ResetActionInfo",
            "Name": "Reset Action Info", "Parameters": [{
                "Name": "ResetType", "Required": True, "DataType": "String",
                "AllowableValues": self.allowable}]})

    def reset_kind(self, request):
        return RESETS.get(request.json().get("ResetType"), "other")

    @route(reset_kind, "POST", SYSTEM + "/Actions/ComputerSystem.Reset")
    def reset(self, request, ident):
        server = self.system_of(request, ident)
        word = self.body(request, ResetType=str).get("ResetType")
        if word is None:
            raise Refusal("missing")
        if word not in self.allowable or word not in RESETS:
            raise Refusal("invalid", f"The value '{word}' for ResetType is not in the list.")
        verb = RESETS[word]
        if word == "PushPowerButton" and server.power == "off":
            verb = "on"
        if verb != "other":
            self.change(request, verb, server)
        return Answer(int(self.settings.get("reset-status", 204)))

    # Sessions.

    @route("other", "GET", "/v1/SessionService")
    def session_service(self, request):
        return json_answer(200, {
            "@odata.type": "#SessionService.v1_1_8.SessionService", "ServiceEnabled": True,
            "@odata.id": "/redfish/v1/SessionService", "Id": "SessionService",
            "Name": "Session Service", "SessionTimeout": 600,
            "Sessions": {"@odata.id": "/redfish" + SESSIONS}})

    @route("other", "GET", SESSIONS)
    def list_sessions(self, request):
        members = [{"@odata.id": f"/redfish{SESSIONS}/{ident}"} for ident in self.sessions]
        return json_answer(200, {"@odata.id": "/redfish" + SESSIONS, "Name": "Session Collection",
                                 "Members@odata.count": len(members), "Members": members})

    @route("auth", "POST", SESSIONS)
    def login(self, request):
        value = self.body(request, UserName=str, Password=str)
        if (value.get("UserName"), value.get("Password")) != self.user:
            raise Refusal("unauthorized")
        ident, token = secrets.token_hex(6), secrets.token_hex(16)
        self.sessions[ident] = (token, self.user[0])
        here = f"/redfish{SESSIONS}/{ident}"
        return json_answer(201, {"@odata.type": "#Session.v1_6_0.Session", "@odata.id": here,
                                 "Id": ident, "Name": "User Session", "UserName": self.user[0]},
                           [("X-Auth-Token", token), ("Location", here)])

    @route("other", "DELETE", SESSIONS + "/{ident}")
    def logout(self, request, ident):
        if ident not in self.sessions:
            raise Refusal("no-route")
        del self.sessions[ident]
        return Answer(204)

    def expire(self):
        self.sessions.clear()

    def described(self):
        return {"sessions": len(self.sessions)}


PROVIDER = Redfish
