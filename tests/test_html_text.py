"""HTML as text: what Znuny 6.5 made of the same HTML, what we do better; strangers' HTML cannot keep us busy."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from genericinterface.html_text import to_text

FOX = "The quick brown fox jumps over the lazy dog and runs away from the big bad wolf in the deep dark forest."
BROKEN = "The quick brown fox jumps over the lazy dog and runs away from the big bad\nwolf in the deep dark forest."

# Asked of a Znuny 6.5: TicketCreate with an HTML article, then article_data_mime.a_body.
AS_ZNUNY = {
    "plain words": "plain words",
    "": "",
    "<p>one</p><p>two</p>": "\none\n\ntwo\n\n",
    "<div>one</div><div>two</div>": "one\ntwo\n",
    "a<br>b<br/>c<br />d": "a\nb\nc\nd",
    "a\r\nb\n\nc": "a b c",
    "a   b\t c": "a b\t c",
    "<b>bold</b> <i>it</i> <u>u</u> <strong>s</strong><em>e</em>": "bold it u se",
    "<ul><li>one</li><li>two</li></ul>": "\n - one\n - two\n\n",
    "<ul>\n  <li>a</li>\n  <li>b</li>\n</ul>\n<p>x</p>": " \n - a \n - b \n\nx\n\n",
    "<ol><li>one</li><li>two<ul><li>in</li></ul></li></ol>": "\n - one\n - two\n - in\n\n",
    "<blockquote>quoted words<br>more</blockquote>after": "> quoted words\n> more\nafter",
    '<blockquote type="cite"><div>a</div><br><div>b</div></blockquote>z': "> a\n> \n> b\n\nz",
    '<div>x</div><div  type="cite" style="y">a<br/>\nc</div>b': "x\n> a\n> c\nb",
    'A: <div  type="cite" style="y">a<br/>\nc</div> b': "A: > a\n> c\n b",
    'l<br/><div type="cite">a</div><br/>d': "l\n> a\n\nd",
    "<div>x</div><blockquote><p>a</p><p>b</p></blockquote>": "x\n> \n> a\n> \n> b\n> \n\n",
    "<pre>pre  text\n  second\n\nthird</pre>after": "\npre  text\n  second\n\nthird\n\nafter",
    "x <code>y  z</code> z": "x \n\ny  z\n\n z",
    "<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>": "\na b \n\nc d \n\n",
    "<table>\n <tr>\n  <td>a</td>\n  <td>b</td>\n </tr>\n <tr>\n <td>c</td><td>d</td></tr>\n</table>": (
        "\n a b  \n\n c d  \n\n"
    ),
    "<a href='http://x.example/'>link</a> and <A HREF=\"#top\"><b>top</b></A>": (
        "[1]link and [2]top\n\n[1] http://x.example/\n[2] #top\n"
    ),
    '<p>Hello,</p>\n<p>a <a href="https://x.example">link</a>.</p>\n<p>Bye</p>': (
        "\nHello,\n\na [1]link.\n\nBye\n\n\n\n[1] https://x.example\n"
    ),
    '<img src="x.png" alt="picture">x<hr>y': "x\n\ny",
    "&lt;t&gt; &amp; &quot;q&quot; &nbsp;x &euro; &#8364; &#x20AC; &unknown; &apos; &amp;lt;": (
        '<t> & "q" \xa0x € € € &unknown; \' &lt;'
    ),
    "<html><head><style>p {}</style><meta charset='utf-8'></head><body>\n\n<p>x</p></body></html>": "\nx\n\n",
    "<p>x</p><!-- a > b --><p>y</p>": "\nx\n\ny\n\n",
    "1 <2 3": "1 <2 3",
    "a<br><br><br><br>b<br>&nbsp;<br>c": "a\n\nb\n\xa0\nc",
    "<p>a&nbsp;</p><p>&nbsp;</p><p>b</p>": "\na\xa0\n\nb\n\n",
    "x <br>\n  y": "x \ny",
    "a<p>b": "a\n\nb",
    FOX: BROKEN + "\n",
    f"<p>{FOX}</p>": f"\n{BROKEN}\n\n",
    f"<div>{FOX}</div>": BROKEN + "\n",
    f"{FOX}<br>{FOX}": f"{BROKEN}\n{BROKEN}\n",
    "x" * 78: "x" * 78,
    "<p>" + "x" * 100 + " b</p>": "\n" + "x" * 100 + "\nb\n\n",
    "日本" * 39: "日本" * 39,
}

# Where Znuny glues words together or loses some (docs/differences.md).
BETTER = {
    "<h1>Head</h1>text": "Head\ntext",
    "first line<div>second</div>": "first line\nsecond\n",
    "said:<blockquote>a<blockquote>b</blockquote>c</blockquote>": "said:\n> a\n> > b\n> c\n",
    "<ul><li><p>a</p></li><li><p>b</p></li></ul>": "\n - a\n\n - b\n\n",
    "a < b and c > d": "a < b and c > d",
    '<a href="http://x.example/?a=1&amp;copy=2">l</a>': "[1]l\n\n[1] http://x.example/?a=1&copy=2\n",
    "<a\nhref=http://x.example/>l</a>": "[1]l\n\n[1] http://x.example/\n",
    "<title>T</title><script>if (a < b) alert('</p>')</script>x": "x",
    "<img alt='a>b'>x": "x",
    '<p class="never closed>kept</p>': "\nkept\n\n",
    "<b": "<b",
}


@pytest.mark.parametrize(("source", "text"), list(AS_ZNUNY.items()))
def test_the_text_is_what_znuny_makes_of_it(source: str, text: str) -> None:
    assert to_text(source) == text


@pytest.mark.parametrize(("source", "text"), list(BETTER.items()))
def test_words_are_neither_lost_nor_glued(source: str, text: str) -> None:
    assert to_text(source) == text


def test_lines_are_broken_where_they_are_told_to() -> None:
    assert to_text("<p>one two three</p>", width=8) == "\none two\nthree\n\n"


PIECES = ["<", ">", "</", "<a ", "<a href=", "<p", "<blockquote>", "</blockquote>", "<pre>", "<!--", "-->", "<script>"]
PIECES += ['"', "'", "=", "/>", "&", "&#", "9" * 5000, ";", "\0", "\n", " ", "<br>", "<li>", "<td>", "x", "İ", "\ud800"]


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join))
def test_any_text_is_read(source: str) -> None:
    assert "\0" not in to_text(source)


# Each would take minutes if every piece were looked at from every other, or a pile of quotations had no end.
LONG = {
    "<": "<" * 100_000,
    "<a ": "<a " * 20,
    '<a href="': "",
    "<blockquote>": "> " * 50 + "end\n",
    "<!--": "",
    "<script>": "",
    "&#": "&#" * 100_000,
    "<br>\n ": "\n",
    "x": "x" * 100_000,
}


@pytest.mark.parametrize(("piece", "start"), list(LONG.items()))
def test_long_broken_html_is_read_in_one_go(piece: str, start: str) -> None:
    assert to_text(piece * 100_000 + "end").startswith(start)


def test_a_div_that_cites_is_a_quotation_as_a_whole() -> None:
    assert to_text("A <div type=cite>a<div>b</div>c</div>d") == "A > a\n> b\n> c\nd"
    assert to_text('<div type="cite"><div type="cite">a</div>b</div>c') == "> > a\n> b\nc"
    assert to_text('<div subtype="cite">a</div><div title="type=cite">b</div>') == "a\nb\n"
    assert to_text('</div><div type="cite">a') == "\n> a\n"
