"""auth/authenticator.py: who logs in with a login and password, and what that leaves in the database."""

from __future__ import annotations

import hashlib
import statistics
import threading
import time

import pytest
from sqlalchemy import insert, select, update

from genericinterface.auth import Agent, Authenticator, Credentials, Customer, passwords
from genericinterface.database.accounts import AGENTS, CUSTOMERS
from genericinterface.database.engine import Database
from genericinterface.database.tables import (
    customer_preferences,
    customer_user,
    group_user,
    permission_groups,
    system_maintenance,
    user_preferences,
    users,
    valid,
)
from genericinterface.schema import NOT_A_SCALAR
from genericinterface.sysconfig import SystemConfiguration
from tests.statements import sent_to

HERE = "127.0.0.1"
KINDS = ("agent", "customer")


class Person:
    """An agent or a customer user of the demo data, so that one test serves both."""

    def __init__(self, kind: str, database: Database, sysconfig: SystemConfiguration) -> None:
        self.database, self.sysconfig, self.authenticator = database, sysconfig, Authenticator(sysconfig)
        agent = kind == "agent"
        self.login = "jd" if agent else "customer1"
        self.password = self.login
        self.people, self.preferences_table = (
            (users, user_preferences) if agent else (customer_user, customer_preferences)
        )
        self.accounts = AGENTS if agent else CUSTOMERS
        self.credential = "UserLogin" if agent else "CustomerUserLogin"

    def log_in(self, password: str | None = None) -> Agent | Customer | None:
        credentials = Credentials(**{self.credential: self.login}, Password=password or self.password)
        with self.database.reading() as connection:
            return self.authenticator.authenticate(credentials, HERE, connection)

    def set(self, **values: object) -> None:
        with self.database.transaction() as connection:
            connection.execute(update(self.people).where(self.people.c.login == self.login).values(**values))

    def prefer(self, **values: str | None) -> None:
        column = self.preferences_table.c
        with self.database.transaction() as connection:
            for key, value in values.items():
                matches = column.preferences_key == key
                connection.execute(update(self.preferences_table).where(matches).values(preferences_value=value))

    @property
    def valid(self) -> str:
        with self.database.reading() as connection:
            return connection.execute(
                select(valid.c.name)
                .join(self.people, self.people.c.valid_id == valid.c.id)
                .where(self.people.c.login == self.login)
            ).scalar_one()

    @property
    def preferences(self) -> dict[str, str]:
        column = self.preferences_table.c
        with self.database.reading() as connection:
            account = self.accounts.find(connection, self.login, 0)
            assert account is not None
            rows = connection.execute(select(column).where(column.user_id == account.owner)).all()
        found = {row.preferences_key: row.preferences_value for row in rows}
        assert len(found) == len(rows), "a preference is there twice"
        return found


@pytest.fixture(params=KINDS)
def person(request: pytest.FixtureRequest, database: Database, sysconfig: SystemConfiguration) -> Person:
    return Person(request.param, database, sysconfig)


def test_the_right_password_is_who_it_is(database: Database, sysconfig: SystemConfiguration) -> None:
    agent = Person("agent", database, sysconfig).log_in()
    assert isinstance(agent, Agent)
    assert agent.login == "jd"
    assert Person("customer", database, sysconfig).log_in() == Customer("customer1", "CustomerUserID")


def test_any_other_password_is_nobody(person: Person) -> None:
    right = person.password
    for password in (right.upper(), right + " ", " " + right, right + "\n", "x", right + "\0", NOT_A_SCALAR):
        assert person.log_in(password) is None


@pytest.mark.parametrize("login", ["nobody", "JD", " jd", "jd ", "jd\0", "jd%", "%", "", "0", "jd' OR '1'='1"])
def test_any_other_login_is_nobody(read_only_database: Database, sysconfig: SystemConfiguration, login: str) -> None:
    with read_only_database.reading() as connection:
        authenticator = Authenticator(sysconfig)
        assert authenticator.authenticate(Credentials(UserLogin=login, Password="jd"), HERE, connection) is None
        customer = Credentials(CustomerUserLogin=login.replace("jd", "customer1"), Password="customer1")
        assert authenticator.authenticate(customer, HERE, connection) is None


def test_credentials_that_are_nobody_s(database: Database, sysconfig: SystemConfiguration) -> None:
    authenticator = Authenticator(sysconfig)
    for credentials in (
        Credentials(),
        Credentials(UserLogin="jd"),
        Credentials(Password="jd"),
        Credentials(UserLogin="jd", Password=""),
        Credentials(UserLogin="", CustomerUserLogin="", Password="jd"),
        Credentials(UserLogin="jd", CustomerUserLogin="customer1", Password="customer1"),  # the agent's login decides
        Credentials(SessionID="bad", UserLogin="jd", Password="jd"),  # no fall-back
        Credentials(CustomerUserLogin="jd", Password="jd"),
        Credentials(UserLogin="customer1", Password="customer1"),
        Credentials(ImpersonateAsUser="jd", Password="jd"),
    ):
        with database.reading() as connection:
            assert authenticator.authenticate(credentials, HERE, connection) is None, credentials


