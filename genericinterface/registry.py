"""Registries of operations, mappings and transports: where a definition's Type finds its code.

Filled by importing `genericinterface.operation`, `.mapping` and `.transport`; read by the provider, by the checks of a
definition and by the tests, which draw their parameters from here.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator
from typing import Any, Generic, TypeVar

T = TypeVar("T")


class Registry(Generic[T]):
    """Names to classes of one kind ("operation"); refuses duplicates and names the near miss of an unknown name."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self._entries: dict[str, type[T]] = {}

    def register(self, name: str) -> Callable[[type[T]], type[T]]:
        """Class decorator; raises ValueError if the name is taken. Sets `type` on the class."""

        def enter(entry: type[T]) -> type[T]:
            if name in self._entries:
                raise ValueError(f"{self.kind} {name} is registered twice")
            self._entries[name] = entry
            entry.type = name  # type: ignore[attr-defined]
            return entry

        return enter

    def get(self, name: str) -> type[T] | None:
        """The class of that name, or None."""
        return self._entries.get(name)

    def near(self, name: str) -> str | None:
        """The known name that looks most like an unknown one, for a hint."""
        found = difflib.get_close_matches(name, self._entries, n=1, cutoff=0.6)
        return found[0] if found else None

    def __contains__(self, name: object) -> bool:
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._entries))

    def __len__(self) -> int:
        return len(self._entries)


# Any, because the contracts (operation/operation.py, mapping/mapping.py, transport/transport.py) live in rooms above.
OPERATIONS: Registry[Any] = Registry("operation")
MAPPINGS: Registry[Any] = Registry("mapping")
TRANSPORTS: Registry[Any] = Registry("transport")

# Operations of the reference that this provider does not have yet: a definition may name them, a call is a clear fault.
PLANNED_OPERATIONS = frozenset(
    {
        "Test::Test",
    }
)
