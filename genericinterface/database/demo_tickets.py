"""Demo tickets and what happened to them: pure data, made into rows by demo_ticket_rows.py.

Every state, priority, kind of dynamic field and way of booking time occurs; times are fixed, so that searches and the
examples of the documentation always find the same.
"""

from __future__ import annotations

from dataclasses import dataclass, field

# (when, login of the agent, what, value). What happens: queue, state, priority, owner, responsible, title, type, lock,
# archive, watch and until set what they name; book takes time units, reply and note a text, and any other is the name
# of a dynamic field.
Event = tuple[str, str, str, str]


@dataclass(frozen=True)
class DemoTicket:
    """One ticket as its customer made it, and its events in the order of time. Times are UTC."""

    created: str
    title: str
    queue: str = "Raw"
    customer: str = "customer1"
    state: str = "new"
    priority: str = "3 normal"
    owner: str = "root@localhost"
    type: str = "Unclassified"
    service: str | None = None
    sla: str | None = None
    number: str = ""  # from the time of creation if empty
    body: str = ""
    channel: str = "Email"
    attachment: tuple[str, str] | None = None  # file name, text
    escalation: tuple[str, str, str] = ("", "", "")  # times of response, update, solution
    fields: dict[str, str] = field(default_factory=dict)  # dynamic fields; several values of one: separated by |
    events: tuple[Event, ...] = ()


ROOT = "root@localhost"
FIRST, SECOND = "Support::First Level", "Support::Second Level"

