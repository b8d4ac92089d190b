"""MIME entities as bytes: text, attachments, and the multiparts around them. Called by message.py, pgp.py and smime.py.

An entity is its Content-* header, an empty line and a body, lines ended by CRLF, 7 bit throughout, so that a signature
over it holds on every way (RFC 3156, 3; RFC 8551, 3.1). No line is longer than 998 octets, ends in a blank, begins with
"From " or is a lone dot.
"""

from __future__ import annotations

import base64
import binascii
import codecs
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from genericinterface.errors import MailError
from genericinterface.mail import header

CRLF = b"\r\n"
_LINE_END = re.compile(r"\r\n|\r|\n")
_BLANK_AT_END = re.compile(rb"[ \t](?=\r\n|\Z)")
_UNSAFE_LINE = re.compile(rb"(?m)^(?:From |\.\r?$|.{77})")
_TYPE = re.compile(r"\s*([A-Za-z0-9!#$&^_.+-]+)/([A-Za-z0-9!#$&^_.+-]+)\s*(?:;(.*))?", re.DOTALL)
_PARAMETER = re.compile(r"""([A-Za-z0-9-]+)\s*=\s*(?:"([^"\\\r\n]*)"|([^\s;"]+))""")
_CHARSETS = re.compile(
    r"us-ascii|utf-8|iso-8859-\d\d?|windows-125\d|koi8-[ru]|shift_jis|euc-(?:jp|kr)|iso-2022-jp|gb2312|gbk|gb18030|big5"
)
_OCTETS = "application/octet-stream"


@dataclass(frozen=True)
class Attachment:
    """A file. `content_type` may have parameters; `content_id`, with or without <>, is what `cid:` refers to."""

    content: bytes
    content_type: str = _OCTETS
    filename: str = ""
    disposition: str = "attachment"
    content_id: str = ""


def text(words: str, subtype: str, charset: str, forced: str = "") -> bytes:
    """text/plain or text/html in `charset`, or in UTF-8 where that lacks a character or is none for mail.

    `forced` is a transfer encoding; 8bit and the like are not for signed mails, and no other is known here.
    """
    charset = _usable(charset, words)
    try:
        octets = _LINE_END.sub("\r\n", words).encode(charset)
    except UnicodeEncodeError:
        raise MailError("Body: half a character (a lone surrogate)") from None
    encoding, body = _encoded(octets, forced.strip().lower())
    fields = header.parameters("Content-Type", f"text/{subtype}", [("charset", charset)])
    return fields + f"Content-Transfer-Encoding: {encoding}\r\n\r\n".encode() + body


def attachment(file: Attachment) -> bytes:
    """A file in base64, so that every octet arrives.

    What must not be in base64 (RFC 2046, 5: messages and multiparts) is sent as application/octet-stream; receivers
    open it by its name.
    """
    main, sub, parameters = content_type(file.content_type)
    if main in ("message", "multipart"):
        main, sub, parameters = "application", "octet-stream", []
    kept = [(key, value) for key, value in parameters if key != "name"]
    named = [("name", file.filename)] if file.filename else []
    fields = [
        header.parameters("Content-Type", f"{main}/{sub}", [*kept, *named], is_encoded_word=True),
        header.parameters(
            "Content-Disposition",
            "inline" if file.disposition.strip().lower() == "inline" else "attachment",
            [("filename", file.filename)] if file.filename else [],
        ),
        b"Content-Transfer-Encoding: base64\r\n",
    ]
    if file.content_id:
        identifier = header.checked("Content-ID", file.content_id).strip("<>")
        if not re.fullmatch(r"[\x21-\x3b\x3d\x3f-\x7e]+", identifier):
            raise MailError(f"Content-ID: {identifier!r} is none")
        fields.append(f"Content-ID: <{identifier}>\r\n".encode())
    return b"".join(fields) + CRLF + base64_lines(file.content)


def content_type(text_of_it: str) -> tuple[str, str, list[tuple[str, str]]]:
    """Type, subtype and parameters, the names in small letters; application/octet-stream where it is none."""
    found = _TYPE.fullmatch(text_of_it)
    if found is None:
        return "application", "octet-stream", []
    parameters = [(key.lower(), quoted or plain) for key, quoted, plain in _PARAMETER.findall(found[3] or "")]
    return found[1].lower(), found[2].lower(), parameters


def multipart(subtype: str, parts: Sequence[bytes], parameters: Sequence[tuple[str, str]] = ()) -> bytes:
    """The parts in one entity. Its boundary has "=_", which no encoded text has, and is different each time."""
    boundary = f"=_{secrets.token_hex(16)}"
    fields = header.parameters("Content-Type", f"multipart/{subtype}", [*parameters, ("boundary", boundary)])
    delimiter = f"--{boundary}".encode()
    lines = [fields]
    for part in parts:
        lines += [delimiter, part]
    return CRLF.join([*lines, delimiter + b"--", b""])


def base64_lines(octets: bytes) -> bytes:
    """In lines of 76 characters, each with CRLF."""
    encoded = base64.b64encode(octets)
    return b"".join(encoded[at : at + 76] + CRLF for at in range(0, len(encoded), 76))


def _usable(charset: str, words: str) -> str:
    """`charset` by its name in mail (IANA) if mail programs know it and it has all the characters, else utf-8."""
    try:
        codec = codecs.lookup(charset.strip()).name
        words.encode(codec)
    except (LookupError, ValueError, TypeError):  # unknown, lacks a character, no encoding of text
        return "utf-8"
    name = codec.replace("_", "-").replace("iso8859", "iso-8859").replace("iso2022", "iso-2022")
    name = name.replace("cp125", "windows-125").replace("shift-jis", "shift_jis")
    name = "us-ascii" if name == "ascii" else name
    return name if _CHARSETS.fullmatch(name) else "utf-8"


def _encoded(octets: bytes, forced: str) -> tuple[str, bytes]:
    """The transfer encoding and the text in it: 7bit where that is safe, else the shorter of the others."""
    forced = forced if forced in ("base64", "quoted-printable") else ""
    high = sum(octet > 0x7E or (octet < 0x20 and octet not in b"\r\n\t") for octet in octets)
    if not forced and not high and not _UNSAFE_LINE.search(octets) and not _BLANK_AT_END.search(octets):
        return "7bit", octets
    if forced == "base64" or not forced and high * 6 > len(octets):
        return "base64", base64_lines(octets)
    return "quoted-printable", CRLF.join(map(_quoted, octets.split(CRLF)))


def _quoted(line: bytes) -> bytes:
    if line.startswith(b"From "):
        return b"=46=\r\n" + _quoted(line[1:])
    return binascii.b2a_qp(line, istext=False).replace(b"=\n", b"=\r\n")
