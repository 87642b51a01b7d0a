"""A pointer that rests on a + opens its list, and one that turns away closes it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QToolTip
from pytestqt.qtbot import QtBot

from canvas_widgets.gestures.chooser import Chooser
from engine.campaign.model import START_ID
from tests.canvas_widgets.acting import at, click, handle_of, hover, opened, point_to
from tests.canvas_widgets.conftest import Flow, Shown

Show = Callable[..., Shown]


def rest(qtbot: QtBot, stage: Shown, point: QPointF) -> Chooser:
    """Point at a + until its list opens."""
    stage.view.resting.opening.setInterval(0)
    hover(stage, point)
    qtbot.waitUntil(lambda: stage.view.chooser is not None)
    return opened(stage)


def turn_away(stage: Shown) -> None:
    stage.view.resting.closing.setInterval(0)
    point_to(stage, QPoint(3, 3))


def turn_wheel(stage: Shown) -> None:
    at = QPointF(5, 5)
    turn = QWheelEvent(
        at,
        at,
        QPoint(0, 0),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(stage.view.viewport(), turn)


@pytest.fixture
def stage(show: Show, flow: Flow) -> Shown:
    flow.chain("target_audience", "issue_coupon")
    stage = show(flow)
    stage.view.setFocus()
    return stage


def end_of(stage: Shown, flow: Flow) -> QPointF:
    last = next(id for id in flow.document.nodes if flow.document.node(id).kind == "issue_coupon")
    return handle_of(stage, flow.open_link(last))


def test_resting_on_the_plus_of_an_open_end_opens_its_list(qtbot: QtBot, stage: Shown, flow: Flow) -> None:
    chooser = rest(qtbot, stage, end_of(stage, flow))
    assert chooser.before.text() == "Or drag the + onto a component."
    QTest.keyClicks(chooser.search, "wait")
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)
    assert "wait_until" in {node.kind for node in flow.document.nodes.values()}


def test_resting_on_the_plus_of_a_line_opens_its_list(qtbot: QtBot, stage: Shown, flow: Flow) -> None:
    audience = flow.document.successors(START_ID)[0]
    (coupon,) = flow.document.successors(audience)
    chooser = rest(qtbot, stage, handle_of(stage, flow.link_between(audience, coupon)))
    assert chooser.before.text() == "Before Issue Coupon 1"


def test_turning_away_closes_the_list_and_coming_back_opens_it(
    qtbot: QtBot, stage: Shown, flow: Flow
) -> None:
    rest(qtbot, stage, end_of(stage, flow))
    turn_away(stage)
    qtbot.waitUntil(lambda: stage.view.chooser is None)
    assert not stage.edits
    rest(qtbot, stage, end_of(stage, flow))


def test_a_list_in_use_stays_when_the_pointer_turns_away(qtbot: QtBot, stage: Shown, flow: Flow) -> None:
    chooser = rest(qtbot, stage, end_of(stage, flow))
    QTest.keyClicks(chooser.search, "w")
    turn_away(stage)
    qtbot.waitUntil(lambda: not stage.view.resting.closing.isActive())
    assert stage.view.chooser is chooser


def test_the_pointer_may_go_into_the_list(qtbot: QtBot, stage: Shown, flow: Flow) -> None:
    chooser = rest(qtbot, stage, end_of(stage, flow))
    QApplication.sendEvent(stage.view, QEvent(QEvent.Type.Leave))
    assert stage.view.resting.closing.isActive()
    inside = QPointF(20, 20)
    QApplication.sendEvent(chooser, QEnterEvent(inside, inside, inside))
    assert not stage.view.resting.closing.isActive()


def test_an_escaped_list_does_not_come_again_at_once(qtbot: QtBot, stage: Shown, flow: Flow) -> None:
    end = end_of(stage, flow)
    QTest.keyClick(rest(qtbot, stage, end).search, Qt.Key.Key_Escape)
    point_to(stage, at(stage, end) + QPoint(2, 0))
    assert not stage.view.resting.opening.isActive()


def test_a_click_keeps_the_list_open(stage: Shown, flow: Flow) -> None:
    click(stage, end_of(stage, flow))
    turn_away(stage)
    assert not stage.view.resting.closing.isActive()
    assert opened(stage).isVisible()


def test_typing_goes_to_the_list_and_back_where_the_pointer_only_passed(
    qtbot: QtBot, stage: Shown, flow: Flow
) -> None:
    button = QPushButton("OK", stage.view.window())
    button.show()
    button.setFocus()
    chooser = rest(qtbot, stage, end_of(stage, flow))
    assert chooser.search.hasFocus()
    turn_away(stage)
    qtbot.waitUntil(lambda: stage.view.chooser is None)
    assert button.hasFocus()


def test_the_list_takes_the_place_of_a_tip(stage: Shown, flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    hidden: list[bool] = []
    monkeypatch.setattr(QToolTip, "hideText", lambda: hidden.append(True))
    click(stage, end_of(stage, flow))
    assert hidden


def test_whoever_types_elsewhere_goes_on_typing(qtbot: QtBot, stage: Shown, flow: Flow) -> None:
    field = QLineEdit(stage.view.window())
    field.show()
    field.setFocus()
    chooser = rest(qtbot, stage, end_of(stage, flow))
    assert field.hasFocus()
    assert not chooser.search.hasFocus()


@pytest.mark.parametrize("zoom", [0.5, 1.0, 3.0])
@pytest.mark.parametrize("place", [QPoint(60, 60), QPoint(1140, 60), QPoint(1140, 540)])
def test_the_list_never_stands_on_its_plus(show: Show, flow: Flow, zoom: float, place: QPoint) -> None:
    (audience,) = flow.chain("target_audience")
    stage = show(flow)
    end = flow.open_link(audience)
    stage.view.zoom_to(zoom, handle_of(stage, end))
    by = at(stage, handle_of(stage, end)) - place
    for bar, step in (
        (stage.view.horizontalScrollBar(), by.x()),
        (stage.view.verticalScrollBar(), by.y()),
    ):
        bar.setValue(bar.value() + step)
    click(stage, handle_of(stage, end))
    assert not opened(stage).geometry().contains(at(stage, handle_of(stage, end)))
    assert stage.view.rect().contains(opened(stage).geometry())


def test_the_wheel_closes_the_list(stage: Shown, flow: Flow) -> None:
    click(stage, end_of(stage, flow))
    turn_wheel(stage)
    assert stage.view.chooser is None
