"""The commands for people and structure, on both databases: what they write, print and refuse."""

from __future__ import annotations

import shlex
from pathlib import Path

import pytest
from sqlalchemy import select

from genericinterface.auth import passwords
from genericinterface.database import tables as t
from genericinterface.database.engine import Database
from tests.people_commands import NEW_AGENT, NEW_CUSTOMER, Commands, count, recent, row


@pytest.fixture
def run(database: Database) -> Commands:
    return Commands(database)


@pytest.fixture
def look(read_only_database: Database) -> Commands:
    """For commands that change nothing."""
    return Commands(read_only_database)


# ------------------------------------------------------------------------------------------------------- agents


def test_a_new_agent_can_log_in_and_has_the_named_groups(database: Database, run: Commands) -> None:
    printed = run("user", "add", "nina", *NEW_AGENT, "--group", "users", "--group", "support", stdin="ge heim ü\r\n")
    added = row(database, t.users, login="nina")
    assert printed == f"Added the agent nina (ID {added.id}) with rw in users, support.\n"
    assert added.pw.startswith("BCRYPT:12:")
    assert passwords.verify("ge heim ü", added.pw, "nina")
    assert (added.first_name, added.last_name, added.valid_id, added.create_by, added.change_by) == (
        "Nina",
        "Neu",
        1,
        1,
        1,
    )
    assert recent(added.create_time)
    assert recent(added.change_time)
    shown = run.json("user", "show", "nina")
    assert (shown["email"], shown["valid"], shown["failed logins"]) == ("nina@example.com", "valid", "0")
    assert shown["grants"] == [
        {"group": "support", "permission": "rw", "role": ""},
        {"group": "users", "permission": "rw", "role": ""},
    ]


def test_a_failed_command_leaves_nothing(database: Database, run: Commands) -> None:
    problem = run.problems("user", "add", "nina", *NEW_AGENT, "--group", "suport", stdin="secret\n")
    assert problem == "there is no group suport; did you mean support?"
    assert count(database, t.users, login="nina") == 0
    assert count(database, t.user_preferences, preferences_value="nina@example.com") == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["tester", *NEW_AGENT], "there is an agent tester already"),
        (["", *NEW_AGENT], "login is empty"),
        ([" nina", *NEW_AGENT], "begins or ends with a blank"),
        (["ni\tna", *NEW_AGENT], "cannot be printed"),
        (["n" * 201, *NEW_AGENT], "longer than 200 characters"),
        (["nina", *NEW_AGENT, "--title", "x" * 51], "title: xxxxxxxxxxxxxxxxxxxx… is longer than 50 characters"),
        (["nina", *NEW_AGENT, "--email", "nowhere"], "'nowhere' is no e-mail address"),
        (["nina", *NEW_AGENT, "--last-name", " "], "last_name is empty"),
    ],
)
def test_agents_that_are_refused(
    read_only_database: Database, look: Commands, arguments: list[str], problem: str
) -> None:
    before = count(read_only_database, t.users)
    assert problem in look.problems("user", "add", *arguments, stdin="secret\n")
    assert count(read_only_database, t.users) == before


def test_all_problems_are_told_at_once(look: Commands) -> None:
    problems = look.problems("user", "add", " ", *NEW_AGENT, "--first-name", "", "--title", "x" * 51, stdin="secret\n")
    assert len(problems.splitlines()) == 3


def test_the_address_of_an_agent_is_replaced(database: Database, run: Commands) -> None:
    for address in ("one@example.com", "two@example.com"):
        run("user", "set-email", "reader", address)
    user_id = row(database, t.users, login="reader").id
    assert row(database, t.user_preferences, user_id=user_id, preferences_key="UserEmail").preferences_value == address
    assert recent(row(database, t.users, login="reader").change_time)
    assert run.problems("user", "set-email", "reader", "no address") == "'no address' is no e-mail address"


def _add_session(database: Database, session_id: str, login: str, kind: str) -> None:
    with database.transaction() as connection:
        for key, value in (("UserLogin", login), ("UserType", kind)):
            connection.execute(
                t.sessions.insert().values(session_id=session_id, data_key=key, data_value=value, serialized=0)
            )


@pytest.mark.parametrize(
    ("command", "login", "kind", "other"),
    [("user", "tester", "User", "Customer"), ("customer-user", "customer1", "Customer", "User")],
)
def test_who_is_no_longer_valid_loses_the_sessions(
    database: Database, run: Commands, command: str, login: str, kind: str, other: str
) -> None:
    _add_session(database, "of-login", login, kind)
    _add_session(database, "of-namesake", login, other)
    _add_session(database, "of-somebody", "somebody", kind)
    table = t.users if command == "user" else t.customer_user
    assert run(command, "set-valid", login, "invalid-temporarily") == f"{login} is invalid-temporarily.\n"
    assert row(database, table, login=login).valid_id == 3
    assert recent(row(database, table, login=login).change_time)
    with database.reading() as connection:
        left = set(connection.scalars(select(t.sessions.c.session_id)))
    assert left == {"of-namesake", "of-somebody"}
    run(command, "set-valid", login, "valid")
    assert row(database, table, login=login).valid_id == 1


