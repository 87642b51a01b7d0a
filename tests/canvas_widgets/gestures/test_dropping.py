"""Dragging a component from the palette onto the canvas."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, QRect, Qt
from PySide6.QtGui import QCursor, QDragLeaveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QToolTip

from tests.canvas_widgets.acting import (
    LEFT,
    Show,
    at,
    carried,
    carry,
    drop,
    handle_of,
)
from tests.canvas_widgets.conftest import Flow


def test_a_component_dropped_on_a_plus_is_added(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    end, data = flow.open_link(audience), carried("wait_until")
    assert carry(stage, data, handle_of(stage, end))
    assert stage.scene.stage.targets == frozenset({end})
    assert stage.scene.stage.opacity() < 1 == stage.scene.stage.opacity(end)
    assert drop(stage, data, handle_of(stage, end))
    (added,) = flow.document.successors(audience)
    assert flow.document.node(added).kind == "wait_until"
    assert stage.scene.stage.targets is None


def test_a_component_dropped_on_a_line_is_inserted(show: Show, flow: Flow) -> None:
    audience, coupon = flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    point, data = handle_of(stage, flow.link_between(audience, coupon)), carried("wait_until")
    assert carry(stage, data, point)
    assert drop(stage, data, point)
    (added,) = flow.document.successors(audience)
    assert flow.document.successors(added) == [coupon]


def test_a_drop_elsewhere_is_refused_with_a_reason(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    empty, data = QPointF(200, -150), carried("wait_until")
    assert not carry(stage, data, empty)
    assert not drop(stage, data, empty)
    assert stage.refusals == stage.tips == ["Drop it on a + or on a line."]
    second, end = carried("behavior_event"), handle_of(stage, flow.open_link(audience))
    assert not carry(stage, second, end)
    assert stage.scene.stage.targets == frozenset()
    assert not drop(stage, second, end)
    assert len(stage.refusals) == 2
    assert not stage.edits


def test_what_no_place_takes_is_told_everywhere_and_again_when_it_is_let_go(
    show: Show, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.chain("target_audience")
    stage = show(flow)
    empty, second = QPointF(200, -150), carried("behavior_event")
    assert not carry(stage, second, empty)
    assert stage.tips == ["A campaign has exactly one trigger."]
    QCursor.setPos(stage.view.viewport().mapToGlobal(at(stage, empty)))
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: LEFT)
    QApplication.sendEvent(stage.view.viewport(), QDragLeaveEvent())  # given up, or on its way back
    assert not stage.refusals
    carry(stage, second, empty)
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.NoButton)
    QApplication.sendEvent(stage.view.viewport(), QDragLeaveEvent())
    assert stage.refusals == ["A campaign has exactly one trigger."]


def test_a_drag_that_is_called_off_is_not_answered(
    show: Show, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.chain("target_audience")
    stage, empty = show(flow), QPointF(200, -150)
    QCursor.setPos(stage.view.viewport().mapToGlobal(at(stage, empty)))
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.NoButton)
    carry(stage, carried("wait_until"), empty)
    QTest.keyClick(stage.view, Qt.Key.Key_Escape)
    QApplication.sendEvent(stage.view.viewport(), QDragLeaveEvent())
    assert not stage.refusals
    carry(stage, carried("wait_until"), empty)
    QApplication.sendEvent(stage.view.viewport(), QDragLeaveEvent())
    assert stage.refusals == ["Drop it on a + or on a line."]


def test_the_reason_comes_along_with_the_pointer(
    show: Show, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    flow.chain("target_audience")
    stage, data = show(flow), carried("wait_until")
    told: list[tuple[QPoint, QRect]] = []
    monkeypatch.setattr(QToolTip, "showText", lambda place, _text, _over, rect: told.append((place, rect)))
    for x in (0, 200):
        carry(stage, data, QPointF(x, -150))
    (first, around), (second, _) = told
    assert second.x() - first.x() == 200
    assert not around.contains(at(stage, QPointF(200, -150)))  # else Qt leaves the same words where they are
    assert first.y() > stage.view.viewport().mapToGlobal(at(stage, QPointF(0, -150))).y() + 20


def test_the_keyboard_goes_on_where_something_was_dropped(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage, data = show(flow), carried("wait_until")
    stage.view.clearFocus()
    end = handle_of(stage, flow.open_link(audience))
    assert carry(stage, data, end)
    assert drop(stage, data, end)
    assert stage.view.window().focusWidget() is stage.view


def test_a_drag_that_leaves_lights_nothing(show: Show, flow: Flow) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    assert carry(stage, carried("wait_until"), handle_of(stage, flow.open_link(audience)))
    QApplication.sendEvent(stage.view.viewport(), QDragLeaveEvent())
    assert stage.scene.stage.targets is None
    assert not any(link.lit for link in stage.scene.links.values())


def test_what_is_no_component_is_not_taken(show: Show, flow: Flow) -> None:
    flow.chain("target_audience")
    stage = show(flow)
    assert not carry(stage, carried("no_such_kind"), QPointF(300, 32))
    text = QMimeData()
    text.setText("wait_until")
    assert not carry(stage, text, QPointF(300, 32))
    assert stage.scene.stage.targets is None
