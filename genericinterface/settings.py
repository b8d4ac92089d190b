"""The provider's own settings: flags over environment over file over defaults, one frozen object, all problems at once.

Every setting `x_y` is `GENERICINTERFACE_X_Y` in the environment and `x_y` in the TOML file named by
`GENERICINTERFACE_SETTINGS` (or `--settings`). Znuny's own system configuration is a table `[sysconfig]` of that file
(sysconfig.py).
"""

from __future__ import annotations

import ipaddress
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from genericinterface.errors import ConfigurationError

PREFIX = "GENERICINTERFACE_"
LOG_LEVELS = ("debug", "info", "warning", "error")
LOG_FORMATS = ("text", "json")
MAIL_DELIVERY = ("auto", "on", "off")


@dataclass(frozen=True)
class Settings:
    """What an operator can set; `docs/operators.md` explains each at length."""

    database_url: str = field(
        default="sqlite:///var/genericinterface.db",
        metadata={"help": "where the tickets are: sqlite:///FILE, postgresql://USER:PASSWORD@HOST/NAME, mariadb://…"},
    )
    bind: str = field(default="127.0.0.1:8080", metadata={"help": "address to listen on: HOST:PORT or unix:PATH"})
    public_url: str = field(
        default="", metadata={"help": "address that clients use, for WSDL and OpenAPI; empty: from bind"}
    )
    workers: int = field(default=2, metadata={"help": "worker processes"})
    threads: int = field(default=8, metadata={"help": "threads of each worker, and its database connections"})
    timeout: int = field(default=60, metadata={"help": "seconds after which a silent worker is replaced"})
    trusted_proxies: str = field(
        default="", metadata={"help": "addresses or networks whose X-Forwarded-For is believed, separated by commas"}
    )
    max_length: int = field(
        default=64 * 1024 * 1024, metadata={"help": "bytes that any request body may have, whatever MaxLength says"}
    )
    definition_ttl: float = field(
        default=0.5, metadata={"help": "seconds after which a worker looks for a changed web service definition"}
    )
    mail_delivery: str = field(
        default="auto",
        metadata={"help": "whether serve delivers outgoing mail: on, off, or auto: on the embedded database only"},
    )
    mail_certificates: str = field(
        default="system",
        metadata={"help": "whom to believe as the mail server: system, a file of certificates, or none: anybody"},
    )
    keys: str = field(
        default="var/keys",
        metadata={
            "help": "folder of our own PGP and S/MIME keys, where the system configuration names no others;"
            " empty: Znuny's folders"
        },
    )
    mail_failure_note: str = field(
        default="off", metadata={"help": "whether a mail that failed leaves a note on its ticket: on or off"}
    )
    log_level: str = field(default="info", metadata={"help": "debug, info, warning or error"})
    log_format: str = field(default="text", metadata={"help": "text or json"})
    sysconfig: Mapping[str, Any] = field(default_factory=dict, metadata={"help": "Znuny's settings by name; file only"})

    @property
    def address(self) -> str:
        """The address clients use, without a slash at the end."""
        if self.public_url:
            return self.public_url.rstrip("/")
        if self.bind.startswith("unix:"):
            return "http://localhost"
        host, _, port = self.bind.rpartition(":")
        return f"http://{'127.0.0.1' if host in ('', '0.0.0.0', '[::]') else host}:{port}"  # noqa: S104

    @property
    def delivers_mail(self) -> bool:
        """Whether `serve` delivers the outgoing mail. A server's database may belong to a Znuny whose daemon does."""
        is_embedded = self.database_url.startswith("sqlite")
        return self.mail_delivery == "on" or self.mail_delivery == "auto" and is_embedded

    def networks(self) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
        """The trusted proxies."""
        return [
            ipaddress.ip_network(part.strip(), strict=False) for part in self.trusted_proxies.split(",") if part.strip()
        ]


