"""Where lines, chips and open ends run."""

from __future__ import annotations

from itertools import pairwise

import pytest

from engine.campaign.layout import BRANCH_GAP, CARD_HEIGHT, GAP, ROW
from engine.campaign.lines.geometry import (
    CHIP_HEIGHT,
    OPEN_RADIUS,
    Spot,
    bend,
    joined,
    open_ended,
    open_offsets,
)

START = Spot(100, 50)


def behind(gap: float, rows: float = 0.0) -> Spot:
    return Spot(START.x + gap, START.y + rows * ROW)


@pytest.mark.parametrize("gap", [GAP, BRANCH_GAP, 3 * BRANCH_GAP])
@pytest.mark.parametrize("width", [30.0, 60.0, 110.0])
def test_a_chip_stays_between_the_cards(gap: float, width: float) -> None:
    line = joined(START, behind(gap), label_width=width)
    assert line.chip is not None
    assert line.chip.x - line.chip_width / 2 >= START.x
    assert line.chip.x + line.chip_width / 2 <= START.x + gap
    assert line.chip_width <= width


def test_chips_of_branches_to_neighbouring_rows_do_not_touch() -> None:
    chips = [joined(START, behind(BRANCH_GAP, rows), label_width=70).chip for rows in range(4)]
    ys = [chip.y for chip in chips if chip is not None]
    assert len(ys) == 4
    assert all(below - above > CHIP_HEIGHT for above, below in pairwise(ys))


def test_lines_between_the_same_two_cards_part() -> None:
    upper, lower = (joined(START, behind(BRANCH_GAP), lane, 40.0) for lane in (-0.5, 0.5))
    assert upper.chip is not None
    assert lower.chip is not None
    assert lower.chip.y - upper.chip.y > CHIP_HEIGHT


def test_one_open_end_goes_straight_on() -> None:
    assert open_offsets([None]) == [0.0]
    line = open_ended(START, 0.0)
    assert line.end.y == START.y
    assert line.end.x + OPEN_RADIUS <= START.x + GAP


def test_open_ends_lie_around_the_middle() -> None:
    assert open_offsets([None, None]) == [-16.0, 16.0]
    assert open_offsets([None, None, None]) == [-32.0, 0.0, 32.0]


def test_open_ends_keep_away_from_the_cards_beside_them() -> None:
    offsets = open_offsets([None, 0.0, None, None, float(ROW), None])
    assert offsets[1] is None
    assert offsets[4] is None
    for offset in (value for value in offsets if value is not None):
        for card in (0.0, float(ROW)):
            assert abs(offset - card) >= CARD_HEIGHT / 2 + OPEN_RADIUS
    given = [value for value in offsets if value is not None]
    assert len(given) == len(set(given)) == 4


def test_what_has_no_length_is_no_curve() -> None:
    """It would run forth and back along its row, and be drawn darker than the rest of its line."""
    assert bend(Spot(80, 32), Spot(80, 32)) == ()
