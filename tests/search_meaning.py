"""What searches mean, in plain Python: strategies of parameters, each with what it says of a ticket.

Written from the documentation of the parameters, not from the code that is tested.
"""

from __future__ import annotations

import datetime as dt
import operator
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from hypothesis import strategies as st

from genericinterface.database import demo_people as people
from genericinterface.database import initial_data as base
from genericinterface.sysconfig import SystemConfiguration
from tests.search_world import BEGIN, COLORS, NOW, STATE_TYPES, Article, Ticket, World


class Clock(SystemConfiguration):
    """Znuny's defaults with the archive, at the world's present."""

    def now(self) -> dt.datetime:
        return NOW


CONFIG = Clock(ticket_archive_system=True)

NAMES = {
    "Queue": (*base.QUEUES, *(name for name, _ in people.QUEUES)),
    "Type": ("Unclassified", *people.TYPES),
    "State": tuple(STATE_TYPES),
    "Priority": base.PRIORITIES,
    "Service": people.SERVICES,
    "SLA": tuple(row[0] for row in people.SLAS),
    "Lock": base.LOCKS,
}


@dataclass(frozen=True, repr=False)  # the parameters of a failure are in its note
class Asked:
    """Parameters, made with the world's IDs, and whether a ticket fulfils them (asked by a customer or not)."""

    parameters: Callable[[World], dict[str, Any]]
    holds: Callable[[Ticket, bool], bool]


def asked(parameters: dict[str, Any], holds: Callable[[Ticket], bool]) -> Asked:
    """For what depends neither on IDs nor on who asks."""
    return Asked(lambda world: parameters, lambda ticket, customer: holds(ticket))


# ----------------------------------------------------------------------------------------------------- references

# parameter of names, of IDs, table, the ticket's name
REFERENCES: tuple[tuple[str, str, str, Callable[[Ticket], str | None]], ...] = (
    ("Queues", "QueueIDs", "Queue", lambda t: t.names["Queue"]),
    ("Types", "TypeIDs", "Type", lambda t: t.names["Type"]),
    ("States", "StateIDs", "State", lambda t: t.names["State"]),
    ("Priorities", "PriorityIDs", "Priority", lambda t: t.names["Priority"]),
    ("Services", "ServiceIDs", "Service", lambda t: t.names["Service"]),
    ("SLAs", "SLAIDs", "SLA", lambda t: t.names["SLA"]),
    ("Locks", "LockIDs", "Lock", lambda t: t.names["Lock"]),
    ("CreatedQueues", "CreatedQueueIDs", "Queue", lambda t: t.created_with["Queue"]),
    ("CreatedTypes", "CreatedTypeIDs", "Type", lambda t: t.created_with["Type"]),
    ("CreatedStates", "CreatedStateIDs", "State", lambda t: t.created_with["State"]),
    ("CreatedPriorities", "CreatedPriorityIDs", "Priority", lambda t: t.created_with["Priority"]),
)


@st.composite
def references(draw: st.DrawFn) -> Asked:
    """Names and IDs of one kind; with queues perhaps those below."""
    names, ids, kind, of = draw(st.sampled_from(REFERENCES))
    some = st.lists(st.sampled_from(NAMES[kind]), max_size=5, unique=True)
    by_name, by_id = draw(some), draw(some)
    unknown = draw(st.sampled_from((False,) * 9 + (True,)))
    below = names == "Queues" and draw(st.booleans())

    def parameters(world: World) -> dict[str, Any]:
        found: dict[str, Any] = {names: by_name + ["Nowhere"] * unknown, ids: [world.ids[kind][name] for name in by_id]}
        return found | ({"UseSubQueues": 1} if below else {})

    def holds(ticket: Ticket, _: bool) -> bool:
        name, chosen = of(ticket), {*by_name, *by_id}
        if unknown or not chosen:
            return not unknown
        return name in chosen or (below and any(str(name).startswith(upper + "::") for upper in chosen))

    return Asked(parameters, holds)


