"""WSDL 1.1 of one web service: what spyne builds from the types of its operations, corrected and with a SOAP 1.2 port.

Called by transport/soap.py when the first client asks. document/literal, one element in, one element out, and said to
be no "wrapped" operations, so that all clients make one class of each (docs/soap.md): a method of .NET would take each
of a hundred members as a parameter, and Java's wsimport refuses two parameters of one name (TicketID, in and out).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from copy import deepcopy

from lxml import etree

from genericinterface.errors import RequestFault
from genericinterface.transport import spyne_compat, xml
from genericinterface.transport.soap_names import Names
from genericinterface.transport.spyne_compat import Soap11, application, srpc
from genericinterface.transport.wsdl_types import Messages, Types
from genericinterface.webservice import Webservice

WSDL = "{http://schemas.xmlsoap.org/wsdl/}"
SOAP_11 = "{http://schemas.xmlsoap.org/wsdl/soap/}"
SOAP_12 = "{http://schemas.xmlsoap.org/wsdl/soap12/}"
XSD = "{http://www.w3.org/2001/XMLSchema}"
JAX_WS = "{http://java.sun.com/xml/ns/jaxws}"
HTTP = "http://schemas.xmlsoap.org/soap/http"
# The prefixes of the document; spyne's own for SOAP 1.1.
PREFIXES = {
    "xs": XSD[1:-1],
    "wsdl": WSDL[1:-1],
    "wsdlsoap11": SOAP_11[1:-1],
    "wsdlsoap12": SOAP_12[1:-1],
    "jaxws": JAX_WS[1:-1],
}
ADDRESS = "urn:genericinterface:address"


class Document:
    """A WSDL whose address is still open: the same web service is served under many."""

    def __init__(self, text: bytes) -> None:
        self._parts = text.split(f'"{ADDRESS}"'.encode("ascii"))

    def at(self, address: str) -> bytes:
        """The WSDL of the web service at an address."""
        return xml.quote(address).encode("utf-8").join(self._parts)


def build(
    webservice: Webservice,
    names: Names,
    orders: Mapping[str, xml.Order],
    wildcards: Mapping[str, Sequence[str]] | None = None,
) -> Document:
    """The WSDL of a web service; `orders` has the order of each operation's answer.

    `wildcards` has, for a prefix (`DynamicField_`), the names that are known to follow it; without, such parameters
    are not described, and accepted all the same. Raises RequestFault (404) where no WSDL can be made.
    """
    if not _is_uri(names.namespace):
        raise RequestFault("There is no WSDL of a web service whose NameSpace is no URI.", status=404)
    messages = Messages(webservice, names, orders, wildcards or {})
    if not messages.operations:
        raise RequestFault("There is no WSDL of a web service without available operations.", status=404)
    types = Types(names.namespace, messages.elements)
    methods = {}
    for name, (request, response) in messages.operations.items():
        methods[name] = srpc(
            types.model(request),
            _returns=types.model(response),
            _body_style="bare",
            _args=["request"],
            _internal_key_suffix=f".{name}",
            _in_message_name=request.element,
            _out_message_name=response.element,
            _wsdl_part_name="request",
        )(_described)
    service_name = _service_name(webservice.name)
    built = application(service_name, names.namespace, methods, Soap11)
    built.transport = HTTP

    def correct(root: etree._Element) -> None:
        _document_types(root, types)
        _document_operations(root, webservice, messages)
        _correct(root, names, messages)
        _unwrap(root, messages)
        if str(webservice.extension.get("Soap12Port", "1")) != "0":
            _add_soap_12(root)
        _tidy(root, service_name, messages)

    return Document(spyne_compat.wsdl(built, ADDRESS, correct))


def _is_uri(namespace: str) -> bool:
    try:
        etree.Element("name", nsmap={"tns": namespace})
    except ValueError:
        return False
    return bool(namespace)


def _described(request: object) -> None:
    """What spyne would call; operations are run by the provider."""


def _service_name(name: str) -> str:
    """An NCName that looks like the web service's name."""
    kept = re.sub(r"[^\w.-]", "_", name, flags=re.ASCII)
    return kept if xml.is_name(kept) else f"_{kept}"


