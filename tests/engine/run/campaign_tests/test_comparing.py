"""What was expected and what happened, side by side."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.run.campaign_tests.comparing import Row, side_by_side

WORDS = st.text("abc", max_size=8)


def same(first: str, second: str) -> bool:
    return first == second


@given(WORDS, WORDS)
def test_everything_stands_there_once_in_its_order_and_equals_beside_each_other(
    first: str, second: str
) -> None:
    rows = side_by_side(first, second, same)
    assert [row.expected for row in rows if row.expected is not None] == list(range(len(first)))
    assert [row.actual for row in rows if row.actual is not None] == list(range(len(second)))
    for i, j, equal in rows:
        assert i is not None or j is not None
        assert not equal or (i is not None and j is not None and first[i] == second[j])
    assert all(row.same for row in rows) == (first == second)


def test_what_comes_between_moves_nothing_out_of_line() -> None:
    assert side_by_side("abd", "abcd", same) == [
        Row(0, 0, True), Row(1, 1, True), Row(None, 2, False), Row(2, 3, True),
    ]  # fmt: skip
    assert side_by_side("ax", "ay", same) == [Row(0, 0, True), Row(1, 1, False)]
