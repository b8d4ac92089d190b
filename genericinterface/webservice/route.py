"""Routes of a REST definition: parsed once, matched against raw paths, compared with each other.

A route is literal text with `:Name` parts that stand for one non-empty path segment part. Znuny 6.5 reads a route as a
Perl regexp; here every other character stands for itself, and one outside ASCII for its percent-encoded UTF-8. Called
by transport/rest.py and webservice/check.py.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

PARAMETER = re.compile(r":([A-Za-z_]\w*)", re.ASCII)

# Everything in ASCII stands for itself in a raw path.
ASCII = "".join(map(chr, range(128)))

# What would act as a regexp in Znuny's matcher, and does not here.
REGEXP = re.compile(r"[\\^$.|?*+()\[\]{}#\s]")


@dataclass(frozen=True)
class Route:
    """One entry of RouteOperationMapping: its operation, its route, and the methods it takes (() for every one)."""

    operation: str
    text: str
    methods: tuple[str, ...] = ()

    @cached_property
    def parameters(self) -> tuple[str, ...]:
        """The names of the `:Name` parts in their order."""
        return tuple(PARAMETER.findall(self.text))

    @cached_property
    def _raw(self) -> str:
        return quote(self.text, safe=ASCII)

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = PARAMETER.split(self._raw)
        pieces = [re.escape(part) if number % 2 == 0 else "([^/]+)" for number, part in enumerate(parts)]
        return re.compile("".join(pieces))

    def match(self, path: str) -> dict[str, str] | None:
        """The captures of a raw path, still percent-encoded (`a%2Fb` is one segment); None where it does not match."""
        found = self._pattern.fullmatch(path)
        return None if found is None else dict(zip(self.parameters, found.groups(), strict=True))

    def takes(self, method: str) -> bool:
        """Whether the route takes a request with this method."""
        return not self.methods or method in self.methods

    def overlaps(self, other: Route) -> bool:
        """Whether some request could match both routes."""
        if self.methods and other.methods and not set(self.methods) & set(other.methods):
            return False
        mine, theirs = self._raw.split("/"), other._raw.split("/")
        return len(mine) == len(theirs) and all(map(_segments_overlap, mine, theirs))

    def covers(self, other: Route) -> bool:
        """Whether every request for the other route matches this one as well, so that the other is never reached."""
        if self.methods and not (other.methods and set(other.methods) <= set(self.methods)):
            return False
        return self._pattern.fullmatch(PARAMETER.sub("\N{BLACK SQUARE}", other._raw)) is not None


def _segments_overlap(mine: str, theirs: str) -> bool:
    if not PARAMETER.search(mine):
        return Route("", theirs).match(mine) is not None
    if not PARAMETER.search(theirs):
        return Route("", mine).match(theirs) is not None
    # Both have parameters: they can meet unless their literal beginnings or ends differ.
    heads = [PARAMETER.split(text)[0] for text in (mine, theirs)]
    tails = [PARAMETER.split(text)[-1] for text in (mine, theirs)]
    return (heads[0].startswith(heads[1]) or heads[1].startswith(heads[0])) and (
        tails[0].endswith(tails[1]) or tails[1].endswith(tails[0])
    )
