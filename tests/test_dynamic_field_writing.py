"""Dynamic fields: which values each type takes, the rows of them, and the history, as Znuny 6.5 was seen to do."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import Connection

from genericinterface.database import dynamic_field_values as values
from genericinterface.database import tables as t
from genericinterface.database.article_writing import add_article
from genericinterface.database.dynamic_field_writing import set_article_values, set_values
from genericinterface.database.dynamic_fields import ConfiguredField, FieldSettings, find_configured, settings
from genericinterface.database.engine import Database
from genericinterface.errors import Fault
from tests.statements import sent_to
from tests.ticket_world import TESTER, begin, believe, change_of, history, known, new_article, rows

TODAY = dt.datetime(2026, 11, 26, 11, 31, 8)
COLORS = {"a&b": "A & B", "blue": "Blue", "red": "Red", "ü": "Umlaut ü"}
SETTINGS = {
    "Dropdown": FieldSettings(possible_values=COLORS, possible_none=True),
    "Multiselect": FieldSettings(possible_values=COLORS, possible_none=True),
}


def field(kind: str, **more: Any) -> ConfiguredField:
    found = SETTINGS.get(kind, FieldSettings())
    return ConfiguredField(1, f"T{kind}", "Label", kind, "Ticket", replace(found, **more))


@pytest.mark.parametrize(
    ("kind", "accepted", "refused"),
    [
        ("Text", ["a", "", "0", "a\nb", "x" * 3800], ["x" * 3801]),
        ("TextArea", ["a\r\nb", ""], ["x" * 3801]),
        ("Dropdown", ["red", "a&b", "ü", ""], ["Red", "nope", "0"]),
        ("Multiselect", ["red", ""], ["Red", "nope"]),
        ("Checkbox", ["0", "1", ""], ["2", "-1", "yes", "01"]),
        (
            "Date",
            ["2025-02-03", "2025-02-03 00:00:00", "", "0", "1000-01-01", "9999-12-31"],
            [
                "2025-02-03 10:11:12",
                "2025-2-3",
                "2025-02-30",
                "2025-13-01",
                "03.02.2025",
                "2025-02-03T00:00:00",
                "2025-02-03 00:00",
                "0999-12-31",
                "2025-02-03\n",
            ],
        ),
        (
            "DateTime",
            ["2025-02-03 04:05:06", "2025-02-03 00:00:00", "", "1000-01-01 00:00:00"],
            [
                "2025-02-03",
                "2025-02-03 04:05",
                "2025-02-03 24:05:06",
                "2025-02-03 23:59:60",
                "2025-2-3 4:5:6",
                "2025-02-30 04:05:06",
                "2025-02-03T04:05:06",
                "0001-01-01 00:00:00",
            ],
        ),
        ("ProcessID", ["Process-1", ""], ["x" * 3801]),
        ("WebserviceDropdown", ["anything", ""], ["x" * 3801]),
        ("WebserviceMultiselect", ["anything", ""], ["x" * 3801]),
    ],
)
def test_values_of_a_type(kind: str, accepted: list[str], refused: list[str]) -> None:
    found = field(kind)
    for text in accepted:
        assert values.valid(found, [text], False, TODAY), text
    for text in refused:
        assert not values.valid(found, [text], False, TODAY), text


def test_lists_are_for_fields_with_several_values() -> None:
    several = field("Multiselect")
    for texts, is_valid in (([], True), (["red", "red"], True), ([""], False), (["red", ""], False), (["x"], False)):
        assert values.valid(several, texts, True, TODAY) is is_valid
    for kind in ("Text", "TextArea", "Dropdown", "Checkbox", "Date", "DateTime"):
        for texts in ([], ["1"], ["red"], ["2025-02-03"]):
            assert not values.valid(field(kind), texts, True, TODAY)


def test_a_text_fits_all_expressions() -> None:
    found = field("Text", expressions=(r"^[A-Z]\d+$", "1"))
    for text, is_valid in (("A1", True), ("", True), ("a1", False), ("A", False), ("A2", False), ("ZA12", False)):
        assert values.valid(found, [text], False, TODAY) is is_valid
    with pytest.raises(Fault):
        values.valid(field("Text", expressions=("(",)), ["x"], False, TODAY)


@pytest.mark.parametrize(
    ("kind", "past", "now", "future"),
    [
        ("Date", ["2026-11-25"], ["2026-11-26"], ["2026-11-27"]),
        ("DateTime", ["2026-11-26 11:31:07"], ["2026-11-26 11:31:08"], ["2026-11-26 11:31:09"]),
    ],
)
def test_dates_to_come_and_dates_that_were(kind: str, past: list[str], now: list[str], future: list[str]) -> None:
    for restriction, expected in (
        ("none", (True, True, True)),
        ("DisablePastDates", (False, True, True)),
        ("DisableFutureDates", (True, True, False)),
    ):
        found = field(kind, date_restriction=restriction)
        assert tuple(values.valid(found, value, False, TODAY) for value in (past, now, future)) == expected


@pytest.mark.parametrize(
    ("config", "found"),
    [
        ("---\nDefaultValue: ''\n", FieldSettings()),
        (
            "---\nDefaultValue: X0\nRegExList:\n- ErrorMessage: A letter\n  Value: ^[A-Z]\\d+$\n",
            FieldSettings(default="X0", expressions=(r"^[A-Z]\d+$",)),
        ),
        (
            "---\nPossibleNone: '1'\nTreeView: '1'\nPossibleValues:\n  a&b: A & B\n  '1': ~\n",
            FieldSettings(possible_values={"a&b": "A & B", "1": ""}, possible_none=True, tree_view=True),
        ),
        ("---\nDateRestriction: DisablePastDates\n", FieldSettings(date_restriction="DisablePastDates")),
        ("", FieldSettings()),
        ("- a list\n", FieldSettings()),
        ("{", FieldSettings()),
    ],
)
def test_settings(config: str, found: FieldSettings) -> None:
    assert settings(config) == found


# What is set one after the other in a new ticket: field, value → new entry or None, rows (text, date, number)
STORY: list[tuple[str, values.Value, str | None, list[Any]]] = [
    ("Asset", ("a",), "%%Value%%a%%OldValue%%", ["a"]),
    ("Asset", "a", None, ["a"]),
    ("Asset", ("a\r\nb\tc",), "%%Value%%a\r\nb\tc%%OldValue%%a", ["a\r\nb\tc"]),
    ("Asset", ("",), "%%Value%%%%OldValue%%a\r\nb\tc", []),
    ("Asset", ("",), None, []),
    ("Asset", ("0",), "%%Value%%0%%OldValue%%", ["0"]),
    ("Color", ("red",), "%%Value%%red%%OldValue%%", ["red"]),
    ("Color", ("blue",), "%%Value%%blue%%OldValue%%red", ["blue"]),
    ("Color", (), "%%Value%%%%OldValue%%blue", []),
    ("Colors", (), None, []),
    ("Colors", "", "%%Value%%%%OldValue%%", []),
    ("Colors", "red", "%%Value%%red%%OldValue%%", ["red"]),
    ("Colors", "red", "%%Value%%red%%OldValue%%red", ["red"]),
    ("Colors", (), "%%Value%%%%OldValue%%red", []),
    ("Colors", ("red",), "%%Value%%red%%OldValue%%", ["red"]),
    ("Colors", ("red", "blue"), "%%Value%%red, blue%%OldValue%%red", ["red", "blue"]),
    ("Colors", ("blue", "red"), "%%Value%%blue, red%%OldValue%%red, blue", ["blue", "red"]),
    ("Colors", ("red", "red"), "%%Value%%red, red%%OldValue%%blue, red", ["red", "red"]),
    ("Colors", ("red", "red"), None, ["red", "red"]),
    ("Colors", "", "%%Value%%%%OldValue%%red, red", []),
    ("Colors", (), None, []),
    ("Urgent", ("",), None, []),
    ("Urgent", ("1",), "%%Value%%1%%OldValue%%", [1]),
    ("Urgent", ("0",), "%%Value%%0%%OldValue%%1", [0]),
    ("Urgent", ("0",), None, [0]),
    ("Urgent", ("",), "%%Value%%%%OldValue%%0", [0]),
    ("Urgent", ("",), "%%Value%%%%OldValue%%0", [0]),
    ("Delivery", ("",), None, []),
    ("Delivery", ("2025-02-03",), "%%Value%%2025-02-03%%OldValue%%", [dt.datetime(2025, 2, 3)]),
    ("Delivery", ("2025-02-03",), "%%Value%%2025-02-03%%OldValue%%2025-02-03", [dt.datetime(2025, 2, 3)]),
    ("Delivery", ("2025-02-03 00:00:00",), None, [dt.datetime(2025, 2, 3)]),
    ("Delivery", ("2025-02-04 00:00:00",), "%%Value%%2025-02-04%%OldValue%%2025-02-03", [dt.datetime(2025, 2, 4)]),
    ("Delivery", ("",), "%%Value%%%%OldValue%%2025-02-04", [None]),
    ("Delivery", ("",), None, [None]),
    ("Delivery", ("0",), "%%Value%%0%%OldValue%%", [None]),
    (
        "Appointment",
        ("2025-02-03 04:05:06",),
        "%%Value%%2025-02-03 04:05:06%%OldValue%%",
        [dt.datetime(2025, 2, 3, 4, 5, 6)],
    ),
    ("Appointment", ("2025-02-03 04:05:06",), None, [dt.datetime(2025, 2, 3, 4, 5, 6)]),
    ("Appointment", ("",), "%%Value%%%%OldValue%%2025-02-03 04:05:06", [None]),
]


def stored(connection: Connection, name: str, object_id: int) -> list[Any]:
    """The values of a field's rows; each has one of the three columns."""
    found = rows(
        connection, t.dynamic_field_value, field_id=known(connection, t.dynamic_field, name), object_id=object_id
    )
    values = [[row[column] for column in ("value_text", "value_date", "value_int")] for row in found]
    assert all(sum(value is not None for value in row) <= 1 for row in values)
    return [next((value for value in row if value is not None), None) for row in values]


