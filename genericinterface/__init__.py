"""A standalone SOAP and REST provider for Znuny/OTRS ticket data: the Generic Interface, anew."""

from importlib.metadata import version

__version__ = version("genericinterface")
