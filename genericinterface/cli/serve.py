"""`genericinterface serve`: the provider under gunicorn, with the settings' workers and threads."""

from __future__ import annotations

import gc
import logging
import os
import socket
import struct
import sys
from pathlib import Path
from typing import Any

import click
from gunicorn.app.base import BaseApplication
from gunicorn.glogging import Logger
from gunicorn.util import parse_address
from gunicorn.workers.gthread import ThreadWorker

from genericinterface import logs, settings, sysconfig
from genericinterface.app import Application, create_app
from genericinterface.errors import ConfigurationError
from genericinterface.mail import delivery
from genericinterface.settings import Settings

SILENCE = 20  # seconds that a thread waits for the next bytes of a request, if `timeout` is not less
PROVIDER = "/otrs/nph-genericinterface.pl"

DEMO = """
Demo data is in place. Try:

  a REST call    curl -s {base}/Webservice/Ticket/search \\
                   -H 'Content-Type: application/json' \\
                   -d '{{"Title": "%Hi%", "UserLogin": "tester", "Password": "tester"}}'
  the WSDL       {base}/Webservice/GenericTicketConnectorSOAP?wsdl
  in a browser   {base}/Webservice/GenericTicketConnectorREST/ui
  demo logins    agents tester/tester, user/password and root@localhost/root
"""


@click.command(short_help="Serve the web services over HTTP.")
@click.option("--database-url", metavar="URL", help=settings.help_of("database_url"))
@click.option("--bind", metavar="HOST:PORT", help=settings.help_of("bind"))
@click.option("--public-url", metavar="URL", help=settings.help_of("public_url"))
@click.option("--workers", type=int, help=settings.help_of("workers"))
@click.option("--threads", type=int, help=settings.help_of("threads"))
@click.option("--demo", is_flag=True, help="Fill an empty database with demo data and the packaged definitions first.")
@click.pass_context
def serve(ctx: click.Context, /, demo: bool, **flags: Any) -> None:
    """Serve the web services of the database over HTTP.

    \b
    Examples:
      genericinterface serve --demo
      genericinterface serve --database-url postgresql://otrs:secret@db/otrs --bind 0.0.0.0:8080
    """
    root = ctx.find_root().params
    given = {"settings": root["file"], "database_url": root["database_url"]}
    given |= {name: value for name, value in flags.items() if value is not None}
    chosen = settings.load(os.environ, given)
    # problems are told here, not by every worker
    delivery.courier(sysconfig.load(chosen.sysconfig), chosen.mail_certificates)
    from genericinterface.cli.db import prepare

    prepare(chosen, demo)
    check_bind(chosen.bind)
    logs.configure(chosen)  # the workers inherit it
    Server(chosen, demo).run()


def check_bind(bind: str) -> None:
    """Raises ConfigurationError where nobody can listen there: gunicorn would try for five seconds, then say less."""
    if "GUNICORN_FD" in os.environ or "LISTEN_FDS" in os.environ:  # the sockets are handed over, open already
        return
    address = parse_address(bind)
    try:
        if isinstance(address, str):
            if not os.access(Path(address).parent, os.W_OK | os.X_OK):
                raise ConfigurationError([f"bind: no socket can be made in the folder {Path(address).parent}"])
            return
        with socket.create_server(address, family=socket.AF_INET6 if ":" in address[0] else socket.AF_INET):
            pass
    except OSError as error:
        raise ConfigurationError([f"bind: nobody can listen on {bind}: {error.strerror}"]) from error


class Worker(ThreadWorker):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's worker with threads, which a client that stops in the middle of its request keeps for a while only."""

    def handle(self, conn: Any) -> Any:
        """One request on a connection."""
        conn.sock.setsockopt(
            socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("@ll", min(SILENCE, self.cfg.timeout), 0)
        )
        return super().handle(conn)


class Server(BaseApplication):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn with our settings instead of its own configuration files and flags."""

    def __init__(self, chosen: Settings, demo: bool = False) -> None:
        self.settings = chosen
        self.demo = demo
        super().__init__()

    def load_config(self) -> None:
        """Our settings in gunicorn's words."""
        options: dict[str, Any] = {
            "bind": self.settings.bind,
            "workers": self.settings.workers,
            "threads": self.settings.threads,
            "worker_class": Worker,
            "timeout": self.settings.timeout,
            "graceful_timeout": 30,
            "keepalive": 5,
            "limit_request_line": 8190,
            "proc_name": "genericinterface",
            "logger_class": _Logs,
            "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108  memory, not disk
            "control_socket_disable": True,
            "when_ready": self._announce,
            "worker_exit": _close,
        }
        for name, value in options.items():
            if name in self.cfg.settings:  # the control socket is new in gunicorn 25
                self.cfg.set(name, value)

    def load(self) -> Application:
        """Called in each worker after the fork, so that no connection is shared between processes."""
        application = create_app(self.settings)
        if self.settings.delivers_mail:
            application.deliver_mail()
        # What is there now stays: the garbage collector need not look at it again with every request.
        gc.collect()
        gc.freeze()
        return application

    def _announce(self, _server: object) -> None:
        base = self.settings.address + PROVIDER
        click.echo(f"Serving {base}/Webservice/<name> (stop with Ctrl-C)")
        if self.demo:
            click.echo(DEMO.format(base=base))


def _close(_server: object, worker: Any) -> None:
    if isinstance(worker.wsgi, Application):
        worker.wsgi.close()


class _Logs(Logger):  # type: ignore[misc]  # gunicorn ships no types
    """gunicorn's own messages through our log; requests are logged by the application."""

    def setup(self, cfg: Any) -> None:
        """Leaves the handlers to logs.configure."""
        self.cfg = cfg
        self.error_log.propagate = True
        self.error_log.setLevel(logging.NOTSET)
        self.access_log.propagate = False

    def exception(self, *arguments: Any, **more: Any) -> None:
        """What a client's silence leads to (Worker) is no failure of ours."""
        if isinstance(sys.exc_info()[1], BlockingIOError):
            self.info("A client stopped in the middle of its request; its connection is closed.")
        else:
            super().exception(*arguments, **more)

    def access(self, *_arguments: Any) -> None:
        """Nothing: app.py logs each request with its id."""