@pytest.mark.parametrize("is_read_again", [True, False])
def test_values_that_are_set(connection: Connection, is_read_again: bool) -> None:
    fields = find_configured(connection, {name for name, *_ in STORY})
    change = begin(connection)
    number = change.flush()
    count = 5
    for name, value, told, expected in STORY:
        if is_read_again:
            change = change_of(connection, number)
        set_values(change, {fields[name]: value})
        change.flush()
        entries = [("TicketDynamicFieldUpdate", f"%%FieldName%%{name}{told}")] if told else []
        assert history(connection, number, count) == entries
        count += len(entries)
        assert stored(connection, name, number) == expected


@pytest.mark.parametrize(
    ("old", "new", "shown_new", "shown_old"),
    [
        (150, 60, "60", "50…"),
        (51, 115, "105…", "51"),
        (50, 112, "106…", "50"),
        (50, 111, "111", "50"),
        (100, 61, "61", "100"),
        (100, 62, "62", "50…"),
        (60, 101, "101", "60"),
        (60, 102, "101…", "50…"),
        (49, 200, "107…", "49"),
        (55, 150, "101…", "55"),
        (56, 150, "101…", "50…"),
        (161, 0, "0", "161"),
        (162, 0, "0", "50…"),
        (100, 106, "101…", "50…"),
    ],
)
def test_long_values_are_cut_in_the_history(old: int, new: int, shown_new: str, shown_old: str) -> None:
    def shown(text: str, letter: str) -> str:
        return letter * int(text.rstrip("…")) + ("[...]" if text.endswith("…") else "")

    told = values.told(replace(field("Text"), name="TText"), ["o" * old], ["n" * new])
    expected = f"%%FieldName%%TText%%Value%%{shown(shown_new, 'n')}%%OldValue%%{shown(shown_old, 'o')}"
    assert told == expected


