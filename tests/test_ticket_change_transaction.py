"""The transaction of a change: all of a ticket or nothing, one after the other, in a fixed number of statements."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection, Integer, String, insert

from genericinterface.database import storable
from genericinterface.database import tables as t
from genericinterface.database.article_writing import NewAttachment, add_article
from genericinterface.database.dynamic_field_writing import set_values
from genericinterface.database.dynamic_fields import find_configured
from genericinterface.database.engine import Database
from genericinterface.database.ticket_change import read_for_update
from tests.statements import sent_to
from tests.ticket_world import (
    NOW,
    ROOT,
    SYSCONFIG,
    TESTER,
    begin,
    believe,
    change_of,
    history,
    known,
    new_article,
    rows,
)


def test_there_is_no_change_of_a_ticket_that_is_not_there(connection: Connection) -> None:
    assert read_for_update(connection, 999_999, ROOT, SYSCONFIG, NOW) is None


def test_a_change_that_fails_leaves_nothing(database: Database) -> None:
    with database.transaction() as connection:
        number = begin(connection).flush()
    before = everything(database)

    class Stop(Exception):
        pass

    with pytest.raises(Stop), database.transaction() as connection:
        change = change_of(connection, number)
        change.set_title("other")
        add_article(change, new_article(connection))
        change.flush()
        begin(connection, tn="2026112610000033").flush()
        raise Stop
    assert everything(database) == before


def everything(database: Database) -> dict[str, list[Any]]:
    tables = (t.ticket, t.ticket_history, t.article, t.article_data_mime, t.article_flag, t.article_search_index)
    with database.reading() as connection:
        return {table.name: rows(connection, table) for table in tables}


def test_two_who_change_one_ticket_wait_for_each_other(database: Database) -> None:
    with database.transaction() as connection:
        number = begin(connection).flush()
    errors: list[BaseException] = []
    started = threading.Barrier(2)

    def book(columns: str) -> None:
        try:
            started.wait(10)
            for _ in range(10):
                with database.transaction() as connection:
                    change = change_of(connection, number)
                    change.set_title(f"{change.row.title}{columns}")
                    change.account_time("1")
                    change.flush()
        except BaseException as error:  # noqa: BLE001  a thread's errors are the test's
            errors.append(error)

    threads = [threading.Thread(target=book, args=(letter,)) for letter in "ab"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not errors
    with database.reading() as connection:
        title = rows(connection, t.ticket, id=number)[0]["title"]
        assert (title[:7], sorted(title[7:])) == ("setters", ["a"] * 10 + ["b"] * 10)
        told = [name for kind, name in history(connection, number) if kind == "TimeAccounting"]
        assert told == [f"%%1%%{count}" for count in range(1, 21)]


def test_it_costs_a_fixed_number_of_statements(
    connection: Connection, read_only_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    believe(monkeypatch)
    begin(connection, tn="1").flush()  # names are known from now on
    with sent_to(read_only_database) as sent:
        change = begin(connection)
        change.set_owner(known(connection, t.users, TESTER))
        change.set_lock(2)
        number = change.flush()
    assert [statement.split()[:3] for statement in sent] == [
        ["INSERT", "INTO", "ticket"],
        ["INSERT", "INTO", "ticket_history"],
    ]
    with sent_to(read_only_database) as sent:
        change = change_of(connection, number)
        change.set_title("other")
        change.set_queue(known(connection, t.queue, "Sales"))
        change.set_priority(5)
        change.set_state(known(connection, t.ticket_state, "open"))
        change.account_time("1")
        change.flush()
    assert [statement.split()[0] for statement in sent] == ["SELECT", "SELECT", "UPDATE", "INSERT", "INSERT"]
    with sent_to(read_only_database) as sent:
        change_of(connection, number).flush()
    assert len(sent) == 1


def test_a_znuny_beside_us_is_told_to_forget_the_ticket(database: Database) -> None:
    numbers = [name for name, column in t.sysconfig_default.c.items() if isinstance(column.type, Integer)]
    texts = [name for name, column in t.sysconfig_default.c.items() if isinstance(column.type, String)]
    row = dict.fromkeys(numbers, 1) | dict.fromkeys(texts, "x") | {"create_time": NOW, "change_time": NOW}
    with database.transaction() as connection:
        connection.execute(insert(t.sysconfig_default), row)
        change = begin(connection)
        files = (NewAttachment("a.txt", b"", "text/plain"),)
        article = add_article(change, new_article(connection, content_type="image/png", attachments=files))
        number = change.flush()
        assert rows(connection, t.article, id=article.id)[0]["search_index_needs_rebuild"] == 1
        words = rows(connection, t.article_search_index, article_id=article.id, article_key="MIMEBase_AttachmentName")
        assert [row["article_value"] for row in words] == ["unknown"]  # the daemon will add the other
        tasks = rows(connection, t.scheduler_task)
        change_of(connection, number).flush()
        assert rows(connection, t.scheduler_task) == tasks  # nothing was changed
        change = change_of(connection, number)
        change.sysconfig = replace(SYSCONFIG, ticket_index_module="Kernel::System::Ticket::IndexAccelerator::StaticDB")
        asset = find_configured(connection, ["Asset"])["Asset"]
        set_values(change, {asset: ["x"]})
        change.flush()
        more = [storable.load(task["task_data"]) for task in rows(connection, t.scheduler_task)[2:]]
    assert [(task["name"], task["task_type"], task["attempts"], task["lock_key"]) for task in tasks] == [
        ("Kernel::System::Ticket-_TicketCacheClear()", "AsynchronousExecutor", 1, 0),
        ("Kernel::System::Calendar-TicketAppointmentProcessTicket()", "AsynchronousExecutor", 1, 0),
    ]
    assert storable.load(tasks[0]["task_data"]) == {
        "Object": "Kernel::System::Ticket",
        "Function": "_TicketCacheClear",
        "Params": {"TicketID": str(number)},
    }
    assert [(task["Function"], task["Params"]) for task in more] == [
        ("_DeleteFromCache", {"FieldID": str(asset.id), "ObjectID": str(number)}),
        ("_TicketCacheClear", {"TicketID": str(number)}),
        ("TicketAppointmentProcessTicket", {"TicketID": str(number)}),
        ("TicketAcceleratorUpdate", {"TicketID": str(number), "UserID": "1"}),
    ]


def test_a_database_without_a_znuny_has_no_tasks(connection: Connection) -> None:
    change = begin(connection)
    article = add_article(change, new_article(connection))
    change.flush()
    assert rows(connection, t.article, id=article.id)[0]["search_index_needs_rebuild"] == 0
    assert rows(connection, t.scheduler_task) == []
