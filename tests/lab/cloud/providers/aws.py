# SPDX-License-Identifier: BSD-3-Clause
"""
Amazon EC2, version 2016-11-15, read from the service model that botocore carries
(data/ec2/2016-11-15/service-2.json: names of parameters and of elements) and the guide
(docs.aws.amazon.com/AWSEC2/latest: APIReference, errors; UserGuide: instance metadata). The
signature is checked with botocore's signer (signature.py).
"""

import re
import secrets
import time
from urllib.parse import parse_qsl
from xml.sax.saxutils import escape

from answers import Answer, json_answer, text_answer
from provider import Provider, Refusal, route
from signature import MOST_SKEW, Signature

CODES = {"pending": 0, "running": 16, "stopping": 64, "stopped": 80}
KINDS = {"DescribeAddresses": "show", "AssociateAddress": "assign",
         "DisassociateAddress": "unassign", "StopInstances": "off", "StartInstances": "on",
         "RebootInstances": "reset"}
ROLE = "lab-role"


class Aws(Provider):
    name = "aws"
    region = "eu-central-1"
    json_bodies = False
    retry_after = False
    power_words = {"on": "running", "off": "stopped", "starting": "pending",
                   "stopping": "stopping", "resetting": "running"}
    refusals = {
        "unauthorized": (401, "AuthFailure",
                         "AWS was not able to validate the provided access credentials"),
        "signature": (403, "SignatureDoesNotMatch", "The request signature we calculated does not "
                      "match the signature you provided."),
        "expired": (400, "RequestExpired", "Request has expired."),
        "forbidden": (403, "UnauthorizedOperation",
                      "You are not authorized to perform this operation."),
        "no-route": (400, "InvalidAction", "The action is not valid for this web service."),
        "method": (400, "InvalidAction", "The action is not valid for this web service."),
        "no-server": (400, "InvalidInstanceID.NotFound", "The instance ID does not exist"),
        "no-nic": (400, "InvalidNetworkInterfaceID.NotFound",
                   "The networkInterface ID does not exist"),
        "no-address": (400, "InvalidAllocationID.NotFound", "The allocation ID does not exist"),
        "no-ip": (400, "InvalidAddress.NotFound", "Address not found."),
        "no-association": (400, "InvalidAssociationID.NotFound",
                           "The association ID does not exist"),
        "associated": (400, "Resource.AlreadyAssociated", "resource is already associated"),
        "invalid": (400, "InvalidParameterValue", "Value is invalid"),
        "unknown": (400, "UnknownParameter", "The parameter is not recognized"),
        "missing": (400, "MissingParameter", "The request must contain the parameter"),
        "locked": (400, "IncorrectInstanceState",
                   "The instance is not in a state from which it can do that"),
        "rate": (503, "RequestLimitExceeded", "Request limit exceeded."),
        "server-error": (500, "InternalError", "An internal error has occurred"),
    }

    def __init__(self, *args):
        super().__init__(*args)
        self.region = self.settings.get("region", self.region)
        self.keys = {self.settings.get("key", "AKIALABLABLABLABLAB0"):
                     (self.settings.get("secret", "lab/secret+key"), None)}

    def server_id(self, name, number):
        return f"i-0a1b2c3d4e5f{number:05x}"

    def address_id(self, ip, number):
        return f"eipalloc-0a1b2c3d{number:09x}"

    def nic(self, name, mac):
        return "eni-0a1b2c" + mac.replace(":", "")[-11:]

    def error(self, status, code, words):
        return Answer(status, (
            '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error>'
            f"<Code>{code}</Code><Message>{escape(words)}</Message></Error></Errors>"
            f"<RequestID>{secrets.token_hex(16)}</RequestID></Response>").encode(),
            "text/xml;charset=UTF-8")

    def authenticate(self, request):
        try:
            signature = Signature(request)
        except ValueError as error:
            raise Refusal("unauthorized", str(error)) from error
        secret, session = self.keys.get(signature.key, (None, None))
        if secret is None or request.headers.get("x-amz-security-token") != session:
            raise Refusal("unauthorized")
        if signature.age() > MOST_SKEW:
            raise Refusal("expired")
        if (signature.region, signature.service) != (self.region, "ec2") \
                or not signature.is_of(request, secret):
            raise Refusal("signature")

    # Forms.

    def form(self, request):
        return dict(parse_qsl(request.body.decode("ascii", "replace"), keep_blank_values=True))

    def kind(self, request):
        form = self.form(request)
        if form.get("Action") == "DescribeInstances":
            return "status" if "InstanceId.1" in form else "list"
        return KINDS.get(form.get("Action"), "other")

    @route(kind, "POST", "/")
    def act(self, request):
        form = self.form(request)
        name = form.pop("Action", "")
        if form.pop("Version", "") != "2016-11-15":
            raise Refusal("invalid", "the version is not 2016-11-15")
        handler = getattr(self, "do_" + name, None)
        if not handler:
            raise Refusal("no-route", f"The action {name} is not valid for this web service.")
        inner = handler(request, form)
        return Answer(200, (
            f'<?xml version="1.0" encoding="UTF-8"?>\n<{name}Response '
            'xmlns="http://ec2.amazonaws.com/doc/2016-11-15/">'
            f"<requestId>{secrets.token_hex(16)}</requestId>{inner}</{name}Response>").encode(),
            "text/xml;charset=UTF-8")

    def fields(self, form, needed, *others):
        for field in form:
            if not any(re.fullmatch(name, field) for name in (*needed, *others)):
                raise Refusal("unknown", f"The parameter {field} is not recognized")
        for name in needed:
            if not any(re.fullmatch(name, field) for field in form):
                raise Refusal("missing", f"The request must contain the parameter {name}")

    @staticmethod
    def many(form, name):
        return [value for field, value in form.items()
                if re.fullmatch(rf"{re.escape(name)}\.\d+", field)]

    def filters(self, form):
        return {form[field]: self.many(form, field[:-4] + "Value")
                for field in form if re.fullmatch(r"Filter\.\d+\.Name", field)}

    # Addresses.

    def address(self, address, request):
        owner = self.owner(address, request)
        values = {"publicIp": address.ip, "allocationId": address.id, "domain": "vpc",
                  "networkBorderGroup": self.region, "publicIpv4Pool": "amazon"}
        if owner:
            values.update(instanceId=owner.id, networkInterfaceId=owner.nic,
                          associationId=self.association(address), privateIpAddress=owner.ip,
                          networkInterfaceOwnerId="123456789012")
        return values

    @staticmethod
    def association(address):
        return f"eipassoc-0{address.association or f'{address.number:016x}'}"

    def do_DescribeAddresses(self, request, form):
        self.fields(form, (), r"PublicIp\.\d+", r"AllocationId\.\d+", r"Filter\.\d+\..*")
        items = list(self.account.addresses.values())
        for ident in self.many(form, "AllocationId"):
            items = [self.account.address(ident)]
        for ip in self.many(form, "PublicIp"):
            items = [a for a in items if a.ip == ip]
            if not items:
                raise Refusal("no-ip", f"Address '{ip}' not found.")
        values = [self.address(a, request) for a in items]
        names = {"public-ip": "publicIp", "allocation-id": "allocationId",
                 "instance-id": "instanceId", "network-interface-id": "networkInterfaceId"}
        for name, wanted in self.filters(form).items():
            values = [v for v in values if v.get(names.get(name, name)) in wanted]
        return element("addressesSet", [element("item", v) for v in values])

    def do_AssociateAddress(self, request, form):
        self.fields(form, ("AllocationId",), "NetworkInterfaceId", "InstanceId",
                    "PrivateIpAddress", "AllowReassociation", "DryRun")
        address = self.account.address(form["AllocationId"])
        if form.get("NetworkInterfaceId"):
            server = self.account.server_of_nic(form["NetworkInterfaceId"])
        else:
            server = self.account.server(form.get("InstanceId"))
        if address.owner not in (None, server) and form.get("AllowReassociation") != "true":
            raise Refusal("associated", f"resource {address.id} is already associated")
        self.change_now(request, "assign", address, server)
        return element("return", "true") + element("associationId", self.association(address))

    def do_DisassociateAddress(self, request, form):
        self.fields(form, ("AssociationId",), "DryRun")
        for address in self.account.addresses.values():
            if address.owner and self.association(address) == form["AssociationId"]:
                self.change_now(request, "unassign", address)
                return element("return", "true")
        raise Refusal("no-association")

    # Instances.

    def instance(self, server, request):
        state = self.power(server, request)
        held = [a.ip for a in self.account.owned_by(server)][:1]
        return {"instanceId": server.id, "privateIpAddress": server.ip,
                **{"ipAddress": ip for ip in held},
                "instanceState": {"code": CODES.get(state, 48), "name": state},
                "tagSet": [element("item", {"key": "Name", "value": server.name})],
                "networkInterfaceSet": [element("item", {
                    "networkInterfaceId": server.nic, "macAddress": server.mac})]}

    def do_DescribeInstances(self, request, form):
        self.fields(form, (), r"InstanceId\.\d+", r"Filter\.\d+\..*", "MaxResults", "NextToken")
        items = [self.account.server(i) for i in self.many(form, "InstanceId")] \
            or list(self.account.servers.values())
        for name, wanted in self.filters(form).items():
            if name == "tag:Name":
                items = [s for s in items if s.name in wanted]
            elif name == "instance-state-name":
                items = [s for s in items if self.power_words[s.power] in wanted]
            else:
                raise Refusal("invalid", f"The filter '{name}' is invalid")
        following = None
        if "MaxResults" in form:
            items, following = self.page(request, items, int(form.get("NextToken", 1)),
                                         int(form["MaxResults"]))
        groups = [element("item", {"reservationId": f"r-{s.number:08x}", "ownerId": "1234",
                                   "instancesSet": [element("item", self.instance(s, request))]})
                  for s in items]
        return element("reservationSet", groups) + \
            (element("nextToken", str(following)) if following else "")

    def turn(self, request, form, verb, *others):
        self.fields(form, (r"InstanceId\.\d+",), *others)
        changes = []
        for server in [self.account.server(i) for i in self.many(form, "InstanceId")]:
            before = self.power_words[server.power]
            if verb == "off" and server.power == "starting" \
                    or verb == "on" and server.power == "stopping":
                raise Refusal("locked", f"The instance '{server.id}' is not in a state from which "
                              f"it can be {'stopped' if verb == 'off' else 'started'}.")
            if not server.busy:
                self.change(request, verb, server)
            after = {"off": "stopping", "on": "pending", "reset": "running"}[verb]
            changes.append(element("item", {
                "instanceId": server.id,
                "currentState": {"code": CODES[after], "name": after},
                "previousState": {"code": CODES[before], "name": before}}))
        return element("instancesSet", changes)

    def do_StopInstances(self, request, form):
        return self.turn(request, form, "off", "Force", "SkipOsShutdown", "Hibernate", "DryRun")

    def do_StartInstances(self, request, form):
        return self.turn(request, form, "on", "DryRun")

    def do_RebootInstances(self, request, form):
        self.turn(request, form, "reset", "DryRun")
        return element("return", "true")

    # The instance metadata service, version 2.

    def metadata(self, server, request):
        if request.path == "/latest/api/token":
            return self.session(request)
        if request.headers.get("x-aws-ec2-metadata-token") not in self.sessions():
            return text_answer(401, "Unauthorized")
        path = request.path.removeprefix("/latest/meta-data/")
        mac = f"network/interfaces/macs/{server.mac}/"
        values = {"instance-id": server.id, "placement/region": self.region, "mac": server.mac,
                  "local-ipv4": server.ip, mac + "interface-id": server.nic,
                  mac + "local-ipv4s": server.ip, "iam/security-credentials/": ROLE}
        for address in self.account.owned_by(server):
            values[mac + "public-ipv4s"] = values["public-ipv4"] = address.ip
            values[mac + "ipv4-associations/" + address.ip] = server.ip
        if path == "iam/security-credentials/" + ROLE:
            return self.role()
        if path not in values:
            return text_answer(404, "Not Found")
        return text_answer(200, values[path])

    def sessions(self):
        self.__dict__.setdefault("session_tokens", set())
        return self.session_tokens

    def session(self, request):
        seconds = request.headers.get("x-aws-ec2-metadata-token-ttl-seconds", "")
        if request.method != "PUT":
            return text_answer(405, "Method Not Allowed")
        if "x-forwarded-for" in request.headers:
            return text_answer(403, "Forbidden")
        if not seconds.isdigit() or not 1 <= int(seconds) <= 21600:
            return text_answer(400, "Bad Request")
        token = "AQAEA" + secrets.token_urlsafe(36)
        self.sessions().add(token)
        return text_answer(200, token, [("X-Aws-Ec2-Metadata-Token-Ttl-Seconds", seconds)])

    def role(self):
        key, secret, token = "ASIA" + secrets.token_hex(8).upper(), \
            secrets.token_urlsafe(30), secrets.token_urlsafe(200)
        self.keys[key] = (secret, token)
        until = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 21600))
        return json_answer(200, {"Code": "Success", "Type": "AWS-HMAC", "AccessKeyId": key,
                                 "SecretAccessKey": secret, "Token": token, "Expiration": until},
                           content_type="text/plain")

    def expire(self):
        self.sessions().clear()
        self.keys = {key: value for key, value in self.keys.items() if value[1] is None}


def element(name, value):
    """XML of text, of a dictionary, or of a list of XML."""
    if isinstance(value, dict):
        value = "".join(element(key, item) for key, item in value.items())
    elif isinstance(value, list):
        value = "".join(value)
    else:
        value = escape(str(value))
    return f"<{name}>{value}</{name}>"


PROVIDER = Aws
