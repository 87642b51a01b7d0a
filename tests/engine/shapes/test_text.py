"""Texts that may be stored, and what becomes of those that are pasted."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.shapes.text import entered, one_line, refusal

ANY = st.text(st.characters(codec=None) | st.sampled_from("\0\t\n\r\v\u2028\ud83d"))


@given(ANY)
def test_what_was_entered_can_be_stored(text: str) -> None:
    assert refusal(entered(text)) is None
    assert refusal(one_line(text)) is None


@given(ANY)
def test_one_line_has_no_line_break_and_stays_as_it_is(text: str) -> None:
    line = one_line(text)
    assert len(line.splitlines()) <= 1
    assert one_line(line) == line


@pytest.mark.parametrize(
    ("text", "line"),
    [("Tag\n1\r\n2", "Tag 1 2"), ("a\0b\x07", "ab"), ("早上\t好", "早上 好"), ("é😀 x", "é😀 x")],
)
def test_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


def test_text_of_several_lines_keeps_them() -> None:
    assert entered("a\tb\n\0c\ud83d") == "a\tb\nc"
