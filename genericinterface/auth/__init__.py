"""Authentication and permissions: credentials in data → Agent or Customer; what they may see and do."""

from genericinterface.auth.actor import Actor, Agent, Credentials, Customer
from genericinterface.auth.authenticator import Authenticator

__all__ = ["Actor", "Agent", "Authenticator", "Credentials", "Customer"]
