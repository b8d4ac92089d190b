"""zeep as a client of an application in this process: it believes the WSDL, and says so where that is wrong."""

from __future__ import annotations

from typing import Any

import zeep
from werkzeug.test import Client, TestResponse
from zeep.transports import Transport


class Wire(Transport):
    """zeep's transport into a WSGI client; keeps the last messages."""

    def __init__(self, caller: Client) -> None:
        super().__init__()
        self.caller = caller
        self.sent: list[tuple[dict[str, str], bytes]] = []

    def load(self, url: str) -> bytes:
        return self.caller.get(url).get_data()

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> Any:
        self.sent.append((headers, message))
        return Received(self.caller.post(address, data=message, headers=headers))


class Received:
    """A response as zeep looks at it."""

    def __init__(self, response: TestResponse) -> None:
        self.status_code = response.status_code
        self.content = response.get_data()
        self.headers = {name.title(): value for name, value in response.headers.items()}
        self.encoding = "utf-8"


def service(caller: Client, address: str, port: str | None = None) -> Any:
    """zeep's proxy of a port, the first by default, from the WSDL that is served at an address."""
    connected = zeep.Client(f"{address}?wsdl", transport=Wire(caller))
    return connected.bind(None, port) if port else connected.service
