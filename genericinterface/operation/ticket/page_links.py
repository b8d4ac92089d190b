"""The header `Link` of a page of found tickets (RFC 8288): the first, previous, next and last page, as far as known."""

from __future__ import annotations

from collections.abc import Callable

from genericinterface.database.ticket_search import Found


def page_links(found: Found, address: Callable[[str, str], str]) -> str:
    """The header's value, "" where this page is the only one.

    `address` gives the request's address with another value of one parameter. Without a total a full page is taken
    for one that another follows, and which is the last is not known.
    """
    limit, offset, total = found.limit, found.offset, found.total
    if limit < 1:
        return ""
    pages: dict[str, int] = {}
    if offset > 0:
        pages |= {"first": 0, "prev": max(offset - limit, 0)}
    if total is None:
        if len(found.tickets) == limit:
            pages["next"] = offset + limit
    elif offset + limit < total:
        start = offset % limit  # pages need not begin at 0
        pages |= {"next": offset + limit, "last": start + (total - 1 - start) // limit * limit}
    return ", ".join(f'<{address("Offset", str(number))}>; rel="{name}"' for name, number in pages.items())
