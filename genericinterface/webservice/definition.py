"""A web service definition as the provider uses it: names resolved, defaults filled, the raw configuration kept."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

Config = Mapping[str, Any]  # scalars are str or None, as the YAML had them


@dataclass(frozen=True)
class MappingDefinition:
    """MappingInbound or MappingOutbound of an operation, where it is a hash that holds anything."""

    type: str  # "" where it names none, which no call survives, as in Znuny 6.5
    config: Config


@dataclass(frozen=True)
class OperationDefinition:
    """One entry of `Provider: Operation`; `config` is the entry itself."""

    name: str
    type: str  # "" where the definition names none
    config: Config
    mapping_inbound: MappingDefinition | None
    mapping_outbound: MappingDefinition | None


@dataclass(frozen=True)
class Webservice:
    """A definition under its name and ID. Built by `define`, never by hand, so that equal text gives equal objects."""

    id: int
    name: str
    config: Config

    @cached_property
    def description(self) -> str:
        """The operator's words about this web service."""
        return str(self.config.get("Description") or "")

    @cached_property
    def debug_threshold(self) -> str:
        """The lowest level that the Debugger keeps: debug, info, notice or error."""
        return str(_hash(self.config, "Debugger").get("DebugThreshold") or "error")

    @cached_property
    def provider(self) -> Config:
        """The `Provider` part."""
        return _hash(self.config, "Provider")

    @cached_property
    def extension(self) -> Config:
        """The `Provider: Extension` part: what this web service switches on beyond Znuny."""
        return _hash(self.provider, "Extension")

    @cached_property
    def transport_type(self) -> str:
        """`HTTP::REST`, `HTTP::SOAP`, or "" where none is named."""
        return str(_hash(self.provider, "Transport").get("Type") or "")

    @cached_property
    def transport_config(self) -> Config:
        """The `Provider: Transport: Config` part."""
        return _hash(_hash(self.provider, "Transport"), "Config")

    @cached_property
    def operations(self) -> Mapping[str, OperationDefinition]:
        """The operations by name, in the order of their names (the order in which the reference tries routes)."""
        entries = _hash(self.provider, "Operation")
        return {name: _operation(name, entries[name]) for name in sorted(entries)}


def define(name: str, config: Config, webservice_id: int = 0) -> Webservice:
    """The typed object of a loaded definition (see document.load); missing parts are empty, nothing is refused."""
    return Webservice(webservice_id, name, config)


def _operation(name: str, entry: object) -> OperationDefinition:
    config: Config = entry if isinstance(entry, Mapping) else {}
    return OperationDefinition(
        name,
        str(config.get("Type") or ""),
        config,
        _mapping(config.get("MappingInbound")),
        _mapping(config.get("MappingOutbound")),
    )


def _mapping(entry: object) -> MappingDefinition | None:
    if not isinstance(entry, Mapping) or not entry:
        return None
    return MappingDefinition(str(entry.get("Type") or ""), _hash(entry, "Config"))


def _hash(parent: Config, key: str) -> Config:
    value = parent.get(key)
    return value if isinstance(value, Mapping) else {}
