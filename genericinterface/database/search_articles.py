"""Filters on articles: their senders, recipients, subjects, bodies, attachments, all of these, and their time.

All that is asked of articles must be true of one and the same article, so this is one row of
ticket_search_filters.py. Texts are looked for in `article_search_index`, Znuny's index of words; an article that is
marked as not indexed is searched itself.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, FromClause, Select, String, and_, bindparam, exists, or_, select, union_all

from genericinterface.database import tables as t
from genericinterface.database.search_parameters import Filter, Parameter, Question, Reading, TooMuchError
from genericinterface.database.search_pattern import ESCAPE, Fits, Uncounted, rough
from genericinterface.database.search_texts import MOST_LETTERS
from genericinterface.database.search_times import TimeFamily
from genericinterface.database.search_trigrams import sparse
from genericinterface.database.search_words import lower

ARTICLE_TIME = TimeFamily("ArticleCreateTime", "Tickets with an article created", t.article.c.create_time)

_mime, _attachment = t.article_data_mime.c, t.article_data_mime_attachment.c
_attachments = select(_attachment.filename).where(_attachment.article_id == t.article.c.id)

# What the index calls a text, and where an article itself has it; attachments are rows of their own.
COLUMNS: dict[str, ColumnElement[Any]] = {
    "MIMEBase_From": _mime.a_from,
    "MIMEBase_To": _mime.a_to,
    "MIMEBase_Cc": _mime.a_cc,
    "MIMEBase_Bcc": _mime.a_bcc,
    "MIMEBase_Subject": _mime.a_subject,
    "MIMEBase_Body": _mime.a_body,
}
ATTACHMENTS = "MIMEBase_AttachmentName"
WORDS, TITLE = t.article_search_index.c.article_value, t.ticket.c.title
KEYS = (*COLUMNS, ATTACHMENTS)
FULLTEXT = "Fulltext"
SPARSE_TITLE, ROUGH_TITLE = "Fulltext_title_sparse", "Fulltext_title_rough"
TEXTS = frozenset((*KEYS, FULLTEXT))


class Shape(NamedTuple):
    """`texts` are asked for; the words of some articles are `unindexed`. The last two are trigram indexes, if any."""

    texts: tuple[str, ...]
    any_text: bool
    time: Any  # of ARTICLE_TIME
    visible: bool
    unindexed: bool
    on_words: bool
    on_titles: bool


def articles() -> Filter:
    """The row of FILTERS."""
    words = "; * and % stand for anything, case does not matter"
    parameters = (
        *(Parameter(name, "text", f"Part of {_what(name)} of an article{words}") for name in KEYS),
        Parameter(FULLTEXT, "text", f"Part of the title, or of any text of an article{words}"),
        Parameter("ContentSearch", "text", "OR: one of the MIMEBase_ parameters is enough; AND, the default: all"),
        *ARTICLE_TIME.parameters(),
    )
    return Filter(parameters, _read, _express, texts=(WORDS, TITLE), alternatives=_alternatives)


def _what(name: str) -> str:
    field = name.removeprefix("MIMEBase_")
    return "the name of an attachment" if name == ATTACHMENTS else f"the {field}"


def _read(question: Question) -> Reading | None:
    found = {name: pattern(question.scalar(name)) for name in (*KEYS, FULLTEXT)}
    texts = {name: text for name, text in found.items() if text}
    for name, text in texts.items():
        if len(text) > MOST_LETTERS + 2:  # with the wildcards around it
            raise TooMuchError(name, f"has more than {MOST_LETTERS} letters")
    time = ARTICLE_TIME.read(question)
    if not texts and time is None:
        return None
    # With Fulltext, even with one that allows anything, one text is enough whatever ContentSearch says (Znuny 6.5).
    any_text = question.scalar("ContentSearch").upper() == "OR" or bool(question.scalar(FULLTEXT))
    words, titles = question.index(WORDS), question.index(TITLE)
    values = texts | dict(time.values if time else {})
    if words is not None:
        values |= {_sparse(name): sparse(text, words) for name, text in texts.items()}
    if FULLTEXT in texts:
        values |= {ROUGH_TITLE: rough(texts[FULLTEXT]), SPARSE_TITLE: sparse(texts[FULLTEXT], titles or {})}
    shape = Shape(
        tuple(texts),
        any_text,
        time.shape if time else None,
        question.visible_articles,
        question.unindexed,
        words is not None,
        titles is not None,
    )
    return Reading(shape, values)


def pattern(text: str) -> str:
    """What LIKE takes to find a text anywhere; "" for one that allows anything.

    `*` and `%` are wildcards, a backslash takes a meaning away, `_` has none (Znuny 6.5).
    """
    if not text.strip("*%"):
        return ""
    like = lower(text).replace("*", "%").replace("_", "\\_")
    return f"{'' if like.startswith('%') else '%'}{like}{'' if like.endswith('%') else '%'}"


def _express(shape: Shape) -> ColumnElement[bool]:
    arms = _arms(shape)
    if FULLTEXT in shape.texts:
        titled = t.ticket.alias("titled")
        arms.append(select(titled.c.id).where(*_titled(titled, shape)))
    return t.ticket.c.id.in_(union_all(*arms) if len(arms) > 1 else arms[0])


def _alternatives(shape: Shape) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [t.ticket.c.id.in_(arm) for arm in _arms(shape)]
    return [*found, and_(*_titled(t.ticket, shape))] if FULLTEXT in shape.texts else found


def _arms(shape: Shape) -> list[Select[tuple[int]]]:
    """IDs of tickets by their articles, each by another way to find them."""
    conditions = _conditions(shape)
    found = select(t.article.c.ticket_id).where(*conditions)
    if not shape.texts:
        return [found]
    arms = [_indexed(shape, conditions)]
    return [*arms, _not_indexed(found, shape)] if shape.unindexed else arms


def _conditions(shape: Shape) -> list[ColumnElement[bool]]:
    conditions = [t.article.c.is_visible_for_customer == 1] if shape.visible else []
    return conditions + (ARTICLE_TIME.compare(shape.time) if shape.time else [])


def _titled(ticket: FromClause, shape: Shape) -> list[ColumnElement[bool]]:
    """Conditions on a ticket whose title has the text of Fulltext, and that has an article in time."""
    found: list[ColumnElement[bool]] = [Fits(ticket.c.title, _like(FULLTEXT), _like(ROUGH_TITLE))]
    if shape.on_titles:
        found.append(ticket.c.title.ilike(_like(SPARSE_TITLE), escape=ESCAPE))
    if shape.time:
        found.append(ticket.c.id.in_(select(t.article.c.ticket_id).where(*_conditions(shape))))
    return found


def _sparse(name: str) -> str:
    return f"{name}_sparse"


def _like(name: str) -> ColumnElement[str]:
    return bindparam(name, type_=String())


def _indexed(shape: Shape, conditions: list[ColumnElement[bool]]) -> Select[tuple[int]]:
    """Tickets of articles whose words are in the index, which has small letters only.

    The index names the ticket, too, and Znuny keeps that when tickets are merged (seen): articles themselves are asked
    only where there is a condition on them.
    """
    index = t.article_search_index
    together = shape.texts if shape.any_text else shape.texts[:1]
    found = select(index.c.ticket_id).where(or_(*(_matches(index, name, shape) for name in together)))
    if conditions:
        found = found.where(index.c.article_id.in_(select(t.article.c.id).where(*conditions)))
    for name in shape.texts[len(together) :]:
        other = index.alias(f"index_{name}")
        found = found.where(index.c.article_id.in_(select(other.c.article_id).where(_matches(other, name, shape))))
    return found


def _matches(index: FromClause, name: str, shape: Shape) -> ColumnElement[bool]:
    value = index.c.article_value
    like = value.like(_like(name), escape=ESCAPE)
    # Without an index it is quicker to read all words for a rare one than to go from ticket to ticket.
    found: list[ColumnElement[bool]] = (
        [value.like(_like(_sparse(name)), escape=ESCAPE), Uncounted(like)] if shape.on_words else [like]
    )
    if name != FULLTEXT:
        # Words are not spread evenly over the keys, as a planner expects who multiplies: nearly all are in bodies.
        found.append(Uncounted(index.c.article_key == name))
    return and_(*found)


def _not_indexed(found: Select[tuple[int]], shape: Shape) -> Select[tuple[int]]:
    """Articles that are not indexed, whose own texts match."""
    texts = shape.texts
    matches = [or_(*(_has(key, name) for key in KEYS)) if name == FULLTEXT else _has(name, name) for name in texts]
    article = t.article.c
    joined = found.join(t.article_data_mime, _mime.article_id == article.id)
    return joined.where(article.search_index_needs_rebuild == 1, *([or_(*matches)] if shape.any_text else matches))


def _has(key: str, name: str) -> ColumnElement[bool]:
    if key == ATTACHMENTS:
        return exists(_attachments.where(_attachment.filename.ilike(_like(name), escape=ESCAPE)))
    return COLUMNS[key].ilike(_like(name), escape=ESCAPE)
