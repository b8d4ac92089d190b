"""Two right definitions to make mistakes in, and what the check says of a text. Used by the tests of the check."""

from __future__ import annotations

import genericinterface.mapping
import genericinterface.operation
import genericinterface.transport  # noqa: F401  the three packages fill the registries
from genericinterface.webservice.check import check_text

REST = """\
Debugger:
  DebugThreshold: error
Provider:
  Operation:
    A:
      Type: Session::SessionGet
    B:
      Type: Session::SessionCreate
  Transport:
    Type: HTTP::REST
    Config:
      MaxLength: 1000
      RouteOperationMapping:
        A:
          Route: /a/:SessionID
          RequestMethod: [GET]
        B:
          Route: /b
          RequestMethod: [POST]
"""

SOAP = """\
Debugger:
  DebugThreshold: error
Provider:
  Operation:
    A:
      Type: Session::SessionGet
  Transport:
    Type: HTTP::SOAP
    Config:
      NameSpace: urn:example:a
"""


def problems(text: str, *, severity: str | None = None) -> list[str]:
    found = [problem for problem in check_text(text, "f.yml") if severity in (None, problem.severity)]
    return [str(problem).removeprefix("f.yml:") for problem in found]


def changed(text: str, old: str, new: str) -> str:
    assert text.count(old) == 1, old
    return text.replace(old, new)