TICKETS = (
    DemoTicket(
        "2021-01-27 10:12",
        "Znuny says hi!",
        state="open",
        number="2021012710123456",
        body="We welcome you to our service desk.",
        # the manual's example of TimeAccountingGet
        events=(
            ("2021-08-05 08:00", ROOT, "book", "120.00"),
            ("2021-08-05 08:00", ROOT, "book", "30.00"),
        ),
    ),
    DemoTicket(
        "2021-06-30 09:00",
        "VPN drops every hour",
        FIRST,
        priority="4 high",
        owner="tester",
        type="Incident",
        service="Network::VPN",
        sla="Express",
        body="Since Monday the VPN drops every hour, on the hour.",
        attachment=("vpn.log", "09:00:00 link down\n10:00:00 link down\n"),
        escalation=("2021-06-30 09:30", "2021-06-30 10:00", "2021-06-30 13:00"),
        fields={"Asset": "NB-1042", "Urgent": "1"},
        # moved after time was booked on it: TimeAccountingGet names the queue as it was then
        events=(
            ("2021-06-30 09:20", "tester", "state", "open"),
            ("2021-06-30 09:25", "agent1", "watch", "agent1"),
            ("2021-07-01 10:00", "tester", "book", "15.00"),
            ("2021-07-12 15:30", "tester", "queue", SECOND),
            ("2021-07-20 16:00", "tester", "reply", "We have renewed your certificate, please connect again."),
            ("2021-07-20 16:00", "tester", "book", "45.00"),
        ),
    ),
    DemoTicket("2021-07-05 14:20", "Hi-Fi system for the meeting room", "Sales::Orders", "anna.müller", "new", "2 low"),
    DemoTicket(
        "2021-07-08 08:45",
        "Printer on the 2nd floor is out of toner",
        FIRST,
        "anna.müller",
        owner="agent1",
        type="Request",
        service="Printing",
        sla="Standard",
        body="It prints stripes only.",
        events=(
            ("2021-07-08 11:00", "agent1", "reply", "New toner is in."),
            ("2021-07-08 11:00", "agent1", "book", "10.00"),
            ("2021-07-08 11:05", "agent1", "state", "closed successful"),
        ),
    ),
    DemoTicket(
        "2021-08-02 16:00",
        "Hiring: five notebooks for September",
        "Sales",
        "principal",
        owner="jd",
        events=(("2021-08-03 08:30", "jd", "state", "open"),),
    ),
    DemoTicket(
        "2022-02-14 11:11",
        "Quote for 20 monitors",
        "Sales::Orders",
        "principal",
        "open",
        owner="jd",
        fields={"Colors": "blue|green", "Delivery": "2022-03-01 00:00"},
        events=(
            ("2022-02-15 09:00", "jd", "state", "pending reminder"),
            ("2022-02-15 09:00", "jd", "until", "2031-01-15 09:00"),
        ),
    ),
    DemoTicket(
        "2022-05-03 07:30",
        "Close this when the firmware is out",
        SECOND,
        state="open",
        priority="1 very low",
        type="Problem",
        service="Network",
        fields={"Appointment": "2032-06-01 12:00", "Notes": "See the vendor's page\nevery month"},
        events=(
            ("2022-05-03 08:00", ROOT, "state", "pending auto close+"),
            ("2022-05-03 08:00", ROOT, "until", "2032-06-01 12:00"),
        ),
    ),
    DemoTicket(
        "2022-09-19 10:00",
        "Congratulations, you have won",
        "Junk",
        "lottery@example.net",
        priority="1 very low",
        events=(("2022-09-19 10:30", ROOT, "state", "removed"),),
    ),
    DemoTicket(
        "2023-01-10 13:37",
        "Password forgotten, this is a hidden hint",
        FIRST,
        "customer2",
        owner="tester",
        events=(
            ("2023-01-11 08:55", "tester", "book", "5.00"),
            ("2023-01-11 09:00", "tester", "state", "closed unsuccessful"),
            ("2023-06-30 23:00", ROOT, "archive", "1"),
        ),
    ),
    DemoTicket(
        "2023-04-01 12:00",
        "Duplicate of another ticket",
        "Misc",
        "customer2",
        events=(("2023-04-01 12:15", ROOT, "state", "merged"),),
    ),
    DemoTicket(
        "2024-03-15 09:26",
        "Ünïcödé in the title 日本語",
        "Misc",
        "anna.müller",
        priority="5 very high",
        body="Grüße aus Köln €",
        fields={"Color": "red", "Asset": "PC-äöü"},
    ),
    DemoTicket(
        "2025-11-05 17:45",
        "100% of mails are late & lost",
        "Support",
        priority="4 high",
        service="Mail",
        sla="Standard",
    ),
    DemoTicket(
        "2025-11-06 08:05",
        "Cannot print double-sided",
        FIRST,
        "anna.müller",
        type="Incident",
        service="Printing",
        sla="Standard",
        channel="Phone",
        escalation=("2025-11-06 12:05", "", "2025-11-07 08:05"),
        body="The driver offers no duplex since the update.",
        events=(
            ("2025-11-06 08:30", "agent1", "owner", "agent1"),
            ("2025-11-06 08:30", "agent1", "lock", "lock"),
            ("2025-11-06 08:31", "agent1", "state", "open"),
            ("2025-11-06 08:45", "agent1", "note", "Driver 4.2 lacks duplex, 4.1 has it."),
            ("2025-11-06 08:45", "agent1", "book", "20.00"),
            ("2025-11-06 13:10", "agent1", "queue", SECOND),
            ("2025-11-06 13:10", "agent1", "owner", "tester"),
        ),
    ),
    DemoTicket(
        "2025-11-10 10:00",
        "White paper on backups",
        "Misc",
        "principal",
        "open",
        "2 low",
        events=(
            ("2025-11-11 09:00", ROOT, "state", "pending auto close-"),
            ("2025-11-11 09:00", ROOT, "until", "2025-12-11 09:00"),
        ),
    ),
    DemoTicket(
        "2025-11-12 15:12",
        "Mailbox full",
        FIRST,
        "customer2",
        type="Incident",
        service="Mail",
        sla="Standard",
        attachment=("quota.txt", "used 10240 of 10240 MB\n"),
        events=(
            ("2025-11-12 15:40", "tester", "reply", "Your mailbox may now hold twice as much."),
            ("2025-11-12 15:40", "tester", "book", "7.50"),
            ("2025-11-12 15:41", "tester", "state", "closed successful"),
            ("2025-11-14 08:00", "tester", "state", "open"),
        ),
    ),
    DemoTicket(
        "2025-11-17 09:09",
        "New colleague starts on Monday",
        FIRST,
        "principal",
        type="Request",
        fields={"Appointment": "2025-11-24 08:00", "Notes": "Notebook\nPhone\nKeys"},
        events=(
            ("2025-11-17 09:30", "tester", "title", "New colleague: notebook, phone, keys"),
            ("2025-11-17 09:31", "tester", "priority", "4 high"),
            ("2025-11-17 09:32", "tester", "responsible", "jd"),
            ("2025-11-17 09:33", "tester", "watch", "tester"),
            ("2025-11-21 16:00", "tester", "book", "90.00"),
        ),
    ),
    DemoTicket(
        "2025-11-20 07:55", "Invoice 4711 is wrong", "Sales", "anna.müller", priority="4 high", owner="jd", state="open"
    ),
    DemoTicket(
        "2025-11-20 07:58",
        "Invoice 4712 is wrong too",
        "Sales",
        "anna.müller",
        owner="jd",
        events=(("2025-11-20 09:00", "jd", "state", "merged"),),
    ),
    DemoTicket(
        "2025-11-25 11:30",
        "Shipping address has changed",
        "Sales::Orders",
        "customer2",
        "open",
        "2 low",
        "jd",
        fields={"Delivery": "2025-12-05 00:00", "Color": "blue"},
        events=(("2025-11-26 10:00", "jd", "book", "12.25"),),
    ),
    DemoTicket(
        "2025-12-01 06:40",
        "Server room is too warm",
        SECOND,
        priority="5 very high",
        owner="tester",
        type="Incident",
        service="Network",
        sla="Express",
        escalation=("2025-12-01 07:10", "2025-12-01 07:40", "2025-12-01 10:40"),
        fields={"Urgent": "1", "Asset": "AC-2"},
        events=(
            ("2025-12-01 06:50", "tester", "lock", "lock"),
            ("2025-12-01 06:50", "tester", "state", "open"),
            ("2025-12-01 08:00", "tester", "book", "60.00"),
            ("2025-12-01 09:30", "tester", "reply", "The air conditioning is repaired."),
            ("2025-12-01 09:31", "tester", "state", "closed successful"),
        ),
    ),
    DemoTicket(
        "2025-12-01 10:00",
        "Why was the server room warm?",
        SECOND,
        type="Problem",
        service="Network",
        owner="agent1",
        state="open",
        events=(("2025-12-02 09:00", "agent1", "watch", "tester"),),
    ),
    DemoTicket(
        "2025-12-03 13:00",
        "Cheap watches!!!",
        "Raw",
        "offers@example.net",
        priority="1 very low",
        events=(("2025-12-03 13:05", ROOT, "queue", "Junk"), ("2025-12-03 13:05", ROOT, "state", "removed")),
    ),
    DemoTicket(
        "2025-12-08 16:20",
        "Wi-Fi in the library",
        "Raw",
        "principal",
        service="Network",
        sla="Standard",
        events=(("2025-12-08 16:45", "tester", "queue", FIRST), ("2025-12-09 08:00", "tester", "lock", "tmp_lock")),
    ),
    DemoTicket(
        "2025-12-10 12:34",
        "Order 4711: please confirm",
        "Sales::Orders",
        "anna.müller",
        "open",
        owner="jd",
        events=(
            ("2025-12-10 14:00", "jd", "reply", "Confirmed, delivery in the second week of January."),
            ("2025-12-10 14:00", "jd", "state", "pending reminder"),
            ("2025-12-10 14:00", "jd", "until", "2026-01-12 08:00"),
        ),
    ),
    DemoTicket("2025-12-15 09:00", "Monthly report, please", "Postmaster", "principal", priority="2 low"),
    DemoTicket(
        "2025-12-18 18:18",
        "Smartphone lost",
        FIRST,
        "customer2",
        priority="4 high",
        type="Incident",
        owner="tester",
        fields={"Asset": "PH-77", "Urgent": "1", "Colors": "red"},
        events=(
            ("2025-12-18 18:30", "tester", "note", "SIM is blocked, device is wiped."),
            ("2025-12-18 18:30", "tester", "book", "25.00"),
            ("2025-12-19 08:00", "tester", "Asset", "PH-78"),
            ("2025-12-19 08:05", "tester", "state", "closed successful"),
        ),
    ),
    DemoTicket(
        "2025-12-22 11:00",
        "Out of office until January",
        "Postmaster",
        "customer2",
        events=(("2025-12-22 11:01", ROOT, "state", "closed unsuccessful"),),
    ),
    DemoTicket(
        "2026-01-05 08:00",
        "Happy new year, and a question",
        "Raw",
        "customer1",
        body='Where do I find the time sheets? O\'Neil said: "on <the> share".',
    ),
    DemoTicket(
        "2026-01-07 09:45",
        "Update of all notebooks",
        SECOND,
        "customer1",
        "open",
        "1 very low",
        "agent1",
        "Request",
        fields={"Color": "green", "Delivery": "2026-02-02 00:00", "Urgent": "0"},
        events=(
            ("2026-01-08 10:00", "agent1", "book", "30.00"),
            ("2026-01-09 10:00", "tester", "book", "30.00"),
        ),
    ),
    DemoTicket("2026-01-12 07:07", "Hi, which printer is mine?", "Raw", "customer2", service="Printing"),
)
