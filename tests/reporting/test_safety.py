from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from matchmaker.reporting.safety import clipped, inert, printable

anything = st.text(alphabet=st.characters(exclude_categories=()))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("普通 text 🚀", "普通 text 🚀"),
        ("tab\tand\nline", "tab\tand\nline"),
        ("a\r\nb\rc\x85d", "a\nb\nc\nd"),
        ("\x00a\x07b\x1b[31mc\x7f\x9bd", "ab[31mcd"),
        ("\ud800x\udfff\ufffe\uffff", "x"),
    ],
)
def test_printable(text, expected):
    assert printable(text) == expected


@given(anything)
def test_printable_text_is_valid_xml_and_utf8(text):
    clean = printable(text)
    clean.encode("utf-8")
    allowed = "\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff"
    assert re.fullmatch(f"[{allowed}]*", clean)
    assert printable(clean) == clean


@pytest.mark.parametrize(
    "text",
    [
        "=cmd|'/c calc'!A1",
        "+1",
        "-1",
        "@SUM(1)",
        "\t=1",
        "\tx",
        "\rx",
        " =1",
        "＝1",
        "＋1",
        "－1",
        "＠1",
    ],
)
def test_text_that_could_be_a_formula_gets_an_apostrophe(text):
    assert inert(text) == "'" + printable(text)


def test_control_characters_do_not_hide_a_formula():
    assert inert("\x01=1+1") == "'=1+1"


@pytest.mark.parametrize(
    "text", ["", "0.5", "10", "1. 甲", "a=b", "甲-乙", ",", "'quoted", "<b>", ";x"]
)
def test_other_text_stays_as_it_is(text):
    assert inert(text) == text


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("abc", 3, "abc"),
        ("abcd", 3, "ab…"),
        ("汉字汉字", 3, "汉字…"),
        ("🚀🚀", 4, "🚀🚀"),
        ("🚀🚀", 3, "🚀…"),
        ("a🚀🚀", 3, "a…"),
        ("", 1, ""),
    ],
)
def test_clipped_counts_as_spreadsheets_do(text, limit, expected):
    assert clipped(text, limit) == expected


@given(anything, st.integers(1, 30))
def test_clipped_never_exceeds_the_limit(text, limit):
    cut = clipped(text, limit)
    assert len(cut.encode("utf-16-le", "surrogatepass")) <= 2 * limit
    assert cut == text or cut.endswith("…")
