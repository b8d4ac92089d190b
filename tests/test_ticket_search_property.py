"""TicketSearch against its documented meaning: random searches find in SQL what they find in plain Python."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import true

from genericinterface.auth import Customer
from genericinterface.auth.permission import visible_tickets
from genericinterface.database import optional_indexes
from genericinterface.database.engine import Database
from genericinterface.database.search_parameters import NothingError, Question
from genericinterface.database.ticket_search import search
from tests import search_meaning as meaning
from tests import search_world
from tests.conftest import BACKENDS, Maker
from tests.search_meaning import CONFIG, Asked
from tests.search_world import FIRST, NOW, Ticket, World

CUSTOMER = Customer("customer1", "CustomerUserID")

# What a ticket is sorted by, where no collation has a say.
KEYS: dict[str, Any] = {
    "Age": lambda t, world: t.created,
    "Created": lambda t, world: t.created,
    "Changed": lambda t, world: t.changed,
    "TicketNumber": lambda t, world: t.tn,
    "State": lambda t, world: world.ids["State"][t.names["State"]],
    "Priority": lambda t, world: world.ids["Priority"][t.names["Priority"]],
    "Lock": lambda t, world: world.ids["Lock"][t.names["Lock"]],
    "Type": lambda t, world: world.ids["Type"][t.names["Type"]],
    "PendingTime": lambda t, world: t.epochs["Pending"],
    "EscalationTime": lambda t, world: t.epochs["Escalation"],
    "EscalationUpdateTime": lambda t, world: t.epochs["EscalationUpdate"],
    "EscalationResponseTime": lambda t, world: t.epochs["EscalationResponse"],
    "EscalationSolutionTime": lambda t, world: t.epochs["EscalationSolution"],
}


INDEXED = "postgresql, indexed"


@pytest.fixture(scope="module", params=[*BACKENDS, INDEXED])
def inhabited(request: pytest.FixtureRequest) -> Iterator[tuple[Database, World]]:
    """A database with demo data and the world's tickets, with the optional indexes or without."""
    if request.param == INDEXED:
        request.getfixturevalue("pg_trgm")
    make: Maker = request.getfixturevalue(f"filled_{request.param.removesuffix(', indexed')}")
    with make() as url:
        database = Database(url.render_as_string(hide_password=False))
        try:
            with database.transaction() as connection:
                world = search_world.make(connection, CONFIG)
            if request.param == INDEXED:
                with database.reading() as connection:
                    optional_indexes.apply(connection, lambda _: None)
            yield database, world
        finally:
            database.close()


@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    wanted=st.lists(st.one_of(*meaning.ANYTHING), max_size=3),
    archive=meaning.archived(),
    order=st.lists(st.tuples(st.sampled_from(sorted(KEYS)), st.booleans()), min_size=1, max_size=2),
    customer=st.booleans(),
)
def test_sql_finds_what_the_search_means(
    inhabited: tuple[Database, World],
    wanted: list[Asked],
    archive: Asked,
    order: list[tuple[str, bool]],
    customer: bool,
) -> None:
    database, world = inhabited
    parameters: dict[str, Any] = {}
    kept = []
    for one in (*wanted, archive):
        given_ones = one.parameters(world)
        taken = {_group(name) for name in parameters}
        if taken.isdisjoint(map(_group, given_ones)):  # a parameter that is there twice means only the last
            parameters |= given_ones
            kept.append(one)
    expected = [ticket for ticket in world.tickets if _seen(ticket, customer)]
    expected = [ticket for ticket in expected if all(one.holds(ticket, customer) for one in kept)]
    parameters["SortBy"] = [key for key, _ in order]
    parameters["OrderBy"] = ["Up" if upwards else "Down" for _, upwards in order]
    note(repr(parameters))
    assert _found(database, parameters, customer) == _sorted(expected, order, world)


def _group(name: str) -> str:
    """Parameters of one group cannot be asked twice in one search: names and IDs, all of articles, of fields."""
    if name.startswith(("MIMEBase_", "ArticleCreateTime", "ContentSearch", "Fulltext")):
        return "article"
    if name.startswith("DynamicField"):
        return "field"
    if name in ("CustomerID", "CustomerIDRaw"):
        return "customer"
    return name


def _seen(ticket: Ticket, customer: bool) -> bool:
    return not customer or CUSTOMER.customer_id == ticket.customer_id or CUSTOMER.login == ticket.customer_user


def _sorted(tickets: list[Ticket], order: list[tuple[str, bool]], world: World) -> list[int]:
    found = sorted(tickets, key=lambda ticket: ticket.id, reverse=not order[-1][1])
    for key, upwards in reversed(order):
        found.sort(key=lambda ticket: KEYS[key](ticket, world), reverse=not upwards)  # noqa: B023  used at once
    return [ticket.id for ticket in found]


def _found(database: Database, parameters: dict[str, Any], customer: bool) -> list[int]:
    permission = visible_tickets(CUSTOMER, CONFIG) if customer else true()
    question = Question(parameters | {"Limit": 100_000}, CONFIG, NOW, visible_articles=customer)
    page = Question(parameters | {"Limit": 4, "Offset": 2}, CONFIG, NOW, visible_articles=customer)
    with database.reading() as connection:
        try:
            found = search(connection, question, permission, counted=True)
        except NothingError:
            return []
        assert search(connection, page, permission, paged=True).tickets == found.tickets[2:6]
    assert found.total == len(set(found.tickets))
    return [ticket for ticket in found.tickets if ticket >= FIRST]
