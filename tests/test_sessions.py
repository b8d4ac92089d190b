"""auth/sessions.py: what a session holds, how long it lives, and whose it is."""

from __future__ import annotations

import datetime as dt
import time

import pytest
from sqlalchemy import delete, func, insert, select, update

from genericinterface.auth import Actor, Agent, Authenticator, Credentials, Customer, sessions
from genericinterface.database import sessions as table
from genericinterface.database.engine import Database
from genericinterface.database.tables import (
    customer_company,
    customer_preferences,
    customer_user,
    user_preferences,
    users,
)
from genericinterface.database.tables import sessions as rows_of_sessions
from genericinterface.sysconfig import SystemConfiguration

HERE = "192.0.2.7"
SYSCONFIG = SystemConfiguration()
CUSTOMER = Customer("customer1", "CustomerUserID")

# The keys that Znuny 6.5 writes for SessionCreate; of a customer user without Config and CompanyConfig.
AGENT_KEYS = (
    "AdminCommunicationLogPageShown AdminDynamicFieldsOverviewPageShown ChangeTime CreateTime SessionSource "
    "UserChallengeToken UserCreateNextMask UserEmail UserFirstname UserFullname UserID UserLastLogin "
    "UserLastLoginTimestamp UserLastRequest UserLastViewsLimit UserLastViewsPosition UserLastname UserLogin "
    "UserLoginFailed UserPw UserRefreshTime UserRemoteAddr UserRemoteUserAgent UserSessionStart "
    "UserTicketOverviewMediumPageShown UserTicketOverviewPreviewPageShown UserTicketOverviewSmallPageShown "
    "UserTitle UserType ValidID"
)
CUSTOMER_KEYS = (
    "ChangeBy ChangeTime CreateBy CreateTime CustomerCompanyCity CustomerCompanyComment CustomerCompanyCountry "
    "CustomerCompanyName CustomerCompanyStreet CustomerCompanyURL CustomerCompanyValidID CustomerCompanyZIP "
    "CustomerID SessionSource Source UserAuthBackend UserChallengeToken UserCity UserComment UserCountry "
    "UserCustomerID UserEmail UserFax UserFirstname UserFullname UserID UserLastLogin UserLastLoginTimestamp "
    "UserLastRequest UserLastViewsLimit UserLastname UserLogin UserLoginFailed UserMailString UserMobile "
    "UserPassword UserPhone UserRefreshTime UserRemoteAddr UserRemoteUserAgent UserSessionStart UserShowTickets "
    "UserStreet UserTitle UserType UserZip ValidID"
)


def log_in(database: Database, **credentials: str) -> Actor:
    with database.reading() as connection:
        actor = Authenticator(SYSCONFIG).authenticate(Credentials(**credentials), HERE, connection)
    assert actor is not None
    return actor


def begin(database: Database, actor: Actor, sysconfig: SystemConfiguration = SYSCONFIG) -> str:
    with database.transaction() as connection:
        return sessions.create(connection, actor, HERE, "a client/1 ü", sysconfig)


def content(database: Database, session_id: str) -> dict[str, str | None]:
    with database.reading() as connection:
        session = table.read(connection, session_id)
    assert session is not None
    assert session.serialized == frozenset()
    return session.values


def who(
    database: Database, session_id: str, address: str = HERE, sysconfig: SystemConfiguration = SYSCONFIG
) -> Actor | None:
    with database.reading() as connection:
        return Authenticator(sysconfig).authenticate(Credentials(SessionID=session_id), address, connection)


def is_there(database: Database, session_id: str) -> bool:
    with database.reading() as connection:
        return table.read(connection, session_id) is not None


def change(database: Database, session_id: str, **values: object) -> None:
    """Sets values of a session; None takes them away."""
    column = rows_of_sessions.c
    with database.transaction() as connection:
        for key, value in values.items():
            matches = (column.session_id == session_id) & (column.data_key == key)
            if value is None:
                connection.execute(delete(rows_of_sessions).where(matches))
            else:
                connection.execute(update(rows_of_sessions).where(matches).values(data_value=str(value)))


@pytest.fixture
def jd(database: Database) -> Agent:
    actor = log_in(database, UserLogin="jd", Password="jd")
    assert isinstance(actor, Agent)
    return actor


# ------------------------------------------------------------------------------------------------------- its content


def test_a_session_of_an_agent_holds_what_znuny_puts_there(database: Database, jd: Agent) -> None:
    before = int(time.time())
    session_id = begin(database, jd)
    assert len(session_id) == 32
    assert session_id.isascii()
    assert session_id.isalnum()
    found = content(database, session_id)
    assert " ".join(sorted(found)) == AGENT_KEYS
    assert before <= int(found["UserSessionStart"] or 0) <= time.time()
    assert found["UserLastRequest"] == found["UserSessionStart"]
    assert found["UserTitle"] is None
    expected = {
        "SessionSource": "GenericInterface",
        "UserEmail": "jd@test.znuny.com",
        "UserFullname": "Jane Doe",
        "UserID": str(jd.id),
        "UserLogin": "jd",
        "UserRemoteAddr": HERE,
        "UserRemoteUserAgent": "a client/1 ü",
        "UserType": "User",
        "ValidID": "1",
    }
    assert expected.items() <= found.items()
    moment = dt.datetime.fromtimestamp(int(found["UserLastLogin"] or 0), dt.UTC)
    assert found["UserLastLoginTimestamp"] == moment.strftime("%Y-%m-%d %H:%M:%S")


