"""Web service definitions: YAML documents with positions, their problems, and the typed object of one."""

from genericinterface.webservice.definition import MappingDefinition, OperationDefinition, Webservice, define

__all__ = ["MappingDefinition", "OperationDefinition", "Webservice", "define"]
