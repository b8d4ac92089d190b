"""The transports; importing this package registers all of them."""

from genericinterface.transport import rest, soap

__all__ = ["rest", "soap"]
