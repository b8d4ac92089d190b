"""The log: structured lines on stderr, each with the id of the request it belongs to, never with a credential.

`configure` is called once per process by cli/serve.py; app.py sets `request_id` and calls `access` for each request.
"""

from __future__ import annotations

import logging
import sys
from contextvars import ContextVar

from pythonjsonlogger.json import JsonFormatter

from genericinterface.settings import Settings

request_id: ContextVar[str] = ContextVar("request_id", default="-")

TEXT = "%(asctime)s %(levelname)s [%(request_id)s] %(name)s: %(message)s"
FIELDS = ("method", "path", "operation", "status", "milliseconds", "remote")

# These would show statements' parameters or whole messages, credentials among them.
SILENT = ("sqlalchemy", "spyne", "multipart")


def configure(settings: Settings) -> None:
    """Sends every logger's lines to stderr in the chosen form and level."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(_with_request_id)
    if settings.log_format == "json":
        handler.setFormatter(
            JsonFormatter(
                "{asctime}{levelname}{request_id}{name}{message}",
                style="{",
                rename_fields={"asctime": "time", "levelname": "level", "name": "logger"},
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


def access(
    logger: logging.Logger, *, method: str, path: str, operation: str, status: int, milliseconds: float, remote: str
) -> None:
    """One line about one request; `path` comes without the query and without what stands behind the web service."""
    if not logger.isEnabledFor(logging.INFO):
        return
    values = (method, path, operation, status, round(milliseconds, 1), remote)
    logger.info("%s %s %s %d %.1f ms %s", *values, extra=dict(zip(FIELDS, values, strict=True)))


def _with_request_id(record: logging.LogRecord) -> bool:
    record.request_id = request_id.get()
    return True
