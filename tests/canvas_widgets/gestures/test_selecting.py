"""The rubber band: a drag over empty canvas."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canvas_widgets.items.paints import CardState
from engine.campaign.model import START_ID
from tests.canvas_widgets.acting import LEFT, NONE, at, click
from tests.canvas_widgets.conftest import Flow, Shown

Show = Callable[..., Shown]


def band(
    stage: Shown,
    begin: QPointF,
    end: QPointF,
    modifiers: Qt.KeyboardModifier = NONE,
    *,
    release: bool = True,
) -> None:
    """Drag a band from one point of the scene to another, in three steps."""
    viewport, first, last = stage.view.viewport(), at(stage, begin), at(stage, end)
    QTest.mousePress(viewport, LEFT, modifiers, first)
    for share in (0.3, 0.7, 1.0):
        place = first + (last - first) * share
        there = QPointF(viewport.mapToGlobal(place))
        move = QMouseEvent(QEvent.Type.MouseMove, QPointF(place), there, LEFT, LEFT, modifiers)
        QApplication.sendEvent(viewport, move)
    if release:
        QTest.mouseRelease(viewport, LEFT, modifiers, last)


def lit(stage: Shown) -> set[str]:
    return {id for id, card in stage.scene.cards.items() if card.state is CardState.SELECTED}


def test_what_the_band_touches_lights_up_and_is_selected_on_release(show: Show, flow: Flow) -> None:
    audience, coupon, _ = flow.chain("target_audience", "issue_coupon", "text_sms")
    stage = show(flow)
    band(stage, QPointF(200, -60), QPointF(430, 20), release=False)
    assert lit(stage) == {audience, coupon}
    assert stage.scene.selection == frozenset()
    QTest.mouseRelease(stage.view.viewport(), LEFT, pos=at(stage, QPointF(430, 20)))
    assert stage.scene.selection == {audience, coupon} == lit(stage)
    assert not stage.edits


def test_a_band_that_shrinks_lets_go_again(show: Show, flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    band(stage, QPointF(200, -60), QPointF(430, 20), release=False)
    assert lit(stage) == {audience, coupon}
    end = at(stage, QPointF(300, 20))
    QTest.mouseMove(stage.view.viewport(), end)
    QTest.mouseRelease(stage.view.viewport(), LEFT, pos=end)
    assert stage.scene.selection == {audience}


@pytest.mark.parametrize("key", [Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier])
def test_shift_or_ctrl_adds_to_what_is_selected(show: Show, flow: Flow, key: Qt.KeyboardModifier) -> None:
    audience, coupon, sms = flow.chain("target_audience", "issue_coupon", "text_sms")
    stage = show(flow)
    stage.scene.select([sms, coupon])
    band(stage, QPointF(200, -60), QPointF(430, 20), key)
    assert stage.scene.selection == {audience, coupon, sms}
    band(stage, QPointF(200, -60), QPointF(300, 20))
    assert stage.scene.selection == {audience}


def test_escape_leaves_the_selection_as_it_was(show: Show, flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    stage.scene.select([coupon])
    band(stage, QPointF(200, -60), QPointF(300, 20), release=False)
    assert lit(stage) == {audience}
    QTest.keyClick(stage.view, Qt.Key.Key_Escape)
    assert stage.scene.selection == {coupon} == lit(stage)
    assert stage.view._overlay.band is None
    QTest.mouseRelease(stage.view.viewport(), LEFT, pos=QPoint(5, 5))
    assert stage.scene.selection == {coupon}


def test_a_click_on_nothing_lets_go_unless_a_key_is_held(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    stage.scene.select([audience])
    click(stage, QPointF(200, 200), Qt.KeyboardModifier.ShiftModifier)
    assert stage.scene.selection == {audience}
    click(stage, QPointF(200, 200))
    assert stage.scene.selection == frozenset()


def test_the_band_works_far_away_and_in_a_view_that_is_only_read(show: Show, flow: Flow) -> None:
    nodes = flow.chain("target_audience", "issue_coupon", "text_sms")
    stage = show(flow, read_only=True)
    stage.view.zoom_to(0.2)
    band(stage, QPointF(-200, -200), QPointF(1200, 200))
    assert stage.scene.selection == {START_ID, *nodes}


@pytest.mark.parametrize("zoom", [0.2, 1.0])
def test_the_band_is_seen(show: Show, flow: Flow, zoom: float) -> None:
    stage = show(flow)
    stage.view.zoom_to(zoom)
    band(stage, QPointF(-200, -200), QPointF(200, -100), release=False)
    QApplication.processEvents()
    picture = stage.view.viewport().grab().toImage()
    accent = stage.scene.stage.paints.colours.accent
    top = at(stage, QPointF(0, -200))
    assert any(picture.pixelColor(top.x(), top.y() + off) == accent for off in (-1, 0, 1))


def test_the_band_goes_on_while_the_view_scrolls(show: Show, flow: Flow) -> None:
    nodes = flow.chain("target_audience", *["wait_until"] * 4)
    stage = show(flow)
    right = stage.view.viewport().width() - 2
    begin = at(stage, QPointF(100, -60))
    band(stage, QPointF(100, -60), stage.view.mapToScene(QPoint(right, begin.y() + 90)), release=False)
    before = len(lit(stage))
    for _ in range(80):
        stage.view._autoscroll.step()
    assert before < len(lit(stage)) == len(nodes)
    QTest.keyClick(stage.view, Qt.Key.Key_Escape)