def test_credentials_of_jd(database: Database, sysconfig: SystemConfiguration) -> None:
    authenticator = Authenticator(sysconfig)
    for credentials in (
        Credentials(UserLogin="jd", CustomerUserLogin="customer1", Password="jd"),
        Credentials(SessionID="", UserLogin="jd", Password="jd"),
        Credentials(SessionID="0", UserLogin="jd", Password="jd"),
        Credentials(UserLogin="jd", Password="jd", ImpersonateAsUser="root@localhost"),
    ):
        with database.reading() as connection:
            actor = authenticator.authenticate(credentials, HERE, connection)
        assert isinstance(actor, Agent), credentials
        assert actor.login == "jd"


def test_an_empty_agent_login_leaves_room_for_the_customer_s(
    database: Database, sysconfig: SystemConfiguration
) -> None:
    credentials = Credentials(UserLogin="0", CustomerUserLogin="customer1", Password="customer1")
    with database.reading() as connection:
        assert isinstance(Authenticator(sysconfig).authenticate(credentials, HERE, connection), Customer)


def test_who_is_not_valid_does_not_get_in(person: Person) -> None:
    for valid_id in (2, 3):
        person.set(valid_id=valid_id)
        assert person.log_in() is None
    assert "UserLastLogin" not in person.preferences


def test_an_account_without_a_hash_accepts_nothing(person: Person) -> None:
    for stored in ("", "*", "*0", "!"):
        person.set(pw=stored)
        assert person.log_in() is None
        assert person.log_in(stored or "x") is None


# ----------------------------------------------------------------------------------------- what a login leaves behind


def test_a_first_login_is_written_down(person: Person) -> None:
    before = int(time.time())
    assert person.log_in()
    preferences = person.preferences
    assert preferences["UserLoginFailed"] == "0"
    assert before <= int(preferences["UserLastLogin"]) <= time.time() + 1


def test_a_login_soon_after_costs_one_statement_and_writes_nothing(person: Person) -> None:
    person.log_in()
    with sent_to(person.database) as sent:
        assert person.log_in()
    assert len(sent) == 1
    assert sent[0].startswith("SELECT")


def test_a_login_a_minute_later_is_written_down_again(person: Person) -> None:
    person.log_in()
    long_ago = str(int(person.preferences["UserLastLogin"]) - 61)
    person.prefer(UserLastLogin=long_ago)
    assert person.log_in()
    assert int(person.preferences["UserLastLogin"]) > int(long_ago)


def test_failures_are_counted_and_a_login_forgets_them(person: Person) -> None:
    for failed in ("1", "2", "3"):
        assert person.log_in("wrong") is None
        assert person.preferences["UserLoginFailed"] == failed
    assert "UserLastLogin" not in person.preferences
    assert person.log_in()
    assert person.preferences["UserLoginFailed"] == "0"


def test_a_count_that_is_no_number_begins_again(person: Person) -> None:
    person.log_in("wrong")
    for value in (None, "", "many", "-1", "٣"):
        person.prefer(UserLoginFailed=value)
        assert person.log_in("wrong") is None
        assert person.preferences["UserLoginFailed"] == "1"


