"""Demo people and structure: agents, customers, groups, queues, services, dynamic fields; data for demo_data.py."""

from __future__ import annotations

# login, password, first name, last name, mail, {group: permissions}
AGENTS: tuple[tuple[str, str, str, str, str, dict[str, tuple[str, ...]]], ...] = (
    (
        "tester",
        "tester",
        "Tess",
        "Terrell",
        "tester@example.com",
        {"users": ("rw",), "support": ("rw",), "timeaccounting_webservice": ("rw",)},
    ),
    (
        "user",
        "password",
        "Ulrich",
        "Unger",
        "user@example.com",
        {"users": ("rw",), "admin": ("rw",), "timeaccounting_webservice": ("rw",)},
    ),
    ("agent1", "agent1", "Alma", "Ahrens", "agent1@example.com", {"users": ("rw",), "support": ("rw",)}),
    ("jd", "jd", "Jane", "Doe", "jd@test.znuny.com", {"users": ("rw",), "sales": ("rw",)}),
    ("mail", "mail", "Milan", "Meier", "agent_email@your.tld", {"support": ("ro", "note")}),
    ("reader", "reader", "Rosa", "Roth", "reader@example.com", {}),
)
GROUPS = {"support": "First and second level.", "sales": "Offers and orders."}
ROLES = {"Observers": {"support": ("ro",), "sales": ("ro",)}}
ROLE_MEMBERS = {"Observers": ("reader",)}

# name, group
QUEUES = (
    ("Support", "support"),
    ("Support::First Level", "support"),
    ("Support::Second Level", "support"),
    ("Sales", "sales"),
    ("Sales::Orders", "sales"),
)
TYPES = ("Incident", "Request", "Problem")
# name with its parents, as Znuny writes them
SERVICES = ("Network", "Network::VPN", "Mail", "Printing")
# name, services, first response, update, solution (minutes)
SLAS = (
    ("Standard", ("Network", "Mail", "Printing"), 240, 480, 1440),
    ("Express", ("Network", "Network::VPN"), 30, 60, 240),
)
# customer id, name, street, zip, city
COMPANIES = (
    ("CustomerUserID", "Example Corporation", "Main Street 1", "10115", "Berlin"),
    ("bakery", "Müller & Söhne Bakery", "Market Square 7", "50667", "Köln"),
    ("school", "Northside School", "School Lane 3", "20095", "Hamburg"),
)
# login, password, first name, last name, mail, customer id
CUSTOMERS = (
    ("customer1", "customer1", "Carla", "Castillo", "carla@example.org", "CustomerUserID"),
    ("customer2", "customer2", "Chen", "Cooper", "chen@example.org", "CustomerUserID"),
    ("anna.müller", "anna", "Anna", "Müller", "anna@bakery.example", "bakery"),
    ("principal", "principal", "Petra", "Pohl", "principal@school.example", "school"),
)
# customer user (or <DEFAULT>), service
CUSTOMER_SERVICES = (
    ("<DEFAULT>", "Mail"),
    ("customer1", "Network"),
    ("customer1", "Network::VPN"),
    ("customer2", "Network"),
    ("anna.müller", "Printing"),
)

CHOICES = "PossibleNone: '1'\nPossibleValues:\n  blue: Blue\n  green: Green\n  red: Red\nTranslatableValues: '0'\n"
# name, label, type, configuration as Znuny stores it
DYNAMIC_FIELDS = (
    ("Asset", "Asset tag", "Text", "---\nDefaultValue: ''\nLink: ''\nRegExList: []\n"),
    ("Notes", "Notes", "TextArea", "---\nCols: '60'\nDefaultValue: ''\nRegExList: []\nRows: '5'\n"),
    ("Color", "Colour", "Dropdown", f"---\nDefaultValue: ''\n{CHOICES}TreeView: '0'\n"),
    ("Colors", "Colours", "Multiselect", f"---\nDefaultValue: ''\n{CHOICES}TreeView: '0'\n"),
    ("Urgent", "Urgent", "Checkbox", "---\nDefaultValue: '0'\n"),
    ("Delivery", "Delivery date", "Date", "---\nDateRestriction: none\nDefaultValue: '0'\nYearsPeriod: '0'\n"),
    ("Appointment", "Appointment", "DateTime", "---\nDateRestriction: none\nDefaultValue: '0'\nYearsPeriod: '0'\n"),
)
