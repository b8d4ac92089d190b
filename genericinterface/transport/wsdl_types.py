"""Types of a WSDL: the messages of a web service's operations, and their spyne models.

Used by transport/wsdl.py. The types come from the operations' Request and Response through schema.fields; the names
of the messages from the definition's schemes.
"""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import msgspec

from genericinterface import schema
from genericinterface.auth import Credentials
from genericinterface.errors import Fault
from genericinterface.registry import MAPPINGS, OPERATIONS
from genericinterface.schema import Field
from genericinterface.transport import xml
from genericinterface.transport.soap_names import Names
from genericinterface.transport.spyne_compat import (
    AnyXml,
    ByteArray,
    ComplexModel,
    Decimal,
    Integer32,
    Integer64,
    Unicode,
)
from genericinterface.webservice import OperationDefinition, Webservice

UNBOUNDED = float("inf")  # as spyne counts

# What callers send. Flags are 0 and 1, because "false" as text would be true for the operations. A date has the form
# that Znuny prints, which is no xs:dateTime.
REQUEST_KINDS = {
    "text": Unicode,
    "datetime": Unicode,
    "integer": Integer64,
    "decimal": Decimal,
    "flag": Integer32,
    "base64": ByteArray,
    "any": AnyXml,
}
# What they get: any value may be empty, and an empty number is no number for a strict client.
RESPONSE_KINDS = dict.fromkeys(REQUEST_KINDS, Unicode) | {"base64": ByteArray, "any": AnyXml}


@dataclass
class Message:
    """One element of the schema: its name, its members in their order, and the order inside them."""

    element: str
    fields: list[Field]
    description: str
    sends: bool  # whether callers send it; an element that is request and response at once counts as response
    order: xml.Order
    open: bool = False  # whether anything may be in it


class Messages:
    """The messages of a web service: `elements` by the element's name, `operations` as (request, response) by theirs.

    `documentation` has the words on each operation, `notes` those on what is left out.
    """

    def __init__(
        self,
        webservice: Webservice,
        names: Names,
        orders: Mapping[str, xml.Order],
        wildcards: Mapping[str, Sequence[str]],
    ) -> None:
        self.operations: dict[str, tuple[Message, Message]] = {}
        self.documentation: dict[str, str] = {}
        self.notes: list[str] = []
        self.elements: dict[str, Message] = {}
        for name, operation in webservice.operations.items():
            described = OPERATIONS.get(operation.type)
            if described is None or not all(map(xml.is_name, (name, names.request(name), names.response(name)))):
                self.notes.append(f"The operation {name} is left out: it is not available here.")
                continue
            fields = _expanded(_inbound(operation, schema.fields(described.Request)), wildcards)
            request = Message(names.request(name), fields, _doc(described.Request), True, {})
            response = Message(
                names.response(name),
                _sorted(schema.fields(described.Response), orders[name]),
                _doc(described.Response),
                False,
                orders[name],
                open=operation.mapping_outbound is not None,
            )
            self.operations[name] = (self._element(request), self._element(response))
            self.documentation[name] = _words(operation, described)

    def _element(self, message: Message) -> Message:
        """The message, or the one that has its name already and now holds the members of both."""
        known = self.elements.setdefault(message.element, message)
        if known is not message:
            known.fields = _sorted(_merged(known.fields, message.fields), known.order)
            known.sends = known.sends and message.sends
            known.open = known.open or message.open
        return known


def _doc(described: type[Any]) -> str:
    return inspect.cleandoc(described.__doc__ or "")


def _words(operation: OperationDefinition, described: type[Any]) -> str:
    own = str(operation.config.get("Description") or "")
    errors = [f"{code}: {when}" for code, when in described.errors.items()]
    return "\n".join([own or _doc(described), *(["Errors:", *errors] if errors else [])])


def _inbound(operation: OperationDefinition, fields: Sequence[Field]) -> Sequence[Field]:
    """What callers send: the operation's own fields, or what its mapping takes instead, beside their credentials."""
    mapping = MAPPINGS.get(operation.mapping_inbound.type) if operation.mapping_inbound else None
    if operation.mapping_inbound is None or mapping is None:
        return fields
    try:
        names: list[str] | None = mapping(operation.mapping_inbound.config).inbound_fields()
    except Fault:
        return fields  # each call is answered with that fault
    if names is None:
        return fields
    own = {field.name: field for field in fields}
    credentials = [field.name for field in schema.fields(Credentials) if field.name in own]
    return [
        own.get(name) or Field(name, "text", repeated=False, required=False, description="")
        for name in dict.fromkeys([*credentials, *names])
        if xml.is_name(name)
    ]


