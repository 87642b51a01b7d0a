"""Links in texts, and short ones in their place."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from engine.shapes.links import ShortAddress, links_in, replace_links, token


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("See https://a.example/x?y=1&z=2.", ["https://a.example/x?y=1&z=2"]),
        ("点击https://a.example/x，退订回T", ["https://a.example/x"]),
        ("（https://a.example/x）【品牌】", ["https://a.example/x"]),
        ("(https://a.example/x_(y)) http://b.example!", ["https://a.example/x_(y)", "http://b.example"]),
        ("https://a.example/c?p=${code}&n=${姓名}。", ["https://a.example/c?p=${code}&n=${姓名}"]),
        ('<a href="https://a.example/x">', ["https://a.example/x"]),
        ("HTTPS://A.EXAMPLE/X", ["HTTPS://A.EXAMPLE/X"]),
        (
            "https://a.example https://a.example/x https://a.example",
            ["https://a.example", "https://a.example/x"],
        ),
        ("https://", []),
        ("https://...", []),
        ("ftp://a.example javascript:alert(1)", []),
    ],
)
def test_where_a_link_ends(text: str, links: list[str]) -> None:
    assert list(links_in(text)) == links


def test_only_whole_links_are_replaced() -> None:
    short = {"https://a.example/x": "https://s.example/1"}.get
    said = "https://a.example/x, https://a.example/xy https://a.example/x?"
    assert replace_links(said, short) == "https://s.example/1, https://a.example/xy https://s.example/1?"


def test_in_html_links_are_known_by_what_they_mean() -> None:
    short = {"https://a.example/x?y=1&z=2": "https://s.example/1"}.get
    said = '<a href="https://a.example/x?y=1&amp;z=2">https://a.example/x?y=1&amp;z=2</a>'
    assert replace_links(said, short, is_html=True) == '<a href="https://s.example/1">https://s.example/1</a>'


@given(st.text(alphabet="htps:/a.example&;()[]，${}_<> ", max_size=80))
def test_replacing_nothing_changes_nothing(text: str) -> None:
    assert replace_links(text, lambda _link: None) == text
    assert replace_links(text, lambda link: link) == text


def test_a_token_is_the_same_for_ever() -> None:
    assert token("c_1", "n_1", "https://a.example") == token("c_1", "n_1", "https://a.example")
    assert token("a", "bc") != token("ab", "c")
    tokens = {token("c", str(number)) for number in range(2_000)}
    assert len(tokens) == 2_000
    assert all(len(one) == 10 and one.isalnum() and one.isascii() for one in tokens)


@pytest.mark.parametrize(
    "address", ["", "s.example", "ftp://s.example", "https://s.example/?a=", "https://a b"]
)
def test_what_is_no_address_of_short_links(address: str) -> None:
    with pytest.raises(ValidationError):
        TypeAdapter(ShortAddress).validate_python(address)
