"""settings.py and sysconfig.py: where values come from, and that all problems are told at once, in words."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from genericinterface import settings, sysconfig
from genericinterface.errors import ConfigurationError


def test_defaults_serve_the_embedded_database_on_loopback() -> None:
    chosen = settings.load({})
    assert chosen.database_url.startswith("sqlite:///")
    assert chosen.bind == "127.0.0.1:8080"
    assert chosen.address == "http://127.0.0.1:8080"


def test_flags_win_over_environment_over_file(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('bind = "127.0.0.1:1"\nworkers = 7\nthreads = 3\n[sysconfig]\nSessionMaxTime = 60\n')
    environment = {"GENERICINTERFACE_SETTINGS": str(file), "GENERICINTERFACE_WORKERS": "5", "PATH": "/bin"}
    chosen = settings.load(environment, {"workers": 2, "bind": None})
    assert (chosen.bind, chosen.workers, chosen.threads) == ("127.0.0.1:1", 2, 3)
    assert sysconfig.load(chosen.sysconfig).session_max_time == 60
    assert settings.load(environment).workers == 5


def test_all_problems_are_told_at_once(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('wrokers = 7\nthreads = "many"\nsysconfig = 5\n')
    environment = {
        "GENERICINTERFACE_SETTINGS": str(file),
        "GENERICINTERFACE_BIND": "nowhere",
        "GENERICINTERFACE_PUBLIC_URL": "example.com",
        "GENERICINTERFACE_TRUSTED_PROXIES": "10.0.0.0/99",
        "GENERICINTERFACE_LOG_LEVEL": "loud",
        "GENERICINTERFACE_LOG_FORMAT": "xml",
        "GENERICINTERFACE_DEFINITION_TTL": "-1",
        "GENERICINTERFACE_NONSENSE": "1",
        "GENERICINTERFACE_TIMEOUT": "0",
    }
    with pytest.raises(ConfigurationError) as caught:
        settings.load(environment)
    told = "\n".join(caught.value.problems)
    for word in (
        "wrokers",
        "threads",
        "sysconfig",
        "nowhere",
        "example.com",
        "10.0.0.0/99",
        "loud",
        "xml",
        "definition_ttl",
    ):
        assert word in told
    assert "GENERICINTERFACE_NONSENSE" in told
    assert "timeout" in told


@pytest.mark.parametrize("bind", ["8080", "nowhere", "host:", "host:0", "host:65536"])
def test_an_address_to_listen_on_has_a_host_and_a_port(bind: str) -> None:
    with pytest.raises(ConfigurationError, match=f"bind: {bind} is neither HOST:PORT nor unix:PATH"):
        settings.load({}, {"bind": bind})


@pytest.mark.parametrize("content", ["bind = ", "\xff\xfe"])
def test_a_broken_file_is_named(tmp_path: Path, content: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(content, encoding="latin-1")
    with pytest.raises(ConfigurationError, match=r"settings\.toml"):
        settings.load({}, {"settings": str(file)})
    with pytest.raises(ConfigurationError, match="No such file"):
        settings.load({}, {"settings": str(tmp_path / "none")})


@pytest.mark.parametrize(
    ("bind", "public", "address"),
    [
        ("0.0.0.0:80", "", "http://127.0.0.1:80"),
        ("unix:/run/gi.sock", "", "http://localhost"),
        ("127.0.0.1:8080", "https://desk.example.com/znuny/", "https://desk.example.com/znuny"),
    ],
)
def test_address_is_what_clients_use(bind: str, public: str, address: str) -> None:
    assert settings.load({}, {"bind": bind, "public_url": public}).address == address


def test_sysconfig_uses_znunys_names_and_tells_every_problem() -> None:
    configuration = sysconfig.load(
        {"SessionCheckRemoteIP": "0", "Ticket::ArchiveSystem": 1, "OTRSTimeZone": "Europe/Berlin"}
    )
    assert configuration.session_check_remote_ip is False
    assert configuration.ticket_archive_system is True
    noon = dt.datetime(2026, 7, 1, 12, 0)  # noqa: DTZ001  as the database stores it
    assert configuration.to_epoch(noon) == 1782900000
    assert configuration.from_epoch(1782900000) == noon
    with pytest.raises(ConfigurationError) as caught:
        sysconfig.load({"SessionMaxTime": "-1", "SessionMaxIdleTime": "x", "Nope": 1, "OTRSTimeZone": "Mars/Olympus"})
    assert len(caught.value.problems) == 4
    with pytest.raises(ConfigurationError, match=r"unknown setting FQND; did you mean FQDN\?"):
        sysconfig.load({"FQND": "desk"})
    with pytest.raises(ConfigurationError, match="neither 0 nor 1"):
        sysconfig.load({"SessionCheckRemoteIP": "maybe"})


def test_sysconfig_knows_lists() -> None:
    assert sysconfig.load({}).customer_group_always_groups == ("users",)
    assert sysconfig.load({"CustomerGroupAlwaysGroups": ["a", "b"]}).customer_group_always_groups == ("a", "b")
    for value in ("users", [1], {"a": "b"}):
        with pytest.raises(ConfigurationError, match="not a list of texts"):
            sysconfig.load({"CustomerGroupAlwaysGroups": value})


def test_every_sysconfig_field_has_its_znuny_name() -> None:
    assert set(sysconfig.NAMES.values()) == set(sysconfig.SystemConfiguration.__dataclass_fields__)
