"""Mapping Simple: renames keys and replaces values at the top level of the data. As Znuny 6.5, with its words."""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from typing import Any

import regex

from genericinterface.errors import Fault
from genericinterface.mapping.mapping import Data, Mapping
from genericinterface.mapping.perl_regexp import compiled, matches
from genericinterface.registry import MAPPINGS

TYPES = ("Keep", "Ignore", "MapTo")


class _Rules:
    """What becomes of a name: exact matches first, then patterns in the order of their text, then the default."""

    def __init__(self, exact: object, patterns: object) -> None:
        self.exact = {key: str(value or "") for key, value in _hash(exact).items()}
        self.patterns: list[tuple[regex.Pattern[str], str]] = [
            (compiled(key, whole=True), str(value or "")) for key, value in sorted(_hash(patterns).items())
        ]

    def apply(self, name: str, default: MappingABC[str, Any]) -> str | None:
        """The new name, None where it is to be left out."""
        if name in self.exact:
            return self.exact[name]
        for pattern, value in self.patterns:
            if matches(pattern, name):
                return value
        if default["MapType"] == "Keep":
            return name
        return str(default["MapTo"]) if default["MapType"] == "MapTo" else None


@MAPPINGS.register("Simple")
class Simple(Mapping):
    """Keys by KeyMapExact, KeyMapRegEx and KeyMapDefault; values by ValueMap and ValueMapDefault."""

    def __init__(self, config: MappingABC[str, Any]) -> None:
        super().__init__(config)
        self.key_default = _default(config, "KeyMapDefault")
        self.value_default = _default(config, "ValueMapDefault")
        for name in ("KeyMapExact", "KeyMapRegEx", "ValueMap"):
            if config.get(name) is not None and not isinstance(config[name], MappingABC):
                raise Fault(f"{name} must be a hash!")
        self.keys = _Rules(config.get("KeyMapExact"), config.get("KeyMapRegEx"))
        self.values = {
            key: _Rules(_hash(rules).get("ValueMapExact"), _hash(rules).get("ValueMapRegEx"))
            for key, rules in _hash(config.get("ValueMap")).items()
        }
        self._no_rules = _Rules(None, None)

    def map(self, data: Data, stages: MappingABC[str, Data]) -> Data:
        """The mapped data. A key that is there already is not overwritten; structures keep their values."""
        mapped: Data = {}
        for old in sorted(data):
            key = self.keys.apply(old, self.key_default)
            if not key or key in mapped:
                continue
            value = data[old]
            if isinstance(value, str | int | float):
                changed = self.values.get(key, self._no_rules).apply(str(value), self.value_default)
                if changed is None:
                    continue
                value = value if changed == str(value) else changed
            mapped[key] = value
        return mapped

    def inbound_fields(self) -> list[str] | None:
        """The names that callers may send, where only listed ones pass."""
        if self.key_default["MapType"] == "Keep" or self.keys.patterns:
            return None
        return sorted(self.keys.exact)


def _hash(value: object) -> MappingABC[str, Any]:
    return value if isinstance(value, MappingABC) else {}


def _default(config: MappingABC[str, Any], name: str) -> MappingABC[str, Any]:
    entry = config.get(name)
    if not isinstance(entry, MappingABC):
        raise Fault(f"Got no {name}, but it is required!")
    if entry.get("MapType") not in TYPES:
        raise Fault(f"Got no valid MapType in {name}!")
    if entry["MapType"] == "MapTo" and not entry.get("MapTo"):
        raise Fault(f"Got MapType 'MapTo', but MapTo value is not valid in {name}!")
    return entry
