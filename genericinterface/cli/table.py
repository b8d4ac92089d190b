"""How the commands print lists and facts: aligned columns for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click


def table(rows: Sequence[Sequence[object]]) -> str:
    """Rows in columns, two blanks between them."""
    cells = [[visible(str(cell)) for cell in row] for row in rows]
    widths = [max(len(cell) for cell in column) for column in zip(*cells, strict=True)]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells)
    return "\n".join(line.rstrip() for line in lines)


def print_list(rows: Sequence[Mapping[str, Any]], as_json: bool, nothing: str) -> None:
    """A list of like rows under their keys; the sentence `nothing` where there are none."""
    if as_json:
        print_json(rows)
    elif rows:
        click.echo(table([list(rows[0]), *(list(row.values()) for row in rows)]))
    else:
        click.echo(nothing)


def print_json(value: object) -> None:
    """JSON; moments become text as the database has them."""
    click.echo(json.dumps(value, indent=2, ensure_ascii=False, default=str))


def visible(text: str, kept: str = "") -> str:
    """Text in which control characters are shown as such, so that what callers sent cannot command the terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() or char in kept else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"
