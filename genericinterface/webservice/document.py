"""A web service definition as text: YAML to data whose scalars are text or None, and the line of every node.

Called by provider.py with what the database holds, and by check.py and the command line with files. Reads no file
itself. YAML's errors become DefinitionError (a ConfigurationError) here and nowhere else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import yaml

from genericinterface.webservice.problem import ERROR, DefinitionError, Path, Problem, shown

MAX_LENGTH = 2_000_000  # characters: a hundred times the largest definition seen
MAX_DEPTH = 64
MAX_NODES = 50_000  # aliases count as what they stand for, so that a few lines cannot become millions of nodes

# What Znuny 6.5 reads as undefined, 1 and "" when it stands there without quotes; every other scalar is its own text.
PLAIN: Mapping[str, str | None] = {"": None, "~": None, "null": None, "true": "1", "false": ""}
BOOLEANS = ("true", "false")

TAGS = ("!", "tag:yaml.org,2002:str", "tag:yaml.org,2002:map", "tag:yaml.org,2002:seq")


@dataclass(frozen=True)
class Document:
    """A definition with positions: `file` as the operator named it ("" for none), `data`, and lines from 1.

    `booleans` are the values that stand there as plain `true` or `false`.
    """

    file: str
    data: dict[str, Any]
    lines: Mapping[Path, int]
    booleans: Mapping[Path, str]

    def line(self, path: Path) -> int:
        """The line of a node's key or list item; of the nearest node around it when it is not there."""
        while path and path not in self.lines:
            path = path[:-1]
        return self.lines.get(path, 1)


def load(text: str, file: str = "") -> dict[str, Any]:
    """The data of a definition: scalars are str or None. Raises DefinitionError with file and line.

    BaseLoader's view of YAML (`SOAPAction: Yes` stays "Yes", `010` stays "010") plus what Znuny makes of plain `~`,
    `null`, `true` and `false`. Refused: duplicate keys, tags, several documents, anything but a hash at the top.
    """
    return read(text, file).data


def read(text: str, file: str = "") -> Document:
    """The data of a definition and the line of every node; see `load`."""
    builder = _read(text, file)
    if not isinstance(builder.root, dict):
        raise builder.fatal(1, "this is no YAML hash", "a definition begins with keys like Debugger: and Provider:")
    if builder.problems:
        raise DefinitionError(builder.problems)
    return Document(file, builder.root, builder.lines, builder.booleans)


def value(text: str) -> Any:
    """Any YAML, read by the same rules: text, None, a list or a hash. Raises DefinitionError."""
    builder = _read(text, "")
    if builder.problems:
        raise DefinitionError(builder.problems)
    return builder.root


def _read(text: str, file: str) -> _Builder:
    builder = _Builder(file)
    if len(text) > MAX_LENGTH:
        raise builder.fatal(1, f"the definition is longer than {MAX_LENGTH} characters")
    try:
        for event in yaml.parse(text, Loader=yaml.BaseLoader):
            builder.take(event)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise builder.fatal(mark.line + 1 if mark else 1, *_words(error)) from error
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        character = f"U+{ord(text[error.position]):04X}"
        raise builder.fatal(line, f"the character {character} is not allowed in YAML", "delete it") from error
    return builder


def _words(error: yaml.MarkedYAMLError) -> tuple[str, str]:
    problem = error.problem or "this is not YAML"
    if "'\\t'" in problem:
        return "a tab is used for indentation", "YAML wants blanks"
    return problem, error.context or ""


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
    """Builds data from the parser's events, without recursion, so that no nesting can exhaust the stack.

    Goes on after a problem where it can, so that all of them are told at once; `fatal` ones end the reading.
    """

    file: str
    root: Any = None
    lines: dict[Path, int] = field(default_factory=dict)
    booleans: dict[Path, str] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    documents: int = 0
    nodes: int = 0
    open: list[_Open] = field(default_factory=list)
    anchors: dict[str, _Done | None] = field(default_factory=dict)  # None: still being read

    def fatal(self, line: int, message: str, hint: str = "") -> DefinitionError:
        self._problem(line, message, hint)
        return DefinitionError(self.problems)

    def _problem(self, line: int, message: str, hint: str = "") -> None:
        path = self._place()
        self.problems.append(Problem(ERROR, self.file, line, shown(path), message, hint))

    def take(self, event: yaml.Event) -> None:
        line = event.start_mark.line + 1 if event.start_mark else 1
        if isinstance(event, yaml.DocumentStartEvent):
            self.documents += 1
            if self.documents > 1:
                raise self.fatal(line, "a second document begins here", "a definition is one document")
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
            tag = event.tag.replace("tag:yaml.org,2002:", "!!")
            self._problem(line, f"the tag {tag} is not allowed", "a definition is text, hashes and lists only")

    def _scalar(self, event: yaml.ScalarEvent, line: int) -> None:
        plain = event.style is None and event.tag is None
        if self._is_key():
            if plain and event.value in ("", "~", "null"):
                self._problem(line, "there is no key before the colon")
            self._key(event.value, line)
            return
        if plain and event.value in BOOLEANS:
            self.booleans[self._place()] = event.value
        done = _Done(PLAIN.get(event.value, event.value) if plain else event.value)
        if event.anchor:
            self.anchors[event.anchor] = done
        self._put(done, line)

    def _is_key(self) -> bool:
        return bool(self.open) and isinstance(self.open[-1].value, dict) and self.open[-1].key is None

    def _key(self, key: str, line: int) -> None:
        parent = self.open[-1]
        first = self.lines.get((*parent.path, key))
        parent.key = key
        if first is None:
            self.lines[(*parent.path, key)] = line
        else:
            self._problem(line, "this key is here a second time", f"the first is in line {first}")

    def _alias(self, anchor: str, line: int) -> None:
        if self._is_key():
            raise self.fatal(line, "an alias cannot be a key", "write the key out")
        if anchor not in self.anchors:
            raise self.fatal(line, f"the alias *{anchor} stands for nothing above it")
        target = self.anchors[anchor]
        if target is None:
            raise self.fatal(line, f"the alias *{anchor} stands for what it is part of")
        self._put(target, line)

    def _begin(self, value: dict[str, Any] | list[Any], anchor: str | None, line: int) -> None:
        if self._is_key():
            raise self.fatal(line, "a key must be a scalar")
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
        if isinstance(parent.value, list):
            return (*parent.path, len(parent.value))
        return parent.path if parent.key is None else (*parent.path, parent.key)

    def _deep(self, height: int, line: int) -> None:
        if len(self.open) + height > MAX_DEPTH:
            raise self.fatal(line, f"the definition is nested deeper than {MAX_DEPTH} levels")

    def _put(self, done: _Done, line: int) -> None:
        self._deep(done.height, line)
        self.nodes += done.nodes
        if self.nodes > MAX_NODES:
            raise self.fatal(line, f"the definition has more than {MAX_NODES} nodes, aliases counted in full")
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
