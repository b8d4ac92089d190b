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

    Contexts hold a `soap_envelope.Request` as `in_document`, and what `respond` wants to know as `udc`.
    """

    def __init__(self, names: Names) -> None:
        super().__init__()
        self.names = names

    def create_in_document(self, ctx: Any, charset: str | None = None) -> None:
        """Text → message. Raises RequestFault."""
        ctx.in_document = soap_envelope.open_request(ctx.in_string)

    def decompose_incoming_envelope(self, ctx: Any, message: Any = None) -> None:
        """Message → name of the operation."""
        ctx.method_request_string = self.names.operation(ctx.in_document.name)

    def deserialize(self, ctx: Any, message: Any) -> None:
        """Message → data. Raises RequestFault."""
        ctx.in_object = ctx.in_document.data()

    def serialize(self, ctx: Any, message: Any) -> None:
        """Data → text. Raises Fault."""
        ctx.out_document = ctx.in_document.version.answer(
            self.names.response(ctx.method_request_string), self.names.namespace, ctx.out_object, ctx.udc
        )

    def create_out_string(self, ctx: Any, charset: str | None = None) -> None:
        """Text → bytes."""
        ctx.out_string = [ctx.out_document.encode("utf-8")]


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
        return data

    def respond(self, context: Any, data: Mapping[str, Any], order: xml.Order) -> bytes:
        """The message that answers a call. Raises Fault."""
        context.out_object, context.udc = data, order
        self._server.get_out_string(context)
        message: bytes = context.out_string[0]
        return message


def _nothing() -> None:
    """What spyne would call; the provider runs the operation instead."""
