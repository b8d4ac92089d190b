"""mail/smtp.py and sendmail.py against a real server and a real command: who got what, how often, and how secured."""

from __future__ import annotations

import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from genericinterface.mail.courier import NoServer, Report
from genericinterface.mail.sendmail import Sendmail
from genericinterface.mail.smtp import Security, Server, Smtp
from tests import mail_server
from tests.mail_server import CERTIFICATE, DROP, DROP_IN_MESSAGE, LOGIN, MailServer

CONTENT = b"From: desk@example.com\nMessage-ID: <1@example.com>\nSubject: x\n\nline\n.\n..\nlast"
ON_THE_WIRE = b"From: desk@example.com\r\nMessage-ID: <1@example.com>\r\nSubject: x\r\n\r\nline\r\n.\r\n..\r\nlast\r\n"
TWO = ("one@example.com", "two@example.com")


@contextmanager
def courier(server: MailServer, **options: Any) -> Iterator[Smtp]:
    made = Smtp(Server("127.0.0.1", port=server.port, command_timeout=20, final_timeout=20, **options))
    try:
        yield made
    finally:
        made.close()


def send(made: Smtp | Sendmail, *recipients: str, sender: str = "desk@example.com") -> Report:
    return made.send(sender, recipients or TWO, CONTENT)


def test_a_message_arrives_as_it_is_on_one_connection_for_many() -> None:
    with mail_server.running() as server, courier(server, local_name="desk.example.com") as made:
        for _ in range(3):
            assert send(made) == Report()
        assert [(mail.sender, tuple(mail.recipients)) for mail in server.inbox] == [("desk@example.com", TWO)] * 3
        assert {mail.content for mail in server.inbox} == {ON_THE_WIRE}
        assert server.greetings == ["desk.example.com"]
        assert send(made, sender="") == Report()
        assert server.inbox[-1].sender == ""


@pytest.mark.parametrize("kind", [Security.STARTTLS, Security.TLS])
def test_tls_and_login(kind: Security) -> None:
    flags = {"starttls": kind is Security.STARTTLS, "tls": kind is Security.TLS, "login": True}
    with mail_server.running(**flags) as server:
        wanted = {"security": kind, "certificates": str(CERTIFICATE), "user": LOGIN[0], "password": LOGIN[1]}
        with courier(server, **wanted) as made:
            assert send(made) == Report()
        assert [mail.is_encrypted for mail in server.inbox] == [True]
        assert server.logins == [(LOGIN[0], LOGIN[1].encode())]
        with courier(server, **(wanted | {"certificates": "none"})) as made:
            assert send(made) == Report()
        for wrong, words in (
            ({"certificates": "system"}, "certificate verify failed"),
            ({"certificates": "/nowhere"}, "cannot be read"),
            ({"password": "wrong"}, "535"),
        ):
            with courier(server, **(wanted | wrong)) as made, pytest.raises(NoServer, match=words) as caught:
                send(made)
            assert LOGIN[1] not in str(caught.value)
        assert len(server.inbox) == 2


def test_nothing_goes_out_in_the_clear_where_tls_is_asked_for() -> None:
    with mail_server.running() as server:
        for kind in (Security.STARTTLS, Security.TLS):
            with courier(server, security=kind, certificates="none") as made, pytest.raises(NoServer):
                send(made)
        assert server.inbox == []
        assert server.commands == []


def test_the_refused_are_told_and_the_others_have_it() -> None:
    with mail_server.running() as server, courier(server) as made:
        server.recipient_answers = {"one@example.com": ["550 5.1.1 no such user"], "two@example.com": ["450 busy"]}
        report = send(made, *TWO, "three@example.com")
        assert [(each.recipient, each.code) for each in report.refused] == [("one@example.com", 550)]
        assert [(each.recipient, each.code) for each in report.deferred] == [("two@example.com", 450)]
        assert report.refused[0].text == (
            "Envelope to 'one@example.com' not accepted by the server: 550, 5.1.1 no such user"
        )
        assert server.recipients() == ["three@example.com"]
        assert send(made) == Report()  # the connection is good for the next
        assert len(server.greetings) == 1