def test_a_name_that_fills_the_entry_leaves_room_for_no_value() -> None:
    told = values.told(replace(field("Text"), name="N" * 200), ["o" * 100], ["n" * 100])
    assert told == f"%%FieldName%%{'N' * 200}%%Value%%[...]%%OldValue%%{'o' * 50}[...]"


def test_fields_of_a_ticket_and_of_its_article(connection: Connection) -> None:
    fields = find_configured(connection, ["Asset", "Colors"])
    change = begin(connection)
    set_values(change, {fields["Asset"]: ["x"]})
    article = add_article(change, new_article(connection))
    of_article = replace(fields["Colors"], object_type="Article")
    set_article_values(change, article, {of_article: ["red", "blue"], replace(fields["Asset"], id=0): [""]})
    number = change.flush()
    assert stored(connection, "Asset", number) == ["x"]
    assert stored(connection, "Colors", article.id) == ["red", "blue"]
    assert [kind for kind, _ in history(connection, number, 5)] == ["TicketDynamicFieldUpdate", "AddNote", "Misc"]


def test_all_fields_cost_three_statements(
    connection: Connection, read_only_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    believe(monkeypatch)
    number = begin(connection).flush()
    change = change_of(connection, number, known(connection, t.users, TESTER))
    fields = find_configured(connection, ["Asset", "Notes", "Color", "Colors", "Urgent"])
    with sent_to(read_only_database) as sent:
        set_values(change, {found: ["1"] for found in fields.values()})
        set_values(change, {found: ["0"] for found in fields.values()})
        change.flush()
    assert [statement.split()[0] for statement in sent] == ["SELECT", "UPDATE", "DELETE", "INSERT", "INSERT"]
    assert stored(connection, "Urgent", number) == [0]
    assert len(history(connection, number, 5)) == 10
