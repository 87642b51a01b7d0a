"""Numbers, times and sets from text."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.shapes.time import from_milliseconds
from engine.store.values import (
    BadValue,
    milliseconds,
    multi,
    person_hash,
    scaled,
    storable,
)


@given(st.decimals(min_value=-(10**11), max_value=10**11, places=6))
def test_numbers_are_exact(number: Decimal) -> None:
    assert scaled(str(number)) == int(number * 1_000_000)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("0", 0),
        ("007", 7_000_000),
        ("-0.5", -500_000),
        ("+1", 1_000_000),
        ("1e3", 1_000_000_000),
        ("1.5E-2", 15_000),
        (".5", 500_000),
        ("5.", 5_000_000),
        ("1.0000000", 1_000_000),
        ("0.30000000000000004", 300_000),  # what floats look like: rounded, never refused
        ("31.2304159", 31_230_416),
        ("1e-99", 0),
        ("999999999999.999999", 999_999_999_999_999_999),
    ],
)
def test_number_forms(text: str, value: int) -> None:
    assert scaled(text) == value


@pytest.mark.parametrize(
    "text",
    ["", " 1", "1,5", "1 000", "NaN", "Infinity", "0x1", "1e99", "1000000000000", "一"],
)
def test_no_numbers(text: str) -> None:
    with pytest.raises(BadValue):
        scaled(text)


@pytest.mark.parametrize("text", ["１", "²", "1.2.3", "--1", "-", ".", "1" * 1000, "1e999999999"])
def test_not_quite_numbers(text: str) -> None:
    with pytest.raises(BadValue):
        scaled(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-23T08:00:00Z", datetime(2026, 11, 23, 8, tzinfo=UTC)),
        ("2026-11-23T08:00:00+08:00", datetime(2026, 11, 23, tzinfo=UTC)),
        ("2026-11-23T08:00:00.123Z", datetime(2026, 11, 23, 8, 0, 0, 123_000, tzinfo=UTC)),
        ("1969-12-31T23:59:59.999Z", datetime(1969, 12, 31, 23, 59, 59, 999_000, tzinfo=UTC)),
    ],
)
def test_times(text: str, moment: datetime) -> None:
    assert from_milliseconds(milliseconds(text)) == moment


@pytest.mark.parametrize(
    "text",
    ["", "2026-11-23", "2026-11-23T08:00:00", "2026-13-01T00:00:00Z", "2026-02-30T00:00:00Z", "now", "0"],
)
def test_no_times(text: str) -> None:
    with pytest.raises(BadValue):
        milliseconds(text)


def test_sets_are_sorted_and_without_repetition() -> None:
    assert multi("b|a||b|Z") == ("Z", "a", "b")


def test_the_hash_of_a_person_is_fixed() -> None:
    assert person_hash("1") == 481_706_590
    assert 0 <= person_hash("波恩") < 2**31 - 1


def test_storable() -> None:
    assert storable("😀")
    assert not storable("a\0b")
    assert not storable("\ud800")
