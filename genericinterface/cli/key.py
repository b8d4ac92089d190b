"""`genericinterface key`: the PGP and S/MIME keys with which mails are signed and encrypted."""

from __future__ import annotations

import logging
import os
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import wraps
from pathlib import Path
from typing import Any

import click

from genericinterface import sysconfig
from genericinterface.cli.database import configuration, reading
from genericinterface.cli.options import json_option
from genericinterface.cli.table import print_list, visible
from genericinterface.errors import ConfigurationError, SecurityError
from genericinterface.mail import smime_import
from genericinterface.mail.key_inventory import Entry, pgp_entries, smime_entries
from genericinterface.mail.pgp_keyring import Keyring
from genericinterface.mail.security import PGP, SMIME, key_stores
from genericinterface.mail.smime_store import Store
from genericinterface.settings import Settings


@dataclass(frozen=True)
class Keys:
    """The stores that a command works on, and what is switched off."""

    pgp: Keyring
    smime: Store
    off: frozenset[str] = frozenset()

    def tell_what_is_off(self, kinds: Iterable[str]) -> None:
        """A note for each of these kinds of keys that no mail can use."""
        for kind in sorted(self.off.intersection(kinds)):
            click.echo(f"note: {kind} is off: set {kind} = 1 in [sysconfig]", err=True)

    def entries(self, kind: str | None, is_tried: bool = False) -> Iterator[Entry]:
        """The keys of one kind or of both."""
        if kind != SMIME:
            yield from pgp_entries(self.pgp, is_tried)
        if kind != PGP:
            yield from smime_entries(self.smime, is_tried)


@contextmanager
def _sentences() -> Iterator[None]:
    """What is wrong with keys or folders, said to the operator."""
    try:
        yield
    except SecurityError as error:
        raise ConfigurationError([error.message]) from error
    except OSError as error:
        raise ConfigurationError([f"{error.filename}: {error.strerror}"]) from error


def _on_keys(command: Callable[..., None]) -> Callable[..., None]:
    """A command that gets Keys: those of the settings, or the folders that its options name."""

    @click.option("--pgp-home", metavar="FOLDER", help="GnuPG's home folder, instead of PGP::Options.")
    @click.option("--certificates", metavar="FOLDER", help="S/MIME certificates, instead of SMIME::CertPath.")
    @click.option("--private-keys", metavar="FOLDER", help="Their private keys, instead of SMIME::PrivatePath.")
    @click.pass_obj
    @wraps(command)
    def run(
        settings: Settings,
        /,
        pgp_home: str | None,
        certificates: str | None,
        private_keys: str | None,
        **options: Any,
    ) -> None:
        logging.getLogger("genericinterface").addHandler(logging.NullHandler())  # the sentences below are enough
        if pgp_home or certificates or private_keys:  # a Znuny's, perhaps; no database is needed for it
            config = sysconfig.load(settings.sysconfig)
        else:
            with reading(settings) as connection:
                config = configuration(connection, settings)
        with _sentences():
            stores = key_stores(config, settings.keys, also_off=True)
            if stores.pgp is None or stores.smime is None:
                raise AssertionError
            ring = replace(stores.pgp, home=Path(pgp_home)) if pgp_home else stores.pgp
            store = replace(
                stores.smime,
                certificates=Path(certificates) if certificates else stores.smime.certificates,
                private_keys=Path(private_keys) if private_keys else stores.smime.private_keys,
            )
            switches = {"PGP": config.pgp, "SMIME": config.smime}
            command(Keys(ring, store, frozenset(name for name, on in switches.items() if not on)), **options)

    return run


_KIND = click.option("--kind", type=click.Choice([PGP, SMIME], case_sensitive=False), help="Only keys of this kind.")


@click.group(short_help="The PGP and S/MIME keys of mails.")
def key() -> None:
    """The PGP and S/MIME keys with which mails are signed and encrypted.

    Where they are: the folder of the setting `keys`, or what PGP::Options, SMIME::CertPath and SMIME::PrivatePath say.
    With --pgp-home, --certificates and --private-keys the commands work on those of a Znuny beside us; run them as its
    user then.
    """


@key.command("list", short_help="List keys and certificates.")
@_KIND
@json_option
@_on_keys
def list_command(keys: Keys, /, kind: str | None, as_json: bool) -> None:
    """List keys and certificates: what a request's `Key` names them by, and what they can be used for."""
    rows = [_row(entry, as_json) for entry in keys.entries(kind)]
    print_list(rows, as_json, "There are no keys.")