@pytest.mark.parametrize("place", ["mail_answers", "data_answers", "final_answers"])
@pytest.mark.parametrize(("answer", "code"), [("550 never", 550), ("451 later", 451)])
def test_an_answer_to_all(place: str, answer: str, code: int) -> None:
    with mail_server.running() as server, courier(server) as made:
        getattr(server, place).append(answer)
        report = send(made)
        found = report.refused if code == 550 else report.deferred
        assert [(each.recipient, each.code) for each in found] == [(address, code) for address in TWO]
        assert len(report.refused) + len(report.deferred) == 2
        assert server.inbox == []
        assert send(made) == Report()


def test_an_answer_to_all_the_recipients_who_are_left() -> None:
    with mail_server.running() as server, courier(server) as made:
        server.recipient_answers = {"one@example.com": ["550 no such user"]}
        server.final_answers = ["451 later"]
        report = send(made)
    assert [each.recipient for each in report.refused] == ["one@example.com"]
    assert [each.recipient for each in report.deferred] == ["two@example.com"]


@pytest.mark.parametrize(
    ("place", "answer"), [("mail_answers", DROP), ("data_answers", DROP_IN_MESSAGE), ("final_answers", DROP)]
)
def test_a_connection_that_breaks_off(place: str, answer: str) -> None:
    with mail_server.running() as server, courier(server) as made:
        getattr(server, place).append(answer)
        report = send(made)
        assert report.refused == ()
        assert [(each.recipient, each.code) for each in report.deferred] == [(address, None) for address in TWO]
        assert "lost" in report.deferred[0].text
        assert send(made) == Report()
        assert len(server.greetings) == 2


def test_the_refused_stay_refused_when_the_connection_breaks_off() -> None:
    with mail_server.running() as server, courier(server) as made:
        server.recipient_answers = {"one@example.com": ["550 no such user"], "two@example.com": [DROP]}
        report = send(made, *TWO, "three@example.com")
    assert [each.recipient for each in report.refused] == ["one@example.com"]
    assert [(each.recipient, each.code) for each in report.deferred] == [
        ("two@example.com", None),
        ("three@example.com", None),
    ]


@pytest.mark.parametrize("answer", [DROP, "421 good-bye"])
def test_a_kept_connection_that_is_gone_is_replaced(answer: str) -> None:
    with mail_server.running() as server, courier(server) as made:
        assert send(made) == Report()
        server.mail_answers.append(answer)
        assert send(made) == Report()
        assert len(server.inbox) == len(server.greetings) == 2


def test_a_server_that_takes_nothing_now() -> None:
    with mail_server.running() as server, courier(server) as made:
        server.mail_answers.append("421 overloaded")
        with pytest.raises(NoServer, match="421, overloaded"):
            send(made)
        assert send(made) == Report()
        port = server.port
    with pytest.raises(NoServer, match=rf"Can't connect to 127\.0\.0\.1:{port}: "):
        send(Smtp(Server("127.0.0.1", port=port)))


def test_a_server_that_is_slow() -> None:
    with mail_server.running() as server:
        server.holding()
        made = Smtp(Server("127.0.0.1", port=server.port, command_timeout=20, final_timeout=0.2))
        report = send(made)
        assert [each.code for each in report.deferred] == [None, None]
        server.release()
    with socket.create_server(("127.0.0.1", 0)) as silent:
        made = Smtp(Server("127.0.0.1", port=silent.getsockname()[1], command_timeout=0.2))
        with pytest.raises(NoServer, match="timed out"):
            send(made)


