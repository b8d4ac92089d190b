"""One run: a server, clients that write, kills in between, and what the database looks like in the end."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from genericinterface.database.engine import Database
from tests.benchmarks.servers import free_port, wait
from tests.crash.clients import Client, Said
from tests.crash.wholeness import problems


@dataclass(frozen=True)
class Outcome:
    """What was said, and what is wrong with the database."""

    said: Said
    problems: list[str]


class _Victim:
    """A server that can be killed and started again on the same port."""

    def __init__(self, url: str) -> None:
        self.port = free_port()
        self._command = [sys.executable, "-m", "genericinterface", "serve", "--database-url", url]
        self._command += ["--bind", f"127.0.0.1:{self.port}", "--workers", "2", "--threads", "4"]
        self._process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = subprocess.Popen(
            self._command,
            env=os.environ | {"GENERICINTERFACE_LOG_LEVEL": "error"},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )
        wait(self.port, process)
        return process

    def kill_worker(self, dice: random.Random) -> None:
        """SIGKILL for one worker; its master starts another."""
        master = self._process.pid
        workers = Path(f"/proc/{master}/task/{master}/children").read_text().split()
        if workers:
            os.kill(int(dice.choice(workers)), signal.SIGKILL)

    def kill(self) -> None:
        """SIGKILL for all of it, and a new start."""
        os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        self._process = self._start()

    def stop(self) -> None:
        """Ends it as an operator would."""
        self._process.terminate()
        self._process.wait(60)


def crash(url: str, kills: int, clients: int, dice: random.Random, tell: Callable[[str], object] | None) -> Outcome:
    """Runs; `tell` gets a line every 25 kills. The database must have demo data and the packaged web services."""
    said, stop = Said(), threading.Event()
    victim = _Victim(url)
    threads = [Client(number, victim.port, said, stop) for number in range(clients)]
    for thread in threads:
        thread.start()
    for number in range(kills):
        answered = len(said.created)
        time.sleep(dice.uniform(0.05, 0.8))
        if number % 3 == 2:
            victim.kill()
        else:
            victim.kill_worker(dice)
        if tell and number % 25 == 24:
            tell(f"  {number + 1} kills, {len(said.created)} tickets ({len(said.created) - answered} in the last turn)")
    stop.set()
    for thread in threads:
        thread.join(60)
    victim.stop()
    database = Database(url)
    try:
        with database.reading() as connection:
            return Outcome(said, problems(connection, said))
    finally:
        database.close()
