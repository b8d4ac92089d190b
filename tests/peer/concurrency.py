"""`python -m tests.peer.concurrency`: many clients create through us while a Znuny creates on the same database.

Afterwards every number must be unique, every answered ticket there, and no request may have ended without an answer:
`--ours HOST:PORT --peer HOST:PORT --url DATABASE`. Both serve the same database, a clone of the peer's.
"""

from __future__ import annotations

import argparse
import collections
import http.client
import json
import sys
import threading
import time
from dataclasses import dataclass, field

from sqlalchemy import func, select

from genericinterface.database import tables as t
from genericinterface.database.engine import Database

PATH = "/otrs/nph-genericinterface.pl/Webservice/GenericTicketConnectorREST/Ticket"
LOGIN = {"UserLogin": "root@localhost", "Password": "root"}


@dataclass
class Side:
    """One server and what it answered."""

    address: str
    numbers: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


def create(side: Side, mark: str, connection: http.client.HTTPConnection) -> None:
    """One TicketCreate; notes the number or what went wrong."""
    ticket = {"Title": mark, "Queue": "Raw", "State": "new", "Priority": "3 normal", "CustomerUser": "cust1"}
    article = {"Subject": mark, "Body": mark, "ContentType": "text/plain; charset=utf-8"}
    body = LOGIN | {"Ticket": ticket | {"Type": "Unclassified"}, "Article": article}
    try:
        connection.request("POST", PATH, json.dumps(body), {"Content-Type": "application/json"})
        content = connection.getresponse().read()
        side.numbers.append(json.loads(content)["TicketNumber"])
    except (OSError, http.client.HTTPException, ValueError, KeyError) as error:
        side.problems.append(f"{mark}: {error!r}")
        connection.close()


def clients(side: Side, name: str, count: int, until: float) -> list[threading.Thread]:
    """Threads that create until the moment `until`."""

    def run(number: int) -> None:
        connection = http.client.HTTPConnection(side.address, timeout=60)
        created = 0
        while time.monotonic() < until:
            create(side, f"concurrency {name} {number}-{created}", connection)
            created += 1

    return [threading.Thread(target=run, args=(number,)) for number in range(count)]


def main() -> None:
    """Runs, prints what was found, exits with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.peer.concurrency", description=__doc__)
    parser.add_argument("--ours", required=True)
    parser.add_argument("--peer", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--clients", type=int, default=16, help="of ours; the peer has a quarter of them")
    parser.add_argument("--seconds", type=float, default=30)
    arguments = parser.parse_args()
    ours, peer = Side(arguments.ours), Side(arguments.peer)
    until = time.monotonic() + arguments.seconds
    threads = clients(ours, "ours", arguments.clients, until)
    threads += clients(peer, "peer", max(1, arguments.clients // 4), until)
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    print(f"ours {len(ours.numbers)} tickets, the peer {len(peer.numbers)}, in {arguments.seconds:g} s")
    problems = ours.problems + peer.problems + stored(arguments.url, ours.numbers + peer.numbers)
    for problem in problems[:20]:
        print(f"WRONG: {problem}")
    sys.exit(bool(problems))


def stored(url: str, answered: list[str]) -> list[str]:
    """What is wrong between the answers and the database."""
    twice = [number for number, count in collections.Counter(answered).items() if count > 1]
    database = Database(url)
    with database.reading() as connection:
        titles = t.ticket.c.title.like("concurrency %")
        there = set(connection.scalars(select(t.ticket.c.tn).where(titles)))
        double = connection.scalars(select(t.ticket.c.tn).group_by(t.ticket.c.tn).having(func.count() > 1)).all()
    database.close()
    return [
        *(f"{number} was answered twice" for number in twice),
        *(f"{number} is there twice" for number in double),
        *(f"{number} was answered and is not there" for number in set(answered) - there),
    ]


if __name__ == "__main__":
    main()