def _expanded(fields: Iterable[Field], wildcards: Mapping[str, Sequence[str]]) -> list[Field]:
    """The fields with one for each known name instead of one that stands for many."""
    expanded: list[Field] = []
    for field in fields:
        if field.wildcard is None:
            expanded.append(field)
            continue
        names = [field.wildcard + name for name in wildcards.get(field.wildcard, ())]
        expanded += [replace(field, name=name, wildcard=None) for name in names if xml.is_name(name)]
    return expanded


def _sorted(fields: Iterable[Field], order: xml.Order) -> list[Field]:
    """The fields of an answer as transport/xml.py sends them; XML Schema knows fixed orders only."""
    place = {name: number for number, name in enumerate(order)}
    described = [field for field in fields if field.wildcard is None]
    return sorted(described, key=lambda field: (place.get(field.name, len(place)), field.name))


def _merged(first: Iterable[Field], second: Iterable[Field]) -> list[Field]:
    merged = {field.name: field for field in first}
    for field in second:
        known = merged.get(field.name, field)
        kind = known.kind if known.kind == field.kind else "text"
        if known.structure is not field.structure:
            kind = "any"
        structure = known.structure if kind == "structure" else None
        repeated, required = known.repeated or field.repeated, known.required and field.required
        merged[field.name] = replace(known, kind=kind, structure=structure, repeated=repeated, required=required)
    return list(merged.values())


class Types:
    """spyne models in one namespace, each type once, under a name of its own.

    `descriptions` has the words on each type by its name: spyne would put a member's words on the member's type.
    """

    def __init__(self, namespace: str, elements: Iterable[str]) -> None:
        self._namespace = namespace
        self._models: dict[str, Any] = dict.fromkeys(elements)  # names that no structure takes
        self._structures: dict[tuple[type[msgspec.Struct], bool, str], Any] = {}
        self.descriptions: dict[str, str] = {}

    def model(self, message: Message) -> Any:
        """The model of a message."""
        if self._models[message.element] is None:
            members = (
                {"Any": _anything()}
                if message.open
                else self._members(message.fields, message.element, message.sends, message.order)
            )
            self._models[message.element] = self._produce(message.element, members, message.description)
        return self._models[message.element]

    def _members(self, fields: Iterable[Field], owner: str, sends: bool, order: xml.Order) -> dict[str, Any]:
        return {
            field.name: self._kind(field, owner, sends, order.get(field.name) or {}).customize(
                min_occurs=1 if sends and field.required else 0,
                max_occurs=UNBOUNDED if field.repeated else 1,
                nillable=False,
                doc=xml.printable(field.description) or None,
            )
            for field in fields
        }

    def _kind(self, field: Field, owner: str, sends: bool, order: xml.Order) -> Any:
        if field.structure is None:
            return (REQUEST_KINDS if sends else RESPONSE_KINDS)[field.kind]
        key = (field.structure, sends, repr(order))
        if key not in self._structures:
            inside = schema.fields(field.structure)
            fields = [entry for entry in inside if entry.wildcard is None] if sends else _sorted(inside, order)
            name = self._free(field.structure.__name__, owner)
            self._models[name] = None
            members = self._members(fields, owner, sends, order)
            self._models[name] = self._produce(name, members, _doc(field.structure))
            self._structures[key] = self._models[name]
        return self._structures[key]

    def _free(self, name: str, owner: str) -> str:
        """A type name that nothing else has: the structure's, or with its owner's before, or numbered."""
        tried, number = name, 1
        while tried in self._models:
            tried = f"{owner}{name}" if number == 1 else f"{owner}{name}{number}"
            number += 1
        return tried

    def _produce(self, name: str, members: dict[str, Any], description: str) -> Any:
        self.descriptions[name] = xml.printable(description)
        return ComplexModel.produce(self._namespace, name, members)


def _anything() -> Any:
    """xs:any, where a mapping decides what an answer looks like."""
    return AnyXml.customize(
        schema_tag="{http://www.w3.org/2001/XMLSchema}any",
        namespace="##any",
        process_contents="lax",
        min_occurs=0,
        max_occurs=UNBOUNDED,
        nillable=False,
    )
