"""Header fields of a message as lines of at most 76 characters: RFC 5322, RFC 2047, RFC 2231. Called by message.py.

The standard library folds such lines too, but its versions differ (some encode the comma between two addresses), and
what is signed must not change. Each function returns whole lines with CRLF. A line end within a value is refused: it
would begin a header of the caller's choice.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from genericinterface.errors import MailError
from genericinterface.mail.addresses import Address

WIDTH = 76
LONGEST_WORD = 200  # a longer one is encoded, so that it can be folded

_PLAIN = re.compile(r"[\x21-\x7e]+(?: [\x21-\x7e]+)*")
_ATOMS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?: [A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*")
_SAFE = frozenset(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!*+-/")
_MESSAGE_ID = re.compile(r"<[\x21-\x3b\x3d\x3f-\x7e]+>")
_NAME = re.compile(r"[A-Za-z0-9-]+")
_WORD_ROOM = 60 - len("=?utf-8?q??=")  # a line has at most 76 characters, the name of the field included
_PARAMETER_ROOM = 50
_CHARSET = "utf-8''"  # and no language


def checked(name: str, value: str) -> str:
    """The value without blanks around it. Raises MailError when it cannot be in a header."""
    value = value.strip()
    if not _NAME.fullmatch(name) or any(character in value for character in "\r\n\0"):
        raise MailError(f"{name}: a line end or NUL is not allowed in a header")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise MailError(f"{name}: half a character (a lone surrogate)") from None
    return value


def text(name: str, value: str) -> bytes:
    """A field of free text, such as Subject; its first words stay plain as far as they are ASCII."""
    value = checked(name, value)
    plain: list[str] = []
    if "=?" not in value and "  " not in value:
        for word in value.split(" "):
            if not _PLAIN.fullmatch(word) or len(word) > LONGEST_WORD:
                break
            plain.append(word)
    rest = value if not plain else value.removeprefix(" ".join(plain)).removeprefix(" ")
    return _folded(name, [*plain, *_encoded_words(rest)])


def mailboxes(name: str, addresses: Sequence[Address]) -> bytes:
    """A field of addresses; a fold is after a comma or within a name that is encoded."""
    tokens: list[str] = []
    for number, mailbox in enumerate(addresses):
        address = checked(name, mailbox.address)
        shown = _phrase(checked(name, mailbox.name))
        tokens += [*shown, f"<{address}>" if shown else address]
        if number < len(addresses) - 1:
            tokens[-1] += ","
    return _folded(name, tokens)


def message_ids(name: str, value: str) -> bytes:
    """In-Reply-To or References: the message identifiers in `value`; nothing where there is none."""
    return _folded(name, found) if (found := identifiers(checked(name, value))) else b""


def identifiers(value: str) -> list[str]:
    """The message identifiers in a text, with their angle brackets."""
    return _MESSAGE_ID.findall(value)


def parameters(name: str, value: str, values: Iterable[tuple[str, str]], is_encoded_word: bool = False) -> bytes:
    """A field such as Content-Type with parameters, each on a line of its own.

    What is not ASCII is written as RFC 2231 says or, with `is_encoded_word`, as clients before it did.
    """
    lines = [f"{name}: {value}"]
    for key, text_of_key in values:
        text_of_key = checked(f"{name}-{key}", text_of_key)
        if (
            re.fullmatch(r"[\x20-\x7e]*", text_of_key)
            and len(text_of_key) <= _PARAMETER_ROOM
            and "=?" not in text_of_key
        ):
            escaped = text_of_key.replace("\\", r"\\").replace('"', r"\"")
            lines.append(f'{key}="{escaped}"')
        elif is_encoded_word:
            words = list(_encoded_words(text_of_key))
            lines.append("\r\n ".join([f'{key}="{words[0]}', *words[1:]]) + '"')
        else:
            lines += _continued(key, text_of_key)
    return (";\r\n ".join(lines) + "\r\n").encode()


def _continued(key: str, value: str) -> Iterator[str]:
    """key*0*=utf-8''…, key*1*=… (RFC 2231, 4.1)."""
    pieces: list[str] = [""]
    for character in value:
        encoded = quote(character, safe="")
        if len(pieces[-1]) + len(encoded) > _PARAMETER_ROOM:
            pieces.append("")
        pieces[-1] += encoded
    if len(pieces) == 1:
        yield f"{key}*={_CHARSET}{pieces[0]}"
        return
    for number, piece in enumerate(pieces):
        yield f"{key}*{number}*={piece if number else _CHARSET + piece}"


def _phrase(name: str) -> list[str]:
    if not name:
        return []
    if "=?" not in name and len(name) <= LONGEST_WORD:
        if _ATOMS.fullmatch(name):
            return name.split(" ")
        if re.fullmatch(r"[\x20-\x7e]+", name) and len(name) <= _PARAMETER_ROOM:
            escaped = name.replace("\\", r"\\").replace('"', r"\"")
            return [f'"{escaped}"']
    return list(_encoded_words(name))


def _encoded_words(value: str) -> Iterator[str]:
    """RFC 2047: Q where it is the shorter, else B; a character is never cut in two."""
    if not value:
        return
    octets = value.encode()
    is_q = sum(1 if octet in _SAFE or octet == 0x20 else 3 for octet in octets) <= -(-len(octets) // 3) * 4
    start, room = 0, 0
    for at, character in enumerate(value):
        needed = len(_q(character)) if is_q else len(character.encode())
        if room + needed > (_WORD_ROOM if is_q else _WORD_ROOM // 4 * 3):
            yield _encoded_word(value[start:at], is_q)
            start, room = at, 0
        room += needed
    yield _encoded_word(value[start:], is_q)


def _encoded_word(value: str, is_q: bool) -> str:
    return f"=?utf-8?q?{_q(value)}?=" if is_q else f"=?utf-8?b?{base64.b64encode(value.encode()).decode()}?="


def _q(value: str) -> str:
    return "".join(chr(o) if o in _SAFE else "_" if o == 0x20 else f"={o:02X}" for o in value.encode())


def _folded(name: str, tokens: Sequence[str]) -> bytes:
    lines = [f"{name}:"]
    for token in tokens:
        if len(lines[-1]) + 1 + len(token) > WIDTH and lines[-1] != f"{name}:":
            lines.append("")
        lines[-1] += f" {token}"
    return ("\r\n".join(lines) + "\r\n").encode()
