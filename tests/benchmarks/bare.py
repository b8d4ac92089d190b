"""The limit: a bare werkzeug application that runs the statements of one request and answers with their rows.

Started by servers.py under the same gunicorn as the provider. The statements were recorded from the provider itself
(recorded.py), so both send the same SQL; everything else that the provider does is missing here.
"""

from __future__ import annotations

import json
import os
import pickle
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

from werkzeug import Request, Response

from genericinterface.database.engine import Database

RECORDED = "GENERICINTERFACE_BENCHMARK_RECORDED"


def create_app() -> Callable[..., Iterable[bytes]]:
    """The application; paths are the names of the recorded requests."""
    recorded: dict[str, list[tuple[str, Any]]] = pickle.loads(Path(os.environ[RECORDED]).read_bytes())
    database = Database(os.environ["GENERICINTERFACE_DATABASE_URL"])

    def application(environ: Any, start_response: Any) -> Iterable[bytes]:
        request = Request(environ)
        if request.path == "/healthz":
            return Response("alive")(environ, start_response)
        if request.content_length:
            body = request.get_data()
            if body[:1] == b"{":
                json.loads(body)
        rows: list[Any] = []
        with database.reading() as connection:
            for statement, parameters in recorded[request.path.strip("/")]:
                result = connection.exec_driver_sql(statement, parameters)
                if result.returns_rows:
                    rows = [list(row) for row in result]
        answer = Response(json.dumps(rows, default=str), content_type="application/json; charset=UTF-8")
        return answer(environ, start_response)

    return application