def test_internationalised_addresses() -> None:
    with mail_server.running(enable_SMTPUTF8=True) as server, courier(server) as made:
        assert send(made, "jürgen@exämple.com", sender="bücher@example.com") == Report()
        assert server.commands[0].startswith("MAIL bücher@example.com ")
        assert "SMTPUTF8" in server.commands[0].upper()
        assert server.recipients() == ["jürgen@xn--exmple-cua.com"]
    with mail_server.running(enable_SMTPUTF8=False) as server, courier(server) as made:
        report = send(made, "jürgen@example.com", "one@exämple.com")
        assert [(each.recipient, each.code) for each in report.refused] == [("jürgen@example.com", 553)]
        assert server.recipients() == ["one@xn--exmple-cua.com"]
        report = send(made, *TWO, sender="bücher@example.com")
        assert [each.code for each in report.refused] == [553, 553]


def test_bytes_and_size_are_announced() -> None:
    content = b"Subject: x\n\n\xc3\xbc\n"
    with mail_server.running() as server, courier(server) as made:
        assert made.send("desk@example.com", TWO, content) == Report()
        assert server.commands[0].upper() == "MAIL DESK@EXAMPLE.COM SIZE=18 BODY=8BITMIME"
        assert server.inbox[0].content == content.replace(b"\n", b"\r\n")
    with mail_server.running(data_size_limit=10) as server, courier(server) as made:
        assert [each.code for each in made.send("desk@example.com", TWO, content).refused] == [552, 552]


def test_a_large_message_arrives_whole() -> None:
    content = b"Subject: x\n\n" + b"." * 70 + b"\n" + (b".x" * 30 + b"\n") * 40_000
    with mail_server.running() as server, courier(server) as made:
        assert made.send("", TWO, content) == Report()
        assert server.inbox[0].content == content.replace(b"\n", b"\r\n")


def test_the_server_of_the_settings_is_not_shown_with_its_password() -> None:
    server = Server("mail.example.com", user="desk", password="very secret")
    assert "very secret" not in repr(server)
    assert replace(server, port=26).password == "very secret"


@pytest.fixture
def sendmail(tmp_path: Path) -> Path:
    """A command that keeps its arguments and input, and ends with the code in the file `code`."""
    command = tmp_path / "sendmail"
    command.write_text(
        f'#!/bin/sh\nprintf "%s\\n" "$@" >{tmp_path}/arguments\ncat >{tmp_path}/input\n'
        f"echo some reason >&2\n[ -f {tmp_path}/wait ] && exec sleep 60\nexit $(cat {tmp_path}/code)\n"
    )
    command.chmod(command.stat().st_mode | stat.S_IXUSR)
    (tmp_path / "code").write_text("0")
    return command


def test_sendmail_gets_sender_recipients_and_message(sendmail: Path) -> None:
    made = Sendmail(f"{sendmail} -i -f")
    assert send(made, "-oops@example.com", "two@example.com") == Report()
    found = (sendmail.parent / "arguments").read_text().split("\n")
    assert found == ["-i", "-f", "desk@example.com", "--", "-oops@example.com", "two@example.com", ""]
    assert (sendmail.parent / "input").read_bytes() == CONTENT
    send(made, sender="")
    assert (sendmail.parent / "arguments").read_text().split("\n")[2] == "<>"


@pytest.mark.parametrize(("code", "is_refused"), [(67, True), (65, True), (75, False), (69, False), (1, False)])
def test_how_sendmail_ends(sendmail: Path, code: int, is_refused: bool) -> None:
    (sendmail.parent / "code").write_text(str(code))
    report = send(Sendmail(f"{sendmail} -i -f"))
    found = report.refused if is_refused else report.deferred
    assert [(each.recipient, each.code) for each in found] == [(address, None) for address in TWO]
    assert found[0].text == f"{sendmail} ended with {code}: some reason"


def test_a_sendmail_that_is_not_there_or_hangs(sendmail: Path) -> None:
    with pytest.raises(NoServer, match="No such file"):
        send(Sendmail("/nowhere/sendmail -i -f"))
    (sendmail.parent / "wait").touch()
    report = send(Sendmail(f"{sendmail} -i -f", timeout=0.5))
    assert len(report.deferred) == 2
    assert "no answer in 0.5 seconds" in report.deferred[0].text
