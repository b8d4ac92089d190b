"""database/mail_queue.py: rows that Znuny would deliver, each message with one worker at a time, results kept."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import select

from genericinterface.database import mail_queue, storable
from genericinterface.database.engine import Database
from genericinterface.database.mail_queue import Queued, Result
from genericinterface.database.stored_content import content, stored
from genericinterface.database.tables import article, article_data_mime_send_error, ticket_history, ticket_history_type
from genericinterface.database.tables import mail_queue as table

NOW = dt.datetime(2026, 1, 1, 12, 0)
MESSAGE = b"From: desk@example.com\r\nSubject: One\r\n\r\nFirst line\r\n.\r\nlast line"

# As Znuny 6.5 has written it, with Perl's storable and line breaks in the base64.
ZNUNYS = (
    b"\x05\x0b\x03\x00\x00\x00\x02\x01\x00\x00\x00\x2bFrom: desk@example.com\nSubject: From Znuny\n"
    b"\x00\x00\x00\x06Header\x0a\x04Body\x00\x00\x00\x04Body"
)


def put(
    database: Database, *recipients: str, article_id: int | None = None, content: bytes = MESSAGE, sender: str = ""
) -> int:
    with database.transaction() as connection:
        return mail_queue.enqueue(connection, article_id, sender, recipients or ("one@example.com",), content, NOW)


def an_article(database: Database) -> int:
    with database.reading() as connection:
        return int(connection.scalar(select(article.c.id).order_by(article.c.id).limit(1)) or 0)


def delivered(_queued: Queued) -> Result:
    return Result()


def test_a_row_is_as_znuny_writes_it(database: Database) -> None:
    number = put(
        database, "one@example.com", "two@example.com", "one@example.com", sender="desk@example.com", article_id=1
    )
    with database.reading() as connection:
        row = connection.execute(select(table).where(table.c.id == number)).one()
    assert (row.article_id, row.attempts, row.sender, row.create_time) == (1, 0, "desk@example.com", NOW)
    assert row.recipient == "one@example.com,two@example.com"
    assert (row.due_time, row.last_smtp_code, row.last_smtp_message) == (None, None, None)
    assert len(row.insert_fingerprint) <= 64
    if isinstance(row.raw_message, str):  # MariaDB has the bytes themselves
        assert max(map(len, row.raw_message.splitlines())) == 76
    assert storable.thaw(content(row.raw_message)) == {
        "Header": "From: desk@example.com\nSubject: One\n",
        "Body": "First line\n.\nlast line",
    }


def test_a_row_that_znuny_wrote_is_read(database: Database) -> None:
    number = put(database)
    with database.transaction() as connection:
        connection.execute(table.update().values(raw_message=stored(connection, ZNUNYS), sender=None))
    with database.reading() as connection:
        found = mail_queue.find(connection, number)
    assert found is not None
    assert found.content == b"From: desk@example.com\nSubject: From Znuny\n\nBody"
    assert found.entry.sender == ""


def test_a_row_that_cannot_be_read_is_handed_over_as_such(database: Database) -> None:
    put(database)
    with database.transaction() as connection:
        connection.execute(table.update().values(raw_message=stored(connection, b"nonsense")))
    seen: list[Queued] = []
    mail_queue.deliver_next(database, NOW, lambda queued: seen.append(queued) or Result())
    assert [queued.content for queued in seen] == [None]


@pytest.mark.parametrize("address", ["a,b@example.com", "a b@example.com", "a@example.com\n", "<a@example.com>"])
def test_an_address_that_would_change_the_list_is_refused(database: Database, address: str) -> None:
    for recipients, sender in (((address,), ""), (("one@example.com",), address)):
        with pytest.raises(ValueError, match="no address"):
            put(database, *recipients, sender=sender)
    with database.transaction() as connection, pytest.raises(ValueError, match="without"):
        mail_queue.enqueue(connection, None, "", (), MESSAGE, NOW)
    assert mail_queue.deliver_next(database, NOW, delivered) is None


def test_the_oldest_that_is_due_comes_first_and_leaves_when_delivered(database: Database) -> None:
    first, second, third = put(database), put(database), put(database)
    later = NOW + dt.timedelta(minutes=2)
    postponed = Result(("one@example.com",), 1, later, 450, "busy")
    order: list[tuple[dt.datetime, Result]] = [(NOW, postponed), (NOW, Result()), (NOW, Result()), (later, Result())]
    found = [mail_queue.deliver_next(database, moment, lambda _q, r=result: r) for moment, result in order]
    assert [entry.id for entry in found if entry] == [first, second, third, first]
    assert mail_queue.deliver_next(database, later, delivered) is None


def test_what_is_left_of_a_message_is_kept(database: Database) -> None:
    number = put(database, "one@example.com", "two@example.com", article_id=an_article(database))
    due = NOW + dt.timedelta(minutes=4)
    mail_queue.deliver_next(database, NOW, lambda _queued: Result(("two@example.com",), 2, due, 450, "two: busy"))
    with database.reading() as connection:
        entry = mail_queue.listed(connection)[0]
        assert connection.execute(select(article_data_mime_send_error)).all() == []
    assert (entry.id, entry.recipients, entry.attempts) == (number, ("two@example.com",), 2)
    assert (entry.due, entry.code, entry.text, entry.created) == (due, 450, "two: busy", NOW)


def test_a_failure_is_recorded_with_the_article_and_in_the_history(database: Database) -> None:
    number = an_article(database)
    put(database, article_id=number)
    put(database)  # of no article: nothing to record it with
    failure = "one@example.com: 550 no such user\n" + "x" * 300
    for _ in range(2):
        mail_queue.deliver_next(database, NOW, lambda _queued: Result(failure=failure))
    with database.reading() as connection:
        errors = connection.execute(select(article_data_mime_send_error)).all()
        statement = (
            select(ticket_history, ticket_history_type.c.name.label("type"))
            .join(ticket_history_type, ticket_history_type.c.id == ticket_history.c.history_type_id)
            .where(ticket_history.c.create_time == NOW)
        )
        history = connection.execute(statement).all()
        assert mail_queue.length(connection) == (0, 0, None)
    assert [(row.article_id, row.message_id, row.log_message, row.create_time) for row in errors] == [
        (number, None, failure, NOW)
    ]
    assert [(row.type, row.article_id, row.create_by) for row in history] == [("Misc", number, 1)]
    assert history[0].name.startswith("Mail could not be delivered: one@example.com: 550 no such user xxx")


def test_two_workers_never_have_the_same_message(database: Database) -> None:
    first, second = put(database), put(database)
    inner = []

    def attempt(_queued: Queued) -> Result:
        inner.append(mail_queue.deliver_next(database, NOW, delivered))
        return Result()

    outer = mail_queue.deliver_next(database, NOW, attempt)
    assert outer is not None
    assert outer.id == first
    if database.url.get_backend_name() == "sqlite":  # one worker at a time
        assert inner == [None]
        last = mail_queue.deliver_next(database, NOW, delivered)
        assert last is not None
        assert last.id == second
    else:
        assert [entry.id for entry in inner if entry] == [second]
    assert mail_queue.deliver_next(database, NOW, delivered) is None


def test_a_message_whose_attempt_breaks_off_stays(database: Database) -> None:
    number = put(database)

    def attempt(_queued: Queued) -> Result:
        raise RuntimeError("broken")

    with pytest.raises(RuntimeError, match="broken"):
        mail_queue.deliver_next(database, NOW, attempt)
    found = mail_queue.deliver_next(database, NOW, delivered)
    assert found is not None
    assert (found.id, found.attempts) == (number, 0)


def test_the_database_is_free_for_others_while_a_message_is_under_way(database: Database) -> None:
    put(database)

    def attempt(_queued: Queued) -> Result:
        put(database, "later@example.com")  # would wait for ever, were the database locked
        return Result()

    mail_queue.deliver_next(database, NOW, attempt)
    with database.reading() as connection:
        assert [entry.recipients for entry in mail_queue.listed(connection)] == [("later@example.com",)]


def test_length_retry_and_remove(database: Database) -> None:
    first, second, third = put(database), put(database), put(database)
    due = NOW + dt.timedelta(minutes=4)
    for _ in range(2):
        mail_queue.deliver_next(database, NOW, lambda _queued: Result(("one@example.com",), 2, due, 450, "busy"))
    with database.transaction() as connection:
        assert mail_queue.length(connection) == (3, 2, NOW)
        assert mail_queue.retry(connection, [second, 99]) == 1
        assert [entry.attempts for entry in mail_queue.listed(connection)] == [2, 0, 0]
        assert mail_queue.retry(connection, None) == 3
        assert {(entry.attempts, entry.due) for entry in mail_queue.listed(connection)} == {(0, None)}
        assert mail_queue.remove(connection, [first, third]) == 2
        assert [entry.id for entry in mail_queue.listed(connection, limit=5)] == [second]
        assert mail_queue.find(connection, first) is None