def _correct(root: etree._Element, names: Names, messages: Messages) -> None:
    """Puts right what spyne cannot know, in the built document."""
    for operation in root.iterfind(f"{WSDL}portType/{WSDL}operation"):
        # Needed by RPC alone, and wrong for it (WSDL 1.1, section 2.4.6).
        del operation.attrib["parameterOrder"]
    for bound in root.iterfind(f"{WSDL}binding/{WSDL}operation/{SOAP_11}operation"):
        # spyne writes the operation's name, whatever the scheme.
        bound.set("soapAction", names.action(str(bound.get("soapAction"))))
    nillable = {response.element for _, response in messages.operations.values()}
    for element in root.iterfind(f"{WSDL}types/{XSD}schema/{XSD}element"):
        if element.get("name") in nillable:
            element.set("nillable", "true")  # an empty answer is xsi:nil


def _unwrap(root: etree._Element, messages: Messages) -> None:
    """Says that the elements of the operations are no mere wrappers of parameters.

    .NET takes them for such where the part is called "parameters", Java (JAX-WS 2.2, section 2.3.1.2) where
    the request's element is called as the operation and no declaration says otherwise.
    """
    requests = {request.element for request, _ in messages.operations.values()}
    for part in root.iterfind(f"{WSDL}message/{WSDL}part"):
        name = str(part.get("element")).rpartition(":")[2]
        part.set("name", "request" if name in requests else "response")
    bindings = etree.Element(f"{JAX_WS}bindings")
    etree.SubElement(bindings, f"{JAX_WS}enableWrapperStyle").text = "false"
    root.insert(1, bindings)  # behind the documentation


def _tidy(root: etree._Element, name: str, messages: Messages) -> None:
    """The same text each time, without what nobody refers to."""
    for service in root.iterfind(f"{WSDL}service"):
        service.set("name", name)
    for types in root.iterfind(f"{WSDL}types/{XSD}schema"):
        for element in types.findall(f"{XSD}element"):
            if element.get("name") not in messages.elements:
                types.remove(element)
        types[:] = sorted(types, key=lambda entry: (str(entry.tag), str(entry.get("name"))))
    etree.cleanup_namespaces(root, top_nsmap=PREFIXES, keep_ns_prefixes=["tns", "xs"])


def _document_types(root: etree._Element, types: Types) -> None:
    """xs:documentation of each type, in place of what spyne found."""
    for described in root.iterfind(f"{WSDL}types/{XSD}schema/{XSD}complexType"):
        for found in described.findall(f"{XSD}annotation"):
            described.remove(found)
        text = types.descriptions[str(described.get("name"))]
        if text:
            annotation = etree.Element(f"{XSD}annotation")
            etree.SubElement(annotation, f"{XSD}documentation").text = text
            described.insert(0, annotation)


def _document_operations(root: etree._Element, webservice: Webservice, messages: Messages) -> None:
    """wsdl:documentation: the web service's description and what is left out, and each operation's own."""
    paragraphs = [webservice.description, *messages.notes]
    root.insert(0, _documentation("\n".join(text for text in paragraphs if text) or webservice.name))
    for operation in root.iterfind(f"{WSDL}portType/{WSDL}operation"):
        for found in operation.findall(f"{WSDL}documentation"):
            operation.remove(found)  # the docstring of _described
        operation.insert(0, _documentation(messages.documentation[str(operation.get("name"))]))


def _documentation(text: str) -> etree._Element:
    element = etree.Element(f"{WSDL}documentation")
    element.text = xml.printable(text)
    return element


def _add_soap_12(root: etree._Element) -> None:
    """A second binding and port behind the first, at the same address (WSDL 1.1 Binding Extension for SOAP 1.2)."""
    for element in [*root.iterfind(f"{WSDL}binding"), *root.iterfind(f"{WSDL}service/{WSDL}port")]:
        second = deepcopy(element)
        for inside in second.iter():
            inside.tag = str(inside.tag).replace(SOAP_11, SOAP_12)
        for attribute in ("name", "binding"):
            if attribute in second.attrib:
                second.set(attribute, f"{element.get(attribute)}Soap12")
        element.addnext(second)
