"""`genericinterface key` on keys of our own and on the folders of a Znuny beside us."""

from __future__ import annotations

import json
import stat
import subprocess
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12

from genericinterface.cli import cli
from genericinterface.database.engine import Database
from genericinterface.errors import ConfigurationError
from genericinterface.mail.pgp_keyring import Keyring
from genericinterface.mail.smime_store import Store
from tests.mail_keys import PASSPHRASE, SECRET, PgpKeys, SmimeKeys
from tests.people_commands import Commands


class Keys:
    """Runs `key` on folders of the test's own, without a database."""

    def __init__(self, home: Path, folder: Path) -> None:
        self.home, self.store = home, Store(folder / "certs", folder / "private")

    def result(self, command: str, *arguments: str, stdin: str = "", **environment: str) -> Result:
        folders = ["--pgp-home", str(self.home), "--certificates", str(self.store.certificates)]
        folders += ["--private-keys", str(self.store.private_keys)]
        return CliRunner().invoke(cli, ["key", command, *folders, *arguments], input=stdin, env=environment)

    def __call__(self, command: str, *arguments: str, stdin: str = "", **environment: str) -> str:
        result = self.result(command, *arguments, stdin=stdin, **environment)
        assert (result.exit_code, result.exception) == (0, None), result.output
        return result.stdout

    def problems(self, command: str, *arguments: str, **environment: str) -> str:
        result = self.result(command, *arguments, **environment)
        assert isinstance(result.exception, ConfigurationError), result.output
        return "\n".join(result.exception.problems)

    def json(self, command: str, *arguments: str) -> Any:
        return {row["name"]: row for row in json.loads(self.result(command, "--json", *arguments).stdout)}


@pytest.fixture
def keys(short_folder: Path, tmp_path: Path) -> Keys:
    return Keys(short_folder / "gnupg", tmp_path)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_pgp_keys_come_and_go(keys: Keys, pgp_keys: PgpKeys, tmp_path: Path) -> None:
    public, private = tmp_path / "public.asc", tmp_path / "private.gpg"
    public.write_bytes(pgp_keys.gpg("--armor", "--export", pgp_keys.plain))
    arguments = ["--pinentry-mode", "loopback", "--passphrase", PASSPHRASE]
    private.write_bytes(pgp_keys.gpg(*arguments, "--export-secret-keys", pgp_keys.guarded))
    assert keys("import", str(public), str(private)).split() == ["PGP", pgp_keys.plain, "PGP", pgp_keys.guarded]
    assert mode(keys.home) == 0o700
    listed = keys.json("list")
    assert listed[pgp_keys.plain] | {"owner": "Plain <plain@example.com>"} == {
        "kind": "PGP",
        "name": pgp_keys.plain,
        "private": False,
        "uses": ["encrypt"],
        "expires": None,
        "owner": "Plain <plain@example.com>",
        "problem": "",
    }
    assert (listed[pgp_keys.guarded]["private"], listed[pgp_keys.guarded]["uses"]) == (True, ["sign", "encrypt"])
    assert "PGP::Key::Password" in keys.problems("check", pgp_keys.guarded)
    assert pgp_keys.plain in keys("check", pgp_keys.plain[-8:])
    assert "Removed PGP" in keys("delete", pgp_keys.guarded, stdin="y\n")
    assert keys.result("delete", pgp_keys.plain, stdin="n\n").exit_code == 1
    assert list(keys.json("list")) == [pgp_keys.plain]


def test_a_passphrase_that_is_set_is_tried(keys: Keys, pgp_keys: PgpKeys, tmp_path: Path) -> None:
    pgp_keys.forget_passphrases()
    settings = tmp_path / "settings.toml"
    for passphrase, code in (("sesame", 1), (PASSPHRASE, 0)):
        settings.write_text(f'[sysconfig]\n"PGP::Key::Password" = {{ {pgp_keys.guarded} = "{passphrase}" }}\n')
        arguments = ["--settings", str(settings), "key", "check", "--pgp-home", str(pgp_keys.home), pgp_keys.guarded]
        result = CliRunner().invoke(cli, arguments)
        assert result.exit_code == code
        assert passphrase not in result.output + str(result.exception)


def test_what_is_wrong_with_pgp_keys_is_told(keys: Keys, pgp_keys: PgpKeys) -> None:
    keys.home = pgp_keys.home
    listed = keys.json("list", "--kind", "pgp")
    assert {name: row["problem"] for name, row in listed.items() if row["problem"]} == {
        pgp_keys.expired: "has expired",
        pgp_keys.revoked: "is revoked",
        pgp_keys.disabled: "is disabled",
    }
    assert listed[pgp_keys.expired]["expires"] == "2020-01-02"
    assert listed[pgp_keys.sign_only]["uses"] == ["sign"]