def test_failures_at_the_same_time_all_count(person: Person) -> None:
    person.log_in("wrong")
    threads = [threading.Thread(target=person.log_in, args=("wrong",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert person.preferences["UserLoginFailed"] == "9"


def test_by_default_nobody_is_locked_out(person: Person) -> None:
    for _ in range(12):
        person.log_in("wrong")
    assert person.valid == "valid"
    assert person.log_in()


@pytest.mark.parametrize("kind", KINDS)
def test_too_many_failures_lock_an_account_out(kind: str, database: Database) -> None:
    limits = {"agent": "password_max_login_failed", "customer": "customer_password_max_login_failed"}
    for limited in KINDS:
        person = Person(kind, database, SystemConfiguration(**{limits[limited]: 2}))
        person.set(valid_id=1)
        assert person.log_in()
        person.log_in("wrong")
        assert person.valid == "valid"
        person.log_in("wrong")
        # Each kind of account has a limit of its own.
        assert person.valid == ("invalid-temporarily" if limited == kind else "valid")
        assert (person.log_in() is None) == (limited == kind)


def test_an_account_that_an_administrator_took_away_stays_as_it_is(database: Database) -> None:
    person = Person("agent", database, SystemConfiguration(password_max_login_failed=1))
    person.set(valid_id=2)
    person.log_in("wrong")
    assert person.valid == "invalid"


# ------------------------------------------------------------------------------------------------------ maintenance


def maintain(database: Database, start: int, stop: int, valid_id: int = 1) -> None:
    """A system maintenance, in seconds from now."""
    now = int(time.time())
    sysconfig = SystemConfiguration()
    stamps = {"create_time": sysconfig.now(), "create_by": 1, "change_time": sysconfig.now(), "change_by": 1}
    with database.transaction() as connection:
        connection.execute(
            insert(system_maintenance).values(
                start_date=now + start, stop_date=now + stop, comments="update", valid_id=valid_id, **stamps
            )
        )


def test_during_a_maintenance_only_administrators_log_in(database: Database, sysconfig: SystemConfiguration) -> None:
    maintain(database, -60, 600)
    authenticator = Authenticator(sysconfig)

    def log_in(**credentials: str) -> object:
        with database.reading() as connection:
            return authenticator.authenticate(Credentials(**credentials), HERE, connection)

    assert log_in(UserLogin="user", Password="password") is not None  # rw in admin
    assert log_in(UserLogin="jd", Password="jd") is None
    assert log_in(CustomerUserLogin="customer1", Password="customer1") is None
    assert "UserLastLogin" not in Person("agent", database, sysconfig).preferences


def test_a_maintenance_that_is_not_now_stops_nobody(person: Person) -> None:
    for start, stop, valid_id in ((-600, -60, 1), (60, 600, 1), (-60, 600, 2)):
        maintain(person.database, start, stop, valid_id)
    assert person.log_in()


def test_to_read_in_the_group_admin_is_not_enough(database: Database, sysconfig: SystemConfiguration) -> None:
    person = Person("agent", database, sysconfig)
    agent = person.log_in()
    assert isinstance(agent, Agent)
    with database.transaction() as connection:
        admin = connection.execute(select(permission_groups.c.id).where(permission_groups.c.name == "admin")).scalar()
        stamps = {"create_time": sysconfig.now(), "create_by": 1, "change_time": sysconfig.now(), "change_by": 1}
        connection.execute(insert(group_user).values(user_id=agent.id, group_id=admin, permission_key="ro", **stamps))
    maintain(database, -60, 600)
    assert person.log_in() is None


# -------------------------------------------------------------------------------------------------------- the cache


def test_a_slow_hash_is_worked_out_once(person: Person, monkeypatch: pytest.MonkeyPatch) -> None:
    person.set(pw=passwords.hash_password("secret", cost=4))
    checks: list[str] = []
    verify = passwords.verify

    def counted(password: str, stored: str, login: str) -> bool:
        checks.append(password)
        return verify(password, stored, login)

    monkeypatch.setattr(passwords, "verify", counted)
    for _ in range(3):
        assert person.log_in("secret")
    assert checks == ["secret"]
    for _ in range(3):
        assert person.log_in("wrong") is None
    assert checks == ["secret", "wrong", "wrong", "wrong"]  # a failure is never remembered


def test_a_changed_password_acts_at_once(person: Person) -> None:
    person.set(pw=passwords.hash_password("secret", cost=4))
    assert person.log_in("secret")
    person.set(pw=passwords.hash_password("other", cost=4))
    assert person.log_in("secret") is None
    assert person.log_in("other")


def test_an_account_taken_away_is_refused_at_once(person: Person) -> None:
    person.set(pw=passwords.hash_password("secret", cost=4))
    assert person.log_in("secret")
    person.set(valid_id=2)
    assert person.log_in("secret") is None


def test_a_login_that_does_not_exist_takes_as_long(database: Database, sysconfig: SystemConfiguration) -> None:
    person = Person("agent", database, sysconfig)
    person.set(pw=passwords.hash_password("secret", cost=8))
    person.log_in("secret")

    def duration(login: str) -> float:
        person.login = login
        started = time.perf_counter()
        assert person.log_in("wrong") is None
        return time.perf_counter() - started

    known = statistics.median(duration("jd") for _ in range(5))
    unknown = statistics.median(duration("nobody") for _ in range(5))
    assert unknown > known / 3  # without the example it is less than a tenth


def test_every_form_of_hash_logs_in(database: Database, sysconfig: SystemConfiguration) -> None:
    person = Person("agent", database, sysconfig)
    for stored in (
        hashlib.sha256(b"secret").hexdigest(),
        hashlib.sha512(b"secret").hexdigest(),
        hashlib.sha1(b"secret", usedforsecurity=False).hexdigest(),
        passwords.hash_password("secret", cost=4),
    ):
        person.set(pw=stored)
        assert person.log_in("secret")
        assert person.log_in("Secret") is None
