"""docs/architecture.md against the package: the files it names, the modules there are, what may import what."""

from __future__ import annotations

import configparser
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGE = ROOT / "genericinterface"
TEXT = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8")


def test_the_files_it_names_are_there() -> None:
    paths = {str(path.relative_to(PACKAGE)) for path in PACKAGE.rglob("*.py")}
    there = {"/".join(path.split("/")[-parts:]) for path in paths for parts in (1, 2, 3)}
    named = {name.removeprefix("genericinterface/") for name in re.findall(r"`([\w/]+\.py)`", TEXT)}
    assert len(named) > 50
    assert named - there == set()


def test_it_names_every_room() -> None:
    table = TEXT.partition("## The rooms")[2].partition("## Decisions")[0]
    rooms = {path.name for path in PACKAGE.glob("*.py") if not path.name.startswith("__")}
    rooms |= {f"{path.parent.name}/" for path in PACKAGE.glob("*/__init__.py")}
    assert rooms - set(re.findall(r"`([\w/.]+)`", table)) == set()


def test_imports_go_down_as_it_says() -> None:
    setup = configparser.ConfigParser()
    setup.read(ROOT / "setup.cfg")
    layers = setup["importlinter:contract:layers"]["layers"].replace("genericinterface.", "").split("\n")
    written = re.search(r"`(cli → [^`]*)`", TEXT)
    assert written is not None
    assert re.sub(r"\s+", " ", written[1]) == " → ".join(filter(None, layers))
