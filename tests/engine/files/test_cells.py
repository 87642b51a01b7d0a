"""Cells that people open in a spreadsheet."""

from __future__ import annotations

import pytest

from engine.files.cells import harmless


@pytest.mark.parametrize("sign", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_taken_for_a_formula(sign: str) -> None:
    assert harmless(f"{sign}HYPERLINK(1)") == f"'{sign}HYPERLINK(1)"
    assert harmless(f"a{sign}b") == f"a{sign}b"


@pytest.mark.parametrize("number", ["-5", "+49123456", "-0.25", "", "Ann", "'=1", "12"])
def test_numbers_and_other_texts_stay(number: str) -> None:
    assert harmless(number) == number


def test_what_cannot_be_written_is_seen() -> None:
    assert harmless("a\0b") == "a�b"
