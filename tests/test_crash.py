"""A short run of tests/crash: the server is killed a few times while clients write; `make crash` does it for hours."""

from __future__ import annotations

import random

from genericinterface.database.engine import Database
from tests.application import import_packaged
from tests.crash.run import crash


def test_after_kills_every_ticket_is_whole_or_absent(database: Database) -> None:
    import_packaged(database)
    outcome = crash(database.url.render_as_string(hide_password=False), 5, 8, random.Random(1), None)
    assert not outcome.problems
    assert not outcome.said.errors
    assert outcome.said.created
    assert outcome.said.updated
