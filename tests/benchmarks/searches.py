"""`python -m tests.benchmarks.searches --url URL`: TicketSearch on many tickets, beside a Znuny on the same database.

All sides answer the same requests over HTTP in turns, in the same run; that they find the same tickets is looked at
first. The database is one that bulk.py has filled, or that has the same rows; a copy of it (`--indexed`) may have the
optional indexes. `--explain` keeps how PostgreSQL finds them.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from urllib.request import Request, urlopen

from sqlalchemy import event, text

from genericinterface.auth.actor import Agent
from genericinterface.auth.permission import found_tickets
from genericinterface.database import ticket_search
from genericinterface.database.engine import Database
from genericinterface.database.search_parameters import Question
from genericinterface.sysconfig import load as load_sysconfig
from tests.benchmarks import load, servers

LOGIN = {"UserLogin": "tester", "Password": "tester"}
ROUTE = "/otrs/nph-genericinterface.pl/Webservice/GenericTicketConnectorREST/Ticket/search"
SYSCONFIG = {"Ticket::ArchiveSystem": 1}


def cases(field: str) -> dict[str, dict[str, Any]]:
    """The searches by what they are; `field` is the dynamic field that bulk.py fills."""
    month = {"TicketCreateTimeNewerDate": "2022-01-01 00:00:00", "TicketCreateTimeOlderDate": "2022-01-31 23:59:59"}
    day = {"TicketCloseTimeNewerDate": "2022-01-03 00:00:00", "TicketCloseTimeOlderDate": "2022-01-03 23:59:59"}
    return {
        "title, common word": {"Title": "*word0001*"},
        "title, rare word": {"Title": "*word0600*"},
        "title, two rare words": {"Title": "*word0599* && *word0600*"},
        "body, common word": {"MIMEBase_Body": "word0001"},
        "body, rare word": {"MIMEBase_Body": "word0600"},
        "body, two words in a row": {"MIMEBase_Body": "word0599 word0600"},
        "any text, common word": {"Fulltext": "word0001"},
        "any text, rare word": {"Fulltext": "word0600"},
        "number": {"TicketNumber": "B000000001234"},
        "part of a number": {"TicketNumber": "*00001234*"},
        "customer": {"CustomerID": "C0123"},
        "queue and open, by age": {"Queues": ["Raw"], "StateType": ["new", "open", "pending reminder"]},
        "queue with sub-queues and state": {"Queues": ["Misc"], "UseSubQueues": 1, "States": ["closed successful"]},
        "dynamic field": {f"DynamicField_{field}": {"Equals": "Asset 123"}},
        "closed on a day": day,
        "title, queues and month": {"Title": "*word0300*", "Queues": ["Raw", "Junk"], **month},
        "large page": {"StateType": ["closed"], "Limit": 10000},
    }


@dataclass(frozen=True)
class Side:
    """A server that is asked: its name in the table and its address."""

    name: str
    address: tuple[str, int]

    def ask(self, parameters: dict[str, Any]) -> list[str]:
        """The IDs that it finds."""
        url = f"http://{self.address[0]}:{self.address[1]}{ROUTE}"
        body = json.dumps(LOGIN | parameters).encode()
        with urlopen(Request(url, body, {"Content-Type": "application/json"}), timeout=300) as answer:
            return [str(ticket) for ticket in json.load(answer).get("TicketID", [])]

    def measure(self, parameters: dict[str, Any], connections: int, seconds: float) -> load.Result:
        """Asks for so long, on so many connections; longer where few answers would come in that time."""
        body = json.dumps(LOGIN | parameters).encode()
        request = load.http("POST", ROUTE, {"Content-Type": "application/json"}, body)
        first = load.run(self.address, request, 1, 0.0)
        enough = connections * 1.5 * first.p50 / 1000
        return load.run(self.address, request, connections, min(max(seconds, enough), 30.0))


def measure(sides: list[Side], chosen: dict[str, Any], connections: int, seconds: float, rounds: int) -> None:
    """Prints the table: for each side answers per second, median latency, computing time of an answer.

    The last side is what the others are compared with, in answers per second and in computing.
    """
    names = [side.name for side in sides]
    print(f"{connections} connections, {rounds} rounds of {seconds:g} s or more, in turns; median of the rounds.")
    print("In each cell: answers per second, latency, time that server and database compute for an answer\n")
    print(f"| search | found | {' | '.join(names)} | {' | '.join(f'{name} / {names[-1]}' for name in names[:-1])} |")
    print("|---" * (1 + len(names) * 2) + "|")
    for what, parameters in chosen.items():
        found = [side.ask(parameters) for side in sides]
        different = "" if all(one == found[0] for one in found) else " DIFFERENT"
        results: dict[str, list[tuple[load.Result, float]]] = {name: [] for name in names}
        for _ in range(rounds):
            for side in sides:
                before = _computed()
                result = side.measure(parameters, connections, seconds)
                results[side.name].append((result, (_computed() - before) / (result.answers + 1)))
        rates = {name: statistics.median(result.rate for result, _ in results[name]) for name in names}
        times = {name: statistics.median(computed for _, computed in results[name]) for name in names}
        cells = [_cell([result for result, _ in results[name]], rates[name], times[name]) for name in names]
        ratios = [
            f"{_ratio(rates[name] / rates[names[-1]])}, computing {_ratio(times[names[-1]] / times[name])}"
            for name in names[:-1]
        ]
        print(f"| {what} | {len(found[0])}{different} | {' | '.join([*cells, *ratios])} |", flush=True)


def _ratio(number: float) -> str:
    return f"{number:.0f}" if number >= 10 else f"{number:.2g}"


def _cell(results: list[load.Result], rate: float, computed: float) -> str:
    p50 = statistics.median(result.p50 for result in results)
    failed = sum(result.failed for result in results)
    shown = f"{rate:.0f}" if rate >= 10 else f"{rate:.1f}"
    return f"{shown}/s, {p50:.3g} ms, {computed:.3g} ms" + (f", {failed} FAILED" if failed else "")


def _computed() -> float:
    """Milliseconds that the machine has computed so far, but for this process; nothing else should run on it.

    So a statement's parallel workers count, which are gone when it is done.
    """
    fields = [int(field) for field in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    busy = fields[0] + fields[2] + fields[5] + fields[6]  # user, system, interrupts; not what runs with less priority
    return busy * 1000 / os.sysconf("SC_CLK_TCK") - time.process_time() * 1000


# ---------------------------------------------------------------------------------------------------------- explain


def explain(database: Database, field: str) -> Iterator[tuple[str, str, int, list[str]]]:
    """(search, statement, how many it finds, plan) of each, as an ordinary agent asks it."""
    sysconfig = load_sysconfig(SYSCONFIG)
    sent: list[tuple[str, Any]] = []

    def remember(_c: object, _cursor: object, statement: str, parameters: Any, _x: object, _many: bool) -> None:
        sent.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", remember)
    with database.reading() as connection:
        agent = connection.scalar(text("select id from users where login = :login"), {"login": LOGIN["UserLogin"]})
        permission = found_tickets(connection, Agent(agent, LOGIN["UserLogin"]), sysconfig)
        for what, parameters in cases(field).items():
            question = Question(parameters, sysconfig, sysconfig.now())
            found = ticket_search.search(connection, question, permission).tickets
            statement, values = sent[-1]
            raw = connection.connection.driver_connection
            assert raw is not None
            rows = raw.execute(f"EXPLAIN (ANALYZE, TIMING OFF, SUMMARY OFF) {statement}", values, prepare=False)
            yield what, statement, len(found), [row[0] for row in rows]


def main() -> None:
    """Reads the flags and measures."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.searches", description=__doc__)
    parser.add_argument("--url", required=True, help="the PostgreSQL database")
    parser.add_argument("--indexed", help="a copy of the database that has the optional indexes")
    parser.add_argument("--peer", help="address of a Znuny on the same database: http://127.0.0.1:8082")
    parser.add_argument("--field", default="Asset", help="name of the dynamic field that the database has values of")
    parser.add_argument("--only", default="", help="expression that the names of the searches must fit")
    parser.add_argument("--connections", type=int, default=4, help="kept-alive connections of the client")
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement")
    parser.add_argument("--rounds", type=int, default=3, help="measurements of each side, in turns")
    parser.add_argument("--explain", action="store_true", help="print the plans instead of measuring")
    arguments = parser.parse_args()
    if arguments.explain:
        for what, _, found, plan in explain(Database(arguments.url), arguments.field):
            print(f"## {what}: {found} tickets\n\n" + "\n".join(plan) + "\n")
        return
    with tempfile.TemporaryDirectory() as folder:
        settings = Path(folder, "settings.toml")
        settings.write_text("[sysconfig]\n" + "\n".join(f'"{name}" = {value}' for name, value in SYSCONFIG.items()))
        with ExitStack() as started:
            sides = []
            for name, url in (("genericinterface", arguments.url), ("with the optional indexes", arguments.indexed)):
                if url:
                    provider = started.enter_context(servers.provider(url, settings))
                    sides.append(Side(name, provider.address))
            if arguments.peer:
                peer = urlsplit(arguments.peer)
                address = (str(peer.hostname), peer.port or 80)
                sides.append(Side("Znuny", address))
            chosen = {what: asked for what, asked in cases(arguments.field).items() if re.search(arguments.only, what)}
            measure(sides, chosen, arguments.connections, arguments.seconds, arguments.rounds)


if __name__ == "__main__":
    main()
