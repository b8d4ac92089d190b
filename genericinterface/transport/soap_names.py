"""Names of a SOAP web service: the elements of request and response, and the SOAPAction, each by its scheme.

Made once per web service by transport/soap.py, used by it for each request and by transport/wsdl.py. The schemes are
those of Znuny's administration of a provider's HTTP::SOAP transport.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from genericinterface.errors import Fault, RequestFault
from genericinterface.schema import true

# As Znuny 6.5 reads the header; a namespace and an operation may have a separator other than the configured one here.
_PARTS = re.compile(r"""["']?((.+?)[#/]([^#/]+?))["']?""")
_QUOTED = re.compile(r"""(["'])(.*)\1""", re.S)


class Names:
    """The names of one web service, by the `Config` of its transport; raises Fault for one that lacks NameSpace."""

    def __init__(self, config: Mapping[str, Any]) -> None:
        self.namespace = "" if true(config.get("NoNameSpace")) else _text(config, "NameSpace")
        if not self.namespace and not true(config.get("NoNameSpace")):
            raise Fault("HTTP::SOAP Have no NameSpace in config")
        self._request_scheme = _text(config, "RequestNameScheme") or "Plain"
        self._request_text = _text(config, "RequestNameFreeText")
        self._response_scheme = _text(config, "ResponseNameScheme") or "Response"
        self._response_text = _text(config, "ResponseNameFreeText")
        self._checked = (_text(config, "SOAPAction") or "Yes") != "No"
        self._action_scheme = _text(config, "SOAPActionScheme") or "NameSpaceSeparatorOperation"
        self._action_text = _text(config, "SOAPActionFreeText")
        self._separator = _text(config, "SOAPActionSeparator")

    def request(self, operation: str) -> str:
        """The request element of an operation."""
        return operation + self._request_suffix()

    def operation(self, element: str) -> str:
        """The operation that a request element means; one without the scheme's ending is taken as it is."""
        return element.removesuffix(self._request_suffix())

    def _request_suffix(self) -> str:
        if self._request_scheme == "Request":
            return "Request"
        return self._request_text if self._request_scheme == "Append" else ""

    def response(self, operation: str) -> str:
        """The response element of an operation."""
        match self._response_scheme:
            case "Response":
                return operation + "Response"
            case "Append":
                return operation + self._response_text
            case "Replace" if self._response_text:
                return self._response_text
            case _:
                return operation

    def action(self, operation: str, separator: str = "#") -> str:
        """The SOAPAction that is expected; `separator` stands between the parts where the definition has none."""
        match self._action_scheme:
            case "FreeText":
                return self._action_text
            case "Operation":
                return operation
            case "SeparatorOperation":
                return self._separator + operation
            case _:
                return self.namespace + (self._separator or separator) + operation

    def check_action(self, header: str, element: str) -> None:
        """Compares the SOAPAction header (SOAP 1.1, section 6.1.1) with the request element; raises RequestFault.

        None or an empty one is no information. Accepted beyond Znuny 6.5: NameSpace + Operation where the namespace
        ends in a separator, and quoted actions where a name scheme makes element and operation differ.
        """
        action = _unquoted(header)
        operation = self.operation(element)
        if not action or self._accepts(action, operation):
            return
        namespace, named = _parts(header)
        if namespace and namespace != self.namespace:
            raise RequestFault(
                f"Namespace from SOAPAction '{namespace}' does not match "
                f"namespace from configuration '{self.namespace}'"
            )
        if named and named not in (element, operation):
            raise RequestFault(
                f"Operation from SOAP data '{element}' does not match operation from SOAPAction '{named}'"
            )
        if self._checked:
            expected = self.action(operation)
            raise RequestFault(f"SOAPAction '{action}' does not match expected result '{expected}'")

    def _accepts(self, action: str, operation: str) -> bool:
        if self._action_scheme != "NameSpaceSeparatorOperation":
            return action == self.action(operation)
        return action == self.namespace + operation or action in [self.action(operation, sign) for sign in "#/"]


def _text(config: Mapping[str, Any], name: str) -> str:
    value = config.get(name)
    return value if isinstance(value, str) else ""


def _unquoted(header: str) -> str:
    quoted = _QUOTED.fullmatch(header)
    return quoted[2] if quoted else header


def _parts(header: str) -> tuple[str, str]:
    """Namespace and operation of a header as Znuny 6.5 sees them: without a separator only a quoted operation."""
    parts = _PARTS.fullmatch(header)
    if parts:
        return parts[2], parts[3]
    quoted = _QUOTED.fullmatch(header)
    return "", quoted[2] if quoted else ""
