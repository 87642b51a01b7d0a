"""What was expected and what happened, side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, TypeVar

A = TypeVar("A")
B = TypeVar("B")

_MOST_PAIRS = 1_000_000
"""More than these are not searched for what is alike in them: they stand side by side as they are."""


class Row(NamedTuple):
    """A line of the two lists: either may have nothing to set against the other."""

    expected: int | None
    actual: int | None
    same: bool


def side_by_side(expected: Sequence[A], actual: Sequence[B], same: Callable[[A, B], bool]) -> list[Row]:
    """Every index of both lists in its order, with as many equal ones beside each other as there can be."""
    begin = 0
    while begin < min(len(expected), len(actual)) and same(expected[begin], actual[begin]):
        begin += 1
    rows = [Row(index, index, True) for index in range(begin)]
    pairs = _common(expected[begin:], actual[begin:], same)
    i = j = begin
    for first, second in [*((begin + a, begin + b) for a, b in pairs), (len(expected), len(actual))]:
        rows += _unlike(range(i, first), range(j, second))
        if first < len(expected) and second < len(actual):
            rows.append(Row(first, second, True))
        i, j = first + 1, second + 1
    return rows


def _unlike(expected: range, actual: range) -> list[Row]:
    longest = max(len(expected), len(actual))
    return [
        Row(
            expected[at] if at < len(expected) else None,
            actual[at] if at < len(actual) else None,
            False,
        )
        for at in range(longest)
    ]


def _common(first: Sequence[A], second: Sequence[B], same: Callable[[A, B], bool]) -> list[tuple[int, int]]:
    """The longest common subsequence, as pairs of indexes."""
    if len(first) * len(second) > _MOST_PAIRS:
        return [(at, at) for at in range(min(len(first), len(second))) if same(first[at], second[at])]
    width = len(second) + 1
    best = [[0] * width for _ in range(len(first) + 1)]
    for i in reversed(range(len(first))):
        for j in reversed(range(len(second))):
            longer = max(best[i + 1][j], best[i][j + 1])
            best[i][j] = max(longer, best[i + 1][j + 1] + 1) if same(first[i], second[j]) else longer
    found: list[tuple[int, int]] = []
    i = j = 0
    while i < len(first) and j < len(second):
        if same(first[i], second[j]) and best[i][j] == best[i + 1][j + 1] + 1:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i + 1][j] >= best[i][j + 1]:
            i += 1
        else:
            j += 1
    return found
