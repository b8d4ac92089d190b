"""Starts the provider and the bare application under gunicorn, and tells when they answer and what memory they take."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

WORKERS, THREADS = 2, 8


@dataclass(frozen=True)
class Running:
    """A server that answers: its address, seconds until it did, and its process."""

    address: tuple[str, int]
    started_in: float
    pid: int

    def worker_memory(self) -> list[float]:
        """Proportional memory of each worker in MB (pages shared with others count in part)."""
        return [_memory(int(child)) for child in children(self.pid)]


def children(pid: int) -> list[str]:
    """The processes that a process has started."""
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def free_port() -> int:
    """A port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def provider(database_url: str, settings: Path | None = None) -> Iterator[Running]:
    """`genericinterface serve` as an operator starts it."""
    port = free_port()
    command = [
        sys.executable,
        "-m",
        "genericinterface",
        *(["--settings", str(settings)] if settings else []),
        "serve",
        "--database-url",
        database_url,
    ]
    command += ["--bind", f"127.0.0.1:{port}", "--workers", str(WORKERS), "--threads", str(THREADS)]
    with _running(command, port, {"GENERICINTERFACE_LOG_LEVEL": "warning"}) as running:
        yield running


@contextmanager
def bare(database_url: str, recorded: Path) -> Iterator[Running]:
    """The bare application under the same gunicorn settings."""
    port = free_port()
    command = [sys.executable, "-m", "gunicorn", "tests.benchmarks.bare:create_app()", "--worker-class", "gthread"]
    command += ["--workers", str(WORKERS), "--threads", str(THREADS), "--bind", f"127.0.0.1:{port}"]
    command += ["--log-level", "warning", "--keep-alive", "5"]
    environment = {
        "GENERICINTERFACE_DATABASE_URL": database_url,
        "GENERICINTERFACE_BENCHMARK_RECORDED": str(recorded),
    }
    with _running(command, port, environment) as running:
        yield running


@contextmanager
def _running(command: list[str], port: int, environment: dict[str, str]) -> Iterator[Running]:
    started = time.perf_counter()
    process = subprocess.Popen(command, env=os.environ | environment, stdout=subprocess.DEVNULL)
    try:
        wait(port, process)
        yield Running(("127.0.0.1", port), time.perf_counter() - started, process.pid)
    finally:
        process.terminate()
        process.wait(30)


def wait(port: int, process: subprocess.Popen[bytes]) -> None:
    """Until the server on that port answers; raises RuntimeError if it ends or takes more than half a minute."""
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise RuntimeError(f"the server stopped with {process.returncode}")
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5)
        except urllib.error.HTTPError:
            return
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError("the server does not answer")


def _memory(pid: int) -> float:
    for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
        if line.startswith("Pss:"):
            return int(line.split()[1]) / 1024
    return 0.0
