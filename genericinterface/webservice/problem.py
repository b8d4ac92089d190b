"""A problem of a web service definition, with its place and what to do about it.

Found by document.py (what cannot be read) and check.py (what cannot work), printed by cli/webservice.py.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from genericinterface.errors import ConfigurationError

Path = tuple[str | int, ...]

ERROR = "error"  # a call is bound to fail, or Znuny itself would refuse the definition
WARNING = "warning"  # it works, though perhaps not as meant


@dataclass(frozen=True)
class Problem:
    """One problem: `line` counts from 1, `path` is for people (`Provider → Operation → TicketSearch → Type`)."""

    severity: str
    file: str
    line: int
    path: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.file or 'definition'}:{self.line}: {self.severity}: "
        path = f"{self.path}: " if self.path else ""
        return place + path + self.message + (f" ({self.hint})" if self.hint else "")

    def as_dict(self) -> dict[str, str | int]:
        """The problem for JSON, its keys the fields above."""
        return asdict(self)


class DefinitionError(ConfigurationError):
    """A definition that cannot be used: the problems of a ConfigurationError, with their places."""

    def __init__(self, found: list[Problem]) -> None:
        super().__init__([str(problem) for problem in found])
        self.found = found


def shown(path: Path) -> str:
    """A path for people; list items by number from 1."""
    return " → ".join(str(step + 1) if isinstance(step, int) else step for step in path)
