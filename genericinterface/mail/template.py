"""Texts with placeholders: `<OTRS_TICKET_Title>` and their like in auto responses, salutations and signatures.

As Znuny 6.5 fills them. What is filled in is never looked at again, so that nobody can have a placeholder of theirs
filled by writing it into a ticket.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from genericinterface.mail.subject import shortened

TAG = re.compile(r"<OTRS_(?P<name>[A-Za-z][\w:.-]*)(?:\[(?P<size>\d{1,6})\])?>")
HTML_TAG = re.compile(r"&lt;OTRS_(?P<name>[A-Za-z][\w:.-]*)(?:\[(?P<size>\d{1,6})\])?&gt;")
NOTHING = "-"  # what a known kind of placeholder without a value becomes

QUOTE = (
    '<div  type="cite" style="border:none;border-left:solid blue 1.5pt;padding:0cm 0cm 0cm 4.0pt">',
    "</div>",
)
PAGE = (
    '<!DOCTYPE html><html><head><meta http-equiv="Content-Type" content="text/html; charset=utf-8"/></head>'
    '<body style="{}">{}</body></html>'
)

# In text that is escaped already; a placeholder may be part of an address.
ADDRESS = re.compile(
    r"""(?<![^\s>;])(?:(?:https?|ftp)://|www\.|ftp\.)(?:&amp;|&lt;OTRS_[\w:.-]+&gt;|[^\s<>"';&])+""", re.IGNORECASE
)
PUNCTUATION = re.compile(r"[.,:!?)]+\Z")

# Gives the value of a name of its group (without case), None where there is none.
Values = Callable[[str], str | None]


@dataclass(frozen=True)
class Article:
    """The article that a text answers: `<OTRS_CUSTOMER_SUBJECT[24]>`, `<OTRS_CUSTOMER_EMAIL[6]>` and so on."""

    from_: str = ""
    to: str = ""
    cc: str = ""
    subject: str = ""
    body: str = ""


@dataclass(frozen=True)
class Placeholders:
    """All that texts may ask for.

    Groups are named as in the placeholders, in capitals: TICKET, OWNER, RESPONSIBLE, AGENT and CURRENT (who acts),
    CUSTOMER_DATA, CONFIG. `alone` has those that have no group (QUEUE, …), `customer` what CUSTOMER_ means beside the
    article that is answered.
    """

    groups: Mapping[str, Values]
    alone: Values
    article: Article | None = None
    customer: Values = lambda _name: None


def expand(text: str, values: Placeholders) -> str:
    """A plain text with its placeholders filled; unknown ones stay."""
    return TAG.sub(lambda tag: _value(tag, values, _quoted, str), text)


def expand_html(text: str, values: Placeholders) -> str:
    """The same of HTML, in which a placeholder is written `&lt;OTRS_…&gt;`; what is filled in is text."""
    return HTML_TAG.sub(lambda tag: _value(tag, values, _quoted_html, to_html), text)


def to_html(text: str) -> str:
    """A plain text as a piece of HTML that shows it."""
    return html.escape(text, quote=False).replace('"', "&quot;").replace("\r\n", "\n").replace("\n", "<br/>\n")


def as_html(text: str, content_type: str | None) -> str:
    """The text of a template as HTML: as it is, or a plain one made HTML, with links where it names addresses."""
    return text if is_html(content_type) else ADDRESS.sub(_link, to_html(text).replace("<br/>\n", "<br/>"))


def is_html(content_type: str | None) -> bool:
    """Whether a template says that it is HTML."""
    return (content_type or "").strip().lower().startswith("text/html")


def _link(found: re.Match[str]) -> str:
    address = PUNCTUATION.sub("", found[0])
    lower = address.lower()
    target = (
        f"http://{address}" if lower.startswith("www.") else f"ftp://{address}" if lower.startswith("ftp.") else address
    )
    return f'<a href="{target}" title="{target}">{address}</a>{found[0][len(address) :]}'


def page(content: str, css: str) -> str:
    """A piece of HTML as a whole page, in the style of Frontend::RichText::DefaultCSS."""
    return PAGE.format(html.escape(css), content)


def _value(
    tag: re.Match[str],
    values: Placeholders,
    quoted: Callable[[str, int | None], str],
    shown: Callable[[str], str],
) -> str:
    name, size = tag["name"], int(tag["size"]) if tag["size"] else None
    upper = name.upper()
    found = values.alone(upper)
    if found is not None:
        return shown(found)
    if upper == "COMMENT" and values.article:
        return quoted(values.article.body, None)
    for group, find in values.groups.items():
        if upper.startswith(f"{group}_"):
            value = find(name[len(group) + 1 :])
            return shown(NOTHING if value is None else value)
    if not upper.startswith("CUSTOMER_"):
        return tag[0]
    rest = upper.removeprefix("CUSTOMER_")
    if values.article and rest in ("BODY", "EMAIL") and size:
        return quoted(values.article.body, size)
    found = _of_article(rest, size, values.article)
    if found is None:
        found = values.customer(rest)
    return shown(NOTHING if found is None else found)


def _of_article(name: str, size: int | None, article: Article | None) -> str | None:
    if article is None:
        return None
    if name == "SUBJECT" and size:
        return shortened(article.subject, size)
    found = {
        "BODY": article.body,
        "EMAIL": article.body,
        "SUBJECT": article.subject,
        "FROM": article.from_,
        "TO": article.to,
        "CC": article.cc,
    }
    return found.get(name)


def _lines(body: str, count: int | None) -> list[str]:
    return body.rstrip("\n").split("\n")[:count]


def _quoted(body: str, count: int | None) -> str:
    return "\n".join(f"> {line}" for line in _lines(body, count))


def _quoted_html(body: str, count: int | None) -> str:
    return to_html("\n".join(_lines(body, count))).join(QUOTE)
