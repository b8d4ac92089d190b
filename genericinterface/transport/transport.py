"""What a transport is: bytes to a call, data to bytes. REST and SOAP differ here and nowhere else."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from werkzeug import Request, Response

from genericinterface.errors import Fault
from genericinterface.webservice import Webservice

Data = dict[str, Any]


@dataclass
class Call:
    """One received request: which operation of the web service, with which data.

    `reply` is the transport's own note of how to answer (SOAP version, the request's content type). `address` gives the
    request's address, relative to itself and without credentials, with another value of one parameter; None where an
    address cannot repeat the request.
    """

    operation: str
    data: Data
    reply: dict[str, Any] = field(default_factory=dict)
    address: Callable[[str, str], str] | None = None


class Transport(ABC):
    """Base of the transports: one instance per web service definition, shared by all threads.

    The constructor raises Fault when the definition's Transport cannot work; each request is answered with it then.
    """

    type: ClassVar[str]

    def __init__(self, webservice: Webservice) -> None:
        self.webservice = webservice

    @abstractmethod
    def describe(self, request: Request, route: str, address: str) -> Response | None:
        """The description of the web service (`?wsdl`, `/openapi.json`, OPTIONS) where the request asks for one.

        `route` is the raw path behind the web service's name; the description names `address`, the public URL of the
        web service.
        """

    @abstractmethod
    def receive(self, request: Request, route: str) -> Call:
        """The call in a request; `route` is the raw path behind the web service's name. Raises RequestFault, Fault."""

    @abstractmethod
    def respond(self, call: Call, data: Data, headers: Mapping[str, str]) -> Response:
        """The answer of a call (HTTP 200), an error answer just as well. Raises Fault when data cannot be sent."""

    @abstractmethod
    def fault(self, request: Request, call: Call | None, fault: Fault) -> Response:
        """The response to a failed stage; `call` is None where receiving failed."""
