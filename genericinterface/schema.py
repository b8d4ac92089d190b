"""The one place that reads request and response types: coerces data to them, and describes them to WSDL and OpenAPI.

A type is a msgspec Struct; its field names are the wire's names, its docstring and `Meta(description=…)` the
documentation. Coercion never rejects: Znuny's interface is lenient (scalar or list, number or text, Perl truthiness),
and the operation answers a bad value with its own ErrorCode. Called by the provider (coerce) and by transport/wsdl.py
and transport/openapi.py (fields); tests check that every operation's types can be read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Annotated, Any, TypeVar, cast

import msgspec
from msgspec import Meta
from msgspec import inspect as mi


class DecodedText(str):
    """Text of an element that said of itself that it is base64; `data` has its bytes, which need not be any text."""

    data: bytes


# A list or hash where a scalar belongs. Perl would see "ARRAY(0x…)": text that equals nothing anybody stored.
NOT_A_SCALAR = "\N{REPLACEMENT CHARACTER}not a scalar"

# Scalars of the wire. All are text at run time; the name says what callers should send, for WSDL and OpenAPI.
Text = str
Integer = Annotated[str, Meta(extra={"scalar": "integer"})]
Decimal = Annotated[str, Meta(extra={"scalar": "decimal"})]
DateTime = Annotated[str, Meta(extra={"scalar": "datetime"})]  # YYYY-MM-DD HH:MM:SS in the system's time zone
Flag = Annotated[str, Meta(extra={"scalar": "flag"})]  # Perl truthiness: "" and "0" are false
Base64 = Annotated[str, Meta(extra={"scalar": "base64"})]

StructT = TypeVar("StructT", bound=msgspec.Struct)


class Structure(msgspec.Struct, kw_only=True, omit_defaults=True):
    """Base of every request and response type, and of the structures inside them."""


def wildcard(prefix: str, description: str) -> Meta:
    """Marks a dict field that collects every key beginning with `prefix` (`DynamicField_`); keys lose the prefix."""
    return Meta(description=description, extra={"wildcard": prefix})


@dataclass(frozen=True)
class Field:
    """One member of a type, as the transports describe it.

    `kind` is text, integer, decimal, datetime, flag, base64, structure or any; `structure` is the Struct of a
    structure; `wildcard` is the prefix of a field that stands for many (then kind and structure are its values');
    `raw` fields (of type Any) get their value unchanged, whatever their Meta(extra=…) describes: scalar, repeated,
    structure.
    """

    name: str
    kind: str
    repeated: bool
    required: bool
    description: str
    structure: type[msgspec.Struct] | None = None
    wildcard: str | None = None
    raw: bool = False


@cache
def fields(structure: type[msgspec.Struct]) -> tuple[Field, ...]:
    """The members of a type in their declared order."""
    info = cast(mi.StructType, mi.type_info(structure))
    return tuple(_field(member) for member in info.fields)


def _field(member: mi.Field) -> Field:
    description = ""
    prefix: str | None = None
    scalar: str | None = None
    repeated = raw = False
    structure: type[msgspec.Struct] | None = None
    kind = "text"
    pending: list[mi.Type] = [member.type]
    while pending:
        node = pending.pop(0)
        if isinstance(node, mi.Metadata):
            extra = node.extra or {}
            description = description or str((node.extra_json_schema or {}).get("description", ""))
            prefix = prefix or extra.get("wildcard")
            scalar = scalar or extra.get("scalar")
            repeated = repeated or bool(extra.get("repeated"))
            structure = structure or extra.get("structure")
            pending.append(node.type)
        elif isinstance(node, mi.UnionType):
            pending.extend(t for t in node.types if not isinstance(t, mi.NoneType))
        elif isinstance(node, mi.ListType):
            repeated = True
            pending.append(node.item_type)
        elif isinstance(node, mi.DictType):
            pending.append(node.value_type)
        elif isinstance(node, mi.StructType):
            kind, structure = "structure", node.cls
        elif isinstance(node, mi.AnyType):
            kind, raw = "structure" if structure else "any", True
        elif not isinstance(node, mi.StrType):
            raise TypeError(f"field {member.name} has a type the schema does not know: {node}")
    return Field(member.encode_name, scalar or kind, repeated, member.required, description, structure, prefix, raw)


# ------------------------------------------------------------------------------------------------------- coercion


def text(value: object) -> str | None:
    """A scalar as Perl prints it: true is "1", false is "0", null stays None, structures are NOT_A_SCALAR."""
    if type(value) is str:
        return value
    if value is None:
        return None
    if value is True:
        return "1"
    if value is False:
        return "0"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, int):
        return str(value)
    return value if isinstance(value, str) else NOT_A_SCALAR


def texts(value: object) -> list[str | None] | None:
    """A list of scalars; one scalar is a list of one; null stays None."""
    if value is None:
        return None
    if isinstance(value, list):
        return [text(item) for item in value]
    return [text(value)]


def true(value: object) -> bool:
    """Perl truthiness: null, "", 0 and "0" are false, everything else is true ("0.0" and "false" too)."""
    return value is not None and text(value) not in ("", "0")


Coercion = Callable[[object], Any]


def _one_of(structure: type[msgspec.Struct]) -> Coercion:
    def coerce_one(value: object) -> Any:
        return coerce(structure, value) if isinstance(value, dict) else None

    return coerce_one


def _list_of(structure: type[msgspec.Struct]) -> Coercion:
    def coerce_list(value: object) -> Any:
        if value is None:
            return None
        items = value if isinstance(value, list) else [value]
        return [coerce(structure, item) if isinstance(item, dict) else None for item in items]

    return coerce_list


def _unchanged(value: object) -> Any:
    return value


def _coercion(field: Field) -> Coercion:
    if field.raw:
        return _unchanged
    if field.structure is not None:
        return _list_of(field.structure) if field.repeated else _one_of(field.structure)
    return texts if field.repeated else text


@cache
def _plan(structure: type[msgspec.Struct]) -> tuple[dict[str, tuple[str, Coercion]], list[tuple[str, str, Coercion]]]:
    """(wire name → attribute and coercion, [(prefix, attribute, coercion of a value)])."""
    attributes = dict(zip(structure.__struct_encode_fields__, structure.__struct_fields__, strict=True))
    named: dict[str, tuple[str, Coercion]] = {}
    prefixed: list[tuple[str, str, Coercion]] = []
    for field in fields(structure):
        if field.wildcard:
            prefixed.append((field.wildcard, attributes[field.name], _coercion(field)))
        else:
            named[field.name] = (attributes[field.name], _coercion(field))
    return named, prefixed


def coerce(structure: type[StructT], data: Mapping[str, object]) -> StructT:
    """`data` as an instance of `structure`. Never raises on values; unknown keys are left out, null counts as absent.

    In a list of structures an item that is no hash becomes None; a structure that is no hash becomes None.
    """
    named, prefixed = _plan(structure)
    values: dict[str, Any] = {}
    for key, value in data.items():
        plan = named.get(key)
        if plan is not None:
            if value is not None:
                values[plan[0]] = plan[1](value)
            continue
        for prefix, attribute, coercion in prefixed:
            if key.startswith(prefix) and len(key) > len(prefix) and value is not None:
                values.setdefault(attribute, {})[key[len(prefix) :]] = coercion(value)
    return structure(**values)
