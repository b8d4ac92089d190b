"""A web service definition as text: YAML to data whose scalars are text or None, and the line of every node.

Called by provider.py with what the database holds, and by check.py and the command line with files. Reads no file
itself. YAML's errors become ConfigurationError here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from genericinterface.errors import ConfigurationError

MAX_LENGTH = 2_000_000  # characters: a hundred times the largest definition seen
MAX_DEPTH = 64
MAX_NODES = 100_000  # aliases count as what they stand for, so that a few lines cannot become millions of nodes

# What Znuny 6.5 reads as undefined, 1 and "" when it stands there without quotes; every other scalar is its own text.
PLAIN: Mapping[str, str | None] = {"": None, "~": None, "null": None, "true": "1", "false": ""}

TAGS = ("!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")

Path = tuple[str | int, ...]


@dataclass(frozen=True)
class Document:
    """A definition with positions: `file` as the operator named it ("" for none), `data`, and lines from 1."""

    file: str
    data: dict[str, Any]
    lines: Mapping[Path, int]

    def line(self, path: Path) -> int:
        """The line of a node's key or list item; of the nearest node around it when it is not there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(text: str, file: str = "") -> dict[str, Any]:
    """The data of a definition: scalars are str or None. Raises ConfigurationError with file and line.

    BaseLoader's view of YAML (`SOAPAction: Yes` stays "Yes", `010` stays "010") plus what Znuny makes of plain `~`,
    `null`, `true` and `false`. Refused: duplicate keys, tags, several documents, anything but a hash at the top.
    """
    return read(text, file).data


def read(text: str, file: str = "") -> Document:
    """The data of a definition and the line of every node; see `load`."""
    if len(text) > MAX_LENGTH:
        raise _refused(file, 1, f"the definition is longer than {MAX_LENGTH} characters")
    builder = _Builder(file)
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise _refused(file, mark.line + 1 if mark else 1, _words(error)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        raise _refused(file, line, f"the character U+{ord(text[error.position]):04X} is not allowed in YAML") from error
    if not isinstance(builder.root, dict):
        raise _refused(file, 1, "a web service definition is a YAML hash (Debugger, Provider, …); this is not one")
    return Document(file, builder.root, builder.lines)


def shown(path: Path) -> str:
    """A path for people: `Provider → Operation → TicketSearch → Type`; list items by number from 1."""
    return " → ".join(str(step + 1) if isinstance(step, int) else step for step in path)


def _refused(file: str, line: int, problem: str) -> ConfigurationError:
    return ConfigurationError([f"{file or 'definition'}:{line}: error: {problem}"])


def _words(error: yaml.MarkedYAMLError) -> str:
    problem = error.problem or "this is not YAML"
    if "'\\t'" in problem:
        return "a tab is used for indentation; YAML wants blanks"
    return f"{problem} ({error.context})" if error.context else problem


@dataclass
class _Open:
    """A hash or list that is being read; `key` is the hash's pending key."""

    value: dict[str, Any] | list[Any]
    path: Path
    anchor: str | None
    line: int
    nodes: int = 1
    height: int = 0  # levels below it
    key: str | None = None


@dataclass(frozen=True)
class _Done:
    """A value that has been read, with the number of its nodes and of the levels it adds."""

    value: Any
    nodes: int = 1
    height: int = 0


@dataclass
class _Builder:
    """Builds data from the parser's events, without recursion, so that no nesting can exhaust the stack."""

    file: str
    root: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    documents: int = 0
    nodes: int = 0
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, _Done | None] = field(default_factory=dict)  # None: still being read

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise _refused(self.file, line, "a second document (---) begins here; a definition is one document")
        elif isinstance(event, yaml.AliasEvent):
            self._alias(event.anchor or "", line)
        elif isinstance(event, yaml.ScalarEvent):
            self._tag(event, line)
            self._scalar(event, line)
        elif isinstance(event, yaml.CollectionStartEvent):
            self._tag(event, line)
            self._begin({} if isinstance(event, yaml.MappingStartEvent) else [], event.anchor, line)
        elif isinstance(event, yaml.CollectionEndEvent):
            self._end()

    def _tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, line: int) -> None:
        if event.tag is not None and event.tag not in TAGS:
            raise _refused(self.file, line, f"the tag {event.tag} is not allowed; a definition has no tags")

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        plain = event.style is None and event.tag is None
        if self._is_key():
            if plain and event.value in ("", "~", "null"):
                raise _refused(self.file, line, "a key is missing before the colon")
            self._key(event.value, line)
            return
        value = PLAIN.get(event.value, event.value) if plain else event.value
        if event.anchor:
            self.anchors[event.anchor] = _Done(value)
        self._put(_Done(value), line)

    def _is_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def _key(self, key: str, line: int) -> None:
        parent = self.open[-1]
        if key in parent.value:
            first = self.lines[(*parent.path, key)]
            raise _refused(self.file, line, f"the key {key} is here a second time; the first is in line {first}")
        parent.key = key
        self.lines[(*parent.path, key)] = line

    def _alias(self, anchor: str, line: int) -> None:
        if self._is_key():
            raise _refused(self.file, line, "an alias (*) cannot be a key")
        if anchor not in self.anchors:
            raise _refused(self.file, line, f"the alias *{anchor} stands for nothing above it")
        target = self.anchors[anchor]
        if target is None:
            raise _refused(self.file, line, f"the alias *{anchor} stands for what it is part of")
        self._put(target, line)

    def _begin(self, value: dict[str, Any] | list[Any], anchor: str | None, line: int) -> None:
        if self._is_key():
            raise _refused(self.file, line, "a key must be a scalar")
        self._deep(1, line)
        path = self._place()
        if anchor:
            self.anchors[anchor] = None
        self.open.append(_Open(value, path, anchor, line))

    def _end(self) -> None:
        closed = self.open.pop()
        done = _Done(closed.value, closed.nodes, closed.height + 1)
        if closed.anchor:
            self.anchors[closed.anchor] = done
        self.nodes -= done.nodes - 1  # its members were counted one by one
        self._put(done, closed.line)

    def _place(self) -> Path:
        """The path of the next value."""
        if not self.open:
            return ()
        parent = self.open[-1]
        return (*parent.path, len(parent.value) if parent.key is None else parent.key)

    def _deep(self, height: int, line: int) -> None:
        if len(self.open) + height > MAX_DEPTH:
            raise _refused(self.file, line, f"the definition is nested deeper than {MAX_DEPTH} levels")

    def _put(self, done: _Done, line: int) -> None:
        self._deep(done.height, line)
        self.nodes += done.nodes
        if self.nodes > MAX_NODES:
            raise _refused(self.file, line, f"the definition has more than {MAX_NODES} nodes, aliases counted in full")
        if not self.open:
            self.root = done.value
            return
        parent = self.open[-1]
        parent.nodes += done.nodes
        parent.height = max(parent.height, done.height)
        if isinstance(parent.value, list):
            self.lines[(*parent.path, len(parent.value))] = line
            parent.value.append(done.value)
        elif parent.key is not None:
            parent.value[parent.key] = done.value
            parent.key = None
