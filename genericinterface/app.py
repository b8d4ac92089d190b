"""The composition root: settings → engine → registries → Provider → WSGI callable; the only file that knows them all.

gunicorn calls `create_app` in every worker (cli/serve.py); tests call it too.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import time
import uuid
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING
from urllib.parse import quote

from sqlalchemy import select
from werkzeug import Request, Response
from werkzeug.exceptions import HTTPException

import genericinterface.mapping
import genericinterface.operation
import genericinterface.transport  # noqa: F401  the three packages fill the registries
from genericinterface import logs
from genericinterface.auth import Authenticator
from genericinterface.database import mail_queue
from genericinterface.database.engine import Database
from genericinterface.database.stored_sysconfig import CurrentConfiguration
from genericinterface.debugger import Debugger
from genericinterface.errors import UnavailableFault
from genericinterface.mail import delivery
from genericinterface.mail.delivery import BackgroundDelivery
from genericinterface.provider import ADDRESS, OPERATION, Provider, Services, plain
from genericinterface.settings import Settings

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

log = logging.getLogger("genericinterface.access")

# What a client or proxy may give us as its own request id: short and harmless in a log.
REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")

ASCII = "".join(map(chr, range(128)))

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class Application:
    """The WSGI callable of one worker."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.database = Database(settings.database_url, pool_size=settings.threads)
        self.sysconfig = CurrentConfiguration(self.database, settings.sysconfig)
        self.debugger = Debugger(self.database, self.sysconfig)
        self.provider = Provider(
            self.database,
            Services(self.database, settings.definition_ttl),
            Authenticator(self.sysconfig),
            self.debugger,
            self.sysconfig,
            settings.address,
            settings.keys,
        )
        self._networks = settings.networks()
        self._pages: dict[str, Callable[[], Response]] = {
            "/healthz": self._alive,
            "/readyz": self._ready,
            "/metrics": self._metrics,
        }
        self._mail: BackgroundDelivery | None = None
        self._request = type("LimitedRequest", (Request,), {"max_content_length": settings.max_length})

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answers one request. Never raises; the response carries the request's id as `X-Request-ID`."""
        started = time.perf_counter()
        request_id = _request_id(environ)
        token = logs.request_id.set(request_id)
        try:
            request: Request = self._request(environ)
            remote = remote_address(environ, self._networks)
            path = raw_path(environ)
            response = self._respond(request, path, remote, request_id)
            response.headers["X-Request-ID"] = request_id
            logs.access(
                log,
                method=request.method,
                path=service_path(path),
                operation=environ.get(OPERATION, "-"),
                status=response.status_code,
                milliseconds=(time.perf_counter() - started) * 1000,
                remote=remote,
            )
            return response(environ, start_response)
        finally:
            logs.request_id.reset(token)

    def _respond(self, request: Request, path: str, remote: str, request_id: str) -> Response:
        page = self._pages.get(path)
        try:
            if page:
                return page()
            self.sysconfig.refresh()
            return self.provider.handle(request, path, remote, request_id)
        except HTTPException as error:
            return Response(f"{error.description}\n", error.code or 500, content_type="text/plain; charset=UTF-8")
        except Exception:
            logging.getLogger(__name__).exception("request failed")
            return Response(
                f"Internal error; the provider's log has the reason under {request_id}.\n",
                500,
                content_type="text/plain; charset=UTF-8",
            )

    def _alive(self) -> Response:
        return Response("alive\n", content_type="text/plain; charset=UTF-8")

    def _ready(self) -> Response:
        try:
            with self.database.reading() as connection:
                connection.execute(select(1))
        except UnavailableFault as fault:
            return plain(fault)
        return Response("ready\n", content_type="text/plain; charset=UTF-8")

    def _metrics(self) -> Response:
        try:
            with self.database.reading() as connection:
                found = mail_queue.length(connection)
        except UnavailableFault as fault:
            return plain(fault)
        age = (self.sysconfig.current.now() - found.oldest).total_seconds() if found.oldest else 0
        lines = [
            "# HELP genericinterface_mail_queue_messages Messages that wait for delivery.",
            "# TYPE genericinterface_mail_queue_messages gauge",
            f"genericinterface_mail_queue_messages {found.messages}",
            "# HELP genericinterface_mail_queue_tried_messages Messages that were tried before.",
            "# TYPE genericinterface_mail_queue_tried_messages gauge",
            f"genericinterface_mail_queue_tried_messages {found.tried}",
            "# HELP genericinterface_mail_queue_oldest_seconds Age of the oldest message.",
            "# TYPE genericinterface_mail_queue_oldest_seconds gauge",
            f"genericinterface_mail_queue_oldest_seconds {age:.0f}",
        ]
        return Response("\n".join(lines) + "\n", content_type="text/plain; version=0.0.4; charset=utf-8")

    def deliver_mail(self) -> None:
        """Begins to deliver the outgoing mail on a thread; `close` ends it. Called by `serve` after the fork."""
        courier_of = partial(delivery.courier, certificates=self._settings.mail_certificates)
        has_notes = self._settings.mail_failure_note == "on"
        self._mail = BackgroundDelivery(self._settings.database_url, self.sysconfig, courier_of, has_notes)

    def close(self) -> None:
        """Writes what the Debugger still holds and closes the database's connections."""
        if self._mail:
            self._mail.close()
        self.debugger.close()
        self.database.close()


def create_app(settings: Settings) -> Application:
    """The application of these settings. Raises ConfigurationError."""
    return Application(settings)


def raw_path(environ: WSGIEnvironment) -> str:
    """The path as the client wrote it, without the query; in ASCII, since bytes that are not are percent-encoded.

    The server's RAW_URI or REQUEST_URI where there is one (gunicorn, werkzeug), else PATH_INFO, encoded again.
    """
    uri = environ.get("RAW_URI") or environ.get("REQUEST_URI")
    if not uri:
        path: str = environ.get("SCRIPT_NAME", "") + environ.get("PATH_INFO", "")
        return quote(path.encode("latin-1"), safe="/:@!$&'()*+,;=")
    uri = str(uri)
    if "://" in uri.split("?", 1)[0]:  # a request to a proxy names the whole address
        uri = "/" + uri.split("://", 1)[1].partition("/")[2]
    path = uri.split("?", 1)[0]
    # WSGI hands over bytes as latin-1 characters.
    return path if path.isascii() else quote(path.encode("latin-1"), safe=ASCII)


def service_path(path: str) -> str:
    """The part of a path that is safe to log: up to the web service's name, since credentials may stand behind it."""
    found = ADDRESS.fullmatch(path)
    return found["base"] if found else path


def remote_address(environ: WSGIEnvironment, trusted: list[Network]) -> str:
    """The client's address: the peer of the connection, or the last one in X-Forwarded-For that is no trusted proxy.

    A Unix socket's peer counts as trusted when any proxy is: only a proxy of this machine can be behind it.
    """
    remote: str = environ.get("REMOTE_ADDR") or ""
    if not trusted:
        return remote
    forwarded = [part.strip() for part in environ.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()]
    while forwarded and (remote == "" or _within(remote, trusted)):
        remote = forwarded.pop()
    return remote


def _within(address: str, networks: list[Network]) -> bool:
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return False
    return any(parsed in network for network in networks)


def _request_id(environ: WSGIEnvironment) -> str:
    given = environ.get("HTTP_X_REQUEST_ID", "")
    return given if REQUEST_ID.fullmatch(given) else uuid.uuid4().hex
