"""The only file that imports spyne: loads it on every Python that we support, and names what we use of it.

Imported by transport/soap_steps.py and transport/wsdl.py when the first SOAP web service needs them, because it takes
a fifth of a second. spyne 2.14 is from 2022 and needs help from Python 3.12 on:

- its own copy of `six` brings an importer for `six.moves` that speaks the protocol which Python 3.12 dropped;
- it imports `cgi`, deprecated in 3.11 and gone in 3.13, for a function that we never call.

Both get the same treatment on each version, so that all run the same code.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
import threading
from collections.abc import Callable, Mapping
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType
from typing import Any


def _load_six() -> None:
    """Loads spyne's six under its name, and teaches its importer the protocol of PEP 451."""
    name = "spyne.util.six"
    package = importlib.util.find_spec("spyne")
    if package is None or not package.submodule_search_locations:
        raise ImportError("spyne is not installed")
    path = Path(package.submodule_search_locations[0], "util", "six.py")
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} cannot be loaded")
    six = importlib.util.module_from_spec(spec)
    sys.modules[name] = six
    spec.loader.exec_module(six)
    importer = type(six._importer)

    def find_spec(self: Any, fullname: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        return importlib.util.spec_from_loader(fullname, self) if fullname in self.known_modules else None

    def create_module(self: Any, spec: ModuleSpec) -> Any:
        return self.load_module(spec.name)

    def exec_module(self: Any, module: ModuleType) -> None:
        """Nothing: create_module gives modules that are loaded."""

    importer.find_spec, importer.create_module, importer.exec_module = find_spec, create_module, exec_module


if "spyne" not in sys.modules:
    _load_six()
    _cgi = sys.modules.get("cgi")
    sys.modules["cgi"] = ModuleType("cgi")
    try:
        for _module in ("spyne", "spyne.interface.wsdl", "spyne.protocol.soap"):
            importlib.import_module(_module)
    finally:
        del sys.modules["cgi"]
        if _cgi is not None:
            sys.modules["cgi"] = _cgi

# It logs what it does at each step, at debug and info; what it has to warn of stays.
logging.getLogger("spyne").setLevel(logging.WARNING)

from spyne import (  # noqa: E402  only now can it be imported
    AnyXml,
    Application,
    ByteArray,
    ComplexModel,
    Decimal,
    Integer32,
    Integer64,
    MethodContext,
    ServerBase,
    Service,
    Unicode,
    srpc,
)
from spyne.interface.wsdl import Wsdl11  # noqa: E402  as above
from spyne.interface.xml_schema._base import _add_handlers  # noqa: E402  as above
from spyne.protocol.soap import Soap11  # noqa: E402  as above
from spyne.util.appreg import unregister_application  # noqa: E402  as above

__all__ = [
    "AnyXml",
    "ByteArray",
    "ComplexModel",
    "Decimal",
    "Integer32",
    "Integer64",
    "MethodContext",
    "ServerBase",
    "Service",
    "Soap11",
    "Unicode",
    "application",
    "srpc",
    "wsdl",
]

# spyne keeps applications and types in tables of its modules.
_tables = threading.Lock()
_HANDLERS = frozenset(_add_handlers)


def application(name: str, namespace: str, methods: Mapping[str, Any], protocol: Callable[[], Any]) -> Any:
    """A spyne Application with one service of these methods; `protocol` makes its protocols, one for each direction.

    spyne keeps all applications that were ever made, by namespace and name, and warns of a second one; here, a changed
    definition makes a new one and the old must go.
    """
    service = type("Operations", (Service,), dict(methods))
    with _tables:
        built = Application([service], namespace, name, in_protocol=protocol(), out_protocol=protocol())
        unregister_application(built)
    return built


def wsdl(application: Any, address: str, correct: Callable[[Any], None]) -> bytes:
    """The WSDL of an application at an address; `correct` gets the document's root before it becomes text.

    spyne's schema writer keeps all types that it has ever written, a megabyte and more of each web service.
    """
    document = Wsdl11(application.interface)
    document.event_manager.add_listener("wsdl_document_built", lambda built: correct(built.root_elt))
    with _tables:
        document.build_interface_document(address)
        for kept in _add_handlers.keys() - _HANDLERS:
            del _add_handlers[kept]
    text: bytes = document.get_interface_document()
    return text
