"""`${name}`: what is a variable, what is not, and what stands in its place."""

from __future__ import annotations

import html
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import JsonValue, ValidationError

from engine.shapes.variables import Binding, pieces, render, variables


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Dear ${name}, ${name} of ${city}", ("name", "city")),
        ("亲爱的${姓名}，您好", ("姓名",)),
        ("${_a1} ${Ärger}", ("_a1", "Ärger")),
        ("${1a} ${a b} ${} $name {name} ${a.b} ${a+1}", ()),
        ("$${name}", ()),
        ("$$${name}", ()),
        ("$$$${name}", ()),
        ("${" + "a" * 32 + "}", ("a" * 32,)),
        ("${" + "a" * 33 + "}", ()),
    ],
)
def test_names(text: str, names: tuple[str, ...]) -> None:
    assert variables(text) == names


def test_what_stands_in_the_place() -> None:
    values = {"name": 'Ann & <Bob> "Ü"'}
    assert render("Hi ${name}${gone}!", values) == 'Hi Ann & <Bob> "Ü"!'
    assert render("<p>${name}</p>", values, "html") == "<p>Ann &amp; &lt;Bob&gt; &quot;Ü&quot;</p>"
    assert json.loads(render('{"name": "${name}"}', values, "json")) == values
    assert render("a $${name} b ${1}", values) == "a ${name} b ${1}"


def test_a_value_is_never_read_as_a_template() -> None:
    assert render("${a}${b}", {"a": "${b}", "b": "$${"}) == "${b}$${"


@given(st.text("ab${}_1 ", max_size=40), st.dictionaries(st.sampled_from("ab_"), st.text(max_size=5)))
def test_pieces_render_to_the_same_text(text: str, values: dict[str, str]) -> None:
    whole = "".join(literal + (values.get(name, "") if name else "") for literal, name in pieces(text))
    assert whole == render(text, values)


@given(st.text(max_size=30))
def test_escaped_values_come_back(value: str) -> None:
    assert html.unescape(render("${v}", {"v": value}, "html")) == value
    assert json.loads(f'"{render("${v}", {"v": value}, "json")}"') == value


@pytest.mark.parametrize(
    "raw",
    [
        {"from": "attribute", "key": "first_name", "when_empty": "default", "default": "friend"},
        {"from": "tag", "key": "level", "when_empty": "nothing"},
        {"from": "constant", "value": "now"},
        {"from": "constant", "value": ""},
        {"from": "event", "key": "amount", "when_empty": "nothing"},
    ],
)
def test_bindings_are_written_as_they_were_read(raw: dict[str, JsonValue]) -> None:
    assert Binding.model_validate(raw).model_dump(exclude_none=True) == raw


@pytest.mark.parametrize(
    "raw",
    [
        {"from": "attribute"},
        {"from": "constant"},
        {"from": "tag", "key": "x", "when_empty": "default"},
        {"from": "elsewhere", "key": "x"},
        {"key": "x"},
    ],
)
def test_incomplete_bindings(raw: dict[str, JsonValue]) -> None:
    with pytest.raises(ValidationError):
        Binding.model_validate(raw)


def test_what_an_empty_value_becomes() -> None:
    nothing = Binding.model_validate({"from": "tag", "key": "x"})
    friend = Binding.model_validate({"from": "tag", "key": "x", "when_empty": "default", "default": "friend"})
    assert [nothing.text(stored) for stored in (None, "", "Ann")] == ["", "", "Ann"]
    assert [friend.text(stored) for stored in (None, "", "Ann")] == ["friend", "friend", "Ann"]
    assert Binding.model_validate({"from": "constant", "value": "c"}).text("stored") == "c"
