"""The command `serve` as an operator starts it: gunicorn, several workers, real sockets, real clients."""

from __future__ import annotations

import gzip
import http.client
import json
import re
import signal
import socket
import subprocess
import time
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from sqlalchemy import NullPool, create_engine, text

from genericinterface.database.engine import Database
from tests.application import REST, SOAP, import_packaged
from tests.served import COMMAND, LOGIN, environment, serving


def read_all(client: socket.socket) -> bytes:
    with client.makefile("rb") as stream:
        return stream.read()


def url_of(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def test_demo_from_nothing_and_again(tmp_path: Path) -> None:
    """What `make run` does: the first start makes everything, the second keeps it."""
    with serving(tmp_path, "--demo") as server:
        status, answer = server.search()
        assert status == 200
        assert "1" in answer["TicketID"]
        assert server.request("POST", REST + "/Session", LOGIN)[1]["SessionID"]
    with serving(tmp_path, "--demo") as server:
        assert server.search() == (200, answer)
    log = (tmp_path / "log").read_text()
    assert "tester/tester" not in log
    assert (tmp_path / "var" / "genericinterface.db").exists()


def test_the_start_tells_what_to_try(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo") as server:
        server.process.terminate()
        # A worker that is just being forked misses the signal: gunicorn waits for it as long as for a slow request.
        printed = server.process.communicate(timeout=60)[0]
        assert server.process.returncode == 0
    for wanted in ("curl", "?wsdl", "tester/tester", f"http://127.0.0.1:{server.port}/otrs/nph-genericinterface.pl"):
        assert wanted in printed


def test_an_empty_database_is_refused_in_words(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "serve", "--bind", "127.0.0.1:1"], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert done.returncode == 1
    assert "db init" in done.stderr
    assert "Traceback" not in done.stderr


def test_all_problems_of_settings_at_once(tmp_path: Path) -> None:
    done = subprocess.run(
        [*COMMAND, "serve", "--workers", "0", "--bind", "nowhere", "--public-url", "x"],
        cwd=tmp_path,
        env=environment(log_level="loud"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 1
    for wanted in ("workers", "nowhere", "public_url", "loud"):
        assert wanted in done.stderr


def test_a_changed_definition_acts_in_all_workers_within_a_second(database: Database, tmp_path: Path) -> None:
    import_packaged(database)

    def command(*arguments: str) -> None:
        subprocess.run(
            [*COMMAND, *arguments], env=environment(database_url=url_of(database)), check=True, capture_output=True
        )

    with serving(tmp_path, "--workers", "2", database_url=url_of(database)) as server:

        def statuses() -> set[int]:
            return {server.search()[0] for _ in range(20)}

        assert statuses() == {200}
        command("webservice", "disable", "GenericTicketConnectorREST")
        time.sleep(1)
        assert statuses() == {404}
        command("webservice", "enable", "GenericTicketConnectorREST")
        time.sleep(1)
        assert statuses() == {200}
        dumped = subprocess.run(
            [*COMMAND, "webservice", "dump", "GenericTicketConnectorREST"],
            env=environment(database_url=url_of(database)),
            check=True,
            capture_output=True,
        ).stdout.decode()
        file = tmp_path / "changed.yml"
        file.write_text(dumped.replace("Route: /Ticket/search", "Route: /Ticket/find"))
        command("webservice", "update", "GenericTicketConnectorREST", str(file))
        time.sleep(1)
        assert statuses() == {405}  # /Ticket/:TicketID still matches, with other methods
        assert server.request("POST", REST + "/Ticket/find", LOGIN)[0] == 200


def test_a_database_that_is_gone_is_told_and_heals(filled_postgresql: Any, tmp_path: Path) -> None:
    with filled_postgresql() as url:
        database = Database(url.render_as_string(hide_password=False))
        import_packaged(database)
        administration = create_engine(url.set(database="postgres"), isolation_level="AUTOCOMMIT", poolclass=NullPool)

        def allow(yes: bool) -> None:
            with administration.connect() as connection:
                connection.execute(
                    text(f"ALTER DATABASE {url.database} ALLOW_CONNECTIONS {'true' if yes else 'false'}")
                )
                connection.execute(
                    text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = :name"),
                    {"name": url.database},
                )

        # One worker, so that the one that is asked knows both web services.
        with serving(tmp_path, "--workers", "1", database_url=url_of(database)) as server:
            assert server.search()[0] == 200
            assert server.request("POST", SOAP, SEARCH_ENVELOPE, {"Content-Type": "text/xml"})[0] == 200
            allow(False)
            status, answer = server.search()
            assert status == 503
            assert answer["faultstring"]
            status, fault = server.request("POST", SOAP, SEARCH_ENVELOPE, {"Content-Type": "text/xml"})
            assert status == 503
            assert "Fault" in fault
            assert server.request("GET", "/readyz")[0] == 503
            assert server.request("GET", "/healthz")[0] == 200
            allow(True)
            assert server.search()[0] == 200
            # connections that were cut while idle are noticed and replaced, too
            allow(True)
            assert {server.search()[0] for _ in range(40)} == {200}
        database.close()


SEARCH_ENVELOPE = b"""<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><TicketSearch>
<UserLogin>tester</UserLogin><Password>tester</Password><Title>%Hi%</Title></TicketSearch></s:Body></s:Envelope>"""


def test_requests_at_work_are_finished_when_the_server_stops(database: Database, tmp_path: Path) -> None:
    import_packaged(database)
    with serving(tmp_path, database_url=url_of(database)) as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        body = json.dumps(LOGIN | {"Title": "%Hi%"}).encode()
        connection.putrequest("POST", REST + "/Ticket/search")
        connection.putheader("Content-Type", "application/json")
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders()
        connection.send(body[:10])
        time.sleep(0.3)
        server.process.send_signal(signal.SIGTERM)
        time.sleep(0.3)
        connection.send(body[10:])
        answer = connection.getresponse()
        assert answer.status == 200
        assert json.loads(answer.read())["TicketID"]
        connection.close()
        assert server.process.wait(30) == 0


def test_chunked_bodies_and_long_waits_for_continue(tmp_path: Path) -> None:
    with serving(tmp_path, "--demo") as server:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=20)
        body = json.dumps(LOGIN | {"Title": "%Hi%"}).encode()
        connection.request(
            "POST",
            REST + "/Ticket/search",
            iter([body[:7], body[7:]]),
            {"Content-Type": "application/json"},
            encode_chunked=True,
        )
        assert connection.getresponse().status == 200
        connection.close()
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as raw:
            head = f"POST {REST}/Ticket/search HTTP/1.1\r\nHost: x\r\nContent-Length: {len(body)}\r\n"
            raw.sendall(head.encode() + b"Expect: 100-continue\r\n\r\n")
            assert raw.recv(100).startswith(b"HTTP/1.1 100")
            raw.sendall(body)
            assert re.match(rb"HTTP/1.1 200", raw.recv(100))


def test_an_address_on_which_nobody_can_listen_is_told_at_once(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        binds = {f"127.0.0.1:{port}": "in use", "192.0.2.1:80": "assign", f"unix:{tmp_path}/none/socket": "none"}
        for bind, reason in binds.items():
            flags = ["--database-url", f"sqlite:///{tmp_path}/demo.db", "--bind", bind, "--demo"]
            started = subprocess.run([*COMMAND, "serve", *flags], env=environment(), capture_output=True, text=True)
            assert started.returncode == 1
            assert started.stderr.startswith("error: bind: "), started.stderr
            assert reason in started.stderr
            assert len(started.stderr.splitlines()) == 1


def test_clients_that_stop_in_the_middle_keep_nobody_out(tmp_path: Path) -> None:
    head = f"POST {REST}/Ticket/search HTTP/1.1\r\nHost: x\r\n"
    with serving(tmp_path, "--demo", "--workers", "1", "--threads", "2", timeout="3") as server, ExitStack() as stack:
        address = ("127.0.0.1", server.port)
        stopped = [stack.enter_context(socket.create_connection(address, timeout=20)) for _ in range(4)]
        for number, client in enumerate(stopped):
            client.sendall((head + ("Content-Length: 50\r\n\r\n{" if number < 2 else "Accept: ")).encode())
        assert server.search()[0] == 200
        answers = [read_all(client) for client in stopped]
        assert all(b" 408 " in answer and b"did not come in time" in answer for answer in answers[:2])
        assert not any(b" 500 " in answer for answer in answers[2:])
    log = (tmp_path / "log").read_text()
    assert "stopped in the middle of its request" in log
    assert "Traceback" not in log


def test_broken_chunks_and_compressed_bodies_are_told(tmp_path: Path) -> None:
    chunks = f"POST {REST}/Ticket/search HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n{{}}"
    with serving(tmp_path, "--demo", "--workers", "1") as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as client:
            client.sendall(chunks.encode())
            answer = read_all(client)
        assert answer.startswith(b"HTTP/1.1 400 ")
        assert answer.endswith(b"not in the chunks that it announces.")
        for path in (REST + "/Ticket/search", SOAP):
            status, told = server.request("POST", path, gzip.compress(b"{}"), {"Content-Encoding": "gzip"})
            assert status == 415
            assert "compressed (Content-Encoding: gzip); send it as it is." in told
    assert "Traceback" not in (tmp_path / "log").read_text()
