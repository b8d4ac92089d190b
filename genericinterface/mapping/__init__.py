"""The mappings; importing this package registers all of them."""

from genericinterface.mapping import out_of_office, simple, xslt

__all__ = ["out_of_office", "simple", "xslt"]
