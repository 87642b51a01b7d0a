"""The tables of the OWASP ASVS: complete, each with a test that there is or a reason, and counted right."""

from __future__ import annotations

import re
from collections import Counter
from functools import cache
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "asvs.md"
STATES = ("yes", "accepted", "part", "open", "n/a")
LEAST_OF_LEVEL_2 = 0.9

LEVEL_1 = (
    "1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1 3.4.1 "
    "3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3 6.2.4 6.2.5 "
    "6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2 8.1.1 8.2.1 8.2.2 "
    "8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1 11.3.2 11.4.1 12.1.1 "
    "12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1"
)
LEVEL_2 = (
    "1.1.1 1.1.2 1.2.6 1.2.7 1.2.8 1.2.9 1.3.3 1.3.4 1.3.5 1.3.6 1.3.7 1.3.8 1.3.9 1.3.10 1.3.11 1.4.1 "
    "1.4.2 1.4.3 1.5.2 2.1.2 2.1.3 2.2.3 2.3.2 2.3.3 2.3.4 2.4.1 3.3.2 3.3.3 3.3.4 3.4.3 3.4.4 3.4.5 "
    "3.4.6 3.5.4 3.5.5 3.7.1 3.7.2 4.1.2 4.1.3 4.2.1 4.3.1 4.3.2 4.4.2 4.4.3 4.4.4 5.1.1 5.2.3 5.4.1 "
    "5.4.2 5.4.3 6.1.2 6.1.3 6.2.9 6.2.10 6.2.11 6.2.12 6.3.3 6.3.4 6.4.3 6.4.4 6.5.1 6.5.2 6.5.3 6.5.4 "
    "6.5.5 6.6.1 6.6.2 6.6.3 6.8.1 6.8.2 6.8.3 6.8.4 7.1.1 7.1.2 7.1.3 7.3.1 7.3.2 7.4.3 7.4.4 7.4.5 "
    "7.5.1 7.5.2 7.6.1 7.6.2 8.1.2 8.2.3 8.4.1 9.2.2 9.2.3 9.2.4 10.1.1 10.1.2 10.2.1 10.2.2 10.3.1 "
    "10.3.2 10.3.3 10.3.4 10.4.6 10.4.7 10.4.8 10.4.9 10.4.10 10.4.11 10.5.1 10.5.2 10.5.3 10.5.4 "
    "10.5.5 10.6.1 10.6.2 10.7.1 10.7.2 10.7.3 11.1.1 11.1.2 11.2.1 11.2.2 11.2.3 11.3.3 11.4.2 11.4.3 "
    "11.4.4 11.5.1 11.6.1 12.1.2 12.1.3 12.3.1 12.3.2 12.3.3 12.3.4 13.1.1 13.2.1 13.2.2 13.2.3 13.2.4 "
    "13.2.5 13.3.1 13.3.2 13.4.2 13.4.3 13.4.4 13.4.5 14.1.1 14.1.2 14.2.2 14.2.3 14.2.4 14.3.2 14.3.3 "
    "15.1.2 15.1.3 15.2.2 15.2.3 15.3.2 15.3.3 15.3.4 15.3.5 15.3.6 15.3.7 16.1.1 16.2.1 16.2.2 16.2.3 "
    "16.2.4 16.2.5 16.3.1 16.3.2 16.3.3 16.3.4 16.4.1 16.4.2 16.4.3 16.5.1 16.5.2 16.5.3 17.1.1 17.2.1 "
    "17.2.2 17.2.3 17.2.4 17.3.1 17.3.2"
)
"""The numbers of version 5.0.0 of the standard."""


class Row(NamedTuple):
    """A requirement. reason: how it is met, or why not."""

    number: str
    what: str
    state: str
    reason: str
    tests: str


@cache
def rows(level: int) -> list[Row]:
    _, part = PAGE.read_text("utf-8").split(f"## Level {level}\n")
    part = part.partition("\n## ")[0]
    lines = [line for line in part.splitlines() if re.match(r"\| \d", line)]
    return [Row(*(cell.strip() for cell in line.strip("|").split("|"))) for line in lines]


def said(level: int) -> str:
    found = re.search(rf"## Level {level}\n\n(.+)\n", PAGE.read_text("utf-8"))
    assert found is not None
    return found[1]


@pytest.mark.parametrize(("level", "numbers"), [(1, LEVEL_1), (2, LEVEL_2)])
def test_every_requirement_stands_there_once_and_the_figures_are_right(level: int, numbers: str) -> None:
    found = rows(level)
    assert [row.number for row in found] == numbers.split()
    assert {row.state for row in found} <= set(STATES)
    counts = Counter(row.state for row in found)
    applicable = len(found) - counts["n/a"]
    figures = ", ".join(f"{counts[state]} {state}" for state in STATES[:-1] if counts[state])
    assert said(level) == f"{len(found)} requirements, of which {applicable} apply: {figures}."


def test_level_1_has_no_gap_and_level_2_few() -> None:
    assert {row.state for row in rows(1)} <= {"yes", "accepted", "n/a"}
    applicable = [row for row in rows(2) if row.state != "n/a"]
    assert sum(row.state == "yes" for row in applicable) >= LEAST_OF_LEVEL_2 * len(applicable)


@pytest.mark.parametrize("level", [1, 2])
def test_each_has_a_reason_and_tests_that_there_are(level: int) -> None:
    here = {path.stem for path in (ROOT / "tests" / "engine" / "server").rglob("test_*.py")}
    for row in rows(level):
        assert row.what, row.number
        assert row.reason, row.number
        for name in re.findall(r"`([^`]+)`", row.tests):
            assert name in here or (ROOT / name).exists(), (row.number, name)
        assert not re.sub(r"`[^`]+`|[, ]", "", row.tests), (row.number, "every test is a name")
