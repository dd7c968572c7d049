# SPDX-License-Identifier: BSD-3-Clause
"""
Whether a request is signed with this key: botocore signs the same request, and the two must agree.

libcurl 7.88 leaves the port out of the host that it signs (curl 9550), which shows only on other
ports than 443, where no real EC2 is: such a signature counts as well.
"""

import datetime
import re

AUTHORIZATION = re.compile(
    r"AWS4-HMAC-SHA256 +Credential=(?P<key>[^/]+)/(?P<day>\d{8})/(?P<region>[^/]+)/"
    r"(?P<service>[^/]+)/aws4_request, *SignedHeaders=(?P<headers>[^,]+), *"
    r"Signature=(?P<signature>[0-9a-f]{64})")
MOST_SKEW = 15 * 60


class Signature:
    """What a request says of its own signature; raises ValueError when it says nothing useful."""

    def __init__(self, request):
        found = AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if not found:
            raise ValueError("no Authorization of AWS4-HMAC-SHA256")
        self.key, self.region, self.service = found["key"], found["region"], found["service"]
        self.given = found["signature"]
        self.names = found["headers"].split(";")
        self.stamp = request.headers.get("x-amz-date", "")
        if not re.fullmatch(r"\d{8}T\d{6}Z", self.stamp) or self.stamp[:8] != found["day"]:
            raise ValueError("X-Amz-Date is missing or of another day")
        needed = {"host", "x-amz-date"} | ({"x-amz-security-token"}
                                          & set(request.headers))
        if not needed <= set(self.names):
            raise ValueError("the signature does not cover " + ", ".join(needed - set(self.names)))

    def age(self):
        then = datetime.datetime.strptime(self.stamp, "%Y%m%dT%H%M%SZ")
        return abs((datetime.datetime.utcnow() - then).total_seconds())

    def is_of(self, request, secret):
        host = request.headers.get("host", "")
        if self.computed(request, secret, host) == self.given:
            return True
        bare = re.sub(r":\d+\Z", "", host)
        return bare != host and self.computed(request, secret, bare) == self.given

    def computed(self, request, secret, host):
        from botocore.auth import SigV4Auth
        from botocore.awsrequest import AWSRequest
        from botocore.credentials import Credentials

        headers = {name: request.headers.get(name, "") for name in self.names if name != "host"}
        copy = AWSRequest(request.method, f"{request.scheme}://{host}{request.target}",
                          data=request.body, headers={**headers, "Host": host})
        copy.context["timestamp"] = self.stamp
        signer = SigV4Auth(Credentials(self.key, secret), self.service, self.region)
        # botocore signs every header of the request, and only those that the request names are in.
        text = signer.string_to_sign(copy, signer.canonical_request(copy))
        return signer.signature(text, copy)
