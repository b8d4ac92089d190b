"""Mapping OutOfOffice: the CSV text of a request becomes the entries that User::OutOfOffice works on.

Manual, "OutOfOffice operation"; forms as Znuny 6.5 reads them. Runs before anybody is authenticated.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as MappingABC

from genericinterface.errors import Fault
from genericinterface.mapping.mapping import Data, Mapping
from genericinterface.registry import MAPPINGS
from genericinterface.schema import text

PARAMETER = "OutOfOfficeEntriesCSVString"
# A column counts where the one on the right is absent.
ALIASES = {"EMail": "UserEmail", "EndTime": "EndDate", "StartTime": "StartDate", "Enabled": "OutOfOffice"}
KEYS = ("UserLogin", "UserSearch", "UserEmail", "StartDate", "EndDate", "OutOfOffice")
DAY_FIRST = re.compile(r"(\d{2}).(\d{2}).(\d{4})\s\d{2}:\d{2}:\d{2}", re.A)
COMMENT = re.compile(r"^#.*\n", re.M)
# Quoted, where a quote is doubled, or plain, where there is none; nothing between a quote and the comma (Znuny 6.5).
FIELD = re.compile(r'(?:"([^"]*+(?:""[^"]*+)*+)"|([^",\n]*+))(,|\n)')


@MAPPINGS.register("OutOfOffice")
class OutOfOffice(Mapping):
    """CSV with a header line to a list of entries; everything else in the data stays."""

    def map(self, data: Data, stages: MappingABC[str, Data]) -> Data:
        """Adds OutOfOfficeEntries. Raises Fault with the reference's words when there is nothing to read."""
        content = text(data.get(PARAMETER)) or ""
        if not content:
            raise Fault(f"Parameter {PARAMETER} is missing.")
        rows = _rows(content)
        if len(rows) < 2:
            raise Fault(f"CSV in parameter {PARAMETER} does not contain any entries.")
        header, *entries = rows
        return data | {"OutOfOfficeEntries": [_entry(dict(zip(header, row, strict=False))) for row in entries]}

    def inbound_fields(self) -> list[str]:
        """The one parameter that callers send beside their credentials."""
        return [PARAMETER]


def _rows(content: str) -> list[list[str]]:
    """The rows of fields; raises Fault for the whole text where any quote is out of place. Blank lines are no rows."""
    content = content.removeprefix("\N{ZERO WIDTH NO-BREAK SPACE}").replace("\r\n", "\n").replace("\r", "\n")
    content = COMMENT.sub("", content.rstrip("\n") + "\n")
    if not content:
        raise _unreadable()
    rows: list[list[str]] = [[]]
    position = 0
    while position < len(content):
        found = FIELD.match(content, position)
        if found is None:
            raise _unreadable()
        quoted, plain, end = found.groups()
        if plain != "" or rows[-1] or end == ",":
            rows[-1].append(plain if quoted is None else quoted.replace('""', '"'))
        if end == "\n" and rows[-1]:
            rows.append([])
        position = found.end()
    return rows[:-1]


def _unreadable() -> Fault:
    return Fault(f"Error while parsing CSV string of parameter {PARAMETER}.")


def _entry(row: MappingABC[str, str]) -> Data:
    values: dict[str, str | None] = {key: row.get(key) for key in KEYS}
    for alias, key in ALIASES.items():
        if values[key] is None:
            values[key] = row.get(alias)
    for key in ("StartDate", "EndDate"):
        if found := DAY_FIRST.search(values[key] or ""):
            values[key] = f"{found[3]}-{found[2]}-{found[1]}"
    values["OutOfOffice"] = {"yes": "1", "no": "0"}.get(values["OutOfOffice"] or "", values["OutOfOffice"])
    return dict(values)
