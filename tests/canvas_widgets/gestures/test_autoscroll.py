"""The view scrolls while something is dragged to its edge."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from canvas_widgets.gestures.autoscroll import AutoScroll
from tests.canvas_widgets.acting import centre, drag
from tests.canvas_widgets.conftest import Flow, Shown

Show = Callable[..., Shown]


@pytest.mark.parametrize(
    ("position", "across", "down"),
    [((5, 300), -1, 0), ((1195, 300), 1, 0), ((600, 5), 0, -1), ((600, 595), 0, 1), ((-50, 700), -1, 1)],
)
def test_it_scrolls_towards_the_edge_that_is_near(
    show: Show, flow: Flow, position: tuple[int, int], across: int, down: int
) -> None:
    stage = show(flow)
    scroll = AutoScroll(stage.view)
    heard: list[QPoint] = []
    scroll.scrolled.connect(heard.append)
    before = stage.view.mapToScene(QPoint(0, 0))
    scroll.follow(QPoint(*position))
    assert scroll.active
    scroll.step()
    moved = stage.view.mapToScene(QPoint(0, 0)) - before
    assert ((moved.x() > 0) - (moved.x() < 0), (moved.y() > 0) - (moved.y() < 0)) == (across, down)
    assert heard == [QPoint(*position)]
    scroll.follow(QPoint(600, 300))
    assert not scroll.active


def test_nearer_to_the_edge_is_faster(show: Show, flow: Flow) -> None:
    stage = show(flow)
    scroll = AutoScroll(stage.view)
    steps = []
    for x in (1165, 1185, 1199):
        before = stage.view.mapToScene(QPoint(0, 0)).x()
        scroll.follow(QPoint(x, 300))
        scroll.step()
        steps.append(stage.view.mapToScene(QPoint(0, 0)).x() - before)
    assert 0 < steps[0] < steps[1] < steps[2]
    scroll.stop()


def test_a_card_held_at_the_edge_goes_on_until_it_is_let_go(show: Show, flow: Flow, qtbot: QtBot) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    begin = centre(stage, audience)
    edge = stage.view.mapFromScene(begin)
    drag(stage, begin, QPoint(1195 - edge.x(), 0), release=False)
    held = stage.scene.cards[audience].pos().x()
    qtbot.waitUntil(lambda: stage.scene.cards[audience].pos().x() >= held + 40)
    QTest.mouseRelease(stage.view.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(1195, edge.y()))
    assert flow.document.layout[audience].x >= held + 40
    assert not stage.view.findChildren(AutoScroll)[0].active


def test_the_edge_of_the_press_counts_once_the_pointer_comes_back_to_it(show: Show, flow: Flow) -> None:
    scroll = AutoScroll(show(flow).view)
    scroll.begin(QPoint(1190, 300))
    scrolls = []
    for x, y in ((1175, 300), (1195, 5), (1100, 300), (1195, 300)):  # the upper edge is another one
        scroll.follow(QPoint(x, y))
        scrolls.append(scroll.active)
    scroll.stop()
    assert scrolls == [False, True, False, True]


def test_a_press_at_the_edge_scrolls_nothing(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    begin = centre(stage, audience)
    bar = stage.view.horizontalScrollBar()
    bar.setValue(bar.value() + stage.view.mapFromScene(begin).x() - 5)
    drag(stage, begin, QPoint(1, 1), release=False)
    assert not stage.view.findChildren(AutoScroll)[0].active
    drag(stage, begin, QPoint(20, 30), release=False)
    assert not stage.view.findChildren(AutoScroll)[0].active
    drag(stage, begin, QPoint(-40, 30), release=False)
    assert stage.view.findChildren(AutoScroll)[0].active
    QTest.keyClick(stage.view, Qt.Key.Key_Escape)
    assert not stage.view.findChildren(AutoScroll)[0].active
