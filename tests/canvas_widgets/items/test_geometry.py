"""Lines as they are painted and pointed at."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPointF

from canvas_widgets.items import link
from canvas_widgets.items.geometry import LinkShape
from engine.campaign.layout import GAP, ROW
from engine.campaign.lines.geometry import LineShape, Spot, bend, joined

START = Spot(100, 50)


def behind(gap: float, rows: float = 0.0) -> Spot:
    return Spot(START.x + gap, START.y + rows * ROW)


def test_neighbours_in_a_row_are_joined_by_a_straight_line() -> None:
    line = LinkShape(joined(START, behind(GAP)))
    assert line.path.elementCount() == 2
    assert line.path.currentPosition() == QPointF(*behind(GAP))
    assert line.handle.x() == pytest.approx(START.x + GAP / 2)


def test_a_line_can_be_grasped_anywhere() -> None:
    line = LinkShape(joined(START, behind(GAP, rows=3)))
    for step in range(11):
        assert line.distance(line.on_curve(0, step / 10)) < 2
    assert line.distance(QPointF(START.x, START.y + 3 * ROW)) > 20


def test_the_parts_of_a_line_lead_one_way_each_and_are_the_whole() -> None:
    low, high, end = behind(GAP, rows=1), behind(5 * GAP, rows=1), behind(6 * GAP)
    line = LinkShape(LineShape(START, bend(START, low) + bend(high, end), end, open=False))
    (down, first), (up, second) = line.parts(line.path)
    assert (first, second) == (1.0, -1.0)
    assert down.currentPosition() == QPointF(*high)
    assert up.elementAt(0).x == high.x
    assert up.currentPosition() == QPointF(*end)
    assert down.length() + up.length() == pytest.approx(line.path.length())


def test_a_line_to_a_card_on_the_left_is_still_a_line() -> None:
    line = LinkShape(joined(START, Spot(START.x - 300, START.y + 200), label_width=50))
    assert line.chip is not None
    assert line.distance(line.handle) < 2


def test_the_two_strokes_of_a_line_are_never_apart() -> None:
    """Each is a pixel wide: with more between them than that a curve looks like two hairlines."""
    for degrees in range(0, 90, 5):
        slope = math.radians(degrees)
        assert math.cos(slope) + link._SLANT * math.sin(slope) <= 1.05
