"""The canonical form."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.files import Inline, Lines, canonical


def test_form() -> None:
    value = {
        "text": "Grüße, “你好” \n \x1f /",
        "list": ["a", 1, 1.5, None, True, False],
        "empty": [[], {}, ""],
        "objects": [{"x": 1}],
        "link": Inline({"from": "n_start", "to": None}),
        "pair": (160, -8),
        "body": Lines(["one", "two"]),
    }
    assert canonical(value).decode() == (
        "{\n"
        '  "text": "Grüße, “你好” \\n \\u001f /",\n'
        '  "list": ["a", 1, 1.5, null, true, false],\n'
        '  "empty": [\n    [],\n    {},\n    ""\n  ],\n'
        '  "objects": [\n    {\n      "x": 1\n    }\n  ],\n'
        '  "link": { "from": "n_start", "to": null },\n'
        '  "pair": [160, -8],\n'
        '  "body": [\n    "one",\n    "two"\n  ]\n'
        "}\n"
    )


@pytest.mark.parametrize("value", [float("nan"), float("inf"), "\0", "\ud800", {"\0": 1}])
def test_refuses_what_no_file_may_hold(value: object) -> None:
    with pytest.raises(ValueError, match=r"."):
        canonical({"a": value})


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))
VALUES = st.recursive(
    LEAVES | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner, max_size=4),
    max_leaves=20,
)


@given(VALUES)
def test_reads_back_as_the_same_value(value: object) -> None:
    data = canonical(value)
    assert json.loads(data) == value
    assert canonical(json.loads(data)) == data
    assert data.endswith(b"\n")
    assert b"\r" not in data
