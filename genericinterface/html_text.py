"""HTML as readable plain text, in the form in which Znuny 6.5 keeps the body of an HTML article.

Called where an HTML article is stored and where an HTML mail gets its text part. `to_text` takes any text, also broken
HTML, in time that grows with its length only: bodies are written by strangers. The line breaks are what Znuny was seen
to make; docs/differences.md has the places where it loses or glues words and this does not.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

WIDTH = 78  # Ticket::Frontend::TextAreaNote, the width at which Znuny breaks the lines

_TAG = re.compile(r"""<(/?)([a-zA-Z][^\s/>]*+)((?:[^>"']++|"[^"]*+"|'[^']*+')*+)>""")
_TAG_OF_UNPAIRED_QUOTES = re.compile(r"<(/?)([a-zA-Z][^\s/>]*+)([^>]*+)>")
_HREF = re.compile(r"""(?:^|[\s"'])href\s*+=\s*+(?:"([^"]*+)"|'([^']*+)'|([^\s"'>]++))""", re.IGNORECASE)
_REFERENCE = re.compile(r"&(?:#\d{1,7}|#[xX][0-9a-fA-F]{1,6}|\w{1,32});")
_NO_CHARACTER = re.compile(r"&#(?:\d{8,}+|[xX][0-9a-fA-F]{8,}+);?")
_CITE = re.compile(r"""(?:^|\s)type\s*+=\s*+["']?cite["']?(?=\s|$)""", re.IGNORECASE)  # how Znuny marks a quoting div
_LINE_ENDS = re.compile(r"[\r\n]+")
_BLANKS = re.compile(r" +")
_AFTER_BREAK = re.compile(r"\r?\n\s*")
_EMPTY_LINES = re.compile(r"\n(?:\s*\n){2,}")
_LEADING_LINES = re.compile(r"\A\n(?:\s*\n)+")
_ITEM_THEN_LINES = re.compile(r"\n - \s*\n\s*")

# What comes before and after the content of an element.
_OPENING = dict.fromkeys(("p", "pre", "code", "hr", "table", "tr", "th", "thead"), "\n\n") | {"br": "\n", "li": "\n - "}
_CLOSING = dict.fromkeys(("p", "pre", "code", "table", "ul", "ol"), "\n\n") | {"div": "\n", "td": " "}
# Elements that begin a new line when there is text before them, and (save div, which always does) end one after it.
_BLOCKS = re.compile(
    "address|article|aside|center|dd|details|div|dl|dt|fieldset|figcaption|figure|footer|form|h[1-6]|header|legend|main"
    "|nav|option|section|summary"
)
_UNSEEN = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in ("script", "style", "title", "template")}
_VERBATIM = ("pre", "code")
_SWALLOWING = ("td", "body", "blockquote")  # blanks after these tags are nothing
_MOST_QUOTATIONS = 50  # one within the other; deeper ones are text of the last
_QUOTED = "\0"  # marks a part as finished quotation; html.unescape never makes a NUL


def to_text(source: str, width: int = WIDTH) -> str:
    """The text of `source`, lines broken at `width` where there is a blank; links are numbered and listed at the end.

    Quotations get "> " before each line, list items " - ", tables one line for a row. A no-break space stays one.
    """
    page = _Page(width)
    for kind, name, content in _tokens(source.replace(_QUOTED, "").strip(" \r\n")):
        if kind == "text":
            page.text(content)
        elif kind == "open":
            page.open(name, content)
        else:
            page.close(name)
    return page.finish()


def _tokens(source: str) -> Iterator[tuple[str, str, str]]:
    """("text", "", words), ("open", name, attributes), ("close", name, ""); without comments and unseen elements."""
    at, last, tag = 0, source.rfind(">"), _TAG
    while (start := source.find("<", at)) >= 0 and start < last:
        if start > at:
            yield "text", "", source[at:start]
        if source.startswith(("<!", "<?"), start):
            at = _behind(source, "-->" if source.startswith("<!--", start) else ">", start + 2)
            continue
        found = tag.match(source, start)
        if found is None and (found := _TAG_OF_UNPAIRED_QUOTES.match(source, start)) is not None:
            tag = _TAG_OF_UNPAIRED_QUOTES  # a quote that is never closed hides nothing, and is looked for once
        if found is None:
            yield "text", "", "<"
            at = start + 1
            continue
        at, name = found.end(), found[2].lower()
        if found[1]:
            yield "close", name, ""
        elif name in _UNSEEN:
            end = _UNSEEN[name].search(source, at)
            at = len(source) if end is None else _behind(source, ">", end.end())
        else:
            yield "open", name, found[3]
    if at < len(source):
        yield "text", "", source[at:]


def _behind(source: str, ending: str, at: int) -> int:
    end = source.find(ending, at)
    return len(source) if end < 0 else end + len(ending)


class _Page:
    """What has been read so far: a pile of quotations, the outermost at the bottom, and the links of all of them."""

    def __init__(self, width: int) -> None:
        self._width = width
        self._pile: list[list[str]] = [[]]
        self._divs: list[bool] = []  # of the open ones, whether each is a quotation
        self._links: list[str] = []
        self._verbatim = 0
        self._too_deep = 0
        self._after = ""  # the last tag, where it matters to the blanks behind it

    def text(self, words: str) -> None:
        """Words between tags, references not yet resolved."""
        if not self._verbatim:
            if self._after == "br":
                words = _AFTER_BREAK.sub("", words, count=1) if words.lstrip(" \t")[:1] in ("\r", "\n") else words
            elif self._after in _SWALLOWING:
                words = words.lstrip(" \r\n")
            words = _BLANKS.sub(" ", _LINE_ENDS.sub(" ", words))
        self._add(html.unescape(_NO_CHARACTER.sub("\ufffd", words)).replace("\r\n", "\n"))
        if words:
            self._after = ""

    def open(self, name: str, attributes: str) -> None:
        """An opening tag."""
        self._after = name if name in ("br", "body") else ""
        is_quoting = name == "blockquote" or (name == "div" and _CITE.search(attributes) is not None)
        if name == "div":
            self._divs.append(is_quoting)
        if is_quoting:
            if name == "blockquote":  # Znuny's own div goes on in the line: `You wrote: > …`
                self._new_line()
            self._open_quotation()
        elif name == "a" and (found := _HREF.search(attributes)):
            self._links.append(_REFERENCE.sub(lambda m: html.unescape(m[0]), found[1] or found[2] or found[3] or ""))
            self._add(f"[{len(self._links)}]")
        elif _BLOCKS.fullmatch(name):
            self._new_line()
        else:
            self._verbatim += name in _VERBATIM
            self._add(_OPENING.get(name, ""))

    def close(self, name: str) -> None:
        """A closing tag."""
        self._after = name if name == "td" else ""
        if name == "blockquote" or (name == "div" and self._divs and self._divs.pop()):
            self._close_quotation()
        elif name != "div" and _BLOCKS.fullmatch(name):
            self._new_line()
        else:
            self._verbatim -= name in _VERBATIM and self._verbatim > 0
            self._add(_CLOSING.get(name, ""))

    def finish(self) -> str:
        """The text; what is still open ends here."""
        while len(self._pile) > 1:
            self._quote()
        text = self._lines(self._pile[0])
        if self._links:
            text += "\n\n" + "".join(f"[{number}] {link}\n" for number, link in enumerate(self._links, 1))
        return text

    def _add(self, words: str) -> None:
        if words:
            self._pile[-1].append(words)

    def _new_line(self) -> None:
        """A new line, where this one has something on it."""
        written = self._pile[-1]
        if any(part.strip() for part in written[-2:]) and not written[-1].rstrip(" ").endswith("\n"):
            self._add("\n")

    def _open_quotation(self) -> None:
        if len(self._pile) > _MOST_QUOTATIONS:
            self._too_deep += 1
        else:
            self._pile.append([])
            self._after = "blockquote"

    def _close_quotation(self) -> None:
        if self._too_deep:
            self._too_deep -= 1
        elif len(self._pile) > 1:
            self._quote()

    def _quote(self) -> None:
        inner = self._lines(self._pile.pop())
        quoted = "".join(f"> {line}\n" for line in inner.removesuffix("\n").split("\n"))
        self._pile[-1].append(_QUOTED + quoted + ("\n" if inner.endswith("\n") else ""))

    def _lines(self, parts: list[str]) -> str:
        """The parts as text: at most one empty line in a row, long lines broken; quotations are finished already."""
        pieces: list[str] = []
        plain: list[str] = []
        for part in parts:
            if part.startswith(_QUOTED):
                pieces += [self._tidy("".join(plain), not pieces), part[1:]]
                plain = []
            else:
                plain.append(part)
        return "".join([*pieces, self._tidy("".join(plain), not pieces)])

    def _tidy(self, text: str, first: bool) -> str:
        text = _ITEM_THEN_LINES.sub("\n - ", _EMPTY_LINES.sub("\n\n", text))
        if first:
            text = _LEADING_LINES.sub("\n", text)
        lines = [broken for line in text.split("\n") for broken in _broken(line, self._width)]
        if text and len(text) - text.rfind("\n") - 1 > self._width:
            lines.append("")  # as Znuny does with a last line that had to be broken
        return "\n".join(lines)


def _broken(line: str, width: int) -> list[str]:
    """The line, or the lines it is broken into; a word longer than `width` has a line of its own."""
    if len(line) <= width:
        return [line]
    lines, start = [], 0
    while len(line) - start > width:
        at = line.rfind(" ", start, start + width + 1)
        if at <= start:
            at = line.find(" ", start + 1)
        if at < 0 or at == len(line) - 1:
            break
        lines.append(line[start:at])
        start = at + 1
    return [*lines, line[start:]]
