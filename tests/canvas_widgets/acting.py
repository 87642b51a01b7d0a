"""What hands do in tests: real mouse events on the viewport of a shown flow."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QByteArray, QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from canvas_widgets.component_list import MIME_TYPE
from canvas_widgets.gestures.chooser import Chooser
from tests.canvas_widgets.conftest import Shown

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
NONE = Qt.KeyboardModifier.NoModifier
Show = Callable[..., Shown]


def at(stage: Shown, point: QPointF) -> QPoint:
    return stage.view.mapFromScene(point)


def point_to(stage: Shown, position: QPoint, button: Qt.MouseButton = Qt.MouseButton.NoButton) -> None:
    """Move the pointer, with or without a button held."""
    viewport = stage.view.viewport()
    there = QPointF(viewport.mapToGlobal(position))
    kind = QEvent.Type.MouseMove
    QApplication.sendEvent(viewport, QMouseEvent(kind, QPointF(position), there, button, button, NONE))


def hover(stage: Shown, point: QPointF) -> None:
    """Move the pointer there, from elsewhere."""
    point_to(stage, QPoint(1, 1))
    point_to(stage, at(stage, point))


def click(stage: Shown, point: QPointF, modifiers: Qt.KeyboardModifier = NONE) -> None:
    QTest.mouseClick(stage.view.viewport(), LEFT, modifiers, at(stage, point))


def drag(stage: Shown, start: QPointF, by: QPoint, *, release: bool = True) -> None:
    """Press, move in two steps, release."""
    viewport, begin = stage.view.viewport(), at(stage, start)
    QTest.mousePress(viewport, LEFT, NONE, begin)
    for share in (0.5, 1.0):
        point_to(stage, begin + QPoint(round(by.x() * share), round(by.y() * share)), LEFT)
    if release:
        QTest.mouseRelease(viewport, LEFT, NONE, begin + by)


def centre(stage: Shown, node_id: str) -> QPointF:
    return stage.scene.cards[node_id].scene_rect.center()


def handle_of(stage: Shown, link_id: str) -> QPointF:
    line = stage.scene.links[link_id].line
    assert line is not None
    return line.handle


def opened(stage: Shown) -> Chooser:
    """The list that a + opened."""
    assert stage.view.chooser is not None
    return stage.view.chooser


def choose(stage: Shown, typed: str) -> None:
    """Type into the list that a + opened, and press Enter."""
    chooser = opened(stage)
    QTest.keyClicks(chooser.search, typed)
    QTest.keyClick(chooser.search, Qt.Key.Key_Return)


def carried(kind: str) -> QMimeData:
    data = QMimeData()
    data.setData(MIME_TYPE, QByteArray(kind.encode()))
    return data


def carry(stage: Shown, data: QMimeData, point: QPointF) -> bool:
    """Drag over a point. Returns whether a drop there would be taken."""
    viewport, position = stage.view.viewport(), at(stage, point)
    action, buttons = Qt.DropAction.CopyAction, LEFT
    QApplication.sendEvent(viewport, QDragEnterEvent(position, action, data, buttons, NONE))
    over = QDragMoveEvent(position, action, data, buttons, NONE)
    QApplication.sendEvent(viewport, over)
    return over.isAccepted()


def drop(stage: Shown, data: QMimeData, point: QPointF) -> bool:
    event = QDropEvent(QPointF(at(stage, point)), Qt.DropAction.CopyAction, data, LEFT, NONE)
    QApplication.sendEvent(stage.view.viewport(), event)
    return event.isAccepted()
