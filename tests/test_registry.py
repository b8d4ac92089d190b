"""registry.py: names to classes, duplicates refused, near misses named."""

from __future__ import annotations

import pytest

from genericinterface.registry import Registry


class Thing:
    """Something to register."""


def test_a_name_is_registered_once_and_found() -> None:
    registry: Registry[Thing] = Registry("thing")
    registered = registry.register("Ticket::TicketSearch")(type("A", (Thing,), {}))
    assert registry.get("Ticket::TicketSearch") is registered
    assert registered.type == "Ticket::TicketSearch"
    assert "Ticket::TicketSearch" in registry
    assert list(registry) == ["Ticket::TicketSearch"]
    assert len(registry) == 1
    with pytest.raises(ValueError, match="thing Ticket::TicketSearch is registered twice"):
        registry.register("Ticket::TicketSearch")(type("B", (Thing,), {}))


def test_unknown_names_give_none_and_the_near_miss() -> None:
    registry: Registry[Thing] = Registry("thing")
    registry.register("Ticket::TicketSearch")(type("A", (Thing,), {}))
    assert registry.get("Ticket::TicketSaerch") is None
    assert registry.near("Ticket::TicketSaerch") == "Ticket::TicketSearch"
    assert registry.near("zzz") is None
