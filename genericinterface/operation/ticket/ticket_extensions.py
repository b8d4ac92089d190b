"""What TicketCreate and TicketUpdate do beyond Znuny, each where the web service's `Provider: Extension` asks for it.

- IdempotencyKey: a request with the header Idempotency-Key is done once; sent again it gets the same answer.
- ETag: TicketUpdate with the header If-Match changes a ticket only if it is still what was read.
- DryRun: a request with DryRun is checked and tried, and then all of it is undone.

Called by ticket_request.py around the work of both, in its transaction, and by ticket_update.py.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from sqlalchemy import Connection

from genericinterface.auth import Actor, Agent, Credentials
from genericinterface.database import idempotency
from genericinterface.database.ticket_etag import etag
from genericinterface.errors import OperationError
from genericinterface.operation.operation import Context, Data
from genericinterface.operation.ticket.parameter_errors import invalid
from genericinterface.schema import true

IF_MATCH = "If-Match"
HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LONGEST = 200  # characters of a key
CREDENTIALS = frozenset(Credentials.__struct_fields__)


def performed(
    operation: str,
    extension: Mapping[str, Any],
    request: Any,
    actor: Actor,
    context: Context,
    connection: Connection,
    work: Callable[[], Data],
) -> Data:
    """The answer of `work`, under the extensions that the web service and the request ask for.

    `work` is all of it, the checks included: a request that is repeated may no longer pass them.
    """
    if true(extension.get("DryRun")) and true(request.DryRun):
        with connection.begin_nested() as savepoint:
            work()
            savepoint.rollback()
        return {"DryRun": 1}
    given = (context.request_header(HEADER) or "").strip()
    if not true(extension.get("IdempotencyKey")) or not given:
        return work()
    return _once(_key(operation, given, request, actor, context), operation, context, connection, work)


def _once(
    key: idempotency.Key, operation: str, context: Context, connection: Connection, work: Callable[[], Data]
) -> Data:
    """An error answer is not kept: it has written nothing, and the same request may succeed later."""
    known = idempotency.claim(connection, key, context.sysconfig.to_epoch(context.sysconfig.now()))
    if known is None:
        answer = work()
        idempotency.keep(connection, key, json.dumps(answer, default=str))
        return answer
    fingerprint, kept = known
    if fingerprint != key.fingerprint:
        raise OperationError(
            f"{operation}.IdempotencyKeyReused", f"{operation}: The {HEADER} was used for another request!"
        )
    context.response_headers[REPLAYED] = "true"
    found: Data = json.loads(kept or "{}")
    return found


def _key(operation: str, given: str, request: Any, actor: Actor, context: Context) -> idempotency.Key:
    """Two requests are the same if everything in them is, but for the credentials."""
    text = given[1:-1] if given.startswith('"') and given.endswith('"') else given  # a string of RFC 8941
    if not text or len(text) > LONGEST or not (text.isascii() and text.isprintable()):
        raise invalid(operation, f"The header {HEADER} is no printable text of at most {LONGEST} characters!")
    data = {name: getattr(request, name) for name in request.__struct_fields__ if name not in CREDENTIALS}
    content = json.dumps([operation, data], sort_keys=True)
    who = f"User:{actor.id}" if isinstance(actor, Agent) else f"Customer:{actor.login}"
    return idempotency.Key(context.webservice, who, text, hashlib.sha256(content.encode()).hexdigest())


def check_unchanged(operation: str, ticket_id: int, context: Context, connection: Connection) -> None:
    """Raises OperationError where the caller asks for another state of the ticket than it has (RFC 9110, 13.1.1).

    The ticket must be locked: nobody changes it after this.
    """
    given = (context.request_header(IF_MATCH) or "").strip()
    if not given or given == "*":
        return
    if etag(connection, ticket_id) not in [tag.strip() for tag in given.split(",")]:
        raise OperationError(
            f"{operation}.PreconditionFailed", f"{operation}: The ticket has changed, {IF_MATCH} is not its ETag!"
        )
