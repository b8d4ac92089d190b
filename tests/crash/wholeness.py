"""What a database must look like after any crash: every ticket whole or absent, every answer kept, numbers unique."""

from __future__ import annotations

from collections import Counter

from sqlalchemy import Connection, func, select

from genericinterface.database import tables as t
from tests.crash.clients import ATTACHMENTS, Said

MARK = "crash %"


def problems(connection: Connection, said: Said) -> list[str]:
    """Everything that is wrong, in words; an empty list is what one wants."""
    tickets = {row.title: row for row in connection.execute(select(t.ticket).where(t.ticket.c.title.like(MARK)))}
    articles = _articles(connection)
    return [
        *_numbers(connection),
        *_answers(said, tickets.keys(), articles),
        *_invented(said, tickets.keys(), articles),
        *_parts(connection, {row.id: title for title, row in tickets.items()}, articles),
        *_orphans(connection),
    ]


def _articles(connection: Connection) -> Counter[str]:
    """How many articles there are of each mark."""
    mime = t.article_data_mime.c
    return Counter(connection.scalars(select(mime.a_subject).where(mime.a_subject.like(MARK))))


def _numbers(connection: Connection) -> list[str]:
    twice = select(t.ticket.c.tn).group_by(t.ticket.c.tn).having(func.count() > 1)
    return [f"the number {number} was given out twice" for number in connection.scalars(twice)]


def _answers(said: Said, titles: object, articles: Counter[str]) -> list[str]:
    missing = [f"{mark}: answered, but no ticket" for mark in said.created if mark not in titles]  # type: ignore[operator]
    return missing + [
        f"{mark}: answered, but {articles[mark]} articles"
        for mark in [*said.created, *said.updated]
        if articles[mark] != 1
    ]


def _invented(said: Said, titles: object, articles: Counter[str]) -> list[str]:
    asked = set(said.asked)
    return [f"{mark}: there, but nobody asked" for mark in {*titles, *articles} if mark not in asked]  # type: ignore[misc]


def _parts(connection: Connection, tickets: dict[int, str], articles: Counter[str]) -> list[str]:
    """Articles, attachments, times and histories of each ticket, counted over its life."""
    updates: Counter[str] = Counter()
    for mark, count in articles.items():
        updates[mark.removeprefix("crash ").split("-")[0] + "-" + mark.split("-")[1]] += count
    history_types = dict(connection.execute(select(t.ticket_history_type.c.id, t.ticket_history_type.c.name)).all())
    history: dict[int, Counter[str]] = {number: Counter() for number in tickets}
    h = t.ticket_history.c
    counts = select(h.ticket_id, h.history_type_id, func.count()).group_by(h.ticket_id, h.history_type_id)
    for ticket_id, kind, count in connection.execute(counts):
        if ticket_id in history:
            history[ticket_id][history_types[kind]] = count
    units = select(t.time_accounting.c.ticket_id, func.sum(t.time_accounting.c.time_unit))
    booked = dict(connection.execute(units.group_by(t.time_accounting.c.ticket_id)).all())
    a = t.article_data_mime_attachment.c
    files = select(t.article.c.ticket_id, func.count()).where(t.article.c.id == a.article_id)
    attached = dict(connection.execute(files.group_by(t.article.c.ticket_id)).all())
    found = []
    for number, title in tickets.items():
        wanted = updates[title.removeprefix("crash ")]
        moves, states = history[number]["Move"], history[number]["StateUpdate"]
        if not wanted:
            found.append(f"{title}: no article")
        if history[number]["NewTicket"] != 2:  # of the ticket, and of its first article
            found.append(f"{title}: {history[number]['NewTicket']} entries NewTicket")
        if history[number]["AddNote"] != wanted - 1:
            found.append(f"{title}: {history[number]['AddNote']} entries AddNote for {wanted} articles")
        if moves != states or moves != history[number]["PriorityUpdate"]:
            found.append(f"{title}: {moves} moves, {states} states, {history[number]['PriorityUpdate']} priorities")
        if booked.get(number, 0) != 7 * wanted:
            found.append(f"{title}: {booked.get(number, 0)} booked for {wanted} articles")
        if attached.get(number, 0) != ATTACHMENTS * wanted:
            found.append(f"{title}: {attached.get(number, 0)} attachments of {wanted} articles")
    return found


def _orphans(connection: Connection) -> list[str]:
    """Articles without their content: the two are written one after the other."""
    content = select(t.article_data_mime.c.article_id)
    lonely = select(func.count()).select_from(t.article).where(t.article.c.id.not_in(content))
    count = connection.scalar(lonely)
    return [f"{count} articles without content"] if count else []
