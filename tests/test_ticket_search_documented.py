"""The manual's parameters, the table of filters, the request type and docs/ticket_search.md agree.

`python tests/test_ticket_search_documented.py` writes the list of the document anew.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from genericinterface import schema
from genericinterface.auth import Credentials
from genericinterface.database.search_condition import MalformedError, parse
from genericinterface.database.search_dynamic_fields import OPERATORS
from genericinterface.database.search_order import SORT_BY
from genericinterface.database.ticket_search_filters import FILTERS, PARAMETERS
from genericinterface.operation.ticket.ticket_search import EXTENSIONS
from genericinterface.operation.ticket.ticket_search_request import DynamicFieldCondition, TicketSearchRequest

DOCUMENT = Path(__file__).parents[1] / "docs" / "ticket_search.md"
BEGIN, END = "<!-- made by tests/test_ticket_search_documented.py from the table of filters -->\n", "<!-- end -->\n"

# Manual, "TicketSearch Operation API".
NAMED = """
    TicketNumber Title Queues QueueIDs UseSubQueues Types TypeIDs States StateIDs StateType StateTypeIDs Priorities
    PriorityIDs Services ServiceIDs SLAs SLAIDs Locks LockIDs OwnerIDs ResponsibleIDs WatchUserIDs CustomerID
    CustomerIDRaw CustomerUserLogin CreatedUserIDs CreatedTypes CreatedTypeIDs CreatedPriorities CreatedPriorityIDs
    CreatedStates CreatedStateIDs CreatedQueues CreatedQueueIDs DynamicField_ MIMEBase_From MIMEBase_To MIMEBase_Cc
    MIMEBase_Subject MIMEBase_Body AttachmentName FullTextIndex ContentSearch ConditionInline SearchInArchive OrderBy
    SortBy
"""
FAMILIES = """
    ArticleCreateTime TicketCreateTime TicketChangeTime TicketLastChangeTime TicketCloseTime TicketPendingTime
    TicketEscalationTime TicketEscalationUpdateTime TicketEscalationResponseTime TicketEscalationSolutionTime
"""
BOUNDS = ("OlderMinutes", "NewerMinutes", "OlderDate", "NewerDate")
MANUAL = {*NAMED.split(), *(family + bound for family in FAMILIES.split() for bound in BOUNDS)}
SORT_KEYS = """
    Owner Responsible CustomerID State TicketNumber Queue Priority Age Type Lock Changed Title Service SLA PendingTime
    EscalationTime EscalationUpdateTime EscalationResponseTime EscalationSolutionTime
"""


def described() -> list[schema.Field]:
    """The members of the request type but for the credentials."""
    credentials = {field.name for field in schema.fields(Credentials)} - {"CustomerUserLogin"}
    return [field for field in schema.fields(TicketSearchRequest) if field.name not in credentials]


def listed() -> str:
    """The document's list of parameters."""
    lines = ["| parameter | takes | meaning |", "|---|---|---|"]
    for field in described():
        name = f"{field.wildcard}NameX" if field.wildcard else field.name
        kind = "operators" if field.kind == "structure" else field.kind
        lines.append(f"| `{name}` | {kind}{', or a list' if field.repeated else ''} | {field.description} |")
    return "\n".join(lines) + "\n"


def test_the_request_type_has_what_the_manual_lists() -> None:
    assert {field.wildcard or field.name for field in described()} >= MANUAL


def test_the_request_type_has_what_the_table_has() -> None:
    names = [parameter.name for parameter in PARAMETERS]
    assert len(names) == len(set(names))
    fields = {field.name: field for field in described()}
    for parameter in PARAMETERS:
        field = fields[parameter.name]
        assert (field.kind, field.repeated, field.raw) == (parameter.kind, parameter.repeated, True)
        assert field.description == parameter.description != ""


def test_every_filter_says_nothing_of_itself_when_nothing_is_asked() -> None:
    assert [entry.parameters for entry in FILTERS if entry.always and entry.parameters] == [
        entry.parameters for entry in FILTERS if entry.parameters and entry.parameters[0].name == "SearchInArchive"
    ]


def test_sort_keys_and_operators_of_the_manual() -> None:
    assert set(SORT_KEYS.split()) <= set(SORT_BY)
    operators = {field.name for field in schema.fields(DynamicFieldCondition)} - {"Name"}
    assert set(OPERATORS) == operators


def test_the_document_has_the_list() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text[text.index(BEGIN) + len(BEGIN) : text.index(END)] == listed()


def test_the_document_names_the_extensions() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text[text.index("\n## Extensions") : text.index("\n## Parameters")]
    assert set(re.findall(r"^- `(\w+): '1'`", section, re.M)) == set(EXTENSIONS)


@pytest.mark.parametrize("block", re.findall(r"```json\n(.*?)```", DOCUMENT.read_text(encoding="utf-8"), re.S))
def test_examples_are_json(block: str) -> None:
    assert all(json.loads(line) for line in block.splitlines())


def test_examples_of_conditions() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    section = text[text.index("\n## Conditions") : text.index("\n## Dynamic fields")]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert len(rows) == 8
    for example in re.findall(r"`([^`]+)`", " ".join(row.split(" | ")[0] for row in rows)):
        if example.strip() not in ("+", "AND", "OR"):
            parse(example.replace("\\|", "|"))
    for malformed in ("(a", "a && || b"):
        assert f"`{malformed}`" in section
        with pytest.raises(MalformedError):
            parse(malformed)


if __name__ == "__main__":
    before, _, rest = DOCUMENT.read_text(encoding="utf-8").partition(BEGIN)
    DOCUMENT.write_text(before + BEGIN + listed() + END + rest.partition(END)[2], encoding="utf-8")
