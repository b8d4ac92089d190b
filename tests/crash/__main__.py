"""`python -m tests.crash` (`make crash`): hundreds of kills, eight clients, then the wholeness of the database.

Kills in turns one worker and the whole server (SIGKILL). `--url` names an empty PostgreSQL or MariaDB database; without
it an SQLite file and a PostgreSQL of its own are used, one after the other.
"""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
from pathlib import Path

from tests.benchmarks.__main__ import database_url, fill
from tests.crash.run import crash


def main() -> None:
    """Reads the flags, runs, prints; exits with 1 if anything is wrong."""
    parser = argparse.ArgumentParser(prog="python -m tests.crash", description=__doc__)
    parser.add_argument("--url", help="an empty database; without it SQLite and an own PostgreSQL")
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    arguments = parser.parse_args()
    failed = False
    if not arguments.url:
        with tempfile.TemporaryDirectory() as folder:
            url = f"sqlite:///{Path(folder, 'crash.db')}"
            fill(url)
            failed |= _report("SQLite", url, arguments)
    with database_url(arguments.url) as (url, _numbers, _ours):
        failed |= _report("the server", url, arguments)
    sys.exit(failed)


def _report(name: str, url: str, arguments: argparse.Namespace) -> bool:
    print(f"{name}: {arguments.kills} kills, seed {arguments.seed}", flush=True)
    outcome = crash(url, arguments.kills, arguments.clients, random.Random(arguments.seed), print)
    said = outcome.said
    print(
        f"  {len(said.asked)} requests: {len(said.created)} tickets and {len(said.updated)} updates answered, "
        f"{said.lost} without an answer, {said.refused} refused (503)"
    )
    for problem in [*outcome.problems, *said.errors][:20]:
        print(f"  WRONG: {problem}")
    return bool(outcome.problems or said.errors)


if __name__ == "__main__":
    main()
