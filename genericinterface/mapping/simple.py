"""Mapping Simple: renames keys and replaces values at the top level of the data. As Znuny 6.5, with its words.

Built by the provider for an operation whose definition says so; touches nothing but the data.
"""

from __future__ import annotations

from collections.abc import Mapping as MappingABC
from typing import Any

import regex

from genericinterface.errors import Fault
from genericinterface.mapping.mapping import Data, Mapping
from genericinterface.perl_regexp import deadline, matches, whole
from genericinterface.registry import MAPPINGS
from genericinterface.schema import text, true

KEEP, IGNORE, MAP_TO = "Keep", "Ignore", "MapTo"


class _Rules:
    """Exact texts and expressions, each with what takes its place."""

    def __init__(self, exact: MappingABC[str, str], patterns: MappingABC[str, str]) -> None:
        self.exact = dict(exact)
        # The reference tries expressions in the order of their own text.
        self.patterns: list[tuple[regex.Pattern[str], str]] = [
            (whole(pattern), value) for pattern, value in sorted(patterns.items())
        ]

    def pattern_value(self, old: str, until: float) -> str | None:
        """What the first fitting expression says, None where none fits."""
        return next((value for pattern, value in self.patterns if matches(pattern, old, until)), None)


_NO_RULES = _Rules({}, {})


@MAPPINGS.register("Simple")
class Simple(Mapping):
    """KeyMapExact, KeyMapRegEx and KeyMapDefault for keys; ValueMap (by new key) and ValueMapDefault for values.

    Without any Config all data passes as it is (Znuny 6.5).
    """

    def __init__(self, config: MappingABC[str, Any]) -> None:
        super().__init__(config)
        self._keys, self._values = _NO_RULES, dict[str, _Rules]()
        self._key_default = self._value_default = (KEEP, "")
        if config:
            self._key_default = _default(config, "KeyMapDefault")
            self._value_default = _default(config, "ValueMapDefault")
            self._keys = _Rules(_texts(config, "KeyMapExact"), _texts(config, "KeyMapRegEx"))
            self._values = {key: _value_rules(key, entry) for key, entry in _hash(config, "ValueMap").items()}

    def map(self, data: Data, stages: MappingABC[str, Data]) -> Data:
        """The mapped data; keys in the order of their text.

        Where two keys become one, an exact or unchanged key takes the place of what is there; one that came by an
        expression or by default does not. Structures and null keep their value, whatever the rules.
        """
        until = deadline()
        mapped: Data = {}
        for old in sorted(filter(None, data)):
            key, takes_place = self._new_key(old, until)
            if key is None or (key in mapped and not takes_place):
                continue
            changed = self._new_value(key, data[old], until)
            if changed is not _LEFT_OUT:
                mapped[key] = changed
        return mapped

    def _new_key(self, old: str, until: float) -> tuple[str | None, bool]:
        """(new key or None, whether it takes the place of one that is there)."""
        # A new key "" or "0" is none, in Znuny 6.5: the default decides.
        if true(new := self._keys.exact.get(old)):
            return new, True
        if true(new := self._keys.pattern_value(old, until)):
            return new, False
        map_type, target = self._key_default
        if map_type == MAP_TO:
            return target, False
        return (old, True) if map_type == KEEP else (None, False)

    def _new_value(self, key: str, value: Any, until: float) -> Any:
        if value is None or isinstance(value, dict | list):
            return value
        old = str(text(value))
        rules = self._values.get(key, _NO_RULES)
        new = rules.exact[old] if old in rules.exact else rules.pattern_value(old, until)
        if new is not None:
            return new
        map_type, target = self._value_default
        if map_type == MAP_TO:
            return target
        return value if map_type == KEEP else _LEFT_OUT

    def inbound_fields(self) -> list[str] | None:
        """The names that callers may send, where only listed ones pass."""
        if self._key_default[0] != IGNORE or self._keys.patterns:
            return None
        return sorted(self._keys.exact)


_LEFT_OUT = object()


def _hash(config: MappingABC[str, Any], name: str, where: str = "") -> MappingABC[str, Any]:
    """A part that may be absent, else must be a hash with content."""
    part = config.get(name)
    if part is None:
        return {}
    if not isinstance(part, MappingABC) or not part:
        reason = f"Got {name}{where}, but it is" if where else f"Got {name} with Data, but Data is"
        raise Fault(f"{reason} no hash ref with content!")
    return part


def _texts(config: MappingABC[str, Any], name: str, where: str = "") -> MappingABC[str, str]:
    """A part whose values are all text."""
    part = _hash(config, name, where)
    for key, value in part.items():
        if not isinstance(value, str):
            raise Fault(f"Got value for {key} in {name}{where} which is not a string!")
    return part


def _value_rules(key: str, entry: object) -> _Rules:
    if not isinstance(entry, MappingABC) or not entry:
        raise Fault(f"Got {key} in ValueMap, but it is no hash ref with content!")
    where = f" in {key} in ValueMap"
    return _Rules(_texts(entry, "ValueMapExact", where), _texts(entry, "ValueMapRegEx", where))


def _default(config: MappingABC[str, Any], name: str) -> tuple[str, str]:
    """(MapType, MapTo)."""
    if config.get(name) is None:
        raise Fault(f"Got no {name}, but it is required!")
    part = _texts(config, name)
    map_type, target = part.get("MapType", ""), part.get("MapTo", "")
    if map_type not in (KEEP, IGNORE, MAP_TO):
        raise Fault(f"Got no valid MapType in {name}!")
    # Znuny 6.5 takes "0" for a key here and fails at every message then.
    if map_type == MAP_TO and (not target or (name == "KeyMapDefault" and target == "0")):
        raise Fault(f"Got MapType 'MapTo', but MapTo value is not valid in {name}!")
    return map_type, target
