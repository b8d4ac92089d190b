"""Credentials in `X-OTRS-Header-*` headers (manual, "HTTP-Header Authentication"), the same for REST and SOAP."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

NAMES = ("UserLogin", "CustomerUserLogin", "SessionID", "Password", "ImpersonateAsUser")
_KEYS = tuple((name, f"HTTP_X_OTRS_HEADER_{name.upper()}") for name in NAMES)


def header_credentials(environ: Mapping[str, Any]) -> dict[str, str]:
    """Those that the request has, by the names they have in a body; UTF-8, or latin-1 where they are no UTF-8.

    An empty header counts as absent, as in Znuny 6.5.
    """
    found = {}
    for name, key in _KEYS:
        value = environ.get(key)
        if value:
            try:
                found[name] = value.encode("latin-1").decode("utf-8")
            except UnicodeError:
                found[name] = value
    return found
