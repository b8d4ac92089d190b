"""One web service in spyne, which is stepped and not in charge: message → call, answer → message.

Made by transport/soap.py, once per definition. spyne finds the operation of a message and carries the context from
the request to the response; the operation itself is run by the provider in between. spyne's own reading and writing of
messages is replaced: it is an order of magnitude slower and refuses what clients send (docs/soap.md).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from genericinterface.transport import soap_envelope, xml
from genericinterface.transport.soap_names import Names
from genericinterface.transport.spyne_compat import MethodContext, ServerBase, Soap11, application, srpc

Data = dict[str, Any]


class _Protocol(Soap11):  # type: ignore[misc]  # spyne has no types
    """SOAP as transport/soap_envelope.py reads and writes it, in the steps of a spyne protocol.

    Contexts are garbage that refers to itself and waits for Python to look for such: they let go of text, message and
    data as soon as they are not needed, and keep the version of SOAP as `udc`.
    """

    def __init__(self, names: Names) -> None:
        super().__init__()
        self.names = names

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        """Text → message. Raises RequestFault."""
        text, ctx.in_string = ctx.in_string, None
        ctx.in_document = soap_envelope.open_request(text)
        ctx.udc = ctx.in_document.version

    def decompose_incoming_envelope(self, ctx: Any, message: Any = None) -> None:
        """Message → name of the operation."""
        ctx.method_request_string = self.names.operation(ctx.in_document.name)

    def deserialize(self, ctx: Any, message: Any) -> None:
        """Message → data. Raises RequestFault."""
        received, ctx.in_document = ctx.in_document, None
        ctx.in_object = received.data()

    def serialize(self, ctx: Any, message: Any) -> None:
        """Data → text. Raises Fault."""
        (data, order), ctx.out_object = ctx.out_object, None
        response = self.names.response(ctx.method_request_string)
        ctx.out_document = ctx.udc.answer(response, self.names.namespace, data, order)

    def create_out_string(self, ctx: Any, charset: str | None = None) -> None:
        """Text → bytes."""
        text, ctx.out_document = ctx.out_document, None
        ctx.out_string = [text.encode("utf-8")]


class Steps:
    """The steps of one web service; shared by all threads."""

    def __init__(self, names: Names, operations: Iterable[str]) -> None:
        methods = {
            name: srpc(_body_style="bare", _in_message_name=name, _internal_key_suffix=f".{name}")(_nothing)
            for name in operations
            if xml.is_name(name)  # by another name, nobody could ask for it
        }
        namespace = names.namespace or "urn:genericinterface"
        self._server = ServerBase(application("Steps", namespace, methods, partial(_Protocol, names)))

    def open(self, text: str) -> Any:
        """The context of the call that a message asks for: `in_document` is the message, `method_request_string` the
        operation, which need not exist. Raises RequestFault."""  # noqa: D205
        context = MethodContext(self._server, MethodContext.SERVER)
        context.in_string = text
        return self._server.generate_contexts(context)[0]

    def data(self, context: Any) -> Data:
        """The data of a call. Raises RequestFault."""
        self._server.get_in_object(context)
        data: Data = context.in_object
        context.in_object = None
        return data

    def respond(self, context: Any, data: Mapping[str, Any], order: xml.Order) -> bytes:
        """The message that answers a call. Raises Fault."""
        context.out_object = (data, order)
        self._server.get_out_string(context)
        message: bytes = context.out_string[0]
        context.out_string = None
        return message


def _nothing() -> None:
    """What spyne would call; the provider runs the operation instead."""
