"""The command `serve` in a process of its own, as an operator starts it, and a client of it."""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.application import REST
from tests.mail_server import free_port

COMMAND = [sys.executable, "-m", "genericinterface"]
LOGIN = {"UserLogin": "tester", "Password": "tester"}


def environment(**settings: str) -> dict[str, str]:
    kept = {key: value for key, value in os.environ.items() if not key.startswith("GENERICINTERFACE_")}
    return kept | {f"GENERICINTERFACE_{key.upper()}": value for key, value in settings.items()}


class Server:
    """A server that runs, and requests to it."""

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        self.process, self.port = process, port

    def request(
        self, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> tuple[int, Any]:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            content = json.dumps(body).encode() if isinstance(body, dict) else body
            connection.request(method, path, content, headers or {"Content-Type": "application/json"})
            answer = connection.getresponse()
            data = answer.read()
            try:
                return answer.status, json.loads(data)
            except ValueError:
                return answer.status, data.decode()
        finally:
            connection.close()

    def search(self) -> tuple[int, Any]:
        return self.request("POST", REST + "/Ticket/search", LOGIN | {"Title": "%Hi%"})


@contextmanager
def serving(folder: Path, *flags: str, **settings: str) -> Iterator[Server]:
    port = free_port()
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*COMMAND, "serve", "--bind", f"127.0.0.1:{port}", *flags],
            cwd=folder,
            env=environment(**settings),
            stdout=subprocess.PIPE,
            stderr=log,
            text=True,
        )
    server = Server(process, port)
    try:
        wait_for(lambda: answers(server), process, folder)
        yield server
    finally:
        if process.poll() is None:
            process.terminate()
        process.communicate(timeout=60)


def answers(server: Server) -> bool:
    try:
        return server.request("GET", "/healthz")[0] == 200
    except OSError:
        return False


def wait_for(condition: Any, process: subprocess.Popen[str] | None = None, folder: Path | None = None) -> None:
    deadline = time.monotonic() + 30
    while not condition():
        if process is not None and process.poll() is not None and folder is not None:
            raise AssertionError((folder / "log").read_text())
        assert time.monotonic() < deadline, "it takes too long"
        time.sleep(0.02)
