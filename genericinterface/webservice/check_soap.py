"""The checks of `HTTP::SOAP`: namespace, name schemes and the order of elements. Called by check.py."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genericinterface.webservice.check_rest import CONFIG, check_limits
from genericinterface.webservice.definition import Webservice
from genericinterface.webservice.findings import Findings, named
from genericinterface.webservice.problem import Path

# Key → (its values, the default first; those that need the key's FreeText).
SCHEMES: Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]] = {
    "RequestNameScheme": (("Plain", "Request", "Append"), ("Append",)),
    "ResponseNameScheme": (("Response", "Plain", "Append", "Replace"), ("Append", "Replace")),
    "SOAPActionScheme": (
        ("NameSpaceSeparatorOperation", "SeparatorOperation", "Operation", "FreeText"),
        ("FreeText",),
    ),
}
FREE_TEXT = {name: name.replace("Scheme", "FreeText") for name in SCHEMES}
SEPARATORS = ("#", "/")
ELEMENT_NAME = re.compile(r"[^\W\d][\w.-]*")


def check(findings: Findings, webservice: Webservice) -> None:
    """Everything that only SOAP has."""
    check_limits(findings, webservice)
    config = webservice.transport_config
    if not config.get("NameSpace") and config.get("NoNameSpace") in (None, "", "0"):
        findings.error((*CONFIG, "NameSpace"), "HTTP::SOAP Have no NameSpace in config", "such as urn:example:tickets")
    for key, (schemes, with_free_text) in SCHEMES.items():
        scheme = config.get(key)
        findings.one_of((*CONFIG, key), scheme, schemes)
        if scheme in with_free_text and not config.get(FREE_TEXT[key]):
            findings.error((*CONFIG, key), f"the scheme {scheme} needs {FREE_TEXT[key]}")
    findings.one_of((*CONFIG, "SOAPAction"), config.get("SOAPAction"), ("Yes", "No"))
    separator = config.get("SOAPActionSeparator")
    if separator not in (None, "", *SEPARATORS):
        findings.warning((*CONFIG, "SOAPActionSeparator"), f"{named(separator)} is neither # nor /, as Znuny offers")
    for name, operation in webservice.operations.items():
        path: Path = ("Provider", "Operation", name)
        if not ELEMENT_NAME.fullmatch(name):
            findings.error(
                path, f"{name} cannot be the name of an XML element", "begin with a letter; no blanks or colons"
            )
        _order(findings, (*path, "SortOutbound"), operation.config.get("SortOutbound"))
    _order(findings, (*CONFIG, "Sort"), config.get("Sort"))


def _order(findings: Findings, path: Path, order: Any) -> None:
    """`Sort` and `SortOutbound`: a list of hashes with one key each, whose value is empty or such a list again."""
    if order in (None, "", []):
        return
    if not isinstance(order, list):
        findings.error(path, f"this is {named(order)} where a list of hashes with one key each belongs")
        return
    for number, entry in enumerate(order):
        place = (*path, number)
        if not isinstance(entry, Mapping) or len(entry) != 1:
            findings.error(place, "an element of the order is a hash with one key", "write - Name: ~")
            continue
        for key, inner in entry.items():
            _order(findings, (*place, key), inner)