@st.composite
def numbers(draw: st.DrawFn) -> Asked:
    """Agents, tickets and state types by ID."""
    wanted = draw(st.lists(st.integers(1, 8), min_size=1, max_size=5))
    possible: dict[str, Callable[[Ticket], bool]] = {
        "OwnerIDs": lambda t: t.owner in wanted,
        "ResponsibleIDs": lambda t: t.responsible in wanted,
        "WatchUserIDs": lambda t: not t.watchers.isdisjoint(wanted),
        "CreatedUserIDs": lambda t: t.created_by in wanted,
        "TicketID": lambda t: t.id - 1000 in wanted,
    }
    name = draw(st.sampled_from(sorted(possible)))
    values = [1000 + number for number in wanted] if name == "TicketID" else wanted
    return asked({name: draw(st.sampled_from((values, [str(value) for value in values])))}, possible[name])


@st.composite
def state_types(draw: st.DrawFn) -> Asked:
    """Real state types, and Open and Closed."""
    wanted = draw(st.lists(st.sampled_from((*base.STATE_TYPES, "Open", "Closed")), min_size=1, max_size=3))
    opened = ("new", "open", "pending reminder", "pending auto")

    def holds(ticket: Ticket) -> bool:
        kind = STATE_TYPES[str(ticket.names["State"])]
        return kind in wanted or ("Open" if kind in opened else "Closed") in wanted

    return asked({"StateType": wanted}, holds)


# ------------------------------------------------------------------------------------------------------ conditions

Meaning = Callable[[str], bool]
WORDS = ("apple", "banana", "cherry", "pie", "cake", "Order", "größe", "a_b", "vpn", "2025", "customer", "bakery", "a")


def _word(word: str, form: str, negated: bool) -> tuple[str, Meaning]:
    lowered = word.lower()
    meanings: dict[str, Meaning] = {
        "*{}*": lambda text: lowered in text,
        "%{}%": lambda text: lowered in text,
        "{}*": lambda text: text.startswith(lowered),
        "*{}": lambda text: text.endswith(lowered),
        "{}": lambda text: text == lowered,
        '"{}"': lambda text: text == lowered,
    }
    meaning = meanings[form]
    return ("!" if negated else "") + form.format(word), (lambda text: not meaning(text)) if negated else meaning


def _joined(sign: str, parts: list[tuple[str, Meaning]]) -> tuple[str, Meaning]:
    every = all if sign.strip() in ("&&", "+", "AND") else any
    return f"({sign.join(text for text, _ in parts)})", lambda value: every(meaning(value) for _, meaning in parts)


FORMS = ("*{}*", "%{}%", "{}*", "*{}", "{}", '"{}"')
CONDITIONS: st.SearchStrategy[tuple[str, Meaning]] = st.recursive(
    st.builds(_word, st.sampled_from(WORDS), st.sampled_from(FORMS), st.booleans()),
    lambda inner: st.builds(
        _joined,
        st.sampled_from(("&&", " && ", "+", " AND ", "||", " || ", " OR ")),
        st.lists(inner, min_size=2, max_size=3),
    ),
    max_leaves=5,
)
TEXTS: dict[str, Callable[[Ticket], str | None]] = {
    "Title": lambda t: t.title,
    "TicketNumber": lambda t: t.tn,
    "CustomerID": lambda t: t.customer_id,
    "CustomerUserLogin": lambda t: t.customer_user,
}


@st.composite
def conditions(draw: st.DrawFn) -> Asked:
    """One or several conditions on a text; what has no text fulfils none, not even a negated one."""
    name = draw(st.sampled_from(sorted(TEXTS)))
    wanted = draw(st.lists(CONDITIONS, min_size=1, max_size=2))
    # A condition begins without a parenthesis where it can: a lone word is the common case.
    texts = [text for text, _ in wanted]

    def holds(ticket: Ticket) -> bool:
        value = TEXTS[name](ticket)
        return value is not None and any(meaning(value.lower()) for _, meaning in wanted)

    return asked({name: texts[0] if len(texts) == 1 else texts}, holds)


@st.composite
def raw_customers(draw: st.DrawFn) -> Asked:
    """Exact customer IDs."""
    wanted = draw(st.lists(st.sampled_from(("CustomerUserID", "bakery", "BAKERY", "a_b", "*")), min_size=1, max_size=5))
    return asked({"CustomerIDRaw": wanted}, lambda t: t.customer_id in wanted)


# ----------------------------------------------------------------------------------------------------------- times


