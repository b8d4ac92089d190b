"""What an operation is: its types, its documented errors, how it authenticates and what it does.

One operation type, one file below this folder, found through the registry by its Type. Instances belong to one
operation of one web service definition and are shared by all threads; they hold configuration, never a request.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Generic, TypeVar

import msgspec
from sqlalchemy import Connection

from genericinterface.auth import Actor, Authenticator
from genericinterface.debugger import Communication
from genericinterface.mail.security import KeyStores, key_stores
from genericinterface.schema import Structure, Text
from genericinterface.sysconfig import SystemConfiguration

RequestT = TypeVar("RequestT", bound=msgspec.Struct)

Data = dict[str, Any]


class ErrorAnswer(Structure):
    """The error of an answer; nothing else is in the answer then."""

    ErrorCode: Text | None = None
    ErrorMessage: Text | None = None


class Response(Structure):
    """Base of response types: every answer may be an error instead."""

    Error: ErrorAnswer | None = None


def _no_header(name: str) -> None:
    """Where a call has no headers."""


@dataclass
class Context:
    """What surrounds one call, beside its data: who asks from where, what is configured, where to log.

    `is_empty` says that the call came without any data (a request type cannot tell, it leaves out unknown keys).
    `webservice` is the web service's name; `request_header` and `response_headers` are read and filled by operations
    whose web service asked for an extension (`Idempotency-Key`, `X-Total-Count`). `keys` is the folder of our own PGP
    and S/MIME keys. `address` gives the request's address with another value of one parameter; None where an address
    cannot repeat the request.
    """

    authenticator: Authenticator
    sysconfig: SystemConfiguration
    communication: Communication
    remote_address: str
    user_agent: str
    webservice: str = ""
    request_header: Callable[[str], str | None] = _no_header
    is_empty: bool = False
    response_headers: dict[str, str] = field(default_factory=dict)
    keys: str = ""
    address: Callable[[str, str], str] | None = None

    def key_stores(self) -> KeyStores:
        """The keys with which mails are signed and encrypted. Raises SecurityError."""
        return key_stores(self.sysconfig, self.keys)


class Operation(ABC, Generic[RequestT]):
    """Base of all operations.

    `config` is the operation's part of the definition (`IncludeTicketData`, …), `extension` the web service's
    `Provider: Extension` part, {} where it has none.
    """

    Request: ClassVar[type[msgspec.Struct]]
    Response: ClassVar[type[msgspec.Struct]]
    errors: ClassVar[Mapping[str, str]]  # ErrorCode → when it is answered, for the documentation
    type: ClassVar[str]  # as definitions name it; set by the registry
    writes: ClassVar[bool] = False  # True: run() gets a transaction; False: a connection that reads

    def __init__(self, config: Mapping[str, Any], extension: Mapping[str, Any]) -> None:
        self.config = config
        self.extension = extension

    @abstractmethod
    def authenticate(self, request: RequestT, context: Context, connection: Connection) -> Actor | None:
        """Who asks. Raises OperationError with the operation's own code. Runs before any transaction is open."""

    @abstractmethod
    def run(self, request: RequestT, actor: Actor | None, context: Context, connection: Connection) -> Data:
        """The work; gives the answer's data. OperationError is an answer, Fault is a failure, both roll back."""
