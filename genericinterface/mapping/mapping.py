"""What a mapping is: data in, data out, configured by the definition's MappingInbound or MappingOutbound."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping as MappingABC
from typing import Any, ClassVar

Data = dict[str, Any]


class Mapping(ABC):
    """Base of all mappings; instances are shared by all threads and keep no data.

    `config` is the `Config` of the definition's mapping, {} where it has none. The constructor raises Fault with the
    reference's words for a configuration that cannot work; the provider answers each call with it then.
    """

    type: ClassVar[str]

    def __init__(self, config: MappingABC[str, Any]) -> None:
        self.config = config

    @abstractmethod
    def map(self, data: Data, stages: MappingABC[str, Data]) -> Data:
        """The mapped data; raises Fault. `data` is not changed.

        `stages` holds the data of earlier stages by the reference's DataInclude names (ProviderRequestInput,
        ProviderRequestMapOutput, ProviderResponseInput, …).
        """

    def inbound_fields(self) -> list[str] | None:
        """Names of what a caller sends through this mapping, where that can be told (for WSDL and OpenAPI)."""
        return None
