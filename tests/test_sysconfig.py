"""sysconfig and stored_sysconfig.py: which of defaults, Znuny's rows and the settings file holds, and since when."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import insert, update

from genericinterface import sysconfig
from genericinterface.cli import cli
from genericinterface.database import stored_sysconfig
from genericinterface.database.engine import Database
from genericinterface.database.stored_sysconfig import CurrentConfiguration
from genericinterface.database.tables import (
    sysconfig_default,
    sysconfig_deployment,
    sysconfig_modified,
)
from genericinterface.errors import ConfigurationError
from genericinterface.sysconfig import SETTINGS, Resolved, Stored, SystemConfiguration
from tests.application import REST, application, client
from tests.configuration import NOW, add_default, add_modified, add_version
from tests.statements import sent_to

HOOK = "Ticket::Hook"


def resolve(database: Database, overrides: Mapping[str, Any] | None = None) -> Resolved:
    with database.reading() as connection:
        return stored_sysconfig.resolve(connection, overrides or {})


def test_our_own_database_has_the_defaults(read_only_database: Database) -> None:
    found = resolve(read_only_database)
    assert found.configuration == sysconfig.load({})
    assert set(found.origins.values()) == {"default"}
    assert found.problems == []


def test_the_settings_file_wins_over_znuny_over_its_default(database: Database) -> None:
    with database.transaction() as connection:
        for name in (HOOK, "FQDN", "SystemID"):
            default = add_default(connection, name, "--- default\n")
            if name != HOOK:
                add_modified(connection, default, name, "--- changed\n")
    with sent_to(database) as statements:
        found = resolve(database, {"SystemID": "77"})
    assert len(statements) == 1
    assert (found.value(HOOK), found.origins[HOOK]) == ("default", "Znuny's default")
    assert (found.value("FQDN"), found.origins["FQDN"]) == ("changed", "Znuny")
    assert (found.value("SystemID"), found.origins["SystemID"]) == ("77", "settings file")


@pytest.mark.parametrize(
    ("dirty", "versions", "expected"),
    [
        (0, [("old", 0)], "changed"),
        (1, [], "default"),  # never deployed
        (1, [("older", 0), ("old", 0)], "old"),  # the next one is not deployed yet
        (1, [("old", 0), ("default", 1)], "default"),  # a deployed reset
    ],
)
def test_a_change_holds_when_it_is_deployed(
    database: Database, dirty: int, versions: list[tuple[str, int]], expected: str
) -> None:
    with database.transaction() as connection:
        default = add_default(connection, HOOK, "--- default\n")
        add_modified(connection, default, HOOK, "--- changed\n", is_dirty=dirty)
        for text, reset in versions:
            add_version(connection, HOOK, f"--- {text}\n", reset_to_default=reset)
        add_version(connection, "Ticket::HookDivider", "--- other\n")
        add_version(connection, HOOK, "--- mine\n", user_id=1)
    assert resolve(database).value(HOOK) == expected


def test_what_an_agent_sets_for_himself_is_no_setting(database: Database) -> None:
    with database.transaction() as connection:
        default = add_default(connection, HOOK, "--- default\n")
        add_modified(connection, default, HOOK, "--- mine\n", user_id=1)
    assert resolve(database).value(HOOK) == "default"


def test_a_setting_that_is_switched_off_is_nothing(database: Database) -> None:
    module = "---\nEvent: TicketQueueUpdate\nModule: Kernel::System::Ticket::Event::ForceUnlock\n"
    forced = "---\nEvent: TicketLockUpdate\nModule: Some\nnew: open\n"
    on, off = "Ticket::EventModulePost###3600-ForceUnlockOnMove", "Ticket::EventModulePost###2300-ArchiveRestore"
    with database.transaction() as connection:
        add_default(connection, on, module)
        add_modified(connection, add_default(connection, off, module), off, module, is_valid=0)
        add_default(connection, "SendmailModule::Port", "--- '25'\n", valid=0)
        add_default(connection, "SMIME::CertPath", "--- /etc/ssl/certs\n", valid=0)
        add_default(connection, "PGP::Bin", "--- /opt/gpg\n", valid=0)
        add_default(connection, "TimeZone::Calendar3", "--- Asia/Tokyo\n", valid=0)
        add_default(connection, "Ticket::EventModulePost###2800-ForceStateChangeOnLock", forced)
    found = resolve(database).configuration
    assert (found.force_unlock_on_move, found.archive_restore) == (True, False)
    assert (found.sendmail_port, found.smime_cert_path, found.pgp_bin) == (0, "", "/usr/bin/gpg")
    assert found.calendars[3].time_zone == ""
    assert found.force_state_change_on_lock == (("new", "open"),)


def test_limits_of_owners_hold_where_they_are_switched_on(database: Database) -> None:
    limits = "---\nMisc: note\nModule: rw\nRaw: ro, note\n"  # Module is the name of a queue here
    owner, responsible = (f"Ticket::Permission::{name}Check::Queues" for name in ("Owner", "Responsible"))
    with database.transaction() as connection:
        add_default(connection, responsible, limits, valid=0)
        add_modified(connection, add_default(connection, owner, limits, valid=0), owner, limits)
    found = resolve(database).configuration
    assert found.permission_owner_queues == (("Misc", "note"), ("Module", "rw"), ("Raw", "ro, note"))
    assert found.permission_responsible_queues == ()


def test_permission_modules_are_read_with_what_follows_from_them(database: Database) -> None:
    text = "---\nGranted: '{}'\nModule: Some\nRequired: '{}'\n"
    owner, group, creator = (
        f"Ticket::Permission###{name}" for name in ("1-OwnerCheck", "3-GroupCheck", "5-CreatorCheck")
    )
    with database.transaction() as connection:
        add_default(connection, owner, text.format(0, 1))
        add_default(connection, group, text.format(1, 0))
        add_default(connection, creator, text.format(1, 0), valid=0)
    found = resolve(database, {"Ticket::Permission###6-InvolvedCheck": 1, "Ticket::Permission###6-MentionCheck": 0})
    modules = [found.value(f"Ticket::Permission###{n}") for n in ("1-OwnerCheck", "3-GroupCheck", "5-CreatorCheck")]
    assert modules == [(True, False), (False, True), None]
    assert SETTINGS[owner].shown(modules[0]) == "Required: 1, Granted: 0"
    assert found.configuration.permission_involved_check == (False, True)
    assert found.configuration.permission_mention_check is None


def test_calendars_are_read_and_can_be_hashed(database: Database) -> None:
    with database.transaction() as connection:
        add_default(connection, "TimeWorkingHours::Calendar2", "---\nMon:\n- '9'\n- '8'\nSun: []\n")
        add_default(connection, "TimeVacationDays::Calendar2", "---\n'2':\n  '29': Leap\n'5':\n  '01': May\n")
        add_default(connection, "TimeVacationDaysOneTime::Calendar2", "---\n'2026':\n  '5':\n    '15': Move\n")
        add_default(connection, "TimeZone::Calendar2", "--- Europe/Berlin\n")
    found = resolve(database).configuration
    calendar = found.calendars[2]
    assert calendar.working_hours == ((8, 9), (), (), (), (), (), ())
    assert calendar.vacation_days == {(2, 29), (5, 1)}
    assert calendar.vacation_days_one_time == {(2026, 5, 15)}
    assert calendar.time_zone == "Europe/Berlin"
    assert found.calendars[1] == sysconfig.Calendar()
    assert len({found, sysconfig.load({}), SystemConfiguration(**vars_of(found))}) == 2


def vars_of(configuration: SystemConfiguration) -> dict[str, Any]:
    return {name: getattr(configuration, name) for name in SystemConfiguration.__dataclass_fields__}


@pytest.mark.parametrize(
    ("name", "value", "told"),
    [
        ("Ticket::SubjectSize", "many", "not a whole number"),
        ("Ticket::Type", "perhaps", "neither 0 nor 1"),
        ("Ticket::Hook", ["a"], "not a text"),
        ("Ticket::UnlockStateType", "new", "not a list of texts"),
        ("Ticket::StateAfterPending", "new", "not a hash of texts"),
        ("Ticket::Permission::OwnerCheck::Queues", ["Raw"], "not a hash of texts"),
        ("TimeWorkingHours", {"Mon": ["24"]}, "no number from 0 to 23"),
        ("TimeWorkingHours", {"Monday": []}, "Monday: days are"),
        ("TimeWorkingHours::Calendar9", {"Mon": "8"}, "not a list of hours"),
        ("TimeVacationDays", {"13": {"1": "x"}}, "no number from 1 to 12"),
        ("TimeVacationDaysOneTime", ["x"], "not a hash of days"),
        ("OTRSTimeZone", "Mars/Olympus", "not a time zone"),
        ("TimeZone::Calendar1", "../../etc/passwd", "not a time zone"),
        ("MailQueue", {"ItemMaxAttempts": "3"}, "no key IncrementAttemptDelayInMinutes"),
    ],
)
def test_a_stored_value_that_makes_no_sense_leaves_the_default(name: str, value: object, told: str) -> None:
    found = sysconfig.resolve({name: Stored(value, True, False)}, {})
    assert found.configuration == sysconfig.load({})
    [problem] = found.problems
    assert name in problem
    assert told in problem


def test_a_stored_text_that_is_no_yaml_leaves_the_default(database: Database) -> None:
    with database.transaction() as connection:
        add_default(connection, HOOK, "--- 'a\n")
        add_default(connection, "FQDN", "--- !!perl/hash {}\n")
        add_default(connection, "SystemID", "--- '12'\n")
    found = resolve(database)
    assert found.configuration == sysconfig.load({"SystemID": "12"})
    assert len(found.problems) == 2


def test_a_password_is_in_no_problem_and_in_no_repr(database: Database) -> None:
    with database.transaction() as connection:
        add_default(connection, "SendmailModule::AuthPassword", "---\n- s3cret\n")
        add_default(connection, "PGP::Key::Password", "---\nABCD: s3cret\n")
    found = resolve(database)
    assert found.configuration.pgp_key_passwords == (("ABCD", "s3cret"),)
    assert "s3cret" not in repr(found.configuration)
    assert "s3cret" not in "".join(found.problems)
    assert SETTINGS["PGP::Key::Password"].shown(found.configuration.pgp_key_passwords) == "(hidden)"
    with pytest.raises(ConfigurationError) as caught:
        sysconfig.load({"SendmailModule::AuthPassword": ["s3cret"]})
    assert "s3cret" not in str(caught.value.problems)


def test_a_text_may_refer_to_another_setting() -> None:
    found = sysconfig.load({"FQDN": "desk.example.com", "Organization": "<OTRS_CONFIG_Nope>"})
    assert found.admin_email == "support@desk.example.com"
    assert found.organization == "<OTRS_CONFIG_Nope>"
    rounds = sysconfig.load({"FQDN": "<OTRS_CONFIG_Organization>", "Organization": "<OTRS_CONFIG_FQDN>"})
    assert rounds.fqdn.startswith("<OTRS_CONFIG_")


def test_defaults_of_articles_are_the_operations() -> None:
    found = sysconfig.load({"GenericInterface::Operation::TicketUpdate###HistoryType": "OwnerUpdate"})
    assert found.ticket_create_defaults.history_type == "NewTicket"
    assert found.ticket_update_defaults.history_type == "OwnerUpdate"


def test_a_worker_follows_a_change(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    current = CurrentConfiguration(database, {"FQDN": "desk.example.com"})
    current.refresh()
    first = current.current
    assert (first.ticket_hook, first.fqdn) == ("Ticket#", "desk.example.com")
    with database.transaction() as connection:
        default = add_default(connection, HOOK, "--- default\n")
        add_modified(connection, default, HOOK, "--- Case#\n")
    with sent_to(database) as statements:
        current.refresh()
    assert statements == []  # within the time that it is believed
    monkeypatch.setattr(stored_sysconfig, "TTL", -1.0)
    current._expires = 0.0
    current.refresh()
    assert (current.current.ticket_hook, current.current.fqdn) == ("Case#", "desk.example.com")
    with sent_to(database) as statements:
        current.refresh()
    assert len(statements) == 1  # nothing was changed
    with database.transaction() as connection:
        connection.execute(update(sysconfig_default).values(effective_value="--- d"))
        connection.execute(update(sysconfig_modified).values(effective_value="--- Nr#"))
        row = {"comments": "", "effective_value": "", "create_time": NOW, "create_by": 1}
        connection.execute(insert(sysconfig_deployment).values(**row))
    current.refresh()
    assert current.current.ticket_hook == "Nr#"


def test_a_worker_tells_once_of_what_it_cannot_read(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(stored_sysconfig, "TTL", -1.0)
    with database.transaction() as connection:
        default = add_default(connection, HOOK, "---\n- a\n")
    current = CurrentConfiguration(database, {})
    with caplog.at_level(logging.WARNING):
        current.refresh()
        with database.transaction() as connection:
            add_modified(connection, default, HOOK, "---\n- a\n")
        current.refresh()
    assert [record.getMessage() for record in caplog.records] == [
        "sysconfig: Ticket::Hook: ['a'] is not a text; its default holds"
    ]


def test_without_a_database_the_last_configuration_holds(tmp_path: Any) -> None:
    database = Database(f"sqlite:///{tmp_path}/none/none.db")
    current = CurrentConfiguration(database, {"SystemID": "33"})
    current.refresh()
    assert current.current.system_id == "33"
    assert current._expires == 0.0  # never read: the next request tries again


def test_a_request_meets_what_was_deployed_before_it(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stored_sysconfig, "TTL", -1.0)
    with application(database, threads=1) as built:
        caller = client(built)
        body = {"UserLogin": "tester", "Password": "tester"}
        assert caller.post(f"{REST}/Session", json=body).status_code == 200
        with database.transaction() as connection:
            add_default(connection, "SessionMaxTime", "--- '1234'\n")
            row = {"comments": "", "effective_value": "", "create_time": NOW, "create_by": 1}
            connection.execute(insert(sysconfig_deployment).values(**row))
        assert caller.post(f"{REST}/Session", json=body).status_code == 200
        assert built.sysconfig.current.session_max_time == 1234
        assert built.provider.authenticator.sysconfig.session_max_time == 1234
        assert built.debugger.sysconfig.session_max_time == 1234


def test_the_command_shows_what_holds_and_why(database: Database, tmp_path: Any) -> None:
    with database.transaction() as connection:
        default = add_default(connection, HOOK, "--- default\n")
        add_modified(connection, default, HOOK, "--- Case#\n")
        add_default(connection, "Ticket::SubjectSize", "--- many\n")
    file = tmp_path / "settings.toml"
    file.write_text('[sysconfig]\n"SendmailModule::AuthPassword" = "s3cret"\nFQDN = "desk"\n')
    url = database.url.render_as_string(hide_password=False)

    def show(*arguments: str) -> Result:
        given = ["--settings", str(file), "--database-url", url, "sysconfig", "show", *arguments]
        return CliRunner().invoke(cli, given)

    changed = show("--changed", "--json")
    assert "Ticket::SubjectSize: 'many' is not a whole number" in changed.stderr
    assert json.loads(changed.stdout) == [
        {"setting": "FQDN", "value": "desk", "from": "settings file"},
        {"setting": "SendmailModule::AuthPassword", "value": "(hidden)", "from": "settings file"},
        {"setting": HOOK, "value": "Case#", "from": "Znuny"},
    ]
    assert show("Ticket::Hook*").stdout.splitlines()[1].split() == [HOOK, "Case#", "Znuny"]
    everything = show("--json")
    assert [line["setting"] for line in json.loads(everything.stdout)] == list(SETTINGS)
    hours = show("TimeWorkingHours", "--json")
    assert json.loads(hours.stdout)[0]["value"] == "Mon 8-20, Tue 8-20, Wed 8-20, Thu 8-20, Fri 8-20"
    unknown = show("Nope")
    assert isinstance(unknown.exception, ConfigurationError)
