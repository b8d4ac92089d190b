"""Fills a PostgreSQL database that has base data with many tickets, in SQL: the same rows for the same number.

Two articles each, their words in the index, history, one dynamic field. Titles and bodies are drawn from 600 words with
a skew: word0001 is in about every second title, word0600 in one of three hundred.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import Connection, insert, text

from genericinterface.database.tables import dynamic_field

FIELD = "Asset"
MADE = dt.datetime(2022, 1, 1)

WORDS = """
create or replace function pg_temp.words(k int) returns text language sql volatile as $$
  select string_agg('word' || lpad((1 + floor(600 * power(random(), 3)))::int::text, 4, '0'), ' ')
  from generate_series(1, k) $$
"""

STATEMENTS = (
    "select setseed(0.578)",
    """
insert into ticket (tn, title, queue_id, ticket_lock_id, type_id, user_id, responsible_user_id, ticket_priority_id,
  ticket_state_id, customer_id, customer_user_id, timeout, until_time, escalation_time, escalation_update_time,
  escalation_response_time, escalation_solution_time, archive_flag, create_time, create_by, change_time, change_by)
select 'B' || lpad(g::text, 12, '0'), pg_temp.words(5 + g % 4), 1 + g % 4, 1 + g % 2, 1, 1, 1, 1 + g % 5,
  (array[1,2,2,2,3,4,4,6])[1 + g % 8], 'C' || lpad((g % 500)::text, 4, '0'), 'bulk' || (1 + g % 5000), 0,
  case when g % 8 = 7 then 1767225600 + g else 0 end, 0, 0, 0, 0, (case when g % 50 = 0 then 1 else 0 end),
  timestamp '2022-01-01' + g * interval '1 minute', 1, timestamp '2022-01-02' + g * interval '1 minute', 1
from generate_series(1, :tickets) g""",
    """
insert into article (ticket_id, article_sender_type_id, communication_channel_id, is_visible_for_customer,
  search_index_needs_rebuild, create_time, create_by, change_time, change_by)
select t.id, case a when 1 then 3 else 1 end, case a when 1 then 1 else 3 end, a % 2, 0,
  t.create_time + a * interval '1 hour', 1, t.create_time + a * interval '1 hour', 1
from ticket t cross join generate_series(1, 2) a where t.tn like 'B%'""",
    """
insert into article_data_mime (article_id, a_from, a_to, a_subject, a_body, a_content_type, incoming_time,
  create_time, create_by, change_time, change_by)
select a.id, '"Bulk User" <bulk@example.com>', 'Service Desk <desk@example.com>', t.title, pg_temp.words(60),
  'text/plain; charset=utf-8', 0, a.create_time, 1, a.change_time, 1
from article a join ticket t on t.id = a.ticket_id where t.tn like 'B%'""",
    """
insert into article_search_index (ticket_id, article_id, article_key, article_value)
select a.ticket_id, a.id, k.key, case k.key when 'MIMEBase_From' then '"bulk user" <bulk@example.com>'
  when 'MIMEBase_To' then 'service desk <desk@example.com>' when 'MIMEBase_Subject' then m.a_subject else m.a_body end
from article a join article_data_mime m on m.article_id = a.id join ticket t on t.id = a.ticket_id
  cross join (values ('MIMEBase_From'), ('MIMEBase_To'), ('MIMEBase_Subject'), ('MIMEBase_Body')) k (key)
where t.tn like 'B%' and t.archive_flag = 0""",
    """
insert into ticket_history (name, history_type_id, ticket_id, type_id, queue_id, owner_id, priority_id, state_id,
  create_time, create_by, change_time, change_by)
select h.name, h.id, t.id, t.type_id, t.queue_id, 1, t.ticket_priority_id, t.ticket_state_id,
  case h.name when 'NewTicket' then t.create_time else t.change_time end, 1, t.change_time, 1
from ticket t join ticket_history_type h
  on h.name = 'NewTicket' or h.name = 'StateUpdate' and t.ticket_state_id in (2, 3)
where t.tn like 'B%'""",
    f"""
insert into dynamic_field_value (field_id, object_id, value_text)
select f.id, t.id, '{FIELD} ' || (t.id * 7919 % 20000)
from ticket t join dynamic_field f on f.name = '{FIELD}' where t.tn like 'B%'""",
)  # noqa: S608  nobody gives the text


def fill(connection: Connection, tickets: int) -> None:
    """Adds the tickets, and has the database look at its tables. To be run in autocommit.

    The dynamic field, a text, is made where it is not there.
    """
    connection.execute(text(WORDS))
    if not connection.scalar(text("select 1 from dynamic_field where name = :name"), {"name": FIELD}):
        values = {"name": FIELD, "label": FIELD, "field_order": 999, "field_type": "Text", "object_type": "Ticket"}
        stamps = {"valid_id": 1, "create_time": MADE, "create_by": 1, "change_time": MADE, "change_by": 1}
        connection.execute(insert(dynamic_field).values(**values, **stamps))
    for statement in STATEMENTS:
        values = {"tickets": tickets} if ":tickets" in statement else {}
        connection.execute(text(statement), values)
    connection.execute(text("analyze"))