@key.command("import", short_help="Add keys, certificates and private keys.")
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, allow_dash=True))
@click.option("--secret-file", type=click.Path(exists=True, dir_okay=False), help="File with the secret, in one line.")
@click.option("--secret-env", metavar="NAME", help="Environment variable with the secret.")
@_on_keys
def import_command(keys: Keys, /, files: tuple[str, ...], secret_file: str | None, secret_env: str | None) -> None:
    """Add PGP keys, S/MIME certificates and private keys from FILES (- is stdin): OpenPGP, PEM or PKCS#12.

    The secret of an S/MIME private key is asked for where it needs one, and kept beside it as Znuny does (HASH.N.P).
    The passphrase of a PGP key is not needed here: it belongs into the setting PGP::Key::Password.

    \b
    Examples:
      genericinterface key import colleague.asc
      genericinterface key import --secret-file secret.txt desk.p12
      genericinterface key import --certificates /opt/otrs/var/ssl/certs ca.pem customer.pem
    """
    kinds = set()
    for file in files:
        octets = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        try:
            if smime_import.is_smime(octets):
                secret = _secret(octets, file, secret_file, secret_env)
                kind, names = SMIME, smime_import.put(keys.smime, octets, secret)
            else:
                kind, names = PGP, _import_pgp(keys.pgp, octets)
        except SecurityError as error:
            raise ConfigurationError([f"{file}: {error.message}"]) from error
        click.echo("\n".join(f"{kind} {name}" for name in names))
        kinds.add(kind)
    keys.tell_what_is_off(kinds)


@key.command(short_help="Remove a key or certificate.")
@click.argument("name")
@_KIND
@click.option("--yes", is_flag=True, help="Do not ask.")
@_on_keys
def delete(keys: Keys, /, name: str, kind: str | None, yes: bool) -> None:
    """Remove the key or certificate NAME, its private key included. Whole names only: a fingerprint, or HASH.N."""
    found = [entry for entry in keys.entries(kind) if entry.name.lower() == name.replace(" ", "").lower()]
    if not found:
        raise ConfigurationError([f"there is no {kind or 'key or certificate'} {visible(name)}; see `key list`"])
    entry = found[0]
    what = f"{entry.kind} {entry.name} ({visible(entry.owner)})"
    if not yes:
        click.confirm(f"Remove {what}{' and its private key' if entry.is_private else ''}?", abort=True)
    if entry.kind == PGP:
        keys.pgp.delete(keys.pgp.listed(names=[f"0x{entry.name}"])[0])
    else:
        smime_import.remove(keys.smime, entry.name)
    click.echo(f"Removed {what}.")


@key.command(short_help="Try whether keys can be used.")
@click.argument("names", nargs=-1, metavar="[NAME]...")
@_KIND
@json_option
@_on_keys
def check(keys: Keys, /, names: tuple[str, ...], kind: str | None, as_json: bool) -> None:
    """Try whether keys can be used: dates, purposes, and of private keys their passphrase or secret.

    Without NAME all keys. The exit code is 1 when one of them cannot be used or is not there.
    """
    wanted = [name.replace(" ", "").removeprefix("0x").lower() for name in names]
    there = list(keys.entries(kind, is_tried=True))
    found = [entry for entry in there if not wanted or any(_is_named(entry, name) for name in wanted)]
    missing = [name for name in wanted if not any(_is_named(entry, name) for entry in there)]
    if as_json or found or not missing:
        print_list([_row(entry, as_json) for entry in found], as_json, "There are no keys.")
    keys.tell_what_is_off({entry.kind for entry in found})
    problems = [f"{entry.kind} {entry.name}: {entry.problem}" for entry in found if entry.problem]
    problems += [f"there is no key {visible(name)}" for name in missing]
    if problems:
        raise ConfigurationError(problems)


def _is_named(entry: Entry, name: str) -> bool:
    known = entry.name.lower()
    return len(name) >= 8 and (known.endswith(name) if entry.kind == PGP else name in (known, known[:8]))


def _row(entry: Entry, as_json: bool) -> dict[str, object]:
    return {
        "kind": entry.kind,
        "name": entry.name,
        "private": entry.is_private if as_json else "yes" if entry.is_private else "no",
        "uses": list(entry.uses) if as_json else ", ".join(entry.uses),
        "expires": entry.expires if as_json or entry.expires else "never",
        "owner": entry.owner,
        "problem": entry.problem,
    }


def _import_pgp(ring: Keyring, octets: bytes) -> list[str]:
    if not shutil.which(ring.binary):
        raise SecurityError(f"PGP::Bin: there is no program {ring.binary}")
    if not ring.home.is_dir():
        ring.home.mkdir(parents=True)
        ring.home.chmod(0o700)
    return ring.import_keys(octets)


def _secret(octets: bytes, file: str, secret_file: str | None, secret_env: str | None) -> bytes:
    """The secret of a private key, from where the options say or the operator types it."""
    if secret_file:
        return Path(secret_file).read_bytes().rstrip(b"\r\n")
    if secret_env:
        if secret_env not in os.environ:
            raise ConfigurationError([f"there is no environment variable {secret_env}"])
        return os.environ[secret_env].encode()
    if not smime_import.needs_secret(octets):
        return b""
    if file == "-" or not sys.stdin.isatty():
        raise click.UsageError("There is no terminal to ask for the secret: use --secret-file or --secret-env.")
    secret: str = click.prompt(f"Secret of {file}", hide_input=True, default="", show_default=False)
    return secret.encode()
