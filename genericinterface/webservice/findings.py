"""Where the checks of a definition put what they find; place and line are added here. Used by the check modules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from genericinterface.webservice.document import Document
from genericinterface.webservice.known_keys import near
from genericinterface.webservice.problem import ERROR, WARNING, Path, Problem, shown


class Findings:
    """The problems of one document, in the order in which they were found."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.problems: list[Problem] = []

    def error(self, path: Path, message: str, hint: str = "") -> None:
        """A call is bound to fail, or Znuny itself would refuse the definition."""
        self._add(ERROR, path, message, hint)

    def warning(self, path: Path, message: str, hint: str = "") -> None:
        """It works, though perhaps not as meant."""
        self._add(WARNING, path, message, hint)

    def _add(self, severity: str, path: Path, message: str, hint: str) -> None:
        document = self.document
        self.problems.append(Problem(severity, document.file, document.line(path), shown(path), message, hint))

    def errors_below(self, path: Path) -> bool:
        """Whether there is an error at a place or inside it."""
        place = shown(path)
        return any(
            problem.severity == ERROR and (problem.path == place or problem.path.startswith(f"{place} → "))
            for problem in self.problems
        )

    def keys(self, path: Path, present: object, known: Sequence[str]) -> None:
        """Warns of keys that look like a known one which is not there."""
        if not isinstance(present, Mapping):
            return
        for key in present:
            if key not in known:
                meant = near(key, [name for name in known if name not in present])
                if meant:
                    self.warning((*path, key), "this key is not known and does nothing", f"did you mean {meant}?")

    def one_of(self, path: Path, value: object, allowed: Sequence[str]) -> bool:
        """Whether a value that is there is an allowed one; an error where not. Null and "" are not there."""
        if value in (None, ""):
            return False
        if value in allowed:
            return True
        meant = near(value, allowed, 0.6) if isinstance(value, str) else None
        hint = f"did you mean {meant}?" if meant else f"it is one of {', '.join(allowed)}"
        self.error(path, f"{named(value)} is not known here", hint)
        return False


def named(value: Any) -> str:
    """A value in a message."""
    return value if isinstance(value, str) else "a list" if isinstance(value, list) else "a hash"