def test_smime_keys_come_and_go(keys: Keys, smime_keys: SmimeKeys, tmp_path: Path) -> None:
    certificate = str(smime_keys.store.certificates / smime_keys.guarded)
    private = smime_keys.private_key(smime_keys.guarded)
    secret = tmp_path / "secret"
    secret.write_text("wrong\n")
    assert "wrong secret" in keys.problems("import", "--secret-file", str(secret), private)
    secret.write_text(SECRET + "\n")
    assert "no certificate of this private key" in keys.problems("import", "--secret-file", str(secret), private)
    assert "--secret-file" in str(keys.result("import", private).output)
    name = f"{smime_keys.guarded[:8]}.0"
    assert keys("import", certificate) == f"SMIME {name}\n"
    assert keys.json("list")[name]["private"] is False
    output = keys("import", "--secret-env", "THE_SECRET", private, certificate, THE_SECRET=SECRET)
    assert output.split() == ["SMIME", name, "SMIME", name]
    assert SECRET not in output
    assert mode(keys.store.private_keys) == 0o700
    assert [mode(keys.store.private_keys / each) for each in (name, f"{name}.P")] == [0o600, 0o600]
    assert names_in(keys.store.private_keys) == [name, f"{name}.P"]
    assert keys.json("list")[name]["uses"] == ["sign", "encrypt"]
    assert name in keys("check", name)
    (keys.store.private_keys / f"{name}.P").write_text("changed")
    assert "wrong secret" in keys.problems("check", name[:8])
    keys("delete", "--yes", name)
    assert names_in(keys.store.private_keys) == names_in(keys.store.certificates) == []


def test_a_pkcs12_file_has_it_all(keys: Keys, smime_keys: SmimeKeys, tmp_path: Path) -> None:
    store = smime_keys.store
    certificate = store.find(smime_keys.guarded, "S")
    others = store.chain(certificate.x509)
    octets = pkcs12.serialize_key_and_certificates(
        b"x", store.private_key(certificate), certificate.x509, others, BestAvailableEncryption(b"p12")
    )
    file = tmp_path / "desk.p12"
    file.write_bytes(octets)
    assert "wrong secret" in keys.problems("import", "--secret-env", "S", str(file), S="other")
    assert len(keys("import", "--secret-env", "S", str(file), S="p12").split()) == 4
    found = keys.store.find(smime_keys.guarded[:8], "S")
    assert keys.store.private_key(found)
    assert keys.store.chain(found.x509) == others
    assert {tuple(row["uses"]) for row in keys.json("check").values()} == {("sign", "encrypt"), ("issue", "encrypt")}


def test_a_certificate_that_signed_itself_is_listed_with_all_its_uses(keys: Keys, tmp_path: Path) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "desk.pem"
    request = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-subj",
        "/CN=Desk/emailAddress=desk@a.example",
    ]
    subprocess.run([*request, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    certificate.write_bytes(certificate.read_bytes() + key.read_bytes())
    name = keys("import", str(certificate)).split()[1]
    found = keys.json("check")[name]
    assert (found["owner"], found["uses"]) == ("emailAddress=desk@a.example,CN=Desk", ["issue", "sign", "encrypt"])
    assert keys.store.find(name, "S")


def test_two_certificates_of_one_subject_have_two_names(keys: Keys, smime_keys: SmimeKeys) -> None:
    file = str(smime_keys.store.certificates / smime_keys.plain)
    assert keys("import", file, file).split()[1::2] == [f"{smime_keys.plain[:8]}.0"] * 2
    (keys.store.certificates / f"{smime_keys.plain[:8]}.0").write_bytes(
        (smime_keys.store.certificates / smime_keys.foreign).read_bytes()
    )
    assert keys("import", file).split() == ["SMIME", f"{smime_keys.plain[:8]}.1"]


def test_what_is_wrong_with_certificates_is_told(keys: Keys, smime_keys: SmimeKeys, tmp_path: Path) -> None:
    keys.store = smime_keys.store
    problems = {name: row["problem"] for name, row in keys.json("check", "--kind", "SMIME").items() if row["problem"]}
    assert set(problems) == {smime_keys.expired, smime_keys.future, smime_keys.web, smime_keys.mismatched}
    assert "has expired" in problems[smime_keys.expired]
    keys.store = Store(tmp_path, tmp_path)
    (tmp_path / "aaaaaaaa.0").write_text("nonsense")
    assert "cannot be read" in keys.problems("check")


def test_what_is_no_key_is_refused(keys: Keys, tmp_path: Path) -> None:
    file = tmp_path / "file"
    for octets in (b"nonsense", b"", b"\x30\x82\x00", b"-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n"):
        file.write_bytes(octets)
        assert str(file) in keys.problems("import", "--secret-env", "S", str(file), S="x")
    assert "there is no" in keys.problems("delete", "--yes", "AAAAAAAA")
    assert "there is no key aaaaaaaa" in keys.problems("check", "AAAAAAAA")
    assert "There are no keys" not in keys.result("check", "AAAAAAAA").output
    assert "THE_SECRET" in keys.problems("import", "--secret-env", "THE_SECRET", str(_certificate(tmp_path)))


def _certificate(folder: Path) -> Path:
    file = folder / "pem"
    file.write_text("-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n")
    return file


def test_our_own_keys_are_in_the_folder_of_the_setting(
    database: Database, pgp_keys: PgpKeys, short_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GENERICINTERFACE_KEYS", str(short_folder))
    commands = Commands(database)
    file = short_folder / "key.asc"
    file.write_bytes(pgp_keys.gpg("--export", pgp_keys.plain))
    assert commands("key", "list") == "There are no keys.\n"
    result = commands.result("key", "import", str(file))
    assert "note: PGP is off: set PGP = 1" in result.output
    assert Keyring(short_folder / "gnupg").find([pgp_keys.plain], "E")
