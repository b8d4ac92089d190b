"""Every error of the package, drawn as one tree.

GenericInterfaceError
├── OperationError          an answer: HTTP 200 with {"Error": {"ErrorCode", "ErrorMessage"}}
├── Fault                   a stage that failed: SOAP Fault, or {"faultcode", "faultstring"}, HTTP 500
│   ├── RequestFault        the request itself cannot be received: text/plain on REST, soap:Client on SOAP (4xx, 500)
│   └── UnavailableFault    something behind us is out of order for now (database, mail server): HTTP 503
├── MailError               a mail that cannot be composed as asked; the operation makes an OperationError of it
│   └── SecurityError       … or not signed or encrypted as asked: nothing is sent
└── ConfigurationError      problems of settings or of a web service definition, all of them at once

The first two are never mixed (docs/architecture.md, "Two kinds of error"). Errors of libraries are translated to these
at one border each: SQLAlchemy's in database/engine.py, lxml's in transport/xml.py, YAML's in webservice/document.py.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence


class GenericInterfaceError(Exception):
    """Root of the package's errors."""


class OperationError(GenericInterfaceError):
    """A business error that the caller gets as an answer: HTTP 200, the same in JSON and inside the SOAP response.

    `code` is the reference's ErrorCode ("TicketSearch.AuthFail"), `message` its ErrorMessage.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message

    def answer(self) -> dict[str, dict[str, str]]:
        """The answer's data, as Znuny 6.5 shapes it."""
        return {"Error": {"ErrorCode": self.code, "ErrorMessage": self.message}}


class Fault(GenericInterfaceError):
    """A stage of the pipeline failed; `message` is shown to the caller and must not reveal internals."""

    status = 500

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message


class RequestFault(Fault):
    """The request cannot be received: bad length, charset, structure, unknown route, refused XML.

    `status` is the HTTP status (4xx, or 500 where the reference says so); `headers` are added to the response
    (`Allow` of a 405).
    """

    def __init__(self, message: str, status: int = 500, headers: Mapping[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.headers = dict(headers or {})


class UnavailableFault(Fault):
    """A part behind the provider does not answer now; the same request may succeed later."""

    status = 503


class MailError(GenericInterfaceError):
    """A mail cannot be composed as it was asked for; `message` is a sentence for the caller.

    An operation answers with `OperationError(f"{operation}.{error.code}", …)`.
    """

    code = "InvalidParameter"

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code


class SecurityError(MailError):
    """A mail cannot be signed or encrypted as asked, so it is not sent at all; `code` is one of docs/mail.md."""

    code = "SecurityFail"


class ConfigurationError(GenericInterfaceError):
    """Problems of a configuration, each a sentence for the operator; all of them are reported at once."""

    def __init__(self, problems: Sequence[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)