def test_who_is_valid_again_starts_without_failed_logins(database: Database, run: Commands) -> None:
    user_id = row(database, t.users, login="tester").id
    with database.transaction() as connection:
        connection.execute(
            t.user_preferences.insert().values(
                user_id=user_id, preferences_key="UserLoginFailed", preferences_value="9"
            )
        )
        connection.execute(
            t.customer_preferences.insert().values(
                user_id="customer1", preferences_key="UserLoginFailed", preferences_value="9"
            )
        )
    assert run.json("user", "show", "tester")["failed logins"] == "9"
    run("user", "set-valid", "tester", "valid")
    run("customer-user", "set-valid", "customer1", "valid")
    assert run.json("user", "show", "tester")["failed logins"] == "0"
    assert count(database, t.customer_preferences, preferences_key="UserLoginFailed") == 0


def test_grant_and_revoke(database: Database, run: Commands) -> None:
    assert run("user", "grant", "mail", "sales") == "mail has rw in sales.\n"
    assert run("user", "grant", "mail", "sales") == "mail has rw in sales already.\n"
    assert run("user", "grant", "mail", "sales", "ro", "note", "ro") == "mail has ro, note, ro in sales.\n"
    assert _permissions(run, "mail", "sales") == ["note", "ro", "rw"]
    granted = row(database, t.group_user, user_id=row(database, t.users, login="mail").id, permission_key="rw")
    assert recent(granted.create_time)
    assert run("user", "revoke", "mail", "sales", "rw") == "mail lost rw in sales.\nleft there: note, ro\n"
    assert run("user", "revoke", "mail", "sales") == "mail lost anything in sales.\n"
    assert run("user", "revoke", "mail", "sales") == "mail did not have anything in sales.\n"
    assert _permissions(run, "mail", "support") == ["note", "ro"]


def _permissions(run: Commands, login: str, group: str) -> list[str]:
    grants = run.json("user", "show", login)["grants"]
    return [entry["permission"] for entry in grants if entry["group"] == group and not entry["role"]]


def test_permissions_through_roles_are_shown_and_stay(run: Commands) -> None:
    assert {"group": "sales", "permission": "ro", "role": "Observers"} in run.json("user", "show", "reader")["grants"]
    assert "ro (role Observers)" in run("user", "show", "reader")
    printed = run("user", "revoke", "reader", "sales")
    assert printed == "reader did not have anything in sales.\nleft there: ro (role Observers)\n"


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["user", "show", "testre"], "there is no agent testre; did you mean tester?"),
        (["user", "grant", "tester", "user"], "there is no group user; did you mean users?"),
        (["user", "grant", "tester", "users", "priorty"], "there is no permission priorty; did you mean priority?"),
        (["user", "revoke", "tester", "users", "all"], "there is no permission all; "),
        (["user", "set-valid", "nobody", "valid"], "there is no agent nobody; there are: agent1, "),
        (
            ["customer-user", "set-valid", "customer", "valid"],
            "there is no customer user customer; did you mean customer",
        ),
        (["group", "set-valid", "zzz", "valid"], "there is no group zzz; there are: admin, "),
        (["queue", "set-valid", "Suport", "valid"], "there is no queue Suport; did you mean Support?"),
        (["queue", "set-group", "Raw", "sale"], "there is no group sale; did you mean sales?"),
        (["queue", "add", "Sals::Archive", "--group", "users"], "there is no queue Sals; did you mean Sales?"),
        (["queue", "add", "Sales::", "--group", "users"], "Sales:: is no name for a queue"),
        (["queue", "add", "Sales:: Archive", "--group", "users"], "Sales:: Archive is no name for a queue"),
        (["queue", "add", "Raw", "--group", "users"], "there is a queue Raw already"),
        (["group", "add", "users"], "there is a group users already"),
        (["group", "add", "x" * 201], "longer than 200 characters"),
        (["group", "add", "new", "--comment", "x" * 251], "longer than 250 characters"),
    ],
)
def test_names_that_are_wrong_are_told_with_the_near_miss(look: Commands, arguments: list[str], problem: str) -> None:
    assert problem in look.problems(*arguments)


def test_agents_are_listed(look: Commands) -> None:
    rows = look.json("user", "list")
    assert [entry["login"] for entry in rows] == sorted(entry["login"] for entry in rows)
    assert {"login": "tester", "name": "Tess Terrell", "email": "tester@example.com", "valid": "valid"}.items() <= next(
        entry for entry in rows if entry["login"] == "tester"
    ).items()
    lines = look("user", "list").splitlines()
    assert lines[0].split() == ["ID", "login", "name", "email", "valid", "changed"]
    assert len(lines) == len(rows) + 1
    assert len({line.index(entry["login"]) for line, entry in zip(lines[1:], rows, strict=True)}) == 1


