"""Mapping XSLT. What is expected was read off Znuny 6.5, asked with the same stylesheets over its interface."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from genericinterface.errors import Fault
from genericinterface.mapping import xml_data
from genericinterface.mapping.xslt import XSLT
from tests.stylesheets import (
    COPY,
    HEAD,
    LOADING,
    MAPPING,
    READING,
    TEMPLATE_LOADING,
    TEMPLATE_PARSING,
    fault,
    mapped,
    sheet,
    value,
)

# ---------------------------------------------------------------------------------------------------- data → XML → data

COPIED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"a": "1"}, {"a": "1"}),
    ({"a": 1.5, "b": -3, "c": 1e20, "t": True, "f": False}, {"a": "1.5", "b": "-3", "c": "1e+20", "t": "1", "f": "0"}),
    ({"n": None, "e": "", "h": {}, "l": []}, {"n": {}, "e": {}, "h": {}}),
    ({"b": ["x", "y"], "c": ["x"]}, {"b": ["x", "y"], "c": "x"}),
    ({"c": {"d": 1, "e": [{"f": 1}, {"f": 2}]}}, {"c": {"d": "1", "e": [{"f": "1"}, {"f": "2"}]}}),
    ({"a": [["x", "y"], ["z"]]}, {"a": [["x", "y"], {"anon": "z"}]}),
    ({"a": ["x", {"b": "c"}, "", None]}, {"a": ["x", {"b": "c"}, {}, {}]}),
    ({"a": "<&>\"']]>"}, {"a": "<&>\"']]>"}),
    ({"a": " x \n y "}, {"a": " x \n y "}),
    ({"a": "   ", "b": "\n"}, {"a": {}, "b": {}}),
    ({"a": "l1\r\nl2"}, {"a": "l1\nl2"}),
    ({"ä": "ü€😀", "a-b.c_d": "x", "xml:lang": "de"}, {"ä": "ü€😀", "a-b.c_d": "x", "xml:lang": "de"}),
    ({"content": "x", "b": "y"}, {"content": "x", "b": "y"}),
    ({"a": {"content": "x"}, "name": "n", "key": "k"}, {"a": {"content": "x"}, "name": "n", "key": "k"}),
    ({"RootElement": {"a": "1"}}, {"RootElement": {"a": "1"}}),
    ({"a": "&#x1;<!DOCTYPE x>"}, {"a": "&#x1;<!DOCTYPE x>"}),
]


@pytest.mark.parametrize(("data", "expected"), COPIED)
def test_data_there_and_back(data: dict[str, Any], expected: dict[str, Any]) -> None:
    assert mapped(COPY, data) == expected


NOT_NAMES = ["", "a b", "1a", "a:b", "-a", ".a", "·a", "a/", "a><b/><a", "a x='1'", "!--", "ns:xml:a"]


@pytest.mark.parametrize("key", NOT_NAMES)
def test_a_key_that_no_element_can_have(key: str) -> None:
    assert fault(COPY, {key: "x"}) == LOADING
    assert fault(COPY, {"a": {key: []}, "b": [{key: "x"}]}) == LOADING


@pytest.mark.parametrize("content", ["x\x01y", "\x00", "\ud800x", "\uffff", "\ufffe"])
def test_characters_that_xml_does_not_have(content: str) -> None:
    assert fault(COPY, {"a": content}) == LOADING


def test_nesting() -> None:
    def nested(depth: int) -> dict[str, Any]:
        data: dict[str, Any] = {"x": "1"}
        for _ in range(depth):
            data = {"a": data}
        return data

    assert mapped(COPY, nested(100)) == nested(100)
    # There is nothing to copy here, so that the depth of templates does not count.
    assert mapped(sheet("<R><a>1</a></R>"), nested(250)) == {"a": "1"}
    assert fault(sheet("<R><a>1</a></R>"), nested(256)) == LOADING
    assert fault(COPY, nested(5000)) == LOADING
    assert fault(sheet(f"<R>{'<a>' * 10}<xsl:copy-of select='/'/>{'</a>' * 10}</R>"), nested(250)) == READING


def test_blanks_between_elements_are_those_of_the_reference() -> None:
    template = sheet('<R><s>[<xsl:value-of select="/"/>]</s><n><xsl:value-of select="count(//text())"/></n></R>')
    assert mapped(template, {"a": "1", "b": {"c": "2"}}) == {"s": "[\n  1\n  \n    2\n  \n]", "n": "7"}
    assert mapped(template, {"a": ["x", ["y", ["z"]], {}]}) == {
        "s": "[\n  x\n  \n    y\n    \n      z\n    \n  \n  \n]",
        "n": "12",
    }
    assert mapped(template, {"a": []}) == {"s": "[\n]", "n": "1"}


def test_one_text_may_be_as_long_as_an_attachment() -> None:
    data = {"a": "x" * 11_000_000}
    assert mapped(COPY, data) == data


READ: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("<R/>", {}, {}),
    ('<R><a x="1">t</a><b y="2"/><c z="3"><d/></c></R>', {}, {"a": "t", "b": {}, "c": {"d": {}}}),
    (
        '<R><a x="1">t</a><b y="2"/><c z="3"><d/></c></R>',
        {"KeepAttributes": "1"},
        {"a": {"content": "t", "x": "1"}, "b": {"y": "2"}, "c": {"d": {}, "z": "3"}},
    ),
    ('<R x="0"><a x="1">t</a></R>', {"KeepAttributes": "0"}, {"a": "t"}),
    ('<R x="0"><a x="1">t</a></R>', {"KeepAttributes": "1"}, {"a": {"content": "t", "x": "1"}, "x": "0"}),
    ('<R><a x="1">t</a></R>', {"KeepAttributes": "1", "ForceArray": "a"}, {"a": [{"content": "t", "x": "1"}]}),
    ('<R><a x="1"><x>el</x></a></R>', {"KeepAttributes": "1"}, {"a": {"x": ["1", {"content": "el"}]}}),
    ('<R q="1"><q>2</q></R>', {"KeepAttributes": "1", "ForceArray": "q"}, {"q": ["1", {"content": "2"}]}),
    ('<R q="1"/>', {"KeepAttributes": "1", "ForceArray": "q"}, {"q": "1"}),
    ('<R><a p=""> </a></R>', {"KeepAttributes": "1"}, {"a": {"p": ""}}),
    ("<R>t</R>", {"KeepAttributes": "1"}, {"content": "t"}),
    (
        '<R><x q="1"><y xmlns:z="urn:z" z:w="2" xml:lang="de">t</y></x></R>',
        {"KeepAttributes": "1"},
        {"x": {"q": "1", "y": {"content": "t", "xmlns:z": "urn:z", "z:w": "2", "xml:lang": "de"}}},
    ),
    (
        '<R xmlns="urn:r"><a xmlns=""/></R>',
        {"KeepAttributes": "1"},
        {"xmlns": "urn:r", "a": {"xmlns": ""}},
    ),
    (
        '<R xmlns:q="urn:q"><q:a q:b="1"><c xmlns:q="urn:other" q:d="2"/></q:a></R>',
        {"KeepAttributes": "1"},
        {"xmlns:q": "urn:q", "q:a": {"q:b": "1", "c": {"xmlns:q": "urn:other", "q:d": "2"}}},
    ),
    ('<R xmlns="urn:x"><a xmlns:q="urn:q"><q:b>1</q:b></a></R>', {}, {"a": {"q:b": "1"}}),
    ("<R>mixed<a>1</a>more</R>", {}, {"a": "1", "content": ["mixed", "more"]}),
    ("<R><a>t<b>1</b></a><c><b>1</b>t</c></R>", {}, {"a": {"b": "1", "content": "t"}, "c": {"b": "1", "content": "t"}}),
    ("<R><a>x<content>y</content></a></R>", {}, {"a": {"content": ["x", "y"]}}),
    ("<R><a>t<!-- c -->u<?p i?></a><b>t<!-- c -->  </b></R>", {}, {"a": "tu", "b": "t"}),
    ("<R><a/><a>1</a></R>", {}, {"a": [{}, "1"]}),
    ("<R><anon>x</anon></R>", {}, {"anon": "x"}),
    ("<R><q><anon>x</anon><anon>y</anon></q></R>", {}, {"q": [["x", "y"]]}),
    ("<R><q><anon>x</anon><anon>y</anon><s>1</s></q></R>", {}, {"q": {"anon": ["x", "y"], "s": "1"}}),
    ("<R><a>1</a><c><b>x</b><d>y</d></c></R>", {"ForceArray": "a b"}, {"a": ["1"], "c": {"b": ["x"], "d": "y"}}),
    ("<R><a>1</a><b>2</b></R>", {"ForceArray": "\ta\n b "}, {"a": ["1"], "b": ["2"]}),
    ("<R><a/></R>", {"ForceArray": "a"}, {"a": [{}]}),
    ("<R><a>1</a></R>", {"ForceArray": ["a"]}, {"a": "1"}),
    ("<R><content>1</content></R>", {"ForceArray": "content"}, {"content": "1"}),
]


@pytest.mark.parametrize(("body", "config", "expected"), READ)
def test_reading_the_result(body: str, config: dict[str, Any], expected: dict[str, Any]) -> None:
    assert mapped(sheet(body), **config) == expected


@pytest.mark.parametrize("body", ["<R>text</R>", "just text", "<R/><S/>", "<R><anon>x</anon><anon>y</anon></R>"])
def test_a_result_that_is_no_hash(body: str) -> None:
    assert fault(sheet(body)) == READING


def test_no_result() -> None:
    assert fault(sheet("")) == "Could not write mapped data"


# -------------------------------------------------------------------------------------------------------- the template


def test_text_is_trimmed_where_it_meets_a_tag() -> None:
    body = (
        '<R><b>x <xsl:value-of select="//a"/> y</b><c>&#32;x&#32;</c><d><![CDATA[ x ]]></d><e>x &lt; y</e>'
        "<f> <!-- c --> x <!-- d --></f><g>l1\n   l2</g><h><xsl:text> z </xsl:text></h>"
        '<i><xsl:text>x </xsl:text><xsl:value-of select="//a"/><xsl:text> </xsl:text><xsl:value-of select="//a"/></i>'
        "<j><xsl:value-of select=\"'x > y'\"/></j></R>"
    )
    assert mapped(sheet(body)) == {
        "b": "x1y",
        "c": " x ",
        "d": " x ",
        "e": "x < y",
        "f": "x",
        "g": "l1\n   l2",
        "h": "z",
        "i": "x1 1",
        "j": "x >y",
    }


@pytest.mark.parametrize(
    ("template", "expected"),
    [
        (f'\n <?xml version="1.0" encoding="ISO-8859-1"?>\n{sheet("<R><a>ä€</a></R>")}', {"a": "ä€"}),
        (sheet("<R><a>ä€</a></R>", '<xsl:output encoding="ISO-8859-1"/>'), {"a": "ä€"}),
        (sheet("<R><a>ä€</a></R>", '<xsl:output encoding="UTF-16"/>'), {"a": "ä€"}),
        (sheet("<R><a>ä</a></R>", '<xsl:output omit-xml-declaration="yes"/>'), {"a": "ä"}),
        (sheet("<R><a>1 &lt;</a></R>", '<xsl:output cdata-section-elements="a"/>'), {"a": "1 <"}),
        (sheet("&lt;R&gt;&lt;a&gt;1&lt;/a&gt;&lt;/R&gt;", '<xsl:output method="text"/>'), {"a": "1"}),
        (sheet("<R><v><xsl:value-of select='$P'/></v></R>", '<xsl:param name="P" select="5"/>'), {"v": "5"}),
        (
            '<R xsl:version="1.0"'
            ' xmlns:xsl="http://www.w3.org/1999/XSL/Transform"><v><xsl:value-of select="//a"/></v></R>',
            {"v": "1"},
        ),
        (sheet("<R><xsl:message>hello</xsl:message><a>1</a></R>"), {"a": "1"}),
    ],
)
def test_forms_of_stylesheets(template: str, expected: dict[str, Any]) -> None:
    assert mapped(template) == expected


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("date:add('2021-03-04', 'P1D')", "2021-03-05"),
        ("date:difference('2021-03-04', '2021-03-06')", "P2D"),
        ("count(str:tokenize('a,b,c', ','))", "3"),
        ("str:replace('abc', 'b', 'x')", "axc"),
        ("math:max(//a)", "1"),
        ("count(set:distinct(//*))", "2"),
        ("dyn:evaluate('1+1')", "2"),
        ("exsl:object-type(//*)", "node-set"),
        ("format-number(1234.5, '#,##0.00')", "1,234.50"),
    ],
)
def test_exslt(expression: str, expected: str) -> None:
    assert mapped(value(expression)) == {"v": expected}


@pytest.mark.parametrize(
    ("template", "message"),
    [
        ("not xml", TEMPLATE_LOADING),
        (["x"], TEMPLATE_LOADING),
        ("<a>", TEMPLATE_LOADING),
        ("<a/>", TEMPLATE_PARSING),
        (f'{HEAD}<xsl:template match="]["/></xsl:stylesheet>', TEMPLATE_PARSING),
        ('<!DOCTYPE x [<!ENTITY e "boo">]>' + sheet("<R><a>&e;</a></R>"), TEMPLATE_LOADING),
        ('<?x y?><!-- <a> -->\n<!DOCTYPE x SYSTEM "x.dtd">' + sheet("<R/>"), TEMPLATE_LOADING),
    ],
)
def test_a_stylesheet_that_cannot_be_used_is_refused_at_once(template: Any, message: str) -> None:
    with pytest.raises(Fault) as caught:
        XSLT({"Template": template})
    assert caught.value.message == message


@pytest.mark.parametrize(
    "body",
    [
        '<xsl:message terminate="yes">stop</xsl:message>',
        '<R><xsl:value-of select="nope()"/></R>',
        '<R><xsl:value-of select="$nope"/></R>',
        "<R><xsl:value-of select=\"regexp:test('a', 'a')\"/></R>",
        "<xsl:apply-templates select='/'/>",
    ],
)
def test_a_stylesheet_that_fails(body: str) -> None:
    assert fault(sheet(body)) == MAPPING


@pytest.mark.parametrize("config", [{}, {"Template": ""}, {"Template": None, "PreRegExFilter": [{"Search": "a"}]}])
def test_without_a_template_all_data_passes(config: dict[str, Any]) -> None:
    assert XSLT(config).map({"a": ["1"]}, {}) == {"a": ["1"]}


# ------------------------------------------------------------------------------------------------------------ security


@pytest.mark.parametrize("scheme", ["", "file://"])
def test_no_file_is_read(tmp_path: Path, scheme: str) -> None:
    secret = tmp_path / "secret.xml"
    secret.write_text("<x>secret</x>")
    library = tmp_path / "library.xsl"
    library.write_text(f'{HEAD}<xsl:template name="n">included</xsl:template></xsl:stylesheet>')
    assert fault(value(f"document('{scheme}{secret}')")) == MAPPING
    for element in ("include", "import"):
        template = sheet('<R><xsl:call-template name="n"/></R>', f'<xsl:{element} href="{scheme}{library}"/>')
        assert fault(template) == TEMPLATE_PARSING


def test_no_file_is_written(tmp_path: Path) -> None:
    out = tmp_path / "out.xml"
    assert fault(sheet(f'<exsl:document href="{out}"><x/></exsl:document><R/>')) == MAPPING
    assert not out.exists()


@pytest.mark.parametrize("address", ["http://127.0.0.1:9/x.xml", "ftp://127.0.0.1:9/x.xml"])
def test_no_connection_is_opened(address: str) -> None:
    assert fault(value(f"document('{address}')")) == MAPPING
    assert fault(sheet("<R/>", f'<xsl:include href="{address}"/>')) == TEMPLATE_PARSING


def test_no_entity_comes_out_of_a_result() -> None:
    bomb = '<!DOCTYPE R [<!ENTITY e "boo"><!ENTITY f "&e;&e;&e;">]><R><a b="&f;">&f;</a></R>'
    raw = '<xsl:value-of select="//a" disable-output-escaping="yes"/>'
    assert fault(sheet(raw, '<xsl:output method="text"/>'), {"a": bomb}) == READING
    assert mapped(sheet(f"<R>{raw}</R>"), {"a": "<b>1</b>"}) == {"b": "1"}
    assert fault(sheet(f"<R>{raw}</R>"), {"a": "<b>"}) == READING


def test_a_result_that_grows_too_long(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xml_data, "MAX_LENGTH", 2000)
    template = sheet('<R><xsl:for-each select="//a"><b><xsl:copy-of select="//a"/></b></xsl:for-each></R>')
    assert mapped(template, {"a": ["x"] * 3})["b"] == [{"a": ["x"] * 3}] * 3
    assert fault(template, {"a": ["x"] * 30}) == READING
