"""The charsets that are known, by all their names. Called by transport/request_body.py and by the ticket operations.

No other name is looked up in Python's codecs: it keeps every name that it was ever asked for.
"""

from __future__ import annotations

from encodings import normalize_encoding
from encodings.aliases import aliases

# Codecs of Python that are no charsets.
NO_CHARSET = frozenset({"idna", "mbcs", "oem", "punycode", "rot_13"})
CHARSETS = {
    name: codec
    for name, codec in {**aliases, **{codec: codec for codec in (*aliases.values(), "cp874", "koi8_u")}}.items()
    if codec not in NO_CHARSET and not codec.endswith("_codec")
}


def codec_of(name: str) -> str | None:
    """Python's codec of a charset in any of its spellings, None for one that is not known."""
    return CHARSETS.get(normalize_encoding(name).lower())
