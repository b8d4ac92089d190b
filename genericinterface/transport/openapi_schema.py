"""Request and response types as JSON Schema (2020-12, as OpenAPI 3.1 uses it). Called by transport/openapi.py; pure.

Requests are described as leniently as they are read: a number may be text, a list may be one value. Answers are
described as they are: lists are lists, but for the raw fields, where one value stands alone (the ArticleID of
TicketCreate), and a value may be null.
"""

from __future__ import annotations

import re
from inspect import getdoc
from typing import Any

import msgspec

from genericinterface.schema import Field, fields

Schema = dict[str, Any]

# What callers should send comes first.
SCALARS: dict[str, Schema] = {
    "text": {"type": "string"},
    "integer": {"type": ["integer", "string"]},
    "decimal": {"type": ["number", "string"]},
    "datetime": {"type": "string", "examples": ["2026-01-31 12:30:00"]},
    "flag": {"type": ["integer", "boolean", "string"], "examples": [1]},
    "base64": {"type": "string", "contentEncoding": "base64"},
    "any": {},
}


class Schemas:
    """The `components: schemas` of a document, filled as types are referred to."""

    def __init__(self) -> None:
        self.components: dict[str, Schema] = {}
        self._names: dict[tuple[type[msgspec.Struct], bool], str] = {}

    def refer(self, structure: type[msgspec.Struct], answer: bool) -> Schema:
        """A reference to the schema of a whole type, as a request or as an answer."""
        key = (structure, answer)
        if key not in self._names:
            name = structure.__name__
            while name in self.components:  # the same type in the other direction, or another of the same name
                name += "Answer" if answer else "Request"
            self._names[key] = name
            self.components[name] = {}  # so that a type may refer to itself
            self.components[name] |= self.object_of(fields(structure), answer, getdoc(structure) or "")
        return {"$ref": f"#/components/schemas/{self._names[key]}"}

    def object_of(self, members: tuple[Field, ...], answer: bool, description: str) -> Schema:
        """The schema of a hash with these members; unknown keys are ignored."""
        found: Schema = {"type": "object", "properties": {}}
        if description:
            found["description"] = description
        for member in members:
            value = self.member(member, answer)
            if member.wildcard:
                found.setdefault("patternProperties", {})[f"^{re.escape(member.wildcard)}."] = value
            else:
                found["properties"][member.name] = value
        required = [member.name for member in members if member.required]
        return found | ({"required": required} if required else {})

    def member(self, member: Field, answer: bool) -> Schema:
        """The schema of one member."""
        one = self._one(member, answer)
        if not member.repeated:
            found = one
        elif answer and not member.raw:
            found = {"type": "array", "items": one}
        else:
            found = {"anyOf": [one, {"type": "array", "items": one}]}
        return {**found, "description": member.description} if member.description else found

    def _one(self, member: Field, answer: bool) -> Schema:
        if member.structure is not None:
            return self.refer(member.structure, answer)
        scalar = SCALARS[member.kind]
        if not answer or not scalar:
            return dict(scalar)
        kinds = scalar["type"] if isinstance(scalar["type"], list) else [scalar["type"]]
        return {**scalar, "type": [*kinds, "null"]}


def query_schema(member: Field) -> Schema:
    """The schema of a member in a query, where everything is text; a flag is 0 or 1, for `false` would be true."""
    kind = {"integer": "integer", "flag": "integer", "decimal": "number"}.get(member.kind, "string")
    return {"type": "array", "items": {"type": kind}} if member.repeated else {"type": kind}
