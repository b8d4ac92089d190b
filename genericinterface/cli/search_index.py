"""`genericinterface search-index`: build the index of words of articles, say how far it is."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from genericinterface.cli.database import configuration, ready
from genericinterface.cli.options import json_option
from genericinterface.cli.table import print_json, table
from genericinterface.database import search_index as index
from genericinterface.database.engine import Database
from genericinterface.settings import Settings
from genericinterface.sysconfig import SystemConfiguration

BATCH = 500  # articles that are indexed in one transaction
MARK_BATCH = 20_000  # articles that are marked in one transaction
SECONDS = 5.0  # between two lines of progress where there is no terminal

Advance = Callable[[int], None]


@click.group("search-index", short_help="Build the index of words, say how far it is.")
def search_index() -> None:
    """The index of words of articles, which TicketSearch uses: build it, say how far it is.

    Articles that wait for it are searched themselves, which is slower the more of them there are.
    """


@search_index.command(short_help="Index the articles that wait for it.")
@click.option("--rebuild", is_flag=True, help="Index all articles anew, not only those that wait for it.")
@click.pass_obj
def build(settings: Settings, /, rebuild: bool) -> None:
    """Index the articles that wait for it, or all with --rebuild.

    It may be stopped at any time and goes on where it was when it is called again; several may run at a time. A living
    Znuny on the same database indexes by itself what waits (its daemon, each minute).
    """
    with ready(settings) as database:
        if rebuild:
            _mark(database)
        with database.reading() as connection:
            waiting = index.count_waiting(connection)
            config = configuration(connection, settings)
        if not waiting:
            click.echo("No article waits.")
            return
        done, started = 0, time.perf_counter()
        with _progress(waiting) as advance:
            for number in _build(database, config):
                done += number
                advance(number)
    rate = done / max(time.perf_counter() - started, 1e-9)
    click.echo(f"Indexed {done} articles, {rate:.0f} per second.")


def _build(database: Database, config: SystemConfiguration) -> Iterator[int]:
    """Indexes batch by batch: how many articles each has. What has come or was let go meanwhile is done at the end."""
    last = 0
    while True:
        with database.transaction() as connection:
            done = index.build_some(connection, config, BATCH, last)
        if done:
            yield len(done)
        elif not last:
            return
        last = done[-1] if done else 0


def _mark(database: Database) -> None:
    last: int | None = 0
    while last is not None:
        with database.transaction() as connection:
            last = index.mark_some(connection, last, MARK_BATCH)


@contextmanager
def _progress(total: int) -> Iterator[Advance]:
    """A bar on a terminal, else a line now and then."""
    if sys.stdout.isatty():
        with click.progressbar(length=total, label="Indexing articles", show_pos=True) as bar:
            yield bar.update
        return
    done, told = 0, time.monotonic()

    def advance(number: int) -> None:
        nonlocal done, told
        done += number
        if time.monotonic() - told >= SECONDS:
            told = time.monotonic()
            click.echo(f"{done} of {total} articles")

    yield advance


@search_index.command(short_help="Say how far the index is.")
@json_option
@click.pass_obj
def status(settings: Settings, /, as_json: bool) -> None:
    """Say how many articles there are, how many of them wait, and how many rows the index has."""
    with ready(settings) as database, database.reading() as connection:
        found = index.status(connection)
    facts = {
        "articles": found.articles,
        "indexed": found.articles - found.waiting,
        "waiting": found.waiting,
        "rows": found.rows,
    }
    if as_json:
        print_json(facts)
    else:
        click.echo(table(list(facts.items())))
