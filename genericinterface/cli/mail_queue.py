"""`genericinterface mail-queue`: deliver the outgoing mail, and see what waits."""

from __future__ import annotations

import datetime as dt
import email.parser
import email.policy
import signal
from functools import partial
from threading import Event

import click
from sqlalchemy import Connection

from genericinterface import logs
from genericinterface.cli.database import configuration, reading, ready, writing
from genericinterface.cli.options import json_option
from genericinterface.cli.table import print_json, print_list, visible
from genericinterface.database import mail_queue
from genericinterface.database.mail_queue import Entry
from genericinterface.database.stored_sysconfig import CurrentConfiguration
from genericinterface.errors import ConfigurationError, UnavailableFault
from genericinterface.mail import delivery
from genericinterface.settings import Settings

# What of a message is shown: never its text, nor what only the mail system is to know.
HEADERS = ("From", "To", "Cc", "Subject", "Date", "Message-ID", "In-Reply-To", "Auto-Submitted", "Content-Type")


@click.group("mail-queue", short_help="Deliver the outgoing mail, and see what waits.")
def commands() -> None:
    """Deliver the outgoing mail, and see what waits.

    Messages are kept in the table mail_queue until each recipient has them or is refused. Beside a living Znuny let
    either its daemon or this provider deliver, not both.
    """


@commands.command(short_help="Deliver what is due, again and again.")
@click.option("--once", is_flag=True, help="Try each message that is due once, then stop.")
@click.option(
    "--interval",
    type=click.FloatRange(0.1, 3600),
    default=delivery.INTERVAL,
    show_default=True,
    metavar="SECONDS",
    help="Between two looks into the queue.",
)
@click.pass_obj
def run(settings: Settings, /, once: bool, interval: float) -> None:
    """Deliver what is due, again and again, until SIGTERM or Ctrl-C; the message under way is finished first.

    How, is in Znuny's settings SendmailModule… (docs/mail.md). Several of these may run at once, also on several
    machines. With --once the exit code is 1 when the mail server did not answer.
    """
    logs.configure(settings)
    stop = Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda _number, _frame: stop.set())
    with ready(settings) as database:
        source = CurrentConfiguration(database, settings.sysconfig)
        source.refresh()
        courier_of = partial(delivery.courier, certificates=settings.mail_certificates)
        courier_of(source.current)  # what cannot be is told at once
        worker = delivery.Worker(database, source, courier_of, settings.mail_failure_note == "on")
        if not once:
            click.echo("Delivering mail (stop with Ctrl-C)")
            worker.run(stop, interval)
            return
        done = worker.round(stop)
    click.echo(f"{done.delivered} delivered, {done.postponed} postponed, {done.failed} failed.")
    if done.trouble:
        raise UnavailableFault(done.trouble)


@commands.command("list", short_help="List the messages in the queue, oldest first.")
@click.option("--limit", type=click.IntRange(1, 100_000), default=50, show_default=True, metavar="NUMBER")
@json_option
@click.pass_obj
def list_command(settings: Settings, /, limit: int, as_json: bool) -> None:
    """List the messages in the queue, oldest first."""
    with reading(settings) as connection:
        found = mail_queue.listed(connection, limit)
    print_list([_row(entry) for entry in found], as_json, "The queue is empty.")


@commands.command(short_help="Show one message: envelope, attempts and some of its header.")
@click.argument("message_id", type=int)
@json_option
@click.pass_obj
def show(settings: Settings, /, message_id: int, as_json: bool) -> None:
    """Show one message: envelope, attempts and some of its header. Its text is never shown."""
    with reading(settings) as connection:
        found = mail_queue.find(connection, message_id)
    if found is None:
        raise ConfigurationError([f"there is no message {message_id} in the queue"])
    row = _row(found.entry) | {"recipients": list(found.entry.recipients)}
    header = _header(found.content)
    if as_json:
        print_json(row | {"header": header, "bytes": len(found.content or b"")})
        return
    for name, value in row.items():
        click.echo(f"{name}: {visible(', '.join(value) if isinstance(value, list) else str(value))}")
    click.echo("header:")
    for name, value in header.items():
        click.echo(f"  {name}: {visible(value)}")


@commands.command(short_help="Try messages again at once.")
@click.argument("message_ids", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All messages.")
@click.pass_obj
def retry(settings: Settings, /, message_ids: tuple[int, ...], everything: bool) -> None:
    """Make messages due at once, with all their attempts before them. A worker delivers them."""
    _check(message_ids, everything)
    with writing(settings) as (connection, _now):
        if not everything:
            _check_there(connection, message_ids)
        number = mail_queue.retry(connection, None if everything else message_ids)
    click.echo(f"{number} messages are due.")


@commands.command(short_help="Take messages out of the queue, undelivered.")
@click.argument("message_ids", type=int, nargs=-1)
@click.option("--all", "everything", is_flag=True, help="All messages.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@click.pass_obj
def delete(settings: Settings, /, message_ids: tuple[int, ...], everything: bool, yes: bool) -> None:
    """Take messages out of the queue. They are not delivered; the articles they belong to stay."""
    _check(message_ids, everything)
    with reading(settings) as connection:
        if everything:
            message_ids = tuple(entry.id for entry in mail_queue.listed(connection))
        else:
            _check_there(connection, message_ids)
    if not yes:
        click.confirm(f"Delete {len(message_ids)} messages that are not delivered?", abort=True)
    with writing(settings) as (connection, _now):
        number = mail_queue.remove(connection, message_ids)
    click.echo(f"{number} messages deleted.")


@commands.command(short_help="Tell length and age of the queue.")
@json_option
@click.pass_obj
def status(settings: Settings, /, as_json: bool) -> None:
    """Tell length and age of the queue: how many messages wait, how many were tried before, how old the oldest is."""
    with reading(settings) as connection:
        now = configuration(connection, settings).now()
        found = mail_queue.length(connection)
    age = int((now - found.oldest).total_seconds()) if found.oldest else 0
    if as_json:
        print_json({"messages": found.messages, "tried": found.tried, "oldest_seconds": age})
        return
    oldest = f", the oldest for {dt.timedelta(seconds=age)}" if found.messages else ""
    click.echo(f"{found.messages} messages wait, {found.tried} of them tried before{oldest}.")


def _check(message_ids: tuple[int, ...], everything: bool) -> None:
    if bool(message_ids) == everything:
        raise click.UsageError("Name the messages, or say --all.")


def _check_there(connection: Connection, message_ids: tuple[int, ...]) -> None:
    gone = [each for each in message_ids if mail_queue.find(connection, each) is None]
    if gone:
        raise ConfigurationError([f"there is no message {each} in the queue" for each in gone])


def _row(entry: Entry) -> dict[str, object]:
    more = len(entry.recipients) - 1
    return {
        "ID": entry.id,
        "article": entry.article_id or "",
        "created": entry.created,
        "attempts": entry.attempts,
        "due": entry.due or "at once",
        "sender": entry.sender,
        "recipients": (entry.recipients[0] if entry.recipients else "") + (f" and {more} more" if more > 0 else ""),
        "code": entry.code or "",
        "last answer": " ".join(entry.text.split()),
    }


def _header(content: bytes | None) -> dict[str, str]:
    if content is None:
        return {}
    parsed = email.parser.BytesHeaderParser(policy=email.policy.default).parsebytes(content)
    return {name: str(parsed[name]) for name in HEADERS if parsed[name] is not None}