def test_no_list_shows_a_password(read_only_database: Database, look: Commands) -> None:
    stored = row(read_only_database, t.users, login="tester").pw
    for arguments in (
        ["user", "list"],
        ["user", "list", "--json"],
        ["user", "show", "tester"],
        ["customer-user", "list"],
    ):
        assert stored[:10] not in look(*arguments)


# ----------------------------------------------------------------------------------------------- customer users


def test_a_new_customer_user(database: Database, run: Commands) -> None:
    printed = run("customer-user", "add", "cleo", *NEW_CUSTOMER, "--customer-id", "bakery", stdin="secret\n")
    added = row(database, t.customer_user, login="cleo")
    assert printed == f"Added the customer user cleo (ID {added.id}) of the company bakery.\n"
    assert passwords.verify("secret", added.pw, "cleo")
    assert (added.email, added.customer_id, added.valid_id) == ("cleo@example.com", "bakery", 1)
    assert [entry["login"] for entry in run.json("customer-user", "list", "--customer-id", "bakery")] == [
        "anna.müller",
        "cleo",
    ]
    again = ["customer-user", "add", "cleo2", *NEW_CUSTOMER, "--customer-id", "bakery"]
    assert run.problems(*again, stdin="x\n") == "the customer user cleo has the address cleo@example.com already"
    taken = ["customer-user", "add", "cleo", *NEW_CUSTOMER, "--customer-id", "b", "--email", "other@example.com"]
    assert run.problems(*taken, stdin="x\n") == "there is a customer user cleo already"


def test_a_customer_id_without_a_company_is_noted(run: Commands) -> None:
    result = run.result("customer-user", "add", "cleo", *NEW_CUSTOMER, "--customer-id", "nobody", stdin="secret\n")
    assert result.exit_code == 0
    assert result.stderr == "note: there is no company with the customer id nobody\n"


def test_an_empty_list_is_a_sentence_or_empty_json(look: Commands) -> None:
    assert look("customer-user", "list", "--customer-id", "nobody") == "There are no such customer users.\n"
    assert look.json("customer-user", "list", "--customer-id", "nobody") == []


# --------------------------------------------------------------------------------------------- groups and queues


def test_a_new_group_and_its_queues(database: Database, run: Commands) -> None:
    run("group", "add", "logistics", "--comment", "Storage")
    run("user", "grant", "tester", "logistics")
    run("queue", "add", "Logistics", "--group", "logistics", "--comment", "All", "--unlock-timeout", "60")
    run("queue", "add", "Logistics::Storage", "--group", "logistics")
    assert run.json("group", "list")[1:2] == [
        {"ID": row(database, t.permission_groups, name="logistics").id, "name": "logistics", "valid": "valid"}
        | {"agents": 1, "queues": 2, "comment": "Storage"}
    ]
    added, raw = row(database, t.queue, name="Logistics"), row(database, t.queue, name="Raw")
    assert (added.comments, added.unlock_timeout, added.valid_id, added.follow_up_lock) == ("All", 60, 1, 0)
    for column in ("system_address_id", "salutation_id", "signature_id", "follow_up_id"):
        assert getattr(added, column) == getattr(raw, column)
    assert recent(added.create_time)


def test_a_queue_moves_to_another_group_and_is_switched_off(database: Database, run: Commands) -> None:
    assert (
        run("queue", "set-group", "Sales::Orders", "support")
        == "The queue Sales::Orders belongs to the group support.\n"
    )
    assert run("queue", "set-valid", "Sales::Orders", "invalid") == "The queue Sales::Orders is invalid.\n"
    [listed] = [entry for entry in run.json("queue", "list") if entry["name"] == "Sales::Orders"]
    assert (listed["group"], listed["valid"]) == ("support", "invalid")
    assert listed["tickets"] == count(database, t.ticket, queue_id=listed["ID"])
    assert recent(row(database, t.queue, name="Sales::Orders").change_time)


def test_a_group_is_switched_off(database: Database, run: Commands) -> None:
    assert run("group", "set-valid", "sales", "invalid") == "The group sales is invalid.\n"
    assert row(database, t.permission_groups, name="sales").valid_id == 2


def test_an_empty_database_is_refused_in_words(empty_database: Database) -> None:
    assert "is not ready: see `genericinterface db check`" in Commands(empty_database).problems("user", "list")


def test_the_documented_commands_work_one_after_the_other(run: Commands) -> None:
    text = (Path(__file__).parent.parent / "docs" / "people.md").read_text(encoding="utf-8")
    block = text.partition("```sh\n")[2].partition("```")[0].replace("\\\n", " ")
    commands = [words for line in block.splitlines() if (words := shlex.split(line, comments=True))]
    assert len(commands) > 15
    for program, *arguments in commands:
        assert program == "genericinterface"
        asks = arguments[1] in ("set-password", "add") and arguments[0] in ("user", "customer-user")
        run(*arguments, *(["--password-stdin"] if asks else []), stdin="s3cret\n")
