"""Stylesheets for the tests of the mapping XSLT, and what comes of them."""

from __future__ import annotations

from typing import Any

import pytest

from genericinterface.errors import Fault
from genericinterface.mapping.xslt import XSLT

NAMESPACES = " ".join(
    f'xmlns:{prefix}="http://exslt.org/{name}"'
    for prefix, name in {
        "date": "dates-and-times",
        "str": "strings",
        "math": "math",
        "set": "sets",
        "exsl": "common",
        "func": "functions",
        "dyn": "dynamic",
        "regexp": "regular-expressions",
        "crypto": "crypto",
    }.items()
)
PREFIXES = "date str math set exsl func dyn regexp crypto"
HEAD = (
    '<xsl:stylesheet version="1.0" xmlns:xsl="http://www.w3.org/1999/XSL/Transform"'
    f' {NAMESPACES} extension-element-prefixes="{PREFIXES}">'
)
COPY = (
    HEAD + '<xsl:template match="@*|node()"><xsl:copy><xsl:apply-templates select="@*|node()"/></xsl:copy>'
    "</xsl:template></xsl:stylesheet>"
)
LOADING = "Could not load data after conversion from Perl to XML"
TEMPLATE_LOADING = "Could not load configured XSLT template"
TEMPLATE_PARSING = "Could not parse configured XSLT template"
MAPPING = "Could not map data"
READING = "Could not convert data from XML to Perl after mapping"


def sheet(body: str, head: str = "") -> str:
    return f'{HEAD}{head}<xsl:template match="/">{body}</xsl:template></xsl:stylesheet>'


def value(expression: str) -> str:
    return sheet(f'<R><v><xsl:value-of select="{expression}"/></v></R>')


def mapped(template: str, data: dict[str, Any] | None = None, **config: Any) -> dict[str, Any]:
    return XSLT({"Template": template, **config}).map({"a": "1"} if data is None else data, {})


def fault(template: str, data: dict[str, Any] | None = None, **config: Any) -> str:
    with pytest.raises(Fault) as caught:
        mapped(template, data, **config)
    return caught.value.message
