"""The log: structured lines on stderr, each with the id of the request it belongs to, never with a credential.

`configure` is called by cli/serve.py before the workers are forked; app.py sets `request_id` and calls `access` for
each request.
"""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

from genericinterface import redaction
from genericinterface.settings import Settings

request_id: ContextVar[str] = ContextVar("request_id", default="-")

TEXT = "%(asctime)s %(levelname)s [%(request_id)s] %(name)s: %(message)s"
FIELDS = ("method", "path", "operation", "status", "milliseconds", "remote")

# These would show statements' parameters or whole messages, credentials among them.
SILENT = ("sqlalchemy", "spyne", "multipart")

# Control characters would let a caller forge lines, or speak to the operator's terminal.
CONTROL = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0))}
CONTROL_IN_TRACEBACK = {code: shown for code, shown in CONTROL.items() if code != ord("\n")}


def configure(settings: Settings) -> None:
    """Sends every logger's lines, and Python's warnings, to stderr in the chosen form and level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_prepare)
    if settings.log_format == "json":
        handler.setFormatter(
            JsonFormatter(
                "{levelname}{request_id}{name}{message}",
                style="{",
                timestamp="time",
                rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception"},
                json_ensure_ascii=False,
            )
        )
    else:
        handler.setFormatter(logging.Formatter(TEXT))
    root = logging.getLogger()
    for old in list(root.handlers):
        root.removeHandler(old)
    root.addHandler(handler)
    root.setLevel(settings.log_level.upper())
    for name in SILENT:
        logging.getLogger(name).setLevel(logging.WARNING)
    logging.captureWarnings(True)


def access(
    logger: logging.Logger, *, method: str, path: str, operation: str, status: int, milliseconds: float, remote: str
) -> None:
    """One line about one request; `path` comes without the query and without what stands behind the web service."""
    if not logger.isEnabledFor(logging.INFO):
        return
    values = (method, path, operation, status, round(milliseconds, 1), remote)
    logger.info("%s %s %s %d %.1f ms %s", *values, extra=dict(zip(FIELDS, values, strict=True)))


def _prepare(record: logging.LogRecord) -> bool:
    """Completes a record and takes credentials out of it; libraries (gunicorn) log whole addresses."""
    record.request_id = request_id.get()
    record.msg = redaction.line(record.getMessage()).translate(CONTROL)
    record.args = None
    if record.exc_info and not record.exc_text:
        text = logging.Formatter().formatException(record.exc_info)
        record.exc_text = redaction.line(text).translate(CONTROL_IN_TRACEBACK)
    record.exc_info = None  # its text is there; the JSON formatter would make its own
    return True