def _closings(ticket: Ticket) -> list[dt.datetime]:
    kinds = ("NewTicket", "StateUpdate")
    return [when for kind, state, when in ticket.history if kind in kinds and STATE_TYPES[state] == "closed"]


def _epoch(name: str) -> Callable[[Ticket], list[dt.datetime]]:
    return lambda ticket: [CONFIG.from_epoch(ticket.epochs[name])] if ticket.epochs[name] else []


def _pending(ticket: Ticket) -> list[dt.datetime]:
    pending = STATE_TYPES[str(ticket.names["State"])].startswith("pending")
    return [CONFIG.from_epoch(ticket.epochs["Pending"])] if pending else []


FAMILIES: dict[str, Callable[[Ticket], list[dt.datetime]]] = {
    "TicketCreateTime": lambda t: [t.created],
    "TicketLastChangeTime": lambda t: [t.changed],
    "TicketChangeTime": lambda t: [when for _, _, when in t.history],
    "TicketCloseTime": _closings,
    "TicketPendingTime": _pending,
    "TicketEscalationTime": _epoch("Escalation"),
    "TicketEscalationUpdateTime": _epoch("EscalationUpdate"),
    "TicketEscalationResponseTime": _epoch("EscalationResponse"),
    "TicketEscalationSolutionTime": _epoch("EscalationSolution"),
}
# Half of them midnights, at which things happen in the world.
DATES = st.one_of(
    st.datetimes(BEGIN, NOW).map(lambda moment: moment.replace(microsecond=0)),
    st.integers(0, (NOW - BEGIN).days).map(lambda days: BEGIN + dt.timedelta(days=days)),
)


@st.composite
def bounds(draw: st.DrawFn, family: str) -> tuple[dict[str, Any], Callable[[dt.datetime], bool]]:
    """One or two of a family's parameters, and whether a moment is between them."""
    parts = draw(st.lists(st.sampled_from(("Older", "Newer")), min_size=1, max_size=2, unique=True))
    parameters: dict[str, Any] = {}
    tests: list[tuple[Callable[[Any, Any], bool], dt.datetime]] = []
    for part in parts:
        edge = draw(DATES)
        if draw(st.booleans()):
            minutes = int((NOW - edge).total_seconds() // 60)
            edge = NOW - dt.timedelta(minutes=minutes)
            parameters[f"{family}{part}Minutes"] = draw(st.sampled_from((minutes, str(minutes))))
        else:
            parameters[f"{family}{part}Date"] = edge.isoformat(" ")
        tests.append((operator.le if part == "Older" else operator.ge, edge))
    return parameters, lambda moment: all(test(moment, edge) for test, edge in tests)


@st.composite
def times(draw: st.DrawFn) -> Asked:
    """A family of times."""
    family = draw(st.sampled_from(sorted(FAMILIES)))
    parameters, between = draw(bounds(family))
    return asked(parameters, lambda ticket: any(map(between, FAMILIES[family](ticket))))


# --------------------------------------------------------------------------------------------------- dynamic fields

COMPARISONS = {
    "GreaterThan": operator.gt,
    "GreaterThanEquals": operator.ge,
    "SmallerThan": operator.lt,
    "SmallerThanEquals": operator.le,
}
# Text is compared by greater and smaller for values alone whose order no collation changes.
OPERATORS = {
    "Asset": ("Equals", "Like"),
    "Notes": ("Equals", "Like"),
    "Color": ("Equals", "Like", *COMPARISONS),
    "Colors": ("Equals", "Like", *COMPARISONS),
    "Urgent": ("Equals",),
    "Delivery": ("Equals", *COMPARISONS),
    "Appointment": ("Equals", *COMPARISONS),
}
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "Asset": st.sampled_from(("Apple", "o'neil", "pie cake", "a_b")),
    "Notes": st.sampled_from(("apple", "GRÖSSE", "banana banana")),
    "Color": st.sampled_from((*COLORS, "Red")),
    "Colors": st.sampled_from((*COLORS, "Red")),
    "Urgent": st.sampled_from((0, 1)),
    "Delivery": DATES.map(lambda moment: dt.datetime.combine(moment.date(), dt.time.min)),
    "Appointment": DATES,
}


