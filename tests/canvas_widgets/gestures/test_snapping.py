"""Cards in line with others, or on the grid."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canvas_widgets.gestures.snapping import NEAR, Snapper
from engine.campaign.edits import move
from engine.campaign.layout import CARD_HEIGHT, CARD_WIDTH, GRID
from engine.campaign.model import Point
from tests.canvas_widgets.acting import LEFT, at, centre, drag
from tests.canvas_widgets.conftest import Flow, Shown

Show = Callable[..., Shown]
REACH = 6.0
STILL = (QRectF(300, 100, CARD_WIDTH, CARD_HEIGHT), QRectF(0, 0, 96, CARD_HEIGHT))


def card(x: float, y: float) -> QRectF:
    return QRectF(x, y, CARD_WIDTH, CARD_HEIGHT)


def test_far_from_everything_a_card_comes_to_rest_on_the_grid() -> None:
    snap = Snapper(card(5, 3), [QRectF(5000, 5000, 192, 64)]).snap(QPointF(20, 61), REACH)
    assert snap == (Point(24 - 5, 64 - 3), ())


def test_a_card_nearly_in_line_is_drawn_there_with_a_guide_from_one_to_the_other() -> None:
    snap = Snapper(card(300, 300), STILL).snap(QPointF(-3, 44), REACH)
    assert snap.by == (0, 44)
    assert snap.guides == (QLineF(300, 100, 300, 408),)


def test_lines_between_ports_become_straight() -> None:
    snap = Snapper(card(600, 300), STILL).snap(QPointF(20, -205), REACH)
    assert snap.by.y == -200
    assert QLineF(300, 132, 816, 132) in snap.guides


def test_cards_of_other_widths_meet_at_edges_and_middles() -> None:
    to_left = Snapper(card(0, 200), STILL[1:]).snap(QPointF(3, 0), REACH)
    to_right = Snapper(card(0, 200), STILL[1:]).snap(QPointF(-94, 0), REACH)
    to_middle = Snapper(card(0, 200), STILL[1:]).snap(QPointF(-50, 0), REACH)
    assert (to_left.by.x, to_right.by.x, to_middle.by.x) == (0, -96, -48)


def test_what_is_far_away_has_no_say() -> None:
    far = card(300, 64 + NEAR + 1)
    assert not Snapper(card(300, 0), [far]).snap(QPointF(2, 0), REACH).guides
    assert Snapper(card(300, 0), [far.translated(0, -1)]).snap(QPointF(2, 0), REACH).guides


def test_of_two_the_nearer_card_gets_the_guide() -> None:
    snap = Snapper(card(0, 0), [card(0, 900), card(0, 400)]).snap(QPointF(1, 0), REACH)
    assert snap.guides == (QLineF(0, 0, 0, 464),)


@given(
    st.lists(st.tuples(st.integers(-900, 900), st.integers(-900, 900)), max_size=20),
    st.floats(-700, 700),
    st.floats(-700, 700),
)
def test_it_never_jumps_further_than_it_may_and_guides_tell_the_truth(
    places: list[tuple[int, int]], dx: float, dy: float
) -> None:
    others = [card(*place) for place in places]
    moved = card(0, 0)
    snap = Snapper(moved, others).snap(QPointF(dx, dy), REACH)
    most = max(GRID / 2, REACH) + 0.5
    assert abs(snap.by.x - dx) <= most
    assert abs(snap.by.y - dy) <= most
    rest = moved.translated(*snap.by)
    for guide in snap.guides:
        if guide.x1() == guide.x2():
            ends = [(r.left(), r.center().x(), r.right()) for r in (rest, *others)]
            value = guide.x1()
        else:
            ends = [(r.top(), r.center().y(), r.bottom()) for r in (rest, *others)]
            value = guide.y1()
        assert sum(any(abs(value - end) <= 0.5 for end in found) for found in ends) >= 2


# On the canvas ----------------------------------------------------------------------------------------------


def apart(flow: Flow) -> tuple[str, str]:
    """Two cards, the second off the first one's row and off the grid."""
    first, second = flow.chain("target_audience", "issue_coupon")
    flow.document.apply(move(flow.document, {second: Point(421, 103)}).ops)
    return first, second


def test_while_dragging_a_guide_shows_and_goes_on_release(show: Show, flow: Flow) -> None:
    first, second = apart(flow)
    stage = show(flow)
    overlay = stage.view._overlay
    drag(stage, centre(stage, second), QPoint(0, -100), release=False)
    assert stage.scene.cards[second].pos().y() == stage.scene.cards[first].pos().y()
    assert [guide.y1() for guide in overlay.guides if guide.y1() == guide.y2()] == [32]
    QTest.mouseRelease(stage.view.viewport(), LEFT, pos=at(stage, centre(stage, second)))
    assert not overlay.guides
    assert flow.document.layout[second].y == flow.document.layout[first].y


def test_a_guide_is_seen(show: Show, flow: Flow) -> None:
    _, second = apart(flow)
    stage = show(flow)
    between = at(stage, QPointF(376, 0))
    drag(stage, centre(stage, second), QPoint(0, -100), release=False)
    QApplication.processEvents()
    guide = next(g for g in stage.view._overlay.guides if g.y1() == g.y2())
    picture = stage.view.viewport().grab().toImage()
    accent = stage.scene.stage.paints.colours.accent
    row = at(stage, guide.p1()).y()
    assert any(picture.pixelColor(between.x(), row + off) == accent for off in (-1, 0, 1))


def test_escape_puts_card_and_guides_away(show: Show, flow: Flow) -> None:
    _, second = apart(flow)
    stage = show(flow)
    drag(stage, centre(stage, second), QPoint(0, -100), release=False)
    QTest.keyClick(stage.view, Qt.Key.Key_Escape)
    assert not stage.view._overlay.guides
    assert stage.scene.cards[second].pos() == QPointF(421, 103)
    assert not stage.edits


@pytest.mark.parametrize("held", [Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.NoModifier])
def test_alt_lets_a_card_go_anywhere(show: Show, flow: Flow, held: Qt.KeyboardModifier) -> None:
    _, second = apart(flow)
    stage = show(flow)
    viewport, begin = stage.view.viewport(), at(stage, centre(stage, second))
    QTest.mousePress(viewport, LEFT, pos=begin)
    end = begin + QPoint(14, 30)
    place = QPointF(end), QPointF(viewport.mapToGlobal(end))
    QApplication.sendEvent(viewport, QMouseEvent(QEvent.Type.MouseMove, *place, LEFT, LEFT, held))
    QTest.mouseRelease(viewport, LEFT, held, end)
    free = held == Qt.KeyboardModifier.AltModifier
    assert (flow.document.layout[second] == Point(421 + 14, 103 + 30)) == free
    assert (flow.document.layout[second].y % GRID == 0) != free


def test_a_change_of_the_document_ends_a_drag(show: Show, flow: Flow) -> None:
    _, second = apart(flow)
    stage = show(flow)
    drag(stage, centre(stage, second), QPoint(0, -60), release=False)
    flow.document.apply(move(flow.document, {second: Point(480, 200)}).ops)
    assert stage.scene.cards[second].pos() == QPointF(480, 200)
    QTest.mouseRelease(stage.view.viewport(), LEFT, pos=QPoint(700, 500))
    assert not stage.edits
    assert stage.scene.cards[second].pos() == QPointF(480, 200)
