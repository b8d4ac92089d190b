"""The ready-made web service definitions, packaged as `genericinterface.webservice_definitions`.

Read by the command line (`webservice import-packaged`, `serve --demo`) and by tests. A file's name without `.yml` is
the name of the web service.
"""

from importlib.resources import files


def names() -> list[str]:
    """The names of the packaged web services, sorted."""
    found = (entry.name for entry in files(__name__).iterdir())
    return sorted(name.removesuffix(".yml") for name in found if name.endswith(".yml"))


def text(name: str) -> str:
    """The definition of one of `names()`, as it is in the file."""
    return files(__name__).joinpath(f"{name}.yml").read_bytes().decode("utf-8")