@st.composite
def _operation(draw: st.DrawFn, name: str) -> tuple[str, Any, Callable[[Any], bool]]:
    """(operator, what is sent, whether one value of the field fulfils it)."""
    used = draw(st.sampled_from(OPERATORS[name]))
    if used == "Like":
        text, meaning = draw(CONDITIONS)
        return used, text, lambda value: meaning(value.lower())
    wanted = draw(st.lists(VALUES[name], min_size=1, max_size=3))
    sent = [value.isoformat(" ") if isinstance(value, dt.datetime) else value for value in wanted]
    compare = COMPARISONS.get(used, operator.eq)
    if name in ("Asset", "Notes"):
        lowered = [value.lower() for value in wanted]
        return used, sent, lambda value: value.lower() in lowered
    return used, sent, lambda value: any(compare(value, one) for one in wanted)


@st.composite
def fields(draw: st.DrawFn) -> Asked:
    """One dynamic field in either spelling: all operators hold for one and the same value."""
    name = draw(st.sampled_from(sorted(OPERATORS)))
    chosen = draw(st.lists(_operation(name), max_size=2, unique_by=lambda one: one[0]))
    empty = draw(st.sampled_from((None, None, 0, 1) if chosen else (0, 1)))
    sent = {used: value for used, value, _ in chosen} | ({} if empty is None else {"Empty": empty})

    def holds(ticket: Ticket) -> bool:
        values = ticket.fields.get(name, [])
        if empty == 1 and values or empty == 0 and not values:
            return False
        return not chosen or any(all(fulfils(value) for _, _, fulfils in chosen) for value in values)

    parameters = draw(st.sampled_from(({f"DynamicField_{name}": sent}, {"DynamicField": {"Name": name, **sent}})))
    return asked(parameters, holds)


# --------------------------------------------------------------------------------------------------------- articles

PARTS = ("apple", "pie cake", "cherry*pie", "Ord", "größe", "a_b", 'y "h', "o'n", "zzz", "100")


def _contains(part: str, text: str) -> bool:
    return re.search(".*".join(map(re.escape, part.lower().split("*"))), text.lower(), re.S) is not None


@st.composite
def articles(draw: st.DrawFn) -> Asked:
    """Texts and times of articles: all of it must be true of one article, which a customer may see."""
    keys = ("From", "To", "Cc", "Bcc", "Subject", "Body", "AttachmentName")
    texts = draw(st.dictionaries(st.sampled_from(keys).map("MIMEBase_{}".format), st.sampled_from(PARTS), max_size=2))
    fulltext = draw(st.sampled_from((None, *PARTS)))
    content = draw(st.sampled_from((None, "AND", "OR", "or")))
    time, between = draw(st.one_of(st.just(({}, None)), bounds("ArticleCreateTime")))
    enough = any if fulltext is not None or content in ("OR", "or") else all

    def matches(article: Article) -> bool:
        found = [_contains(part, article.texts.get(key, "\0")) for key, part in texts.items()]
        if fulltext is not None:
            found.append(any(_contains(fulltext, text) for text in article.texts.values()))
        return not found or enough(found)

    def holds(ticket: Ticket, customer: bool) -> bool:
        if not texts and fulltext is None and between is None:
            return True
        seen = [a for a in ticket.articles if (a.visible or not customer) and (not between or between(a.created))]
        titled = fulltext is not None and _contains(fulltext, ticket.title) and bool(seen or between is None)
        return titled or any(map(matches, seen))

    more = {"Fulltext": fulltext, "ContentSearch": content}
    parameters = {**texts, **time, **{name: value for name, value in more.items() if value is not None}}
    return Asked(lambda world: parameters, holds)


ANYTHING = (references(), numbers(), state_types(), conditions(), raw_customers(), times(), fields(), articles())


@st.composite
def archived(draw: st.DrawFn) -> Asked:
    """Which of archived and other tickets; without the parameter only the others."""
    value = draw(st.sampled_from((None, "AllTickets", "ArchivedTickets", "NotArchivedTickets")))
    holds = {"AllTickets": lambda t: True, "ArchivedTickets": lambda t: t.archived}
    return asked({"SearchInArchive": value}, holds.get(str(value), lambda t: not t.archived))