def test_a_session_of_a_customer_user_holds_what_znuny_puts_there(database: Database) -> None:
    actor = log_in(database, CustomerUserLogin="customer1", Password="customer1")
    found = content(database, begin(database, actor))
    assert " ".join(sorted(found)) == CUSTOMER_KEYS
    expected = {
        "CustomerCompanyName": "Example Corporation",
        "CustomerID": "CustomerUserID",
        "UserCustomerID": "CustomerUserID",
        "UserFullname": "Carla Castillo",
        "UserID": "customer1",
        "UserLogin": "customer1",
        "UserMailString": '"Carla Castillo" <carla@example.org>',
        "UserType": "Customer",
    }
    assert expected.items() <= found.items()


def test_a_customer_user_s_title_and_missing_company(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(delete(customer_company).where(customer_company.c.customer_id == "CustomerUserID"))
        connection.execute(update(customer_user).where(customer_user.c.login == "customer1").values(title="Dr."))
        connection.execute(
            insert(customer_preferences).values(
                user_id="customer1", preferences_key="UserLanguage", preferences_value="de"
            )
        )
    found = content(database, begin(database, CUSTOMER))
    assert {key: found.get(key, "absent") for key in found if "Company" in key} == {"CustomerCompanyValidID": None}
    assert "CustomerID" not in found
    assert found["UserFullname"] == "Dr. Carla Castillo"
    assert found["UserMailString"] == '"Carla Castillo" <carla@example.org>'
    assert found["UserLanguage"] == "de"


def prefer(database: Database, user_id: int, **values: str | None) -> None:
    with database.transaction() as connection:
        for key, value in values.items():
            connection.execute(
                insert(user_preferences).values(user_id=user_id, preferences_key=key, preferences_value=value)
            )


def test_preferences_are_in_the_session_and_never_say_whose_it_is(database: Database, jd: Agent) -> None:
    prefer(
        database, jd.id, UserLanguage="de", UserRefreshTime="7", Nothing=None,
        UserID="1", UserLogin="root@localhost", UserType="Customer", UserRemoteAddr="203.0.113.9",
    )  # fmt: skip
    session_id = begin(database, jd)
    found = content(database, session_id)
    assert (found["UserLanguage"], found["UserRefreshTime"], found["Nothing"]) == ("de", "7", None)
    assert (found["UserID"], found["UserLogin"], found["UserType"]) == (str(jd.id), "jd", "User")
    assert who(database, session_id) == jd


def test_an_agent_without_mail_address_has_the_login_as_one(database: Database, jd: Agent) -> None:
    with database.transaction() as connection:
        connection.execute(delete(user_preferences).where(user_preferences.c.user_id == jd.id))
    assert content(database, begin(database, jd))["UserEmail"] == "jd"


NOON = dt.datetime(2026, 5, 10, 12, 0)


class Noon(SystemConfiguration):
    """It is always NOON."""

    def now(self) -> dt.datetime:
        return NOON


@pytest.mark.parametrize(
    ("start", "end", "days", "message"),
    [
        ("2026-5-9", "2026-05-12", "2", "*** out of office until 2026-05-12/2 d ***"),
        ("2026-5-10", "2026-5-10", "0", "*** out of office until 2026-5-10/0 d ***"),
        ("2026-5-1", "2026-5-9", "0", None),
        ("2026-5-1", "2026-5-8", "-1", None),
        ("2026-5-11", "2026-5-12", "2", None),
        ("x-x-x", "2026-5-12", "2", None),
        ("2026-5-1", "2026-2-31", None, None),
        ("2026-5-1", "9999-12-31", "2912313", "*** out of office until 9999-12-31/2912313 d ***"),
        ("--", "--", None, None),
    ],
)
def test_out_of_office(start: str, end: str, days: str | None, message: str | None) -> None:
    parts = ("Year", "Month", "Day")
    data: dict[str, str | None] = {"OutOfOffice": "1", "UserFullname": "Jane Doe"}
    data |= {f"OutOfOfficeStart{part}": value for part, value in zip(parts, start.split("-"), strict=True)}
    data |= {f"OutOfOfficeEnd{part}": value for part, value in zip(parts, end.split("-"), strict=True)}
    found = sessions.out_of_office(data, NOON)
    assert found.get("OutOfOfficeDaysRemaining") == days
    assert found.get("OutOfOfficeMessage") == message
    assert found.get("UserFullname") == (f"Jane Doe {message}" if message else None)
    assert sessions.out_of_office(data | {"OutOfOffice": "0"}, NOON) == {}


def test_an_agent_who_is_out_of_office(database: Database, jd: Agent) -> None:
    dates = {
        "StartYear": "2026",
        "StartMonth": "5",
        "StartDay": "1",
        "EndYear": "2026",
        "EndMonth": "5",
        "EndDay": "11",
    }
    prefer(database, jd.id, OutOfOffice="1", **{f"OutOfOffice{key}": value for key, value in dates.items()})
    found = content(database, begin(database, jd, Noon()))
    assert found["UserFullname"] == "Jane Doe *** out of office until 2026-5-11/1 d ***"


# ---------------------------------------------------------------------------------------------------------- its life


def test_a_session_is_its_owner_s(database: Database, jd: Agent) -> None:
    assert who(database, begin(database, jd)) == jd
    assert who(database, begin(database, CUSTOMER)) == CUSTOMER


def test_no_other_id_is_a_session(database: Database, jd: Agent) -> None:
    session_id = begin(database, jd)
    others = (
        session_id + " ", " " + session_id, session_id.swapcase(), session_id[:-1], session_id + "\0", "%", "_" * 32,
        "x" * 5000, "\N{REPLACEMENT CHARACTER}not a scalar",
    )  # fmt: skip
    for other in others:
        assert who(database, other) is None
    assert who(database, session_id) == jd


@pytest.mark.parametrize(
    ("key", "limit"),
    [("UserLastRequest", SYSCONFIG.session_max_idle_time), ("UserSessionStart", SYSCONFIG.session_max_time)],
)
def test_a_session_lives_up_to_its_limits(database: Database, jd: Agent, key: str, limit: int) -> None:
    session_id = begin(database, jd)
    change(database, session_id, **{key: int(time.time()) - limit + 5})
    assert who(database, session_id) == jd
    change(database, session_id, **{key: int(time.time()) - limit - 1})
    keep = SystemConfiguration(session_delete_if_time_too_old=False)
    assert who(database, session_id, sysconfig=keep) is None
    assert is_there(database, session_id)
    assert who(database, session_id) is None
    assert not is_there(database, session_id)


def test_using_a_session_does_not_prolong_it(database: Database, jd: Agent) -> None:
    session_id = begin(database, jd)
    earlier = int(time.time()) - 100
    change(database, session_id, UserLastRequest=earlier)
    assert who(database, session_id) == jd
    assert content(database, session_id)["UserLastRequest"] == str(earlier)


@pytest.mark.parametrize("key", ["UserLastRequest", "UserSessionStart", "UserRemoteAddr", "UserLogin", "UserID"])
def test_a_session_without_what_it_needs_is_good_for_nothing(database: Database, jd: Agent, key: str) -> None:
    for value in ("", "x", None):
        session_id = begin(database, jd)
        change(database, session_id, **{key: value})
        assert who(database, session_id) is None


def test_a_session_belongs_to_one_address(database: Database, jd: Agent) -> None:
    session_id = begin(database, jd)
    keep = SystemConfiguration(session_delete_if_not_remote_id=False)
    assert who(database, session_id, "203.0.113.9", keep) is None
    assert who(database, session_id) == jd
    anywhere = SystemConfiguration(session_check_remote_ip=False)
    assert who(database, session_id, "203.0.113.9", anywhere) == jd
    assert who(database, session_id, "203.0.113.9") is None
    assert not is_there(database, session_id)


def test_who_is_no_longer_valid_has_no_session(database: Database, jd: Agent) -> None:
    of_agent, of_customer = begin(database, jd), begin(database, CUSTOMER)
    with database.transaction() as connection:
        connection.execute(update(users).where(users.c.id == jd.id).values(valid_id=2))
        connection.execute(update(customer_user).where(customer_user.c.login == "customer1").values(valid_id=3))
    assert who(database, of_agent) is None
    assert who(database, of_customer) is None
    assert is_there(database, of_agent)


def test_a_login_given_to_another_does_not_give_the_session_away(database: Database, jd: Agent) -> None:
    session_id = begin(database, jd)
    with database.transaction() as connection:
        connection.execute(update(users).where(users.c.id == jd.id).values(login="jane"))
        connection.execute(update(users).where(users.c.login == "root@localhost").values(login="jd"))
    assert who(database, session_id) is None


def test_a_customer_user_s_company_is_the_present_one(database: Database) -> None:
    session_id = begin(database, CUSTOMER)
    with database.transaction() as connection:
        connection.execute(
            update(customer_user).where(customer_user.c.login == "customer1").values(customer_id="school")
        )
    assert who(database, session_id) == Customer("customer1", "school")


def test_removing_one_session_leaves_the_others(database: Database, jd: Agent) -> None:
    first, second = begin(database, jd), begin(database, jd)
    assert first != second
    with database.transaction() as connection:
        table.remove(connection, first)
    assert not is_there(database, first)
    assert who(database, second) == jd
    with database.reading() as connection:
        left = connection.execute(
            select(func.count()).select_from(rows_of_sessions).where(rows_of_sessions.c.session_id == first)
        ).scalar()
    assert left == 0
