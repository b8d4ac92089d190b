"""Random bodies on both transports: always an answer with a reason, never a traceback, no growing memory.

A thousand by default; `make fuzz` sends ten thousand (GENERICINTERFACE_TEST_FUZZ on each transport).
"""

from __future__ import annotations

import gc
import json
import logging
import os
import tracemalloc
from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree
from werkzeug.test import Client, TestResponse

from genericinterface.database.engine import Database
from tests.application import REST, SOAP, application, client

EXAMPLES = int(os.environ.get("GENERICINTERFACE_TEST_FUZZ", "500"))  # on each transport
ENVELOPE = "http://schemas.xmlsoap.org/soap/envelope/"
STATUSES = {200, 400, 404, 405, 411, 413, 415, 500}

NAMES = st.sampled_from(
    ["UserLogin", "Password", "SessionID", "Title", "QueueIDs", "Limit", "SortBy", "TicketCreateTimeNewerDate", "x", ""]
)
SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.sampled_from(["tester"])
JSON = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES | st.text(max_size=6), inner, max_size=5),
    max_leaves=12,
)
LOGIN = {"UserLogin": "tester", "Password": "tester"}
BODIES = st.one_of(
    st.binary(max_size=200),
    JSON.map(lambda value: json.dumps(value).encode()),
    st.dictionaries(NAMES, JSON, max_size=6).map(lambda data: json.dumps(LOGIN | data).encode()),
    JSON.map(lambda value: json.dumps(value).encode("utf-16")),
    JSON.map(lambda value: json.dumps(value).encode()[:-1]),
)
TYPES = st.sampled_from(
    ["application/json", "application/json; charset=latin-1", "text/xml", "", "x", "application/json; charset=idna"]
    + ["multipart/form-data; boundary=x", "multipart/form-data", "application/x-www-form-urlencoded", "a/b; charset=é"]
)
PATHS = st.sampled_from(["/Ticket/search", "/Session", "/TimeAccountingGet", "/OutOfOffice", "/Ticket/1", "/%zz", ""])
METHODS = st.sampled_from(["POST", "GET", "PUT", "DELETE", "PATCH", "HEAD"])

XML_NAMES = st.sampled_from(
    ["TicketSearch", "SessionCreate", "UserLogin", "Password", "Title", "QueueIDs", "a", "Body"]
)
XML_CHARACTERS = st.characters(codec="utf-8", exclude_categories=("Cc", "Cs"), exclude_characters="<&\ufffe\uffff")
XML_TEXT = st.text(XML_CHARACTERS, max_size=12)
ATTRIBUTES = st.sampled_from(["", ' xsi:nil="true"', ' xsi:type="xsd:base64Binary"', ' href="#a"', ' id="a"', ' a="1"'])


def element(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.builds(
        lambda name, attributes, content: f"<{name}{attributes}>{''.join(content)}</{name}>",
        XML_NAMES,
        ATTRIBUTES,
        st.lists(inner, max_size=4),
    )


XML = st.recursive(XML_TEXT, element, max_leaves=12)


def envelope(content: str) -> bytes:
    return (
        f'<s:Envelope xmlns:s="{ENVELOPE}" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
        f'xmlns:xsd="http://www.w3.org/2001/XMLSchema"><s:Body>{content}</s:Body></s:Envelope>'
    ).encode()


SOAP_BODIES = st.one_of(
    st.binary(max_size=200),
    XML.map(envelope),
    XML.map(
        lambda text: envelope(
            f"<TicketSearch><UserLogin>tester</UserLogin><Password>tester</Password>{text}</TicketSearch>"
        )
    ),
    XML.map(lambda text: text.encode()),
    XML.map(lambda text: envelope(text)[:-5]),
    XML.map(lambda text: b"<!DOCTYPE a [<!ENTITY b 'c'>]>" + envelope(text)),
    XML.map(lambda text: envelope(text).decode().encode("utf-16")),
)
SOAP_TYPES = st.sampled_from(
    ["text/xml", "text/xml; charset=utf-16", "application/soap+xml", "", "application/json", "a; charset=x"]
)
ACTIONS = st.sampled_from([None, "", '""', '"http://www.otrs.org/TicketConnector/#TicketSearch"', "é", "x" * 300])


@pytest.fixture(scope="module")
def caller(filled_sqlite: object) -> Iterator[Client]:
    access = logging.getLogger("genericinterface.access")
    level = access.level
    access.setLevel(logging.WARNING)  # a line for each request would be kept by pytest
    try:
        with filled_sqlite() as url:  # type: ignore[operator]
            database = Database(url.render_as_string(hide_password=False))
            with application(database) as built:
                yield client(built)
            database.close()
    finally:
        access.setLevel(level)


def check(response: TestResponse, method: str = "POST") -> None:
    text = response.get_data(as_text=True)
    assert response.status_code in STATUSES
    assert "Traceback" not in text
    assert "Internal error" not in text
    assert 'File "' not in text
    if method != "HEAD":
        assert text.strip(), "an answer without a reason"


def thousands(strategy: dict[str, st.SearchStrategy[object]], body: object, examples: int = EXAMPLES) -> None:
    test = settings(max_examples=examples, deadline=None, database=None, suppress_health_check=list(HealthCheck))(
        given(**strategy)(body)
    )  # type: ignore[arg-type]
    test()


def growth(strategy: dict[str, st.SearchStrategy[object]], body: object) -> float:
    """MB that are held after the requests and were not held before."""
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    thousands(strategy, body, max(200, EXAMPLES // 5))
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / 1e6


def test_random_bodies_over_rest(caller: Client) -> None:
    def body(body: bytes, kind: str, path: str, method: str) -> None:
        check(
            caller.open(
                REST + path, method=method, data=body, headers={"Content-Type": kind.encode().decode("latin-1")}
            ),
            method,
        )

    thousands({"body": BODIES, "kind": TYPES, "path": PATHS, "method": METHODS}, body)


def test_random_bodies_over_soap(caller: Client) -> None:
    def body(body: bytes, kind: str, action: str | None) -> None:
        headers = {"Content-Type": kind} | ({} if action is None else {"SOAPAction": action.encode().decode("latin-1")})
        response = caller.post(SOAP, data=body, headers=headers)
        check(response)
        root = etree.fromstring(response.data)
        assert etree.QName(root).localname == "Envelope"

    thousands({"body": SOAP_BODIES, "kind": SOAP_TYPES, "action": ACTIONS}, body)


def test_memory_does_not_grow(caller: Client) -> None:
    def body(body: bytes, soap: bytes) -> None:
        check(caller.post(REST + "/Ticket/search", data=body, content_type="application/json"))
        check(caller.post(SOAP, data=soap, content_type="text/xml"))

    strategy: dict[str, st.SearchStrategy[object]] = {"body": BODIES, "soap": SOAP_BODIES}
    first = growth(strategy, body)
    second = growth(strategy, body)
    # The first time fills caches; what the second still holds must be small change.
    assert second < 2, f"{first:.1f} MB, then {second:.1f} MB"
