"""What the placeholders of a text stand for where it is about a ticket (template.py fills them in).

Called by auto_response.py and for the signatures of articles that are sent. What no text asks for is not read.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from functools import cache

from genericinterface.database import dynamic_field_writing, dynamic_fields, template_people
from genericinterface.database.dynamic_fields import ConfiguredField
from genericinterface.database.template_people import Person
from genericinterface.database.ticket_change import TicketChange
from genericinterface.mail.template import Article, Placeholders, Values
from genericinterface.sysconfig import SETTINGS, SystemConfiguration

DYNAMIC_FIELD, SHOWN = "DYNAMICFIELD_", "_Value"
HIDDEN = "xxx"  # what Znuny shows of a password
SECRETS = re.compile(r"Password|Pw$|Secret", re.IGNORECASE)


def placeholders(ticket: TicketChange, customer: Person | None = None, article: Article | None = None) -> Placeholders:
    """All about this ticket; `customer` spares the reading of its customer user, `article` is what is answered."""
    row = ticket.row

    @cache
    def agents() -> dict[int, Person]:
        return template_people.agents(ticket.connection, {row.user_id, row.responsible_user_id, ticket.user_id})

    @cache
    def known_customer() -> Person:
        return template_people.customer(ticket.connection, row.customer_user_id) if customer is None else customer

    def agent(user_id: int) -> Values:
        return lambda name: _upper(agents().get(user_id, {})).get(name.upper())

    actor = agent(ticket.user_id)

    def of_customer(name: str) -> str | None:
        return _upper(known_customer()).get(name.upper())

    def alone(name: str) -> str | None:
        match name:
            case "QUEUE":
                return ticket.names["queue"].names[row.queue_id]
            case "TICKET_NUMBER":
                return row.tn
            case "FIRST_NAME":
                return actor("UserFirstname")
            case "LAST_NAME":
                return actor("UserLastname")
            case "CUSTOMER_REALNAME":
                return known_customer().get("UserFullname") or (_real_name(article.to) if article else None)
        return None

    groups = {
        "TICKET": lambda name: _of_ticket(ticket, name),
        "OWNER": agent(row.user_id),
        "RESPONSIBLE": agent(row.responsible_user_id),
        "AGENT": actor,
        "CURRENT": actor,
        "CUSTOMER_DATA": of_customer,
        "CONFIG": lambda name: _configured(ticket.sysconfig, name),
    }
    return Placeholders(groups, alone, article, of_customer)


def _of_ticket(ticket: TicketChange, name: str) -> str | None:
    if not name.upper().startswith(DYNAMIC_FIELD):
        return ticket_values(ticket).get(name.upper())
    name = name[len(DYNAMIC_FIELD) :]
    fields = dynamic_fields.find_configured(ticket.connection, {name, name.removesuffix(SHOWN)})
    for key, field in fields.items():
        if field.object_type == "Ticket":
            value = dynamic_field_writing.current(ticket, field)
            return (
                shown_value(field, value, ticket.sysconfig)
                if key != name
                else raw_value(field, value, ticket.sysconfig)
            )
    return None


def raw_value(field: ConfiguredField, value: Sequence[str], configuration: SystemConfiguration) -> str:
    """`<OTRS_TICKET_DynamicField_Name>`: as it is kept, a time with its zone."""
    text = ", ".join(value)
    if field.field_type == "Date":
        return text[:10]
    return f"{text} ({configuration.otrs_time_zone})" if text and field.field_type == "DateTime" else text


def shown_value(field: ConfiguredField, value: Sequence[str], configuration: SystemConfiguration) -> str:
    """`<OTRS_TICKET_DynamicField_Name_Value>`: as agents see it, in English."""
    if field.field_type == "Checkbox":
        return "Checked" if "1" in value else "Unchecked"
    if field.field_type in ("Date", "DateTime") and value:
        moment = dt.datetime.fromisoformat(value[0])
        return f"{moment:%m/%d/%Y}" if field.field_type == "Date" else shown_time(moment, configuration)
    labels = field.settings.possible_values or {}
    return ", ".join(labels.get(each, each) for each in value)


def ticket_values(ticket: TicketChange) -> dict[str, str | None]:
    """`<OTRS_TICKET_…>` by name in capitals, named and formed as Znuny's TicketGet does."""
    row, configuration = ticket.row, ticket.sysconfig

    def name(table: str, number: int | None) -> str | None:
        return None if number is None else ticket.names[table].names.get(number)

    state_type = ticket.names["ticket_state"].types[row.ticket_state_id]
    now = configuration.to_epoch(ticket.now)
    values: dict[str, str | int | None] = {
        "TICKETNUMBER": row.tn,
        "TICKETID": row.id,
        "TITLE": row.title or "",
        "QUEUE": name("queue", row.queue_id),
        "QUEUEID": row.queue_id,
        "STATE": name("ticket_state", row.ticket_state_id),
        "STATEID": row.ticket_state_id,
        "STATETYPE": name("ticket_state_type", state_type),
        "PRIORITY": name("ticket_priority", row.ticket_priority_id),
        "PRIORITYID": row.ticket_priority_id,
        "LOCK": name("ticket_lock_type", row.ticket_lock_id),
        "LOCKID": row.ticket_lock_id,
        "TYPE": name("ticket_type", row.type_id),
        "TYPEID": row.type_id,
        "SERVICE": name("service", row.service_id),
        "SERVICEID": row.service_id,
        "SLA": name("sla", row.sla_id),
        "SLAID": row.sla_id,
        "OWNER": name("users", row.user_id),
        "OWNERID": row.user_id,
        "RESPONSIBLE": name("users", row.responsible_user_id),
        "RESPONSIBLEID": row.responsible_user_id,
        "CUSTOMERID": row.customer_id,
        "CUSTOMERUSERID": row.customer_user_id,
        "AGE": now - configuration.to_epoch(row.create_time),
        "UNTILTIME": row.until_time - now if row.until_time else 0,
        "REALTILLTIMENOTUSED": row.until_time,
        "UNLOCKTIMEOUT": row.timeout,
        "ESCALATIONTIME": row.escalation_time,
        "ESCALATIONUPDATETIME": row.escalation_update_time,
        "ESCALATIONRESPONSETIME": row.escalation_response_time,
        "ESCALATIONSOLUTIONTIME": row.escalation_solution_time,
        "ARCHIVEFLAG": "y" if row.archive_flag else "n",
        "CREATED": shown_time(row.create_time, configuration),
        "CHANGED": shown_time(row.change_time, configuration),
        "CREATEBY": row.create_by,
        "CHANGEBY": row.change_by,
    }
    return {key: None if value is None else str(value) for key, value in values.items()}


def shown_time(moment: dt.datetime, configuration: SystemConfiguration) -> str:
    """A time as Znuny shows it in English, the language of auto responses and signatures."""
    return f"{moment:%m/%d/%Y %H:%M} ({configuration.otrs_time_zone})"


def _configured(configuration: SystemConfiguration, name: str) -> str:
    """A setting by Znuny's name; secrets are never shown, unknown ones are empty."""
    known = SETTINGS.get(name)
    if SECRETS.search(name) or (known and known.secret):
        return HIDDEN
    value = getattr(configuration, known.attribute, "") if known else ""
    return str(int(value)) if isinstance(value, bool) else str(value) if isinstance(value, str | int) else ""


def _upper(person: Person) -> dict[str, str]:
    return {name.upper(): value for name, value in person.items()}


def _real_name(sender: str) -> str:
    """The name in `Jöhn Doe <john@…>`, else the address."""
    name, _, rest = sender.partition("<")
    return name.strip().strip('"') or rest.rstrip("> ") or sender
