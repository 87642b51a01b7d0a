"""Selecting with clicks, dragging cards, the bin and Delete."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from engine.campaign.model import START_ID, Point
from tests.canvas_widgets.acting import (
    LEFT,
    NONE,
    Show,
    at,
    carried,
    carry,
    centre,
    click,
    drag,
    handle_of,
    hover,
    point_to,
)
from tests.canvas_widgets.conftest import Flow


def test_a_click_selects_and_a_click_on_nothing_lets_go(show: Show, flow: Flow, qtbot: QtBot) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    with qtbot.waitSignal(stage.scene.selection_changed):
        click(stage, centre(stage, audience))
    assert stage.scene.selection == {audience}
    click(stage, centre(stage, coupon), Qt.KeyboardModifier.ShiftModifier)
    assert stage.scene.selection == {audience, coupon}
    click(stage, centre(stage, audience), Qt.KeyboardModifier.ControlModifier)
    assert stage.scene.selection == {coupon}
    with qtbot.waitSignal(stage.scene.selection_changed):
        click(stage, QPointF(100, 250))
    assert stage.scene.selection == frozenset()
    assert not stage.edits


def test_dragging_a_card_moves_it_by_the_grid_in_one_step(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    drag(stage, centre(stage, audience), QPoint(61, 99))
    assert flow.document.layout[audience] == (160 + 64, 96)
    assert stage.stack.count() == 1
    stage.stack.undo()
    assert stage.scene.cards[audience].pos() == QPointF(160, 0)


def test_selected_cards_move_together_and_start_stays(show: Show, flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    stage.scene.select([START_ID, audience, coupon])
    drag(stage, centre(stage, coupon), QPoint(0, 80))
    assert flow.document.layout[audience].y == flow.document.layout[coupon].y == 80
    assert stage.scene.cards[START_ID].pos() == QPointF(0, 0)
    assert stage.stack.count() == 1


def test_escape_gives_up_a_move(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    drag(stage, centre(stage, audience), QPoint(80, 80), release=False)
    assert stage.scene.cards[audience].pos() == QPointF(240, 80)
    QTest.keyClick(stage.view, Qt.Key.Key_Escape)
    assert stage.scene.cards[audience].pos() == QPointF(160, 0)
    QTest.mouseRelease(stage.view.viewport(), LEFT, NONE, QPoint(500, 500))
    assert not stage.edits


def test_a_shaking_hand_moves_nothing(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    drag(stage, centre(stage, audience), QPoint(2, 1))
    assert not stage.edits
    assert flow.document.layout[audience] == Point(160, 0)


def test_the_bin_above_a_card_asks_to_delete_it(show: Show, flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    hover(stage, centre(stage, coupon))
    top = stage.scene.cards[coupon].scene_rect.center() + QPointF(30, -32 - 8 - 15)
    point_to(stage, at(stage, top))
    click(stage, top)
    assert stage.deletions == [coupon]
    assert coupon in flow.document.nodes
    assert audience in flow.document.nodes


def test_start_has_no_bin(show: Show, flow: Flow) -> None:
    flow.chain("target_audience")
    stage = show(flow)
    hover(stage, centre(stage, START_ID))
    click(stage, centre(stage, START_ID) - QPointF(0, 32 + 8 + 15))
    assert stage.deletions == []


def test_delete_asks_about_the_selected_component(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    stage.scene.select([audience])
    QTest.keyClick(stage.view, Qt.Key.Key_Delete)
    assert stage.deletions == [audience]


def test_a_read_only_view_selects_and_changes_nothing(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow, read_only=True)
    drag(stage, centre(stage, audience), QPoint(80, 80))
    click(stage, handle_of(stage, flow.open_link(audience)))
    assert stage.view.chooser is None
    assert not carry(stage, carried("wait_until"), handle_of(stage, flow.open_link(audience)))
    click(stage, centre(stage, audience))
    assert stage.scene.selection == {audience}
    QTest.keyClick(stage.view, Qt.Key.Key_Delete)
    assert not stage.edits
    assert not stage.deletions


def test_a_gesture_whose_button_was_released_elsewhere_leaves_no_trace(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    card = stage.scene.cards[audience]
    place = card.pos()
    drag(stage, centre(stage, audience), QPoint(80, 80), release=False)
    assert card.pos() != place
    point_to(stage, QPoint(5, 5))  # a dialog took the release
    assert card.pos() == place
    assert not stage.edits
    drag(stage, centre(stage, audience), QPoint(80, 80))
    assert len(stage.edits) == 1


def test_another_button_does_not_end_a_gesture(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    viewport, start = stage.view.viewport(), at(stage, centre(stage, audience))
    drag(stage, centre(stage, audience), QPoint(40, 40), release=False)
    right = Qt.MouseButton.RightButton
    for kind, held in (
        (QEvent.Type.MouseButtonPress, LEFT | right),
        (QEvent.Type.MouseButtonRelease, LEFT),
    ):
        there = QPointF(start + QPoint(40, 40))
        QApplication.sendEvent(viewport, QMouseEvent(kind, there, there, right, held, NONE))
    assert not stage.edits
    point_to(stage, start + QPoint(80, 80), LEFT)
    QTest.mouseRelease(viewport, LEFT, NONE, start + QPoint(80, 80))
    assert len(stage.edits) == 1
