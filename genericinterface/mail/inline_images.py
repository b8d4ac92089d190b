"""Pictures within HTML (`data:` URLs) made attachments that the HTML refers to, as Znuny 6.5 does.

Called where an HTML article is stored or sent, before either: the article keeps what was sent.
"""

from __future__ import annotations

import base64
import binascii
import re
import secrets
import time
from urllib.parse import unquote_to_bytes

from genericinterface.mail.entity import Attachment

_IMAGE = re.compile(
    r"""(<img\b[^<>]*?\ssrc\s*+=\s*+)(["'])data:image/([a-z0-9.+-]++)((?:;[\w-]++=[^;,"'<>]*+)*+);base64,([^"'<>]*+)\2""",
    re.IGNORECASE,
)


def take_out(html: str, fqdn: str) -> tuple[str, list[Attachment]]:
    """The HTML with `cid:` addresses, and the pictures; what is no base64 stays where it is."""
    pictures: list[Attachment] = []

    def replaced(found: re.Match[str]) -> str:
        try:
            content = base64.b64decode(b"".join(unquote_to_bytes(found[5]).split()), validate=True)
        except (binascii.Error, ValueError):
            return found[0]
        now, number = int(time.time()), secrets.randbelow(10**6)
        name = f"pasted-{now}-{number}.{found[3].lower().partition('+')[0]}"
        identifier = f"pasted.{now}.{secrets.randbelow(10**6)}@{fqdn}"
        content_type = f'image/{found[3].lower()}; name="{name}"'
        pictures.append(Attachment(content, content_type, name, "inline", f"<{identifier}>"))
        return f"{found[1]}{found[2]}cid:{identifier}{found[2]}"

    return _IMAGE.sub(replaced, html), pictures
