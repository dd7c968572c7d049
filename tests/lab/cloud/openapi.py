# SPDX-License-Identifier: BSD-3-Clause
"""
Requests against an OpenAPI document (spec.openapis.org/oas/v3.0.3): the path, the method, the
parameters, the body. A discriminator picks the schema of the body; where there is none, one of
anyOf must fit. JSON, or YAML when there is a module for it; references may go to other files,
which are read when they are needed.
"""

import json
import os
import re
from urllib.parse import parse_qsl

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "integer": int,
         "number": (int, float)}


def read(path):
    with open(path, encoding="utf-8") as file:
        if path.endswith(".json"):
            return json.load(file)
        import yaml  # not needed for JSON
        return yaml.load(file, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))


class Node:
    """A value of the document and the file that its references are relative to."""

    def __init__(self, document, value, path):
        while isinstance(value, dict) and "$ref" in value:
            name, _, pointer = value["$ref"].partition("#")
            path = os.path.normpath(os.path.join(os.path.dirname(path), name)) if name else path
            value = document.file(path)
            for step in [part for part in pointer.split("/") if part]:
                value = value[step.replace("~1", "/").replace("~0", "~")]
        self.document = document
        self.value = value if isinstance(value, dict) else {}
        self.path = path

    def at(self, *names):
        node = self
        for name in names:
            node = Node(self.document, node.value.get(name), node.path)
        return node

    def each(self, name):
        return [Node(self.document, item, self.path) for item in self.value.get(name) or []]

    def referred(self, reference):
        return Node(self.document, {"$ref": reference}, self.path)


class Document:
    def __init__(self, path):
        self.files = {}
        self.root = Node(self, self.file(path), path)
        self.paths = []
        for pattern in self.root.value["paths"]:
            names = re.sub(r"\\{(\w+)\\}", r"(?P<\1>[^/]+)", re.escape(pattern))
            self.paths.append((pattern, re.compile(names + r"\Z").match))

    @classmethod
    def of_environment(cls, name):
        path = os.environ.get(name)
        return cls(path) if path else None

    def file(self, path):
        if path not in self.files:
            self.files[path] = read(path)
        return self.files[path]

    def findings(self, request):
        for pattern, match in self.paths:
            found = match(request.path)
            if not found:
                continue
            item = self.root.at("paths", pattern)
            operation = item.at(request.method.lower())
            if not operation.value:
                return [f"the document has no {request.method} there"]
            said = list(self.parameters(item, operation, request, found.groupdict()))
            return said + list(self.body(operation, request))
        return ["the document has no such path"]

    def parameters(self, item, operation, request, values):
        query = dict(parse_qsl(request.raw_query, keep_blank_values=True))
        known = {}
        for parameter in item.each("parameters") + operation.each("parameters"):
            known[parameter.value.get("name")] = parameter
        for name, value in {**values, **query}.items():
            if name not in known:
                yield f"the document has no parameter {name}"
                continue
            schema = known[name].at("schema")
            if schema.value.get("type") == "integer":
                value = int(value) if value.lstrip("-").isdigit() else value
            yield from judge(schema, value, name)

    def body(self, operation, request):
        content = operation.at("requestBody", "content", "application/json", "schema")
        if not content.value:
            if request.body:
                yield "the document has no body there"
            return
        try:
            value = json.loads(request.body.decode("utf-8"))
        except ValueError:
            yield "the body is no JSON"
            return
        yield from judge(content, value, "body")


def judge(schema, value, name):
    """What is wrong with a value, by its schema."""
    rule = schema.value
    if value is None and rule.get("nullable"):
        return
    kind = TYPES.get(rule.get("type"), object)
    if not isinstance(value, kind) or (isinstance(value, bool) and kind in (int, (int, float))):
        yield f"{name} is not of type {rule.get('type')}"
        return
    if "enum" in rule and value not in rule["enum"]:
        yield f"{name} is none of {rule['enum']}"
    if isinstance(value, int) and value < rule.get("minimum", value):
        yield f"{name} is below {rule['minimum']}"
    if isinstance(value, int) and value > rule.get("maximum", value):
        yield f"{name} is above {rule['maximum']}"
    for part in schema.each("allOf"):
        yield from judge(part, value, name)
    yield from alternatives(schema, value, name)
    if isinstance(value, dict):
        for missing in set(rule.get("required") or []) - set(value):
            yield f"{name} lacks {missing}"
        for key, item in value.items():
            if key in (rule.get("properties") or {}):
                yield from judge(schema.at("properties", key), item, f"{name}.{key}")
    if isinstance(value, list) and "items" in rule:
        for index, item in enumerate(value):
            yield from judge(schema.at("items"), item, f"{name}[{index}]")


def alternatives(schema, value, name):
    choices = schema.each("anyOf") + schema.each("oneOf")
    if not choices:
        return
    discriminator = schema.value.get("discriminator")
    if discriminator and isinstance(value, dict):
        said = value.get(discriminator["propertyName"])
        mapping = discriminator.get("mapping") or {}
        if said not in mapping:
            yield f"{name}.{discriminator['propertyName']} is none of {sorted(mapping)}"
        else:
            yield from judge(schema.referred(mapping[said]), value, name)
        return
    if all(list(judge(choice, value, name)) for choice in choices):
        yield f"{name} fits none of its schemas"