def help_of(name: str) -> str:
    """What a setting is, in words for an operator; the flags of the commands say the same."""
    words: str = next(f for f in fields(Settings) if f.name == name).metadata["help"]
    return f"{words[0].upper()}{words[1:]}."


def load(environment: Mapping[str, str], flags: Mapping[str, Any] | None = None) -> Settings:
    """The settings; `flags` (None values are left out) win over `environment`, that over the file.

    Raises ConfigurationError that names every problem with the place it comes from.
    """
    flags = {name: value for name, value in (flags or {}).items() if value is not None}
    problems: list[str] = []
    file = flags.pop("settings", None) or environment.get(PREFIX + "SETTINGS")
    known = {f.name: f for f in fields(Settings)}
    values: dict[str, Any] = {}
    for name, value in _read(file, problems).items():
        if name in known:
            _enter(values, known[name].type, name, value, f"{file}: {name}", problems)
        else:
            problems.append(f"{file}: unknown setting {name}; known are {', '.join(known)}")
    for key, value in environment.items():
        name = key.removeprefix(PREFIX).lower()
        if not key.startswith(PREFIX) or name == "settings":
            continue
        if name in known and name != "sysconfig":
            _enter(values, known[name].type, name, value, key, problems)
        else:
            problems.append(f"environment: unknown setting {key}")
    for name, value in flags.items():
        _enter(values, known[name].type, name, value, "--" + name.replace("_", "-"), problems)
    settings = Settings(**values)
    _check(settings, problems)
    if problems:
        raise ConfigurationError(problems)
    return settings


def _read(file: str | None, problems: list[str]) -> dict[str, Any]:
    if not file:
        return {}
    try:
        return tomllib.loads(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        problems.append(f"settings file {file}: {error.strerror}")
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        problems.append(f"settings file {file}: {error}")
    return {}


def _enter(values: dict[str, Any], kind: object, name: str, value: object, source: str, problems: list[str]) -> None:
    if name == "sysconfig":
        if isinstance(value, Mapping):
            values[name] = dict(value)
        else:
            problems.append(f"{source} must be a table")
        return
    try:
        values[name] = int(str(value)) if kind == "int" else float(str(value)) if kind == "float" else str(value)
    except ValueError:
        problems.append(f"{source}: {value!r} is not a number")


def _check(settings: Settings, problems: list[str]) -> None:
    for name in ("workers", "threads", "timeout", "max_length"):
        if getattr(settings, name) < 1:
            problems.append(f"{name}: {getattr(settings, name)} is less than 1")
    if settings.definition_ttl < 0:
        problems.append(f"definition_ttl: {settings.definition_ttl} is negative")
    if settings.log_level not in LOG_LEVELS:
        problems.append(f"log_level: {settings.log_level} is none of {', '.join(LOG_LEVELS)}")
    if settings.log_format not in LOG_FORMATS:
        problems.append(f"log_format: {settings.log_format} is none of {', '.join(LOG_FORMATS)}")
    if settings.mail_failure_note not in ("on", "off"):
        problems.append(f"mail_failure_note: {settings.mail_failure_note} is neither on nor off")
    if settings.mail_delivery not in MAIL_DELIVERY:
        problems.append(f"mail_delivery: {settings.mail_delivery} is none of {', '.join(MAIL_DELIVERY)}")
    _, colon, port = settings.bind.rpartition(":")
    if not settings.bind.startswith("unix:") and not (colon and port.isdecimal() and 0 < int(port) < 65536):
        problems.append(f"bind: {settings.bind} is neither HOST:PORT nor unix:PATH")
    if settings.public_url and (
        urlsplit(settings.public_url).scheme not in ("http", "https") or not urlsplit(settings.public_url).netloc
    ):
        problems.append(f"public_url: {settings.public_url} is not an http or https address")
    try:
        settings.networks()
    except ValueError as error:
        problems.append(f"trusted_proxies: {error}")
