"""Web services in the database: byte by byte, with their history, on the road of a request in one statement."""

from __future__ import annotations

import datetime as dt

import pytest
from sqlalchemy import Connection, select

from genericinterface.database import communications, webservices
from genericinterface.database.engine import Database
from genericinterface.database.tables import gi_webservice_config
from genericinterface.errors import ConfigurationError
from tests.statements import sent_to

NOW = dt.datetime(2026, 7, 8, 9, 10, 11)
LATER = NOW + dt.timedelta(hours=1)


def add(database: Database, name: str = "Tickets", config: str = "A: 1\n") -> int:
    with database.transaction() as connection:
        return webservices.add(connection, name, config, NOW)


def stored(connection: Connection, name: str) -> webservices.StoredWebservice:
    found = webservices.find(connection, name)
    assert found is not None
    return found


TEXTS = [
    "A: 1\n",
    "A: 1\r\nB: ''\r\n",
    "\ufeffA: 1",
    "# only a comment\nA: 'ä ✓ 𝄞'   \n\n\n",
    "A: |\n  \\n %s :name ? $1 {x}\n",
    "A: '" + "x" * 300_000 + "'\n",
]


def test_text_is_stored_byte_by_byte(database: Database) -> None:
    for number, text in enumerate(TEXTS):
        name = f"Tickets{number}"
        webservice_id = add(database, name, text)
        with database.reading() as connection:
            assert webservices.valid_by_name(connection, name) == (webservice_id, name, text)
            assert webservices.valid_by_id(connection, webservice_id) == (webservice_id, name, text)
            assert stored(connection, name) == (webservice_id, name, text, True, NOW, NOW)
            assert [version.config for version in webservices.history(connection, webservice_id)] == [text]


def test_the_lookups_of_a_request_are_one_statement_each(database: Database) -> None:
    webservice_id = add(database)
    with sent_to(database) as seen, database.reading() as connection:
        webservices.valid_by_name(connection, "Tickets")
        webservices.valid_by_id(connection, webservice_id)
    assert len(seen) == 2


def test_only_the_exact_name_is_found(database: Database) -> None:
    add(database)
    with database.reading() as connection:
        for name in ("tickets", "TICKETS", "Tickets ", " Tickets", "Ticket", "", "Tickets\0", "%", "🎫" * 300):
            assert webservices.valid_by_name(connection, name) is None, name


@pytest.mark.parametrize(
    ("text", "webservice_id"),
    [("1", 1), ("007", 7), (str(2**31 - 1), 2**31 - 1)]
    + [(text, 0) for text in ("", "0", str(2**31), "9" * 5000, "-1", "+1", "1 ", "1.0", "0x1", "٣", "x")],
)
def test_ids_of_addresses(text: str, webservice_id: int) -> None:
    assert webservices.as_id(text) == webservice_id


def test_a_name_is_taken_once(database: Database) -> None:
    add(database)
    with pytest.raises(ConfigurationError, match="there is a web service Tickets already"):
        add(database)
    with database.reading() as connection:
        assert [entry.name for entry in webservices.listed(connection)].count("Tickets") == 1


def test_bad_names_are_refused(database: Database) -> None:
    for name in ("", "  ", "a\nb", "a\0b", "x" * 201):
        with pytest.raises(ConfigurationError, match="is no name for a web service"):
            add(database, name)


def test_other_names_are_kept(database: Database) -> None:
    for name in ("My WS", "a/b", "Ünïcode", "'; DROP TABLE ticket; --", "x" * 200, "4242"):
        webservice_id = add(database, name)
        with database.reading() as connection:
            assert webservices.valid_by_name(connection, name) == (webservice_id, name, "A: 1\n")
            assert stored(connection, name).id == stored(connection, str(webservice_id)).id == webservice_id


def test_a_name_in_digits_comes_before_an_id(database: Database) -> None:
    first = add(database)
    second = add(database, str(first))
    with database.reading() as connection:
        assert stored(connection, str(first)).id == second
        assert webservices.find(connection, "999999") is None


def test_history_grows_with_every_change_and_only_then(database: Database) -> None:
    webservice_id = add(database, config="A: 1\n")
    changes: list[tuple[str | None, bool | None, bool]] = [
        ("A: 1\n", None, False),
        ("A: 2\n", None, True),
        ("A: 1\n", None, True),  # back again
        (None, False, True),
        (None, False, False),
        (None, True, True),
    ]
    with database.transaction() as connection:
        for config, valid, expected in changes:
            entry = stored(connection, "Tickets")
            assert webservices.change(connection, entry, LATER, config=config, valid=valid) is expected
    with database.reading() as connection:
        versions = webservices.history(connection, webservice_id)
        assert [version.config for version in versions] == ["A: 1\n", "A: 1\n", "A: 1\n", "A: 2\n", "A: 1\n"]
        assert [version.create_time for version in versions] == [LATER] * 4 + [NOW]
        assert len({version.config_md5 for version in versions}) == 5
        assert all(len(version.config_md5) == 32 for version in versions)
        assert stored(connection, "Tickets") == (webservice_id, "Tickets", "A: 1\n", True, NOW, LATER)


def test_the_same_text_under_two_names(database: Database) -> None:
    ids = [add(database, name) for name in ("One", "Two")]
    with database.reading() as connection:
        assert [len(webservices.history(connection, webservice_id)) for webservice_id in ids] == [1, 1]


def test_what_is_switched_off_is_not_served_but_kept(database: Database) -> None:
    webservice_id = add(database)
    with database.transaction() as connection:
        webservices.change(connection, stored(connection, "Tickets"), LATER, valid=False)
    with database.reading() as connection:
        assert webservices.valid_by_name(connection, "Tickets") is None
        assert webservices.valid_by_id(connection, webservice_id) is None
        assert not stored(connection, "Tickets").valid
        assert "Tickets" in [entry.name for entry in webservices.listed(connection)]


def test_removal_takes_history_and_debugger_along_and_nothing_else(database: Database) -> None:
    webservice_id, other = add(database), add(database, "Other")
    with database.transaction() as connection:
        for number, owner in enumerate((webservice_id, other)):
            entry = communications.Communication(f"{number:032}", owner, "127.0.0.1", NOW)
            entry.contents.append(("debug", "subject", "content", NOW))
            communications.write(connection, [entry])
        webservices.remove(connection, webservice_id)
    with database.reading() as connection:
        assert webservices.find(connection, "Tickets") is None
        assert webservices.history(connection, webservice_id) == []
        assert communications.listed(connection, webservice_id=webservice_id) == []
        assert len(communications.listed(connection, webservice_id=other)) == 1
        assert len(webservices.history(connection, other)) == 1
        assert connection.execute(select(gi_webservice_config.c.id).where(gi_webservice_config.c.id == other)).all()


def test_the_list_is_ordered_by_name(database: Database) -> None:
    for name in ("b", "A", "c"):
        add(database, name)
    with database.reading() as connection:
        names = [entry.name for entry in webservices.listed(connection)]
    assert names == sorted(names)
    assert {"A", "b", "c"} <= set(names)
