"""docs/sysconfig.md: every setting with its default and meaning, and nothing that is not there."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from genericinterface.sysconfig import SETTINGS
from genericinterface.sysconfig.setting import Setting

PAGE = Path(__file__).parents[1] / "docs" / "sysconfig.md"
LONGEST = 100  # characters of a default that the page prints


def row(entry: Setting) -> str:
    """The line of a setting, as the page has it."""
    text = entry.shown(entry.default).replace("|", "\\|")
    default = "none" if not text else "Znuny's list" if len(text) > LONGEST else f"`{text}`"
    name = f"`{entry.name}`" + (" to `9`" if entry.index else "")
    meaning = entry.meaning.replace("of calendar 1", "of the calendars with a number")
    return f"| {name} | {default} | {meaning} |"


def rows() -> Iterator[str]:
    """The lines of all settings; those of the nine calendars are one."""
    return (row(entry) for entry in SETTINGS.values() if entry.index < 2)


def test_the_page_has_every_setting_and_no_other() -> None:
    page = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `")]
    assert sorted(page) == sorted(rows())
