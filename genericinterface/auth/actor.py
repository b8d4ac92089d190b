"""Who asks: an agent or a customer user, and the credentials that every request type carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from genericinterface.schema import Structure, Text


@dataclass(frozen=True)
class Agent:
    """An agent (a row of `users`). User 1 may see and do everything, as in Znuny."""

    id: int
    login: str


@dataclass(frozen=True)
class Customer:
    """A customer user (a row of `customer_user`); `customer_id` is the company of that row."""

    login: str
    customer_id: str


Actor = Agent | Customer


class Credentials(Structure):
    """Base of the request types whose operation asks who is there (manual, "HTTP-Header Authentication")."""

    UserLogin: Annotated[Text | None, Meta(description="Login of an agent, with Password")] = None
    CustomerUserLogin: Annotated[Text | None, Meta(description="Login of a customer user, with Password")] = None
    Password: Annotated[Text | None, Meta(description="Password of the agent or customer user, in clear")] = None
    SessionID: Annotated[
        Text | None, Meta(description="A session from SessionCreate, instead of login and password")
    ] = None
    ImpersonateAsUser: Annotated[Text | None, Meta(description="Accepted and without effect")] = None
